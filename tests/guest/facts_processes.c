/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: processes, credentials, limits, scheduling, waiting, exec. */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>

#include "facts.h"

static void ids(const char *what)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	getresuid(&r, &e, &s);
	getresgid(&gr, &ge, &gs);
	printf("%s: uid %d %d %d gid %d %d %d\n", what, (int)r, (int)e, (int)s,
		(int)gr, (int)ge, (int)gs);
}

static void test_credentials(void)
{
	AS(0) {
		FACT(syscall(SYS_setreuid32, 1000, 1001), "setreuid");
		ids("after it");
		FACT(syscall(SYS_setreuid32, -1, 1000), "effective to real");
		ids("after it");
		FACT(syscall(SYS_setreuid32, 1001, -1), "real to saved");
		FACT(syscall(SYS_setreuid32, -1, 1001), "effective to saved");
		ids("after it");
		FACT(syscall(SYS_setreuid32, 0, 0), "back to root");
		FACT(syscall(SYS_setuid32, 0), "setuid root");
		FACT(syscall(SYS_setgid32, 5), "setgid");
		FACT(setgroups(0, NULL), "setgroups");
		FACT(syscall(SYS_setresuid32, 1001, 1001, 7), "setresuid");
	}
	AS(0) {
		FACT(syscall(SYS_setresuid32, 1, 2, 3), "setresuid");
		FACT(syscall(SYS_setuid32, 1), "setuid to real");
		ids("after it");
		FACT(syscall(SYS_setuid32, 3), "setuid to saved");
		ids("after it");
		FACT(syscall(SYS_setresuid32, 3, 1, -1), "a permutation");
		ids("after it");
		FACT(syscall(SYS_setfsuid32, -1), "setfsuid: ask");
		FACT(syscall(SYS_setfsuid32, 3), "setfsuid to saved");
		FACT(syscall(SYS_setfsuid32, 99), "setfsuid, forbidden");
		FACT(syscall(SYS_setfsuid32, -1), "setfsuid: ask");
	}
	AS(0) {
		FACT(syscall(SYS_setresgid32, 1, 2, 3), "setresgid");
		FACT(syscall(SYS_setregid32, 4, 5), "setregid");
		ids("after it");
		FACT(syscall(SYS_setuid32, 1000), "setuid drops all");
		FACT(syscall(SYS_setregid32, -1, 4), "setregid to real");
		FACT(syscall(SYS_setregid32, 5, -1), "setregid to saved");
		ids("after it");
		FACT(syscall(SYS_setgid32, 9), "setgid, forbidden");
	}
	FACT(syscall(SYS_setuid32, -1), "setuid(-1)");
	FACT(syscall(SYS_setgid32, -1), "setgid(-1)");
	FACT(syscall(SYS_getgroups32, -1, NULL), "getgroups, negative");
	FACT(setgroups(65537, (gid_t *)&ids), "setgroups, too many");
	FACT(syscall(SYS_setgroups32, 2, BAD_ADDRESS), "setgroups, address");
	AS(0) {
		gid_t list[4] = { 9, 7, 8, 7 };

		FACT(setgroups(4, list), "setgroups");
		FACT(getgroups(0, list), "count");
		FACT(getgroups(3, list), "short list");
		FACT(getgroups(4, list), "list");
		FACT(list[0] * 1000 + list[3], "first and last");
	}
	AS(0) {
		FACT(prctl(PR_SET_KEEPCAPS, 1), "keep capabilities");
		FACT(prctl(PR_GET_DUMPABLE), "dumpable");
		FACT(setuid(1000), "setuid");
		FACT(prctl(PR_GET_DUMPABLE), "dumpable after it");
		FACT(prctl(PR_GET_KEEPCAPS), "keeps them");
	}
	AS(0) {
		put_file("suid", 06755);
		FACT(chown("suid", 1000, 1000), "chown");
	}
	unlink("suid");
}

