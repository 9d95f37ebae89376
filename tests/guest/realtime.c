/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real-time scheduling (sched(7)) on one processor: priority decides, FIFO
 * keeps the processor among equals until it yields, and what loops for ever
 * leaves a little time to the others; and what the others do for long.  Root's
 * business.
 */
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

static volatile int *order, *next;

static void policy(pid_t pid, int which, int priority)
{
	struct sched_param p = { .sched_priority = priority };

	CHECK(syscall(156 /* sched_setscheduler */, pid, which, &p) == 0);
}

/* A child that, once let go, notes its name three times, yielding between. */
static pid_t noter(int name, int which, int priority)
{
	pid_t pid = checked_fork();

	if (pid)
		return pid;
	policy(0, which, priority);
	raise(SIGSTOP);
	for (int i = 0; i < 3; i++) {
		order[(*next)++] = name;
		sched_yield();
	}
	_exit(0);
}

static void test_order(void)
{
	static const int expected[9] = { 3, 3, 3, 1, 2, 1, 2, 1, 2 };
	pid_t pids[3];

	policy(0, SCHED_FIFO, 90);
	pids[0] = noter(1, SCHED_FIFO, 10);
	pids[1] = noter(2, SCHED_FIFO, 10);
	pids[2] = noter(3, SCHED_RR, 20);
	for (int i = 0; i < 3; i++) {
		int status;

		CHECK(waitpid(pids[i], &status, WUNTRACED) == pids[i]);
		CHECK(WIFSTOPPED(status));
	}
	for (int i = 0; i < 3; i++)
		CHECK(kill(pids[i], SIGCONT) == 0);
	for (int i = 0; i < 3; i++)
		expect_success(pids[i]);
	for (int i = 0; i < 9; i++)
		CHECK(order[i] == expected[i]);
	policy(0, SCHED_OTHER, 0);
}

static void test_throttling(void)
{
	pid_t pid = checked_fork();

	if (pid == 0) {
		policy(0, SCHED_FIFO, 50);
		for (;;)
			;
	}
	for (int i = 0; i < 5; i++)
		usleep(10000);
	CHECK(kill(pid, SIGKILL) == 0);
	expect_signal(pid, SIGKILL);
}

/* Who yields keeps his policy, and one that he is given meanwhile */
static void test_yield(void)
{
	struct sched_param none = { 0 };
	pid_t pid = checked_fork();

	if (pid == 0) {
		policy(0, SCHED_FIFO, 50);
		for (;;)
			sched_yield();
	}
	policy(0, SCHED_FIFO, 50);
	while (syscall(SYS_sched_getscheduler, pid) == SCHED_OTHER)
		usleep(1000);
	for (int i = 0; i < 5; i++) {
		usleep(1000);
		CHECK(syscall(SYS_sched_getscheduler, pid) == SCHED_FIFO);
	}
	CHECK(syscall(SYS_sched_setscheduler, pid, SCHED_OTHER, &none) == 0);
	usleep(20000);
	CHECK(syscall(SYS_sched_getscheduler, pid) == SCHED_OTHER);
	CHECK(kill(pid, SIGKILL) == 0);
	expect_signal(pid, SIGKILL);
	policy(0, SCHED_OTHER, 0);
}

struct attr {			/* struct sched_attr of sched_setattr(2) */
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* The share of the processor that a zombie was given is free after it */
static void test_deadline_of_zombie(void)
{
	struct attr a = { .size = sizeof(a), .policy = 6,
		.runtime = 80000000, .deadline = 100000000 };
	siginfo_t si;

	for (int i = 0; i < 3; i++) {
		pid_t pid = checked_fork();

		if (pid == 0)
			_exit(0);
		CHECK(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT) == 0);
		CHECK(syscall(SYS_sched_setattr, pid, &a, 0) == 0);
		expect_success(pid);
	}
}

static double used_by(clockid_t clock)
{
	struct timespec t;

	CHECK(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static pid_t computer(int niceness, clockid_t *clock)
{
	pid_t pid = checked_fork();

	if (pid == 0) {
		CHECK(nice(niceness) == niceness);
		for (;;)
			;
	}
	CHECK(clock_getcpuclockid(pid, clock) == 0);
	return pid;
}

/*
 * Whoever had the processor for itself for long neither keeps it when a sleeper
 * comes, nor has to wait as long when another one computes.
 */
static void test_long_runs(int niceness, int seconds)
{
	clockid_t clock[2];
	pid_t first = computer(niceness, &clock[0]), second;
	double had;

	for (int left = seconds; left; left = (int)sleep((unsigned)left))
		;
	had = used_by(clock[0]);
	CHECK(had < seconds + 7);
	second = computer(niceness, &clock[1]);
	while (used_by(clock[0]) < had + 0.05) {
		CHECK(used_by(clock[1]) < seconds / 2.0);
		usleep(20000);
	}
	CHECK(kill(first, SIGKILL) == 0 && kill(second, SIGKILL) == 0);
	expect_signal(first, SIGKILL);
	expect_signal(second, SIGKILL);
}

int main(void)
{
	order = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(order != MAP_FAILED);
	next = order + 100;
	test_order();
	test_throttling();
	test_yield();
	test_deadline_of_zombie();
	test_long_runs(0, 3);
	test_long_runs(19, 14);
	return passed("realtime");
}
