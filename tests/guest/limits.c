/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exhaustion, for the guest only: never run this on a machine you like.
 *
 * limits bomb   every process forks as fast as it can
 * limits hog    allocates and touches memory without end
 * limits tables makes the kernel take memory for tables without end
 * limits files  opens, and fills the file system, without end
 * limits mounts mounts everything on itself, in namespaces without end
 * limits notices closes queues under those who want to hear of them
 */
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

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

/* All that is on /m once more, until there is no room for it */
static void double_mounts(void)
{
	while (!mount("/m", "/m/a", NULL, MS_BIND | MS_REC, NULL))
		;
	CHECK(errno == ENOSPC || errno == ENOMEM);
}

/* Shared, each mount doubles more than itself; private, in every namespace */
static int mounts(void)
{
	pid_t pid = checked_fork();

	if (!pid) {
		CHECK(!unshare(CLONE_NEWNS) && !mkdir("/m", 0755));
		CHECK(!mount("n", "/m", "tmpfs", 0, NULL));
		CHECK(!mkdir("/m/a", 0755));
		CHECK(!mount(NULL, "/m", NULL, MS_SHARED, NULL));
		double_mounts();
		CHECK(!umount2("/m/a", MNT_DETACH));
		CHECK(!mount(NULL, "/m", NULL, MS_PRIVATE | MS_REC, NULL));
		double_mounts();
		for (int i = 0; i < 20; i++) {
			if (fork())
				continue;
			CHECK(!unshare(CLONE_NEWNS) || errno == ENOMEM);
			sleep(5);
			_exit(0);
		}
		while (wait(NULL) > 0)
			;
		CHECK(!umount2("/m", MNT_DETACH));
		_exit(0);
	}
	expect_success(pid);
	CHECK(!mount("n", "/m", "tmpfs", 0, NULL));
	CHECK(!umount("/m") && !rmdir("/m"));
	return passed("limits mounts");
}

#define REGION	0x400000u

/* One page in each region costs four more for tables */
static void touch_regions(void)
{
	for (uint32_t at = 0x10000000; at < 0xB0000000; at += REGION) {
		char *p = mmap((void *)at, 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			-1, 0);

		if (p != MAP_FAILED)
			*p = 1;
	}
	pause();
}

/* Tables without end, beside one that has more pages than anybody else */
static int tables(void)
{
	pid_t large = checked_fork(), pid[20];

	if (!large) {
		char *p = malloc(12 << 20);

		memset(p, 1, 12 << 20);
		pause();
		_exit(p[0]);
	}
	for (int i = 0; i < 20; i++) {
		pid[i] = checked_fork();
		if (!pid[i])
			touch_regions();
	}
	sleep(3);
	CHECK(waitpid(large, NULL, WNOHANG) == 0);
	CHECK(!kill(large, SIGKILL));
	for (int i = 0; i < 20; i++)
		CHECK(!kill(pid[i], SIGKILL));
	while (wait(NULL) > 0)
		;
	return passed("limits tables");
}

static mqd_t queue;

static int close_queue(void *unused)
{
	(void)unused;
	return (int)syscall(SYS_close, queue);
}

static long slab_kib(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[80];
	long n = -1;

	CHECK(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		(void)sscanf(line, "Slab: %ld", &n);
	CHECK(n >= 0 && !fclose(f));
	return n;
}

/* A queue is closed by another process than the one that wants a notice */
static int notices(void)
{
	static char stack[16384], cookie[32];
	long before = slab_kib();

	for (int i = 0; i < 2000; i++) {
		int s = socket(AF_NETLINK, SOCK_RAW, 0);
		struct sigevent ev = { .sigev_notify = SIGEV_THREAD,
			.sigev_signo = s, .sigev_value.sival_ptr = cookie };
		pid_t pid;

		queue = mq_open("/notices", O_RDWR | O_CREAT, 0600, NULL);
		CHECK(s >= 0 && queue >= 0 && !mq_unlink("/notices"));
		CHECK(!syscall(SYS_mq_notify, queue, &ev) && !close(s));
		pid = clone(close_queue, stack + sizeof(stack),
			CLONE_FILES | SIGCHLD, NULL);
		CHECK(pid > 0);
		expect_success(pid);
	}
	CHECK(slab_kib() < before + 200);
	return passed("limits notices");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "bomb"))
		return bomb();
	if (argc == 2 && !strcmp(argv[1], "hog"))
		return hog();
	if (argc == 2 && !strcmp(argv[1], "mounts"))
		return mounts();
	if (argc == 2 && !strcmp(argv[1], "files"))
		return files();
	if (argc == 2 && !strcmp(argv[1], "notices"))
		return notices();
	if (argc == 2 && !strcmp(argv[1], "tables"))
		return tables();
	puts("usage: limits bomb|hog|tables|files|mounts|notices");
	return 2;
}