static void test_groups(void)
{
	int p[2];

	FACT(getpgid(-1), "getpgid(-1)");
	FACT(getpgid(9999999), "getpgid of none");
	FACT(getsid(9999999), "getsid of none");
	FACT(setpgid(-1, 0), "setpgid(-1)");
	FACT(setpgid(0, -1), "setpgid to -1");
	FACT(setpgid(9999999, 0), "setpgid of none");
	FACT(setpgid(1, 0), "setpgid of another");
	FACT(setpgid(0, 9999999), "setpgid to none");
	AS(0) {
		FACT(setsid() == getpid(), "setsid");
		FACT(setsid(), "setsid again");
		FACT(setpgid(0, 0), "setpgid of a leader");
		FACT(getsid(0) == getpid(), "getsid");
		pid_t child = checked_fork();
		if (child == 0) {
			pause();
			_exit(0);
		}
		FACT(setpgid(child, child), "setpgid of a child");
		FACT(getpgid(child) == child, "its group");
		FACT(setpgid(child, getppid()), "to a group elsewhere");
		kill(child, SIGKILL);
		wait_for(child);
		FACT(setpgid(child, child), "setpgid of a dead child");
	}
	CHECK(pipe(p) == 0);
	pid_t child = checked_fork();
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "echo; exec sleep 5", NULL);
		_exit(1);
	}
	(void)p;
	usleep(300000);
	FACT(setpgid(child, child), "setpgid after exec");
	kill(child, SIGKILL);
	wait_for(child);
	close(p[0]);
	close(p[1]);
}

static void status_line(const char *what, int status)
{
	printf("%s: exited %d status %d signaled %d signal %d core %d "
		"stopped %d signal %d continued %d\n", what,
		WIFEXITED(status), WIFEXITED(status) ? WEXITSTATUS(status) : 0,
		WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		WCOREDUMP(status) != 0, WIFSTOPPED(status),
		WIFSTOPPED(status) ? WSTOPSIG(status) : 0,
		WIFCONTINUED(status));
}

static void test_waiting(void)
{
	struct rusage usage;
	siginfo_t info;
	int status, go[2];
	pid_t pid;

	FACT(waitpid(-1, &status, 0), "wait without children");
	FACT(waitpid(1, &status, 0), "wait for a stranger");
	FACT(waitpid(-1, &status, 0x40), "wait, unknown option");
	FACT(waitpid(INT_MIN, &status, 0), "wait for INT_MIN");
	FACT(syscall(SYS_waitid, 9, 0, &info, WEXITED, NULL), "waitid, type");
	FACT(syscall(SYS_waitid, P_ALL, 0, &info, 0, NULL), "waitid, nothing");
	FACT(syscall(SYS_waitid, P_PID, 0, &info, WEXITED, NULL), "waitid, 0");
	FACT(syscall(SYS_waitid, P_PGID, -3, &info, WEXITED, NULL),
		"waitid, negative group");
	FACT(syscall(SYS_wait4, -1, &status, WEXITED, NULL), "wait4, WEXITED");

	CHECK(!pipe(go));
	pid = checked_fork();
	if (pid == 0) {
		char byte;

		setpgid(0, 0);
		raise(SIGSTOP);
		CHECK(read(go[0], &byte, 1) == 1);
		_exit(300);
	}
	FACT(waitpid(pid, &status, WUNTRACED) == pid, "stopped");
	status_line("stopped", status);
	FACT(waitpid(pid, &status, WUNTRACED | WNOHANG), "told once");
	FACT(waitpid(-getpgrp(), &status, WNOHANG), "of my group");
	kill(pid, SIGCONT);
	FACT(waitpid(-pid, &status, WCONTINUED) == pid, "continued");
	status_line("continued", status);
	CHECK(write(go[1], "", 1) == 1);
	close(go[0]);
	close(go[1]);
	memset(&info, 0, sizeof(info));
	FACT(syscall(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT, NULL),
		"waitid, leave it");
	FACT(info.si_pid == pid, "si_pid");
	printf("signo %d code %d status %d uid %d\n", info.si_signo,
		info.si_code, info.si_status, (int)info.si_uid);
	FACT(wait4(pid, &status, 0, &usage) == pid, "wait4");
	status_line("exited", status);
	FACT(waitpid(pid, &status, 0), "once more");
	pid = checked_fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		abort();
	}
	waitpid(pid, &status, 0);
	status_line("aborted", status);
	pid = checked_fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	memset(&info, 1, sizeof(info));
	FACT(syscall(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG, NULL),
		"waitid, not yet");
	FACT(info.si_pid + info.si_signo, "nothing told");
	kill(pid, SIGTERM);
	FACT(syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, &usage), "waitid");
	printf("signo %d code %d status %d\n", info.si_signo, info.si_code,
		info.si_status);
	signal(SIGCHLD, SIG_IGN);
	pid = checked_fork();
	if (pid == 0)
		_exit(0);
	FACT(waitpid(pid, &status, 0), "children ignored");
	signal(SIGCHLD, SIG_DFL);
	FACT(syscall(SYS_clone, 0x10000, 0, 0, 0, 0), "clone: thread alone");
	FACT(syscall(SYS_clone, 0x800, 0, 0, 0, 0), "clone: handlers alone");
	FACT(syscall(SYS_clone, 0x20200, 0, 0, 0, 0), "clone: fs and namespace");
	pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (pid == 0)
		_exit(3);
	FACT(waitpid(pid, &status, 0), "wait for one without a signal");
	FACT(waitpid(pid, &status, __WCLONE) == pid, "__WCLONE");
	signal(SIGUSR1, SIG_IGN);
	pid = syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0);
	if (pid == 0)
		_exit(3);
	FACT(waitpid(pid, &status, __WALL) == pid, "__WALL");
}

