/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: scheduling policies, priorities, affinity, limits, prctl. */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "facts.h"

struct param { int priority; };

static long set(pid_t pid, int policy, int priority)
{
	return syscall(SYS_sched_setscheduler, pid, policy,
		&(struct param){ priority });
}

static void test_policies(void)
{
	struct param p = { 0 };

	for (int policy = -1; policy < 8; policy++) {
		FACT(syscall(SYS_sched_get_priority_max, policy),
			"policy %d: highest", policy);
		FACT(syscall(SYS_sched_get_priority_min, policy),
			"policy %d: lowest", policy);
		for (int priority = -1; priority <= 100; priority +=
				priority == 1 ? 98 : 1) {
			FACT(set(0, policy, priority),
				"policy %d, priority %d", policy, priority);
			FACT(syscall(SYS_sched_getscheduler, 0), "it is");
			set(0, SCHED_NORMAL, 0);
		}
	}
	FACT(set(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 3), "reset on fork");
	FACT(syscall(SYS_sched_getscheduler, 0), "it is");
	AS(0) {
		FACT(syscall(SYS_sched_getscheduler, 0), "child's");
		FACT(syscall(SYS_sched_getparam, 0, &p), "its priority");
		FACT(p.priority, "it is");
	}
	FACT(syscall(SYS_sched_setparam, 0, &(struct param){ 5 }), "set");
	FACT(syscall(SYS_sched_getparam, 0, &p), "get");
	FACT(p.priority, "it is");
	FACT(syscall(SYS_sched_setparam, 0, &(struct param){ 0 }), "set 0");
	FACT(syscall(SYS_sched_setparam, 0, &(struct param){ 100 }), "100");
	FACT(syscall(SYS_sched_setparam, 0, BAD_ADDRESS), "set, address");
	FACT(syscall(SYS_sched_setparam, 0, NULL), "set, null");
	FACT(syscall(SYS_sched_setparam, -1, &p), "set of -1");
	FACT(syscall(SYS_sched_setparam, 9999999, &p), "set of none");
	FACT(syscall(SYS_sched_getparam, 0, BAD_ADDRESS), "get, address");
	FACT(syscall(SYS_sched_getparam, 0, NULL), "get, null");
	FACT(syscall(SYS_sched_getparam, -1, &p), "get of -1");
	FACT(syscall(SYS_sched_getparam, 9999999, &p), "get of none");
	FACT(syscall(SYS_sched_getscheduler, -1), "policy of -1");
	FACT(syscall(SYS_sched_getscheduler, 9999999), "policy of none");
	FACT(syscall(SYS_sched_setscheduler, 0, 0, NULL), "null");
	FACT(syscall(SYS_sched_setscheduler, 0, 0, BAD_ADDRESS), "address");
	FACT(set(-1, 0, 0), "of -1");
	FACT(set(9999999, 0, 0), "of none");
	FACT(set(0, SCHED_NORMAL, 0), "normal");
	AS(1000) {
		FACT(set(0, SCHED_FIFO, 1), "user: fifo");
		FACT(set(0, SCHED_BATCH, 0), "user: batch");
		FACT(set(0, SCHED_IDLE, 0), "user: idle");
		FACT(set(0, SCHED_NORMAL, 0), "user: back from idle");
		FACT(set(1, SCHED_NORMAL, 0), "user: another's");
		FACT(set(0, SCHED_NORMAL | SCHED_RESET_ON_FORK, 0), "reset");
		FACT(set(0, SCHED_NORMAL, 0), "not reset");
		FACT(syscall(SYS_sched_getscheduler, 1), "user: ask");
	}
	AS(0) {
		setrlimit(RLIMIT_RTPRIO, &(struct rlimit){ 10, 10 });
		CHECK(setuid(1000) == 0);
		FACT(set(0, SCHED_FIFO, 11), "beyond RLIMIT_RTPRIO");
		FACT(set(0, SCHED_FIFO, 10), "within");
		FACT(set(0, SCHED_RR, 5), "less");
		FACT(set(0, SCHED_NORMAL, 0), "normal");
	}
}

