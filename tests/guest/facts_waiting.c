/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: wait4, waitid, children, orphans, reports of stops. */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "facts.h"

#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif

#ifndef P_PIDFD
#define P_PIDFD	3
#endif
#define CHILD	0x20000000	/* __WNOTHREAD */
#define ALL	0x40000000	/* __WALL */
#define CLONE	0x80000000	/* __WCLONE */

static pid_t ends(int status)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

static pid_t sleeps(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, ALL) == pid)
		;
}

static void wait_info(const char *what, idtype_t type, id_t id, int options)
{
	siginfo_t info;
	long rc;

	memset(&info, 0xFF, sizeof(info));
	errno = 0;
	rc = syscall(SYS_waitid, type, id, &info, options, NULL);
	fact_print(rc, "%s", what);
	if (rc == 0)
		printf("signo %d errno %d code %d pid %d uid %d status %d\n",
			info.si_signo, info.si_errno, info.si_code,
			info.si_pid > 0, (int)info.si_uid, info.si_status);
}

static void test_errors(void)
{
	int status = 0x5A5A;
	struct rusage usage;

	FACT(waitpid(-1, &status, 0), "no children");
	FACT(waitpid(getpid(), &status, 0), "myself");
	FACT(waitpid(1, &status, 0), "another's");
	FACT(waitpid(0, &status, WNOHANG), "group");
	FACT(waitpid(INT_MIN, &status, 0), "lowest");
	FACT(waitpid(-INT_MAX, &status, 0), "no such group");
	for (unsigned bit = 0; bit < 32; bit++)
		FACT(syscall(SYS_wait4, -1, NULL, 1u << bit, NULL),
			"option %u", bit);
	FACT(syscall(SYS_wait4, -1, BAD_ADDRESS, 0, NULL), "address");
	FACT(status, "status");
	ends(3);
	FACT(syscall(SYS_wait4, -1, BAD_ADDRESS, 0, NULL) > 0, "address");
	FACT(syscall(SYS_wait4, -1, NULL, 0, NULL), "it is gone");
	ends(3);
	FACT(syscall(SYS_wait4, -1, &status, 0, BAD_ADDRESS) > 0, "usage");
	FACT(status, "status");
	ends(3);
	FACT(syscall(SYS_wait4, -1, &status, 0, &usage) > 0, "usage");
	FACT(usage.ru_maxrss > 0, "its memory");
	for (unsigned bit = 0; bit < 32; bit++)
		FACT(syscall(SYS_waitid, P_ALL, 0, NULL, 1u << bit, NULL),
			"waitid, option %u", bit);
	for (int type = -1; type < 6; type++) {
		FACT(syscall(SYS_waitid, type, 0, NULL, WEXITED, NULL),
			"waitid, type %d, id 0", type);
		FACT(syscall(SYS_waitid, type, -1, NULL, WEXITED, NULL),
			"waitid, type %d, id -1", type);
		FACT(syscall(SYS_waitid, type, 9999, NULL, WEXITED, NULL),
			"waitid, type %d, id 9999", type);
	}
	FACT(syscall(SYS_waitid, P_PIDFD, 1, NULL, WEXITED, NULL),
		"waitid, other descriptor");
	ends(3);
	usleep(50000);
	FACT(syscall(SYS_waitid, P_ALL, 0, BAD_ADDRESS, WEXITED, NULL),
		"waitid, address");
	FACT(waitpid(-1, NULL, WNOHANG), "is it gone");
	ends(3);
	usleep(50000);
	FACT(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, BAD_ADDRESS),
		"waitid, usage");
	FACT(waitpid(-1, NULL, WNOHANG), "is it gone");
	ends(3);
	FACT(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL),
		"waitid, nothing wanted");
}