static void limit_facts(int which, const char *name)
{
	struct rlimit l;

	FACT(getrlimit(which, &l), "%s", name);
	printf("%s: soft %s hard %s\n", name,
		l.rlim_cur == RLIM_INFINITY ? "none" : "some",
		l.rlim_max == RLIM_INFINITY ? "none" : "some");
}

/* Taking a user who has too many tasks: execve fails, while it is so */
static void test_other_user(void)
{
	char *argv[] = { "true", NULL };

	for (int others = 0; others < 3; others++) {
		pid_t pid[3];
		int ready[2];
		char c;

		CHECK(pipe(ready) == 0);
		for (int i = 0; i < others; i++) {
			pid[i] = as_user(12346);
			if (pid[i] == 0) {
				CHECK(write(ready[1], "", 1) == 1);
				pause();
				_exit(0);
			}
			CHECK(read(ready[0], &c, 1) == 1);
		}
		close(ready[0]);
		close(ready[1]);
		AS(0) {
			setrlimit(RLIMIT_NPROC, &(struct rlimit){ 1, 5 });
			FACT(setuid(12346), "the user of %d tasks", others);
			FACT(execve("/nothing", argv, NULL), "exec");
			setrlimit(RLIMIT_NPROC, &(struct rlimit){ 5, 5 });
			FACT(execve("/nothing", argv, NULL), "exec, limit 5");
			setrlimit(RLIMIT_NPROC, &(struct rlimit){ 1, 5 });
			FACT(execve("/nothing", argv, NULL), "exec again");
		}
		for (int i = 0; i < others; i++) {
			kill(pid[i], SIGKILL);
			waitpid(pid[i], NULL, 0);
		}
	}
}