static void test_interval(void)
{
	struct { int64_t s, ns; } t = { -1, -1 };

	FACT(syscall(SYS_sched_rr_get_interval_time64, 0, BAD_ADDRESS),
		"interval, address");
	FACT(syscall(SYS_sched_rr_get_interval_time64, -1, &t), "of -1");
	FACT(syscall(SYS_sched_rr_get_interval_time64, 9999999, &t),
		"of none");
	set(0, SCHED_RR, 1);
	FACT(syscall(SYS_sched_rr_get_interval_time64, 0, &t), "rr");
	printf("%d %d\n", (int)t.s, (int)t.ns);
	set(0, SCHED_FIFO, 1);
	FACT(syscall(SYS_sched_rr_get_interval_time64, 0, &t), "fifo");
	printf("%d %d\n", (int)t.s, (int)t.ns);
	set(0, SCHED_NORMAL, 0);
	FACT(syscall(SYS_sched_rr_get_interval_time64, 0, &t), "normal");
	FACT(syscall(SYS_sched_yield), "yield");
}

static void test_affinity(void)
{
	unsigned long mask[32] = { 1 }, out[32];

	FACT(syscall(SYS_sched_getaffinity, 0, sizeof(out), out) > 0, "get");
	FACT(out[0], "it is");
	FACT(syscall(SYS_sched_getaffinity, 0, 0, out), "get, size 0");
	FACT(syscall(SYS_sched_getaffinity, 0, 3, out), "get, size 3");
	FACT(syscall(SYS_sched_getaffinity, 0, 5, out), "get, size 5");
	FACT(syscall(SYS_sched_getaffinity, 0, 4, BAD_ADDRESS), "address");
	FACT(syscall(SYS_sched_getaffinity, -1, 4, out), "of -1");
	FACT(syscall(SYS_sched_getaffinity, 9999999, 4, out), "of none");
	FACT(syscall(SYS_sched_setaffinity, 0, 4, mask), "set");
	FACT(syscall(SYS_sched_setaffinity, 0, 128, mask), "set, long");
	FACT(syscall(SYS_sched_setaffinity, 0, 1, mask), "set, short");
	FACT(syscall(SYS_sched_setaffinity, 0, 4, BAD_ADDRESS), "address");
	FACT(syscall(SYS_sched_setaffinity, -1, 4, mask), "of -1");
	FACT(syscall(SYS_sched_setaffinity, 9999999, 4, mask), "of none");
	mask[0] = 3;
	FACT(syscall(SYS_sched_setaffinity, 0, 4, mask), "set, one more");
	mask[0] = 2;
	FACT(syscall(SYS_sched_setaffinity, 0, 4, mask), "set, another");
	mask[0] = 0;
	FACT(syscall(SYS_sched_setaffinity, 0, 4, mask), "set, none");
	FACT(syscall(SYS_sched_setaffinity, 0, 0, mask), "set, size 0");
	mask[0] = 1;
	AS(1000) {
		FACT(syscall(SYS_sched_setaffinity, 1, 4, mask), "user: of 1");
		FACT(syscall(SYS_sched_getaffinity, 1, 4, out), "user: ask");
	}
	FACT(syscall(SYS_getcpu, BAD_ADDRESS, NULL, NULL), "getcpu, address");
	FACT(syscall(SYS_getcpu, NULL, NULL, BAD_ADDRESS), "getcpu");
}