static void test_reports(void)
{
	pid_t pid = sleeps();
	int status = 0;

	FACT(waitpid(pid, &status, WNOHANG), "it runs");
	wait_info("it runs", P_PID, pid, WEXITED | WNOHANG);
	kill(pid, SIGSTOP);
	wait_info("stopped, stay", P_PID, pid, WSTOPPED | WNOWAIT);
	wait_info("exited only", P_PID, pid, WEXITED | WNOHANG);
	FACT(waitpid(pid, &status, WUNTRACED) == pid, "stopped");
	printf("%x\n", status);
	FACT(waitpid(pid, &status, WUNTRACED | WNOHANG), "once only");
	kill(pid, SIGTSTP);
	usleep(30000);
	FACT(waitpid(pid, &status, WUNTRACED | WNOHANG), "stopped already");
	kill(pid, SIGCONT);
	wait_info("continued, stay", P_PID, pid, WCONTINUED | WNOWAIT);
	FACT(waitpid(pid, &status, WCONTINUED) == pid, "continued");
	printf("%x\n", status);
	FACT(waitpid(pid, &status, WCONTINUED | WNOHANG), "once only");
	kill(pid, SIGTTIN);
	usleep(30000);
	kill(pid, SIGCONT);
	usleep(30000);
	FACT(waitpid(pid, &status, WUNTRACED | WNOHANG),
		"a stop that was over");
	FACT(waitpid(pid, &status, WCONTINUED | WNOHANG) == pid,
		"continued since");
	kill(pid, SIGCONT);
	usleep(30000);
	FACT(waitpid(pid, &status, WCONTINUED | WNOHANG), "not stopped");
	kill(pid, SIGSTOP);
	FACT(waitpid(pid, &status, WUNTRACED) == pid, "stopped");
	kill(pid, SIGKILL);
	wait_info("killed, stay", P_PID, pid, WEXITED | WNOWAIT);
	wait_info("killed", P_ALL, 0, WEXITED | WSTOPPED | WCONTINUED);
	wait_info("gone", P_PID, pid, WEXITED);
	pid = ends(77);
	wait_info("exit", P_PGID, 0, WEXITED);
	pid = checked_fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		abort();
	}
	wait_info("abort", P_PGID, getpgrp(), WEXITED);
	ends(256 + 5);
	FACT(wait(&status) > 0, "exit 261");
	printf("%x\n", status);
}

static volatile int chld;
static siginfo_t chld_info;

static void on_child(int sig __attribute__((unused)), siginfo_t *info,
		void *context __attribute__((unused)))
{
	chld++;
	chld_info = *info;
}

static void on_alarm(int sig __attribute__((unused)))
{
}

static void child_action(void *handler, int flags)
{
	struct sigaction sa = { .sa_flags = flags };

	sa.sa_handler = handler;
	CHECK(sigaction(SIGCHLD, &sa, NULL) == 0);
	chld = 0;
}