static void test_limits(void)
{
	struct rlimit l;
	sigset_t set;
	int fd;

	limit_facts(RLIMIT_CPU, "CPU");
	limit_facts(RLIMIT_FSIZE, "FSIZE");
	limit_facts(RLIMIT_DATA, "DATA");
	limit_facts(RLIMIT_AS, "AS");
	limit_facts(RLIMIT_NOFILE, "NOFILE");
	FACT(syscall(SYS_getrlimit, 16, &l), "getrlimit, unknown");
	FACT(syscall(SYS_setrlimit, 16, &l), "setrlimit, unknown");
	FACT(syscall(SYS_setrlimit, 1, BAD_ADDRESS), "setrlimit, address");
	FACT(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 10, 5 }), "soft > hard");
	FACT(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 10, 1 << 30 }),
		"NOFILE too high");
	FACT(syscall(SYS_prlimit64, 9999999, 1, NULL, NULL), "prlimit, none");
	AS(NOBODY) {
		l = (struct rlimit){ 100, 100 };
		FACT(setrlimit(RLIMIT_FSIZE, &l), "lower");
		l = (struct rlimit){ 100, 200 };
		FACT(setrlimit(RLIMIT_FSIZE, &l), "raise");
		FACT(syscall(SYS_prlimit64, 1, 1, NULL, &l), "prlimit, root's");
	}
	AS(0) {
		signal(SIGXFSZ, SIG_IGN);
		fd = make_file("big", 0600);
		l = (struct rlimit){ 100, 200 };
		FACT(setrlimit(RLIMIT_FSIZE, &l), "FSIZE");
		FACT(write(fd, (char [150]){ 0 }, 150), "across it");
		FACT(write(fd, "x", 1), "behind it");
		FACT(ftruncate(fd, 101), "truncate behind it");
		FACT(ftruncate(fd, 100), "truncate to it");
		FACT(fallocate(fd, 0, 0, 200), "fallocate behind it");
		signal(SIGXFSZ, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, SIGXFSZ);
		sigprocmask(SIG_BLOCK, &set, NULL);
		(void)!pwrite(fd, "x", 1, 100);
		sigpending(&set);
		FACT(sigismember(&set, SIGXFSZ), "SIGXFSZ");
	}
	unlink("big");
	pid_t pid = checked_fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		setrlimit(RLIMIT_CPU, &(struct rlimit){ 1, 2 });
		for (;;)
			;
	}
	status_line("CPU limit", wait_for(pid));
	AS(0) {
		setrlimit(RLIMIT_AS, &(struct rlimit){ 64 << 20, 64 << 20 });
		FACT(mmap(NULL, 65 << 20, 1, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
			== MAP_FAILED ? -1 : 0, "map beyond AS");
		void *brk = (void *)syscall(SYS_brk, 0);
		FACT((void *)syscall(SYS_brk, (char *)brk + (65 << 20)) == brk,
			"brk beyond AS");
	}
	AS(0) {
		setrlimit(RLIMIT_DATA, &(struct rlimit){ 1 << 20, 1 << 20 });
		FACT(mmap(NULL, 2 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
			== MAP_FAILED ? -1 : 0, "map beyond DATA");
		void *brk = (void *)syscall(SYS_brk, 0);
		FACT((void *)syscall(SYS_brk, (char *)brk + (2 << 20)) == brk,
			"brk beyond DATA");
	}
	AS(0) {
		setrlimit(RLIMIT_NPROC, &(struct rlimit){ 1, 1 });
		pid = fork();
		if (pid == 0)
			_exit(0);
		FACT(pid > 0, "root forks beyond NPROC");
		wait(NULL);
	}
	AS(12345) {
		setrlimit(RLIMIT_NPROC, &(struct rlimit){ 1, 1 });
		FACT(fork(), "fork beyond NPROC");
	}
	test_other_user();
	AS(NOBODY) {
		setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 4096, 4096 });
		char *m = mmap(NULL, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		FACT(mlock(m, 4096), "mlock within MEMLOCK");
		FACT(mlock(m, 8192), "mlock beyond MEMLOCK");
		FACT(mlockall(MCL_CURRENT), "mlockall beyond MEMLOCK");
		setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 });
		FACT(mlock(m, 4096), "mlock with MEMLOCK 0");
		FACT(munlock(m, 4096), "munlock");
	}
}

