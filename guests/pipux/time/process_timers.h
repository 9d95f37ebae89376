/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers of a process beyond ITIMER_REAL: made when the first is used.
 */
#ifndef PIPUX_TIME_PROCESS_TIMERS_H
#define PIPUX_TIME_PROCESS_TIMERS_H

#include "clock.h"

/* ITIMER_VIRTUAL and ITIMER_PROF: a clock that a kernel timer looks at */
struct cpu_itimer {
	struct ktimer poll;
	struct process *process;
	bool user_only;
	int signo;
	uint64_t expires, interval;	/* of processor time; expires 0: off */
};

struct process_timers {
	struct cpu_itimer cpu[2];	/* by which - 1 */
	struct ktimer limit;		/* RLIMIT_CPU */
	struct process *process;
	struct list posix;		/* struct posix_timer */
	int next_id;
};

/* itimer.c: NULL without memory */
struct process_timers *process_timers_get(struct process *p);

#endif
