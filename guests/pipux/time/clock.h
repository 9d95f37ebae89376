/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of time/ only. */
#ifndef PIPUX_TIME_CLOCK_H
#define PIPUX_TIME_CLOCK_H

#include <pipux/sched.h>
#include <pipux/time.h>

#define NS_MAX		((uint64_t)INT64_MAX)

/* clock.c */
void realtime_set(uint64_t ns);
ktime_t realtime_to_ktime(uint64_t ns);	/* 0 if before boot */
struct timespec64 now_monotonic(void);

/* clock_calls.c: a clock's reading; false: no such clock */
bool clock_read(int clock, struct timespec64 *ts);
bool clock_exists(int clock);

/* adjtime.c: seconds that TAI is ahead of UTC */
int tai_offset(void);
/* The clock was set: its error is unknown now */
void adjtime_clear(void);

/* cpu_clock.c: clocks that count processor time */
struct cpu_clock {
	struct process *process;
	struct task *task;		/* NULL: the whole process */
	bool user_only;
};
/* What `clock` counts; false if it is no such clock or nobody is there */
bool cpu_clock_find(int clock, struct cpu_clock *c);
uint64_t cpu_clock_read(const struct cpu_clock *c);
/* When a clock that stands at now_cpu can reach target at the earliest */
ktime_t cpu_clock_poll(uint64_t now_cpu, uint64_t target);

static inline uint64_t ns_add(uint64_t a, uint64_t b)
{
	return a + b > NS_MAX ? NS_MAX : a + b;
}

/*
 * A periodic timer is armed no earlier than this from now, so that a period
 * shorter than its handling cannot keep the machine busy with it.
 */
#define REARM_MIN	50000ull

static inline ktime_t rearm_at(ktime_t expires, ktime_t now)
{
	return expires > now + REARM_MIN ? expires : now + REARM_MIN;
}

/* The first a + k * step after now, and how many steps were left out */
static inline uint64_t ns_next(uint64_t a, uint64_t step, uint64_t now,
		uint64_t *skipped)
{
	uint64_t n = 0;

	a = ns_add(a, step);
	if (a <= now) {
		n = (now - a) / step + 1;
		a = ns_add(a, n * step);
	}
	*skipped = n;
	return a;
}

#endif