static void test_scheduling(void)
{
	struct sched_param p = { 0 };
	struct timespec t;

	FACT(nice(5), "nice");
	FACT(getpriority(PRIO_PROCESS, 0), "getpriority");
	FACT(syscall(SYS_getpriority, 0, 0), "raw");
	FACT(nice(100), "nice too much");
	FACT(getpriority(PRIO_PROCESS, 0), "is 19");
	FACT(nice(-19), "nice down");
	FACT(setpriority(PRIO_PROCESS, 0, 0), "setpriority");
	FACT(setpriority(7, 0, 0), "setpriority, unknown");
	FACT(getpriority(7, 0), "getpriority, unknown");
	FACT(setpriority(PRIO_PROCESS, 9999999, 0), "setpriority, none");
	FACT(getpriority(PRIO_USER, 77777), "getpriority, no user");
	AS(NOBODY) {
		FACT(setpriority(PRIO_PROCESS, 0, 3), "user: lower");
		FACT(setpriority(PRIO_PROCESS, 0, 2), "user: raise");
		FACT(nice(-1), "user: nice");
		FACT(setpriority(PRIO_PROCESS, 1, 2), "user: another's");
		p.sched_priority = 1;
		FACT(syscall(SYS_sched_setscheduler, 0, 1, &p), "user: FIFO");
		p.sched_priority = 0;
		FACT(syscall(SYS_sched_setscheduler, 0, 3, &p), "user: BATCH");
		FACT(syscall(SYS_sched_setscheduler, 1, 3, &p), "of another's");
	}
	FACT(sched_get_priority_max(1), "max FIFO");
	FACT(sched_get_priority_min(2), "min RR");
	FACT(sched_get_priority_max(0), "max OTHER");
	FACT(sched_get_priority_max(3), "max BATCH");
	FACT(sched_get_priority_max(9), "max unknown");
	FACT(syscall(SYS_sched_getscheduler, 0), "policy");
	FACT(syscall(SYS_sched_getscheduler, -1), "policy of -1");
	FACT(syscall(SYS_sched_getscheduler, 9999999), "policy of none");
	FACT(syscall(SYS_sched_getparam, 0, NULL), "getparam NULL");
	FACT(syscall(SYS_sched_getparam, -1, &p), "getparam -1");
	FACT(syscall(SYS_sched_getparam, 9999999, &p), "getparam none");
	AS(0) {
		p.sched_priority = 0;
		FACT(syscall(SYS_sched_setscheduler, 0, 1, &p), "FIFO 0");
		p.sched_priority = 100;
		FACT(syscall(SYS_sched_setscheduler, 0, 1, &p), "FIFO 100");
		p.sched_priority = 50;
		FACT(syscall(SYS_sched_setscheduler, 0, 0, &p), "OTHER 50");
		FACT(syscall(SYS_sched_setscheduler, 0, 2, &p), "RR 50");
		FACT(syscall(SYS_sched_getscheduler, 0), "policy");
		FACT(syscall(SYS_sched_getparam, 0, &p), "getparam");
		FACT(p.sched_priority, "priority");
		p.sched_priority = 60;
		FACT(syscall(SYS_sched_setparam, 0, &p), "setparam");
		p.sched_priority = 0;
		FACT(syscall(SYS_sched_setparam, 0, &p), "setparam 0");
		FACT(syscall(SYS_sched_rr_get_interval, 0, &t), "interval");
		FACT(syscall(SYS_sched_setscheduler, 0, 0x40000002,
			&(struct sched_param){ .sched_priority = 5 }),
			"RR, reset on fork");
		FACT(syscall(SYS_sched_getscheduler, 0), "policy");
		AS(0) {
			FACT(syscall(SYS_sched_getscheduler, 0), "child's");
		}
		p.sched_priority = 0;
		FACT(syscall(SYS_sched_setscheduler, 0, 3, &p), "BATCH");
		FACT(syscall(SYS_sched_setscheduler, 0, 5, &p), "IDLE");
		FACT(syscall(SYS_sched_getscheduler, 0), "policy");
		FACT(syscall(SYS_sched_setscheduler, 0, 9, &p), "unknown");
		FACT(syscall(SYS_sched_setscheduler, 0, 0, NULL), "NULL");
	}
	unsigned long mask[32] = { 0 };
	FACT(syscall(SYS_sched_getaffinity, 0, 0, mask), "affinity, 0 bytes");
	FACT(syscall(SYS_sched_getaffinity, 0, 3, mask), "affinity, 3 bytes");
	FACT(syscall(SYS_sched_getaffinity, 9999999, 128, mask), "of none");
	FACT(syscall(SYS_sched_setaffinity, 0, 128, (long [32]){ 0 }), "empty");
	FACT(syscall(SYS_sched_setaffinity, 0, 128, (long [32]){ 1 }), "one");
	FACT(syscall(SYS_sched_setaffinity, 0, 128, BAD_ADDRESS), "address");
	FACT(sched_yield(), "yield");
}

