/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exhaustion, for the guest only: never run this on a machine you like.
 *
 * limits bomb   every process forks as fast as it can
 * limits hog    allocates and touches memory without end
 * limits files  opens, and fills the file system, without end
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "check.h"

#define CHUNK	(1024 * 1024)

static void fork_for_ever(void)
{
	for (;;) {
		if (fork() < 0) {
			CHECK(errno == EAGAIN || errno == ENOMEM);
			usleep(10000);
		}
	}
}

/* Lets the bomb run for a while, then removes it as a shell's user would. */
static int bomb(void)
{
	pid_t pid = checked_fork();

	if (!pid) {
		setpgid(0, 0);
		fork_for_ever();
	}
	setpgid(pid, pid);
	sleep(5);
	/* A fork under way may miss the first; the group empties at last. */
	while (!kill(-pid, SIGKILL)) {
		while (waitpid(-pid, NULL, WNOHANG) > 0)
			;
		usleep(10000);
	}
	CHECK(errno == ESRCH);
	pid = checked_fork();
	if (!pid)
		_exit(0);
	expect_success(pid);
	return passed("limits bomb");
}

static int hog(void)
{
	int status, mib = 0;
	pid_t pid = checked_fork();

	if (!pid) {
		for (;; mib++) {
			char *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			if (chunk == MAP_FAILED) {
				CHECK(errno == ENOMEM);
				_exit(42);
			}
			memset(chunk, 1, CHUNK);
		}
	}
	status = wait_for(pid);
	printf("the hog %s\n", WIFSIGNALED(status) ? "was killed"
		: "was refused memory");
	CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 42);
	return passed("limits hog");
}

static int files(void)
{
	static char block[65536];
	int fd, count = 0;

	while (open("/dev/null", O_RDONLY) >= 0)
		count++;
	CHECK(errno == EMFILE && count > 200);
	for (fd = 3; fd < count + 3; fd++)
		close(fd);
	fd = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	CHECK(errno == ENOSPC || errno == ENOMEM || errno == EFBIG);
	close(fd);
	CHECK(!unlink("/tmp/big"));
	return passed("limits files");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "bomb"))
		return bomb();
	if (argc == 2 && !strcmp(argv[1], "hog"))
		return hog();
	if (argc == 2 && !strcmp(argv[1], "files"))
		return files();
	puts("usage: limits bomb|hog|files");
	return 2;
}
