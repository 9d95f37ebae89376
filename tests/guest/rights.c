/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user must not get by the processes of others or by programs with more
 * rights: secrets by /proc and ptrace(2), an identity, their share of tasks.
 * Root's business, in the guest only.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "check.h"

#define USER		1000
#define SECRET		"/tmp/rights.secret"	/* may be executed only */
#define SET_UID		"/tmp/rights.setuid"	/* root's */

static char *self;

static void become_user(void)
{
	CHECK(setgid(USER) == 0 && setuid(USER) == 0);
}

static pid_t user_fork(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		become_user();
	return pid;
}

static void copy_program(const char *to, mode_t mode)
{
	char block[4096];
	int from = open(self, O_RDONLY), fd = open(to, O_WRONLY | O_CREAT, 0700);
	ssize_t n;

	CHECK(from >= 0 && fd >= 0);
	while ((n = read(from, block, sizeof(block))) > 0)
		CHECK(write(fd, block, (size_t)n) == n);
	CHECK(n == 0 && close(fd) == 0 && close(from) == 0);
	CHECK(chmod(to, mode) == 0);
}

/* A zombie is a task of its user's as well (setrlimit(2), RLIMIT_NPROC) */
static void test_zombies(void)
{
	struct rlimit limit = { 10, 10 };
	pid_t pid = user_fork(), one;
	siginfo_t si;
	int n = 0;

	if (pid) {
		expect_success(pid);
		return;
	}
	CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0);
	while ((one = fork()) > 0) {
		CHECK(++n < 10);
		CHECK(waitid(P_PID, (id_t)one, &si, WEXITED | WNOWAIT) == 0);
	}
	if (one == 0)
		_exit(0);
	CHECK(errno == EAGAIN && n > 0);
	_exit(0);
}

/* A file of another process's directory: can it be read? */
static int readable(pid_t pid, const char *name)
{
	char path[64], byte;
	int fd, can;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		CHECK(errno == EACCES);
		return 0;
	}
	can = read(fd, &byte, 1) >= 0;
	close(fd);
	return can;
}

/* A program that cannot be read is not read by who runs and traces it */
static void test_secret_program(void)
{
	pid_t user = user_fork(), pid;
	int status;

	if (user) {
		expect_success(user);
		return;
	}
	pid = checked_fork();
	if (pid == 0) {
		CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
		execl(SECRET, SECRET, "wait", NULL);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK_ERRNO(ptrace(PTRACE_PEEKTEXT, pid, &status, 0), EIO);
	CHECK_ERRNO(ptrace(PTRACE_POKETEXT, pid, &status, 0), EIO);
	CHECK(!readable(pid, "mem") && !readable(pid, "maps"));
	CHECK(readable(pid, "stat"));
	CHECK(kill(pid, SIGKILL) == 0);
	expect_signal(pid, SIGKILL);
	_exit(0);
}

/* Who was root once may have kept something of it */
static void test_former_root(void)
{
	static const char *const secret[] = { "environ", "auxv", "maps",
		"smaps", "mem", "pagemap", "fdinfo/3", "fd/3", "io",
		"personality" };
	int ends[2];
	pid_t former, user;
	char byte;

	CHECK(pipe(ends) == 0);
	former = user_fork();
	if (former == 0) {
		CHECK(open("/proc/self/fd", O_RDONLY) >= 0);
		CHECK(write(ends[1], "r", 1) == 1);
		for (;;)
			pause();
	}
	CHECK(read(ends[0], &byte, 1) == 1);
	user = user_fork();
	if (user == 0) {
		for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++)
			CHECK(!readable(former, secret[i]));
		CHECK(readable(former, "status"));
		_exit(0);
	}
	expect_success(user);
	CHECK(kill(former, SIGKILL) == 0);
	expect_signal(former, SIGKILL);
}

/* The exit status says whether the program was root's */
static int runs_as_root(unsigned long shared)
{
	pid_t pid = (pid_t)syscall(SYS_clone, shared | SIGCHLD, 0, 0, 0, 0);
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		execl(SET_UID, SET_UID, "identity", NULL);
		_exit(2);
	}
	status = wait_for(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status);
}

/* A working directory that a user can change under it gives no rights */
static void test_set_uid(void)
{
	pid_t pid = user_fork();

	if (pid == 0) {
		CHECK(runs_as_root(0));
		CHECK(runs_as_root(CLONE_FILES));
		CHECK(!runs_as_root(CLONE_FS));
		_exit(0);
	}
	expect_success(pid);
}

/* exec leaves descriptors that others have too to them */
static void test_shared_descriptors(void)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC);
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0,
		0);

	CHECK(fd >= 0 && pid >= 0);
	if (pid == 0) {
		execl(self, self, "nothing", NULL);
		_exit(1);
	}
	expect_success(pid);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(close(fd) == 0);
}

#define QUEUED	200

/* What RLIMIT_SIGPENDING leaves to a user who has `many` signals waiting */
static void queue_signals(int many)
{
	struct rlimit limit = { QUEUED, QUEUED };
	union sigval value = { 0 };
	sigset_t all;

	CHECK(sigfillset(&all) == 0);
	CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	CHECK(setrlimit(RLIMIT_SIGPENDING, &limit) == 0);
	for (int i = 0; i < many; i++)
		CHECK(sigqueue(getpid(), SIGRTMIN, value) == 0);
	if (many == QUEUED)
		CHECK_ERRNO(sigqueue(getpid(), SIGRTMIN, value), EAGAIN);
}

/* Signals that one user does not take leave room for another's */
static void test_signal_queues(void)
{
	pid_t full = user_fork(), pid;
	int status;

	if (full == 0) {
		queue_signals(QUEUED);
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK(waitpid(full, &status, WUNTRACED) == full && WIFSTOPPED(status));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(setuid(USER + 1) == 0);
		queue_signals(QUEUED);
		_exit(0);
	}
	expect_success(pid);
	CHECK(kill(full, SIGKILL) == 0);
	expect_signal(full, SIGKILL);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1) {
		while (!strcmp(argv[1], "wait"))
			pause();
		return !strcmp(argv[1], "identity") && geteuid() == 0;
	}
	copy_program(SECRET, 0711);
	copy_program(SET_UID, 04755);
	test_zombies();
	test_secret_program();
	test_former_root();
	test_set_uid();
	test_shared_descriptors();
	test_signal_queues();
	CHECK(unlink(SECRET) == 0 && unlink(SET_UID) == 0);
	return passed("rights");
}