static void test_attributes(void)
{
	struct sched_attr a = { .size = sizeof(a) };
	char big[200];

	FACT(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0), "getattr");
	FACT(a.size, "size");
	for (int size = 40; size <= 60; size += 4) {
		FACT(syscall(SYS_sched_getattr, 0, big, size, 0), "size %d",
			size);
		FACT(*(int *)big, "it is");
	}
	FACT(syscall(SYS_sched_getattr, 0, big, 200, 0), "size 200");
	FACT(*(int *)big, "it is");
	FACT(syscall(SYS_sched_getattr, 0, &a, 4097, 0), "size 4097");
	FACT(syscall(SYS_sched_getattr, 0, NULL, 48, 0), "null");
	FACT(syscall(SYS_sched_getattr, 0, BAD_ADDRESS, 48, 0), "address");
	FACT(syscall(SYS_sched_getattr, -1, &a, 48, 0), "of -1");
	FACT(syscall(SYS_sched_getattr, 9999999, &a, 48, 0), "of none");
	FACT(syscall(SYS_sched_getattr, 0, &a, 48, 1), "flags");
	a = (struct sched_attr){ .size = 48, .sched_nice = 5 };
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "set");
	FACT(getpriority(PRIO_PROCESS, 0), "nice value");
	FACT(syscall(SYS_sched_setattr, 0, &a, 1), "set, flags");
	FACT(syscall(SYS_sched_setattr, 0, NULL, 0), "set, null");
	FACT(syscall(SYS_sched_setattr, 0, BAD_ADDRESS, 0), "set, address");
	FACT(syscall(SYS_sched_setattr, -1, &a, 0), "set of -1");
	FACT(syscall(SYS_sched_setattr, 9999999, &a, 0), "set of none");
	a.size = 0;
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "set, size 0");
	a.size = 47;
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "set, size 47");
	FACT(a.size, "it is");
	a.size = 4097;
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "set, size 4097");
	FACT(a.size, "it is");
	memset(big, 0, sizeof(big));
	*(int *)big = 200;
	FACT(syscall(SYS_sched_setattr, 0, big, 0), "set, long");
	big[100] = 1;
	FACT(syscall(SYS_sched_setattr, 0, big, 0), "set, long, not 0");
	FACT(*(int *)big, "size");
	for (int flag = 1; flag <= 128; flag *= 2) {
		a = (struct sched_attr){ .size = sizeof(a),
			.sched_flags = flag };
		FACT(syscall(SYS_sched_setattr, 0, &a, 0), "flag %d", flag);
	}
	a = (struct sched_attr){ .size = 48, .sched_policy = SCHED_FIFO };
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "fifo, priority 0");
	a.sched_priority = 100;
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "fifo, priority 100");
	a.sched_priority = 10;
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "fifo, priority 10");
	FACT(syscall(SYS_sched_getattr, 0, &a, 48, 0), "get");
	printf("%u %d %u\n", a.sched_policy, a.sched_nice, a.sched_priority);
	a = (struct sched_attr){ .size = 48, .sched_policy = SCHED_DEADLINE };
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "deadline, no times");
	a = (struct sched_attr){ .size = 48, .sched_policy = 77 };
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "policy 77");
	a = (struct sched_attr){ .size = 48, .sched_nice = 100 };
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "nice 100");
	FACT(getpriority(PRIO_PROCESS, 0), "nice value");
	a = (struct sched_attr){ .size = 48 };
	FACT(syscall(SYS_sched_setattr, 0, &a, 0), "back");
}

static void test_priorities(void)
{
	for (int which = -1; which <= 3; which++) {
		FACT(syscall(SYS_getpriority, which, 0) > 0, "get %d", which);
		FACT(syscall(SYS_getpriority, which, -1), "get %d, -1",
			which);
		FACT(syscall(SYS_getpriority, which, 9999999), "get %d, none",
			which);
		FACT(syscall(SYS_setpriority, which, -1, 0), "set %d, -1",
			which);
		FACT(syscall(SYS_setpriority, which, 9999999, 0),
			"set %d, none", which);
	}
	AS(0) {
		for (int nice = -30; nice <= 30; nice += 10) {
			FACT(syscall(SYS_setpriority, 0, 0, nice), "set %d",
				nice);
			FACT(syscall(SYS_getpriority, 0, 0), "it is");
		}
		FACT(syscall(SYS_nice, -50), "nice -50");
		FACT(syscall(SYS_getpriority, 0, 0), "it is");
		FACT(syscall(SYS_nice, 200), "nice 200");
		FACT(syscall(SYS_getpriority, 0, 0), "it is");
	}
	AS(1000) {
		FACT(syscall(SYS_setpriority, 0, 0, 5), "user: 5");
		FACT(syscall(SYS_setpriority, 0, 0, 4), "user: 4");
		FACT(syscall(SYS_setpriority, 0, 0, 5), "user: 5 again");
		FACT(syscall(SYS_nice, -1), "user: nice -1");
		FACT(syscall(SYS_nice, 1), "user: nice 1");
		FACT(syscall(SYS_setpriority, 0, 1, 10), "user: of 1");
		FACT(syscall(SYS_setpriority, 1, 0, 10), "user: the group");
		FACT(syscall(SYS_getpriority, 0, 1), "user: ask");
		FACT(syscall(SYS_getpriority, 2, 1000), "user: by user");
	}
	AS(0) {
		setrlimit(RLIMIT_NICE, &(struct rlimit){ 25, 25 });
		CHECK(setuid(1000) == 0);
		FACT(syscall(SYS_setpriority, 0, 0, -5), "within the limit");
		FACT(syscall(SYS_setpriority, 0, 0, -6), "beyond");
	}
}