static void test_system(void)
{
	struct utsname u;
	char text[70] = { 0 };
	int value = 0;

	FACT(syscall(SYS_uname, BAD_ADDRESS), "uname, address");
	FACT(uname(&u), "uname");
	printf("%s\n", u.sysname);
	AS(NOBODY) {
		FACT(sethostname("x", 1), "sethostname by a user");
		FACT(setdomainname("x", 1), "setdomainname by a user");
		FACT(syscall(SYS_stime, &(long){ 5 }), "stime by a user");
		FACT(settimeofday(&(struct timeval){ 5, 5 }, NULL), "settime");
		FACT(syscall(SYS_chroot, "."), "chroot by a user");
		FACT(syscall(SYS_reboot, 1, 2, 3, 0), "reboot by a user");
		FACT(syscall(SYS_syslog, 5, NULL, 0), "syslog by a user");
		FACT(syscall(SYS_vhangup), "vhangup by a user");
	}
	FACT(sethostname("x", -1), "sethostname, negative");
	FACT(sethostname("x", 65), "sethostname, long");
	FACT(sethostname(BAD_ADDRESS, 3), "sethostname, address");
	FACT(syscall(SYS_sysinfo, BAD_ADDRESS), "sysinfo, address");
	FACT(syscall(SYS_times, BAD_ADDRESS), "times, address");
	FACT(times(NULL) > 0, "times");
	FACT(syscall(SYS_getrusage, 7, text), "getrusage, who");
	FACT(syscall(SYS_getrusage, 0, BAD_ADDRESS), "getrusage, address");
	FACT(syscall(SYS_personality, 0xFFFFFFFF), "personality");
	FACT(prctl(PR_SET_NAME, "a name that is long"), "PR_SET_NAME");
	FACT(prctl(PR_GET_NAME, text), "PR_GET_NAME");
	printf("%s\n", text);
	FACT(prctl(PR_SET_PDEATHSIG, 99), "PDEATHSIG, none");
	FACT(prctl(PR_SET_PDEATHSIG, SIGUSR1), "PDEATHSIG");
	FACT(prctl(PR_GET_PDEATHSIG, &value), "PR_GET_PDEATHSIG");
	FACT(value, "it");
	prctl(PR_SET_PDEATHSIG, 0);
	FACT(prctl(PR_SET_DUMPABLE, 2), "PR_SET_DUMPABLE 2");
	FACT(prctl(PR_SET_DUMPABLE, 0), "PR_SET_DUMPABLE 0");
	FACT(prctl(PR_GET_DUMPABLE), "PR_GET_DUMPABLE");
	prctl(PR_SET_DUMPABLE, 1);
	FACT(prctl(PR_SET_TIMERSLACK, 1000), "PR_SET_TIMERSLACK");
	FACT(prctl(PR_GET_TIMERSLACK), "PR_GET_TIMERSLACK");
	FACT(prctl(PR_GET_TIMING), "PR_GET_TIMING");
	FACT(prctl(PR_SET_TIMING, 1), "PR_SET_TIMING");
	FACT(prctl(PR_SET_TIMING, 0), "PR_SET_TIMING 0");
	FACT(prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
	FACT(prctl(PR_GET_CHILD_SUBREAPER, &value), "PR_GET_CHILD_SUBREAPER");
	FACT(value, "it");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	FACT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), "PR_GET_NO_NEW_PRIVS");
	FACT(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), "PR_SET_NO_NEW_PRIVS 0");
	FACT(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), "arguments");
	AS(0) {
		FACT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set");
		FACT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), "is set");
	}
	FACT(prctl(PR_GET_SECUREBITS), "PR_GET_SECUREBITS");
	FACT(prctl(PR_CAPBSET_READ, 0), "PR_CAPBSET_READ");
	FACT(prctl(PR_CAPBSET_READ, 99), "PR_CAPBSET_READ, none");
	FACT(prctl(PR_CAPBSET_DROP, 99), "PR_CAPBSET_DROP, none");
	FACT(prctl(PR_GET_TSC, &value), "PR_GET_TSC");
	FACT(value, "it");
	FACT(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), "PR_GET_THP_DISABLE");
	FACT(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0), "arguments");
	FACT(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), "PR_SET_THP_DISABLE");
	FACT(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), "PR_GET_THP_DISABLE");
	FACT(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0), "PR_SET_THP_DISABLE 0");
	FACT(prctl(9999), "prctl, unknown");
	struct { uint32_t version; int pid; } head = { 0x20080522, 0 };
	struct { uint32_t e, p, i; } caps[2];
	FACT(syscall(SYS_capget, &head, caps), "capget");
	FACT(caps[0].i, "none inherited");
	head.version = 1;
	FACT(syscall(SYS_capget, &head, caps), "capget, version");
	FACT(head.version == 0x20080522, "it tells");
	head.pid = -1;
	FACT(syscall(SYS_capget, &head, caps), "capget of -1");
	head.pid = 9999999;
	FACT(syscall(SYS_capget, &head, caps), "capget of none");
	FACT(syscall(SYS_capget, BAD_ADDRESS, caps), "capget, address");
}

