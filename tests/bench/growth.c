/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What grows with the size of a process or with their number.  Rows:
 * "fork-kib-K": fork, exit and wait of a process with K KiB touched;
 * "files-N": creation and removal of a file in a directory of N others;
 * "null-N", "pipe-N", "fork-N": a null call, a round trip between two
 * processes and fork with N sleeping processes around;
 * "process-bytes": memory that the system has less per sleeping process.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include "bench.h"

#define SLEEPERS	64

static int to[2], from[2];

static void fork_sizes(void)
{
	static const int sizes[] = { 64, 256, 1024, 4096, 16384 };
	char name[32];

	for (int i = 0; i < 5; i++) {
		size_t bytes = (size_t)sizes[i] * 1024;
		char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		check(p != MAP_FAILED, "mmap");
		memset(p, 1, bytes);
		snprintf(name, sizeof(name), "fork-kib-%d", sizes[i]);
		report(name, best_mean(fork_exit, 5));
		munmap(p, bytes);
	}
}

static void create_delete(void)
{
	int fd = open("new", O_CREAT | O_EXCL | O_WRONLY, 0600);

	check(fd >= 0 && !close(fd) && !unlink("new"), "new");
}

static void files(void)
{
	static const int counts[] = { 0, 100, 1000 };
	char name[32];
	int made = 0;

	check(!mkdir("/tmp/growth", 0700) && !chdir("/tmp/growth"), "mkdir");
	for (int i = 0; i < 3; i++) {
		for (; made < counts[i]; made++) {
			snprintf(name, sizeof(name), "f%d", made);
			check(mknod(name, S_IFREG | 0600, 0) == 0, name);
		}
		snprintf(name, sizeof(name), "files-%d", counts[i]);
		report(name, best_mean(create_delete, 50));
	}
	while (made--) {
		snprintf(name, sizeof(name), "f%d", made);
		unlink(name);
	}
	check(!chdir("/") && !rmdir("/tmp/growth"), "rmdir");
}

static void null_call(void)
{
	syscall(SYS_getppid);
}

static void ping_pong(void)
{
	check(write(to[1], "p", 1) == 1, "write");
	check(read(from[0], (char[1]){ 0 }, 1) == 1, "read");
}

static pid_t partner(void)
{
	pid_t pid = fork();
	char c;

	check(pid >= 0, "fork");
	if (pid)
		return pid;
	while (read(to[0], &c, 1) == 1)
		check(write(from[1], &c, 1) == 1, "write");
	_exit(0);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void among(int sleepers)
{
	static const struct row rows[] = {
		{ "null", null_call, 200 },
		{ "pipe", ping_pong, 50 },
		{ "fork", fork_exit, 10 },
	};
	char name[32];

	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s-%d", rows[i].name, sleepers);
		report(name, best_mean(rows[i].fn, rows[i].count));
	}
}

static uint64_t memory_free(void)
{
	struct sysinfo si;

	check(!sysinfo(&si), "sysinfo");
	return (uint64_t)si.freeram * si.mem_unit;
}

/* The sleepers are of this program and touch nothing more */
static void processes(void)
{
	pid_t pid[SLEEPERS], other = partner();
	uint64_t before;
	int n = 0;

	among(0);
	before = memory_free();
	for (; n < SLEEPERS; n++) {
		pid[n] = fork();
		check(pid[n] >= 0, "fork");
		if (!pid[n])
			for (;;)
				pause();
		ping_pong();	/* let it come to its pause() */
	}
	report("process-bytes", (before - memory_free()) / SLEEPERS);
	among(SLEEPERS);
	while (n--)
		end(pid[n]);
	end(other);
}

int main(void)
{
	check(!pipe(to) && !pipe(from), "pipe");
	fork_sizes();
	files();
	processes();
	return 0;
}