static void test_limits(void)
{
	struct rlimit r = { 0, 0 };
	struct { uint64_t cur, max; } w;
	pid_t pid;

	for (int which = -1; which <= 17; which++) {
		FACT(syscall(SYS_ugetrlimit, which, &r), "limit %d", which);
		if (which != RLIMIT_NPROC && which != RLIMIT_SIGPENDING &&
				which != RLIMIT_MEMLOCK)
			printf("%lx %lx\n", (long)r.rlim_cur,
				(long)r.rlim_max);
		FACT(syscall(SYS_ugetrlimit, which, BAD_ADDRESS), "address");
		FACT(syscall(SYS_setrlimit, which, BAD_ADDRESS), "set");
		FACT(syscall(SYS_prlimit64, 0, which, NULL, BAD_ADDRESS),
			"prlimit, address");
		FACT(syscall(SYS_prlimit64, 0, which, BAD_ADDRESS, NULL),
			"prlimit, new address");
		FACT(syscall(SYS_prlimit64, 0, which, NULL, NULL),
			"prlimit, nothing");
	}
	AS(0) {
		w.cur = 10;
		w.max = 5;
		FACT(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &w, NULL),
			"soft above hard");
		w.cur = w.max = 1 << 21;
		FACT(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &w, NULL),
			"too many files");
		FACT(syscall(SYS_prlimit64, -1, RLIMIT_CORE, NULL, &w),
			"of -1");
		FACT(syscall(SYS_prlimit64, 9999999, RLIMIT_CORE, NULL, &w),
			"of none");
		FACT(syscall(SYS_prlimit64, 1, RLIMIT_CORE, NULL, &w),
			"of 1");
	}
	AS(1000) {
		FACT(syscall(SYS_prlimit64, 1, RLIMIT_CORE, NULL, &w),
			"user: of 1");
		r = (struct rlimit){ 100, 100 };
		FACT(setrlimit(RLIMIT_NOFILE, &r), "user: lower");
		r = (struct rlimit){ 100, 101 };
		FACT(setrlimit(RLIMIT_NOFILE, &r), "user: raise");
		for (int i = 0; i < 100; i++)
			if (dup(1) < 0) {
				FACT(-1, "dup: error %d", errno);
				break;
			}
		r = (struct rlimit){ 0, 0 };
		FACT(setrlimit(RLIMIT_NPROC, &r), "no processes");
		FACT(fork(), "fork");
	}
	pid = checked_fork();
	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		r = (struct rlimit){ 100, 200 };
		setrlimit(RLIMIT_FSIZE, &r);
		int fd = make_file("limited", 0644);
		char buf[150] = "";
		FACT(write(fd, buf, 150), "write across the limit");
		FACT(write(fd, buf, 1), "beyond it");
		FACT(ftruncate(fd, 101), "truncate beyond it");
		FACT(ftruncate(fd, 100), "truncate to it");
		FACT(pwrite(fd, buf, 0, 500), "nothing beyond it");
		fflush(stdout);
		signal(SIGXFSZ, SIG_DFL);
		FACT(write(fd, buf, 1), "killed");
		_exit(0);
	}
	int status;
	waitpid(pid, &status, 0);
	FACT(status & 0x7F, "SIGXFSZ");
	pid = checked_fork();
	if (pid == 0) {
		r = (struct rlimit){ 0, 0 };
		setrlimit(RLIMIT_CORE, &r);
		r = (struct rlimit){ 1, 3 };
		FACT(setrlimit(RLIMIT_CPU, &r), "processor time");
		for (;;)
			;
	}
	waitpid(pid, &status, 0);
	FACT(status & 0x7F, "SIGXCPU");
	AS(0) {
		r = (struct rlimit){ 16 << 20, 16 << 20 };
		setrlimit(RLIMIT_AS, &r);
		FACT(mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE |
			MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0, "AS");
		r = (struct rlimit){ 65536, 65536 };
		setrlimit(RLIMIT_DATA, &r);
		FACT(syscall(SYS_brk, (char *)sbrk(0) + (1 << 20)) ==
			(long)sbrk(0), "brk within RLIMIT_DATA");
	}
}

