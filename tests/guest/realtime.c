/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real-time scheduling (sched(7)) on one processor: priority decides, FIFO
 * keeps the processor among equals until it yields, and what loops for ever
 * leaves a little time to the others.  Root's business.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

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

int main(void)
{
	order = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(order != MAP_FAILED);
	next = order + 100;
	test_order();
	test_throttling();
	return passed("realtime");
}