static void test_exec(void)
{
	char *const argv[] = { "x", NULL };
	int fd = make_file("script", 0755);

	FACT(execve("script", argv, NULL), "empty file");
	CHECK(write(fd, "#!/none/such\n", 13) == 13);
	FACT(execve("script", argv, NULL), "open for writing");
	close(fd);
	FACT(execve("script", argv, NULL), "interpreter missing");
	FACT(syscall(SYS_execve, "/bin/sh", BAD_ADDRESS, NULL), "arguments, address");
	FACT(syscall(SYS_execve, "/bin/sh", argv, BAD_ADDRESS), "environment, address");
	FACT(execve(".", argv, NULL), "directory");
	put_file("data", 0644);
	FACT(execve("data", argv, NULL), "not executable");
	FACT(syscall(SYS_execveat, AT_FDCWD, "script", argv, NULL, 1),
		"execveat, flag");
	FACT(syscall(SYS_execveat, 99, "script", argv, NULL, 0),
		"execveat, descriptor");
	CHECK(symlink("script", "slink") == 0);
	FACT(syscall(SYS_execveat, AT_FDCWD, "slink", argv, NULL, 0x100),
		"execveat, link");
	fd = make_file("loop", 0755);
	CHECK(dprintf(fd, "#!%s/loop\n", get_current_dir_name()) > 0);
	close(fd);
	FACT(execve("loop", argv, NULL), "script that interprets itself");
	fd = make_file("junk", 0755);
	CHECK(write(fd, "\177ELFjunkjunkjunkjunkjunkjunkjunkjunkjunkjunkjunk"
		"junkjunkjunk", 60) == 60);
	close(fd);
	FACT(execve("junk", argv, NULL), "damaged program");
	static char big[140000], *many[3] = { "x", big, NULL };
	memset(big, 'x', sizeof(big) - 1);
	FACT(execve("/bin/sh", many, NULL), "long argument");
	unlink("script"); unlink("data"); unlink("loop"); unlink("junk");
	unlink("slink");
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_credentials();
	test_groups();
	test_waiting();
	test_limits();
	test_scheduling();
	test_system();
	test_exec();
	return 0;
}