static void test_prctl(void)
{
	static const int options[] = {
		PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE,
		PR_SET_DUMPABLE, PR_GET_UNALIGN, PR_SET_UNALIGN,
		PR_GET_KEEPCAPS, PR_SET_KEEPCAPS, PR_GET_FPEMU, PR_SET_FPEMU,
		PR_GET_FPEXC, PR_SET_FPEXC, PR_GET_TIMING, PR_SET_TIMING,
		PR_SET_NAME, PR_GET_NAME, PR_GET_ENDIAN, PR_SET_ENDIAN,
		PR_CAPBSET_READ, PR_GET_TSC,
		PR_GET_SECUREBITS, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK,
		PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE,
		PR_MCE_KILL, PR_MCE_KILL_GET, PR_SET_MM,
		PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER,
		PR_GET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS, PR_SET_THP_DISABLE,
		PR_GET_THP_DISABLE, PR_MPX_ENABLE_MANAGEMENT,
		PR_SET_FP_MODE, PR_GET_FP_MODE, PR_SVE_SET_VL, PR_SVE_GET_VL,
		PR_SET_IO_FLUSHER, PR_GET_IO_FLUSHER, 0, -1, 1000,
		PR_SET_PTRACER,
	};
	int value = -1;
	char name[17];

	for (unsigned i = 0; i < COUNT(options); i++)
		AS(0) {
			FACT(syscall(SYS_prctl, options[i], 16, 0, 0, 0),
				"option %d, 16", options[i]);
			FACT(syscall(SYS_prctl, options[i], 0, 0, 0, 0),
				"option %d, 0", options[i]);
			FACT(syscall(SYS_prctl, options[i], 1, 0, 0, 0),
				"option %d, 1", options[i]);
			FACT(syscall(SYS_prctl, options[i], 2, 1, 1, 1),
				"option %d, 2 and more", options[i]);
		}
	FACT(prctl(PR_SET_PDEATHSIG, SIGUSR2), "set death signal");
	FACT(prctl(PR_GET_PDEATHSIG, &value), "get it");
	FACT(value, "it is");
	AS(0) {
		FACT(prctl(PR_GET_PDEATHSIG, &value), "child's");
		FACT(value, "it is");
	}
	FACT(prctl(PR_SET_PDEATHSIG, 65), "set 65");
	FACT(prctl(PR_SET_PDEATHSIG, -1), "set -1");
	FACT(prctl(PR_SET_NAME, "a name of more than sixteen"), "set name");
	FACT(prctl(PR_GET_NAME, name), "get it");
	printf("%.16s\n", name);
	FACT(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), "no new privs 0");
	FACT(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), "no new privs 1 1");
	AS(0) {
		FACT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privs");
		FACT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), "get it");
		FACT(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), "get, 1");
		AS(0)
			FACT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
				"child's");
	}
	FACT(prctl(PR_SET_TIMERSLACK, 1000), "slack");
	FACT(prctl(PR_GET_TIMERSLACK), "it is");
	AS(0) {
		FACT(prctl(PR_SET_TIMERSLACK, 2000), "child's");
		FACT(prctl(PR_SET_TIMERSLACK, 0), "default");
		FACT(prctl(PR_GET_TIMERSLACK), "it is");
	}
	set(0, SCHED_FIFO, 1);
	FACT(prctl(PR_GET_TIMERSLACK), "of a real-time thread");
	set(0, SCHED_NORMAL, 0);
	FACT(prctl(PR_SET_DUMPABLE, 0), "not dumpable");
	FACT(prctl(PR_GET_DUMPABLE), "it is");
	AS(0)
		FACT(prctl(PR_GET_DUMPABLE), "child's");
	FACT(prctl(PR_SET_DUMPABLE, 1), "dumpable");
	FACT(prctl(PR_SET_CHILD_SUBREAPER, 5), "subreaper 5");
	FACT(prctl(PR_GET_CHILD_SUBREAPER, &value), "get it");
	FACT(value, "it is");
	AS(0) {
		FACT(prctl(PR_GET_CHILD_SUBREAPER, &value), "child's");
		FACT(value, "it is");
	}
	FACT(prctl(PR_GET_CHILD_SUBREAPER, BAD_ADDRESS), "get, address");
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	test_policies();
	test_interval();
	test_affinity();
	test_attributes();
	test_priorities();
	test_limits();
	test_prctl();
	return 0;
}
