/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processes exec N   N times fork, exec of itself, wait
 * processes alive N  N processes alive at once
 * processes          identity, exec's arguments, orphans, vfork, sessions,
 *                    a zombie's limit
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "check.h"

extern char **environ;

static int exec_many(int count)
{
	char *arguments[] = { "processes", "child", NULL };

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid) {
			execv("/proc/self/exe", arguments);
			_exit(127);
		}
		expect_success(pid);
	}
	printf("%d times fork, exec, wait\n", count);
	return 0;
}

static int alive_many(int count)
{
	pid_t pids[count];
	int ends[2], ready[2];
	char byte;

	CHECK(!pipe(ends) && !pipe(ready));
	for (int i = 0; i < count; i++) {
		pids[i] = checked_fork();
		if (!pids[i]) {
			close(ends[1]);
			CHECK(write(ready[1], "r", 1) == 1);
			/* Until the parent closes its end */
			CHECK(read(ends[0], &byte, 1) == 0);
			_exit(i % 100);
		}
	}
	for (int i = 0; i < count; i++)
		CHECK(read(ready[0], &byte, 1) == 1);
	close(ends[1]);
	for (int i = 0; i < count; i++) {
		int status = wait_for(pids[i]);

		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == i % 100);
	}
	printf("%d processes alive at once\n", count);
	return 0;
}

static void test_identity(void)
{
	struct utsname name;
	int ends[2];
	pid_t child, seen[2];

	CHECK(!uname(&name));
	CHECK(!strcmp(name.sysname, "Linux"));
	CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_RANDOM));
	CHECK(getauxval(AT_ENTRY) && getauxval(AT_PHDR));
	CHECK(!pipe(ends));
	child = checked_fork();
	if (!child) {
		seen[0] = getpid();
		seen[1] = getppid();
		_exit(write(ends[1], seen, sizeof(seen)) != sizeof(seen));
	}
	CHECK(read(ends[0], seen, sizeof(seen)) == sizeof(seen));
	CHECK(seen[0] == child && seen[1] == getpid());
	expect_success(child);

	/* Whose parent dies is adopted. */
	child = checked_fork();
	if (!child) {
		child = getpid();
		if (fork())
			_exit(0);
		while (getppid() == child)
			usleep(1000);
		seen[0] = getppid();
		_exit(write(ends[1], seen, sizeof(pid_t)) != sizeof(pid_t));
	}
	expect_success(child);
	CHECK(read(ends[0], seen, sizeof(pid_t)) == sizeof(pid_t));
	CHECK(seen[0] >= 1 && seen[0] != child);
	close(ends[0]);
	close(ends[1]);
}

/* Arguments of 100 KiB, an odd environment, and the descriptors. */
static void test_exec(void)
{
	static char big[100 * 1024];
	char *arguments[] = { "processes", "check", big, "", "last", NULL };
	char *environment[] = { "A=1", "EMPTY=", "B=two words", NULL };
	int kept = open("/dev/null", O_RDONLY);
	int closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char numbers[32];
	pid_t pid;

	CHECK(kept >= 0 && closed >= 0);
	memset(big, 'x', sizeof(big) - 1);
	snprintf(numbers, sizeof(numbers), "%d %d", kept, closed);
	arguments[4] = numbers;
	pid = checked_fork();
	if (!pid) {
		execve("/proc/self/exe", arguments, environment);
		CHECK(!"exec");
	}
	expect_success(pid);
	close(kept);
	close(closed);

	CHECK_ERRNO(execv("/absent", arguments), ENOENT);
	CHECK_ERRNO(execv("/tmp", arguments), EACCES);
	kept = open("/tmp/not-elf", O_CREAT | O_WRONLY, 0755);
	CHECK(write(kept, "\177ELFgarbage", 11) == 11);
	close(kept);
	CHECK_ERRNO(execv("/tmp/not-elf", arguments), ENOEXEC);
	CHECK(!chmod("/tmp/not-elf", 0644));
	CHECK_ERRNO(execv("/tmp/not-elf", arguments), EACCES);
	CHECK(!unlink("/tmp/not-elf"));
}

static int after_exec(int argc, char **argv)
{
	int kept, closed;

	CHECK(argc == 5 && strlen(argv[2]) == 100 * 1024 - 1);
	CHECK(argv[3][0] == 0 && !argv[5]);
	CHECK(sscanf(argv[4], "%d %d", &kept, &closed) == 2);
	CHECK(fcntl(kept, F_GETFD) == 0);
	CHECK_ERRNO(fcntl(closed, F_GETFD), EBADF);
	CHECK(!strcmp(getenv("A"), "1") && !strcmp(getenv("EMPTY"), ""));
	CHECK(!strcmp(getenv("B"), "two words") && !environ[3]);
	return 0;
}

static void test_script(void)
{
	static const char text[] = "#!/bin/sh -e\n[ $# = 2 ] && exit 33\n";
	int fd = open("/tmp/script", O_CREAT | O_WRONLY | O_TRUNC, 0755);
	int status;
	pid_t pid;

	CHECK(write(fd, text, sizeof(text) - 1) == sizeof(text) - 1);
	close(fd);
	pid = checked_fork();
	if (!pid) {
		execl("/tmp/script", "script", "one", "two", NULL);
		_exit(1);
	}
	status = wait_for(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 33);
	CHECK(!unlink("/tmp/script"));
}

/* The parent waits until a vfork child executes, and shares its memory. */
static void test_vfork(void)
{
	char *arguments[] = { "processes", "child", NULL };
	volatile int shared = 1;
	pid_t pid = vfork();

	if (!pid) {
		shared = 2;
		execv("/proc/self/exe", arguments);
		_exit(127);
	}
	CHECK(pid > 0 && shared == 2);
	expect_success(pid);
	CHECK(!posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments,
		environ));
	expect_success(pid);
}

static void test_sessions(void)
{
	pid_t pid = checked_fork();

	if (!pid) {
		CHECK(setsid() == getpid());
		CHECK(getsid(0) == getpid() && getpgrp() == getpid());
		CHECK_ERRNO(setsid(), EPERM);
		CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		_exit(0);
	}
	expect_success(pid);
	CHECK_ERRNO(setpgid(0, 0x3FFFFF), EPERM);
}

/* Its timers have ended with it: the census sees one that begins anew. */
static void test_limit_of_zombie(void)
{
	struct rlimit limit = { 1, 2 };
	siginfo_t info;
	pid_t pid = checked_fork();

	if (!pid)
		_exit(0);
	CHECK(!waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	CHECK(!prlimit(pid, RLIMIT_CPU, &limit, NULL));
	expect_success(pid);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "child"))
		return 0;
	if (argc == 3 && !strcmp(argv[1], "exec"))
		return exec_many(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "alive"))
		return alive_many(atoi(argv[2]));
	if (argc > 1)
		return after_exec(argc, argv);
	test_identity();
	test_exec();
	test_script();
	test_vfork();
	test_sessions();
	test_limit_of_zombie();
	return passed("processes");
}
