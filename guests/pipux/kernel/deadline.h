/* SPDX-License-Identifier: BSD-2-Clause */
/* SCHED_DEADLINE, between the scheduler and the calls that set it. */
#ifndef PIPUX_KERNEL_DEADLINE_H
#define PIPUX_KERNEL_DEADLINE_H

#include <pipux/sched.h>

#define RT_DEADLINE	(RT_PRIO_MAX + 1)	/* task->rt of these alone */

/* sched(7): `runtime` ns in each `period`, within `deadline` of its begin */
struct deadline {
	struct task *task;
	uint64_t runtime, deadline, period;	/* each below 2^32 */
	uint32_t flags;			/* SCHED_FLAG_*: RECLAIM, DL_OVERRUN */
	ktime_t until;			/* the deadline of this period */
	int64_t left;			/* ns of runtime until then */
	ktime_t since;			/* runs since then, 0: does not */
	bool throttled;			/* until its next period begins */
	struct ktimer timer;		/* `left` ends; the period begins */
};

struct sched_attr;

/* sched_setattr(2)'s rules: 0 or -EINVAL */
int deadline_check(const struct sched_attr *a);
/* What `a`, checked, asks for, in place of what t has; sched_set_policy makes t
 * SCHED_DEADLINE.  0, -EBUSY: too much for the processor, -ENOMEM */
int deadline_set(struct task *t, const struct sched_attr *a);
void deadline_drop(struct task *t);	/* t has another policy */

/* For sched.c.  They are all for a task that has one */
bool deadline_before(const struct task *a, const struct task *b);
void deadline_run(struct task *t);	/* it gets the processor */
void deadline_pause(struct task *t);	/* it leaves it; may be throttled */
void deadline_wake(struct task *t);	/* was asleep; may be throttled */
void deadline_yield(struct task *t);	/* no more in this period */

/* sched.c: throttled no longer */
void sched_resume(struct task *t);

static inline bool is_throttled(const struct task *t)
{
	return t->deadline && t->deadline->throttled;
}

#endif