static void test_sigchld(void)
{
	int status;
	pid_t pid;

	child_action(SIG_IGN, 0);
	ends(1);
	FACT(wait(&status), "ignored");
	ends(1);
	ends(2);
	FACT(waitpid(-1, &status, 0), "two of them");
	FACT(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL), "waitid");
	child_action(SIG_DFL, SA_NOCLDWAIT);
	ends(1);
	FACT(wait(&status), "SA_NOCLDWAIT");
	child_action(on_child, SA_NOCLDWAIT | SA_SIGINFO | SA_RESTART);
	ends(1);
	FACT(wait(&status), "and a handler");
	FACT(chld, "signals");
	child_action(on_child, SA_SIGINFO | SA_RESTART);
	pid = ends(9);
	FACT(waitpid(pid, &status, 0) == pid, "a handler");
	FACT(chld, "signals");
	printf("code %d status %d uid %d\n", chld_info.si_code,
		chld_info.si_status, (int)chld_info.si_uid);
	pid = sleeps();
	kill(pid, SIGSTOP);
	FACT(waitpid(pid, &status, WUNTRACED) == pid, "stopped");
	FACT(chld, "signals");
	printf("code %d status %d\n", chld_info.si_code,
		chld_info.si_status);
	kill(pid, SIGCONT);
	FACT(waitpid(pid, &status, WCONTINUED) == pid, "continued");
	usleep(50000);
	FACT(chld, "signals");
	printf("code %d status %d\n", chld_info.si_code,
		chld_info.si_status);
	child_action(on_child, SA_SIGINFO | SA_NOCLDSTOP);
	kill(pid, SIGSTOP);
	FACT(waitpid(pid, &status, WUNTRACED) == pid, "SA_NOCLDSTOP");
	FACT(chld, "signals");
	kill(pid, SIGKILL);
	FACT(waitpid(pid, &status, 0) == pid || errno == EINTR, "killed");
	printf("code %d status %d\n", chld_info.si_code,
		chld_info.si_status);
	child_action(on_child, SA_SIGINFO);
	pid = checked_fork();
	if (pid == 0) {
		usleep(50000);
		_exit(4);
	}
	FACT(waitpid(9999999, &status, 0), "no such child");
	FACT(waitpid(pid, &status, 0) == pid, "the handler comes after");
	child_action(SIG_DFL, 0);
	signal(SIGALRM, on_alarm);
	siginterrupt(SIGALRM, 1);
	pid = sleeps();
	alarm(1);
	FACT(waitpid(pid, &status, 0), "another signal");
	reap(pid);
}

static int begin_clone(void *arg __attribute__((unused)))
{
	_exit(6);
}

static char stack[65536];

static void test_clone_children(void)
{
	int status;
	pid_t pid;

	for (int sig = 0; sig <= SIGUSR1; sig += SIGUSR1) {
		signal(SIGUSR1, SIG_IGN);
		pid = clone(begin_clone, stack + sizeof(stack), sig, NULL);
		usleep(50000);
		FACT(waitpid(pid, &status, WNOHANG), "exit signal %d", sig);
		FACT(waitpid(pid, &status, CLONE | WNOHANG) == pid,
			"__WCLONE");
		pid = clone(begin_clone, stack + sizeof(stack), sig, NULL);
		FACT(waitpid(pid, &status, ALL) == pid, "__WALL");
		pid = clone(begin_clone, stack + sizeof(stack), sig, NULL);
		FACT(syscall(SYS_waitid, P_PID, pid, NULL, WEXITED | ALL,
			NULL), "waitid, __WALL");
	}
	pid = ends(0);
	FACT(waitpid(pid, &status, CLONE), "an ordinary one by __WCLONE");
	FACT(waitpid(pid, &status, CHILD) == pid, "by __WNOTHREAD");
}

static void test_groups(void)
{
	int status, p[2];
	pid_t pid = sleeps(), other = sleeps(), grandchild = 0;

	setpgid(pid, pid);
	setpgid(other, pid);
	FACT(waitpid(-pid, &status, WNOHANG), "group, both run");
	FACT(waitpid(0, &status, WNOHANG), "mine has none");
	kill(other, SIGKILL);
	FACT(waitpid(-pid, &status, 0) == other, "one of the group");
	reap(pid);
	FACT(waitpid(-pid, &status, 0), "the group is empty");
	CHECK(pipe(p) == 0);
	pid = checked_fork();
	if (pid == 0) {
		grandchild = checked_fork();
		if (grandchild == 0) {
			while (getppid() != 1)
				usleep(1000);
			CHECK(write(p[1], "1", 1) == 1);
			_exit(0);
		}
		_exit(0);
	}
	FACT(waitpid(pid, &status, 0) == pid, "its parent is gone");
	FACT(read(p[0], &status, 1), "an orphan is init's");
	FACT(wait(&status), "and not mine");
	FACT(prctl(PR_SET_CHILD_SUBREAPER, 1), "subreaper");
	pid = checked_fork();
	if (pid == 0) {
		if (checked_fork() == 0) {
			while (getppid() == getpgrp())
				usleep(1000);
			usleep(50000);
			_exit(44);
		}
		usleep(20000);
		_exit(43);
	}
	FACT(waitpid(pid, &status, 0) == pid, "the middle one");
	FACT(wait(&status) > 0, "an orphan is mine");
	FACT(status >> 8, "status");
	FACT(prctl(PR_SET_CHILD_SUBREAPER, 0), "no subreaper");
}

