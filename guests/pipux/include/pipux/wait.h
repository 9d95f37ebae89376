/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleeping.  The kernel is never preempted inside the kernel and interrupts
 * are taken only on the way out and while idle, so testing a condition and
 * going to sleep is atomic; no locks exist anywhere.
 */
#ifndef PIPUX_WAIT_H
#define PIPUX_WAIT_H

#include <pipux/list.h>

struct task;

struct wait_queue {
	struct list waiters;		/* of struct waiter */
};

struct waiter {
	struct list link;
	struct task *task;
	struct wait_queue *queue;
	bool (*fn)(struct waiter *w);	/* called instead of waking task */
	bool exclusive;			/* after one that did it is passed by */
};

#define WAIT_QUEUE_INIT(q)	{ LIST_INIT((q).waiters) }

static inline void wait_queue_init(struct wait_queue *q)
{
	list_init(&q->waiters);
}

/* kernel/sched.c */
void wake_up(struct wait_queue *q);		/* all waiters */
void wake_up_one(struct wait_queue *q);
void wait_add(struct wait_queue *q, struct waiter *w);	/* current */
void wait_remove(struct waiter *w);
/*
 * fn is called at each wake_up; it must not touch the queue itself.  It tells
 * whether somebody who slept goes on: that is enough if w->exclusive, which
 * may be set after this.
 */
void wait_add_fn(struct wait_queue *q, struct waiter *w,
	bool (*fn)(struct waiter *w));
/* Does anybody sleep on it, or ask to be told? */
bool wait_sleeps(const struct wait_queue *q);
/*
 * Sleeps until woken by one of the queues it was added to, by wake_task, or,
 * if interruptible, by a signal; `timeout` is an absolute ktime, 0: never.
 * Spurious returns are allowed: callers loop on their condition.
 */
void sleep_on(bool interruptible, ktime_t deadline);
bool signal_pending(void);			/* for current; kernel/signal.c */
bool fatal_signal_pending(void);		/* ... that it dies by */

/*
 * Waits until `cond`.  0, or -ERESTARTSYS if a signal is pending, or
 * -ETIMEDOUT if the (non-zero) deadline passed.
 */
#define wait_event_until(q, cond, deadline_) ({				\
	struct waiter w_;						\
	long rc_ = 0;							\
	ktime_t dl_ = (deadline_);					\
	wait_add((q), &w_);						\
	while (!(cond)) {						\
		if (signal_pending()) {					\
			rc_ = -ERESTARTSYS;				\
			break;						\
		}							\
		if (dl_ && ktime_get() >= dl_) {			\
			rc_ = -ETIMEDOUT;				\
			break;						\
		}							\
		sleep_on(true, dl_);					\
	}								\
	wait_remove(&w_);						\
	rc_;								\
})
#define wait_event(q, cond)	wait_event_until(q, cond, 0)

ktime_t ktime_get(void);			/* time/clock.c */

#endif
