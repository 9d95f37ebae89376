/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks that count processor time: CLOCK_PROCESS_CPUTIME_ID,
 * CLOCK_THREAD_CPUTIME_ID, and the negative numbers that name another
 * process's or thread's clock, (~id << 3) | thread bit 4 | kind, as
 * clock_getcpuclockid and pthread_getcpuclockid make them.
 */
#include <pipux/resource.h>
#include "clock.h"

#define CPU_KIND_MASK	3
#define CPU_KIND_VIRT	1
#define CPU_KIND_BAD	3
#define CPU_THREAD	4

/* A polled clock is looked at no more often than a Linux tick */
#define POLL_MIN	(NSEC_PER_SEC / HZ)

static bool find_by_id(int id, bool thread, struct cpu_clock *c)
{
	if (!thread) {
		c->process = id ? process_by_pid(id) : current->process;
		return c->process;
	}
	c->task = id ? task_by_tid(id) : current;
	if (!c->task || c->task->process != current->process)
		return false;
	c->process = c->task->process;
	return true;
}

bool cpu_clock_find(int clock, struct cpu_clock *c)
{
	*c = (struct cpu_clock){ 0 };
	if (clock >= 0) {
		c->process = current->process;
		c->task = clock == CLOCK_THREAD_CPUTIME_ID ? current : NULL;
		return clock == CLOCK_PROCESS_CPUTIME_ID || c->task;
	}
	if ((clock & CPU_KIND_MASK) == CPU_KIND_BAD)
		return false;
	c->user_only = (clock & CPU_KIND_MASK) == CPU_KIND_VIRT;
	return find_by_id(~(clock >> 3), clock & CPU_THREAD, c);
}

uint64_t cpu_clock_read(const struct cpu_clock *c)
{
	uint64_t utime, stime;

	if (c->task) {
		task_account(c->task);
		utime = c->task->utime;
		stime = c->task->stime;
	} else {
		process_times(c->process, &utime, &stime);
	}
	return c->user_only ? utime : utime + stime;
}

ktime_t cpu_clock_poll(uint64_t now_cpu, uint64_t target)
{
	uint64_t left = target > now_cpu ? target - now_cpu : 0;

	return ns_add(ktime_get(), MAX(left, (uint64_t)POLL_MIN));
}