static void test_pidfd(void)
{
	pid_t pid = sleeps();
	int fd = syscall(SYS_pidfd_open, pid, 0);
	int nonblock = syscall(SYS_pidfd_open, pid, O_NONBLOCK);

	wait_info("pidfd, runs", P_PIDFD, fd, WEXITED | WNOHANG);
	wait_info("not blocking", P_PIDFD, nonblock, WEXITED);
	FACT(syscall(SYS_process_mrelease, fd, 0), "release, runs");
	FACT(syscall(SYS_process_mrelease, fd, 1), "release, flags");
	FACT(syscall(SYS_process_mrelease, -1, 0), "release, bad");
	FACT(syscall(SYS_process_mrelease, 1, 0), "release, no pidfd");
	kill(pid, SIGKILL);
	syscall(SYS_process_mrelease, fd, 0);
	wait_info("killed", P_PIDFD, fd, WEXITED);
	FACT(syscall(SYS_process_mrelease, fd, 0), "release, none");
	wait_info("again", P_PIDFD, fd, WEXITED);
	fd = syscall(SYS_pidfd_open, getpid(), 0);
	wait_info("myself", P_PIDFD, fd, WEXITED);
	FACT(syscall(SYS_pidfd_open, 9999999, 0), "open none");
	FACT(syscall(SYS_pidfd_open, 0, 0), "open 0");
	FACT(syscall(SYS_pidfd_open, 1, 1), "open, flags");
}

static void burn(int ms)
{
	struct timespec ts;

	do {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	} while (ts.tv_sec * 1000 + ts.tv_nsec / 1000000 < ms);
}

static void test_usage(void)
{
	struct rusage before, after;
	pid_t pid;

	for (int who = -3; who <= 2; who++)
		FACT(syscall(SYS_getrusage, who, &before), "usage of %d", who);
	FACT(syscall(SYS_getrusage, RUSAGE_SELF, BAD_ADDRESS), "address");
	FACT(syscall(SYS_getrusage, 7, BAD_ADDRESS), "of 7, address");
	getrusage(RUSAGE_CHILDREN, &before);
	pid = checked_fork();
	if (pid == 0) {
		burn(100);
		_exit(0);
	}
	usleep(1000);
	getrusage(RUSAGE_CHILDREN, &after);
	FACT(after.ru_utime.tv_usec + after.ru_stime.tv_usec <
		before.ru_utime.tv_usec + before.ru_stime.tv_usec + 50000,
		"children's, before the wait");
	waitpid(pid, NULL, 0);
	getrusage(RUSAGE_CHILDREN, &after);
	FACT(timercmp(&after.ru_utime, &before.ru_utime, >) ||
		timercmp(&after.ru_stime, &before.ru_stime, >), "after it");
	signal(SIGCHLD, SIG_IGN);
	getrusage(RUSAGE_CHILDREN, &before);
	pid = checked_fork();
	if (pid == 0) {
		burn(100);
		_exit(0);
	}
	wait(NULL);
	getrusage(RUSAGE_CHILDREN, &after);
	FACT(timercmp(&after.ru_utime, &before.ru_utime, >), "ignored ones");
	signal(SIGCHLD, SIG_DFL);
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	CHECK(setpgid(0, 0) == 0 || errno == EPERM);
	test_errors();
	test_reports();
	test_sigchld();
	test_clone_children();
	test_groups();
	test_pidfd();
	test_usage();
	return 0;
}
