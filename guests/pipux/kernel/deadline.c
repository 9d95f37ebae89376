/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SCHED_DEADLINE (sched(7)): of those that are ready, the one with the
 * earliest deadline runs, before all other policies.  Each is a constant
 * bandwidth server: it has so much time in each period and is throttled when
 * that is used up, so that it cannot harm the others.
 *
 * LIMIT: SCHED_FLAG_RECLAIM is kept and told; unused time of others is not
 * given to anybody.
 */
#include "deadline.h"
#include <pipux/signal.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

/* What Linux's settings begin with, in /proc/sys/kernel: sched_rt_runtime_us,
 * sched_deadline_period_min_us and _max_us; in ns */
#define RUNTIME_MIN	1024u
#define PERIOD_MIN	100000u
#define PERIOD_MAX	4194304000u
#define SCALE		20		/* bits of a share after the point */
#define SHARES_MAX	((95ull << SCALE) / 100)

static uint64_t shares;			/* of the processor, of all */

int deadline_check(const struct sched_attr *a)
{
	uint64_t period = a->sched_period ? a->sched_period : a->sched_deadline;

	return !a->sched_priority && a->sched_runtime >= RUNTIME_MIN
		&& a->sched_runtime <= a->sched_deadline
		&& a->sched_deadline <= period
		&& period >= PERIOD_MIN && period <= PERIOD_MAX ? 0 : -EINVAL;
}

static uint64_t share_of(const struct deadline *d)
{
	return d ? ns_div(d->runtime << SCALE, d->period) : 0;
}

static inline ktime_t next_period(const struct deadline *d)
{
	return d->until - d->deadline + d->period;
}

/* A first period begins now */
static void begin(struct deadline *d, ktime_t now)
{
	d->until = now + d->deadline;
	d->left = d->runtime;
}

/* The next period has begun; what was used too much of is taken off it */
static void replenish(struct deadline *d, ktime_t now)
{
	d->throttled = false;
	do {
		d->until += d->period;
		d->left += d->runtime;
	} while (d->left <= 0);
	if (d->until <= now)
		begin(d, now);
}

static void throttle(struct deadline *d, ktime_t now)
{
	if (next_period(d) <= now) {
		replenish(d, now);
		return;
	}
	d->throttled = true;
	ktimer_start(&d->timer, next_period(d));
}

static void expired(struct ktimer *timer)
{
	struct deadline *d = container_of(timer, struct deadline, timer);

	if (d->throttled) {
		replenish(d, ktime_get());
		sched_resume(d->task);
		return;
	}
	need_resched = true;
	if (d->flags & SCHED_FLAG_DL_OVERRUN)
		send_signal_process(SIGXCPU, &(struct ksiginfo){
			.signo = SIGXCPU, .code = SI_KERNEL_ },
			d->task->process);
}

bool deadline_before(const struct task *a, const struct task *b)
{
	return a->deadline->until < b->deadline->until;
}

void deadline_run(struct task *t)
{
	struct deadline *d = t->deadline;

	d->since = ktime_get();
	ktimer_start(&d->timer, d->since + d->left);
}

void deadline_pause(struct task *t)
{
	struct deadline *d = t->deadline;
	ktime_t now = ktime_get();

	if (!d->since)
		return;
	ktimer_cancel(&d->timer);
	d->left -= now - d->since;
	d->since = 0;
	if (d->left <= 0)
		throttle(d, now);
}

/*
 * What is left may be used until the old deadline if that is no more than the
 * task's share; else a new period begins.  Who has had a deadline that ends
 * before its period waits for the next one.
 */
void deadline_wake(struct task *t)
{
	struct deadline *d = t->deadline;
	ktime_t now = ktime_get();

	if (d->throttled)
		return;
	if (d->until <= now && next_period(d) > now) {
		d->left = 0;
		throttle(d, now);
	} else if (d->until <= now
			|| d->left * d->deadline > d->runtime
				* (d->until - now)) {
		begin(d, now);
	}
}

void deadline_yield(struct task *t)
{
	deadline_pause(t);
	if (t->deadline->throttled)
		return;
	t->deadline->left = 0;
	throttle(t->deadline, ktime_get());
}

int deadline_set(struct task *t, const struct sched_attr *a)
{
	struct deadline *d = kzalloc(sizeof(*d));
	uint64_t rest = shares - share_of(t->deadline);

	if (!d)
		return -ENOMEM;
	d->task = t;
	d->runtime = a->sched_runtime;
	d->deadline = a->sched_deadline;
	d->period = a->sched_period ? a->sched_period : a->sched_deadline;
	d->flags = a->sched_flags & (SCHED_FLAG_RECLAIM
		| SCHED_FLAG_DL_OVERRUN);
	if (rest + share_of(d) > SHARES_MAX) {
		kfree(d);
		return -EBUSY;
	}
	ktimer_init(&d->timer, expired);
	begin(d, ktime_get());
	deadline_drop(t);
	t->deadline = d;
	shares += share_of(d);
	return 0;
}

void deadline_drop(struct task *t)
{
	struct deadline *d = t->deadline;

	if (!d)
		return;
	ktimer_cancel(&d->timer);
	shares -= share_of(d);
	t->deadline = NULL;
	kfree(d);
}
