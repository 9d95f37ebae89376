/* SPDX-License-Identifier: BSD-2-Clause */
/* Wait queues and sleeping; the contract is in <pipux/wait.h>. */
#include <pipux/sched.h>

void wait_add(struct wait_queue *q, struct waiter *w)
{
	w->task = current;
	w->queue = q;
	w->fn = NULL;
	list_add_tail(&q->waiters, &w->link);
}

void wait_add_fn(struct wait_queue *q, struct waiter *w,
		bool (*fn)(struct waiter *w))
{
	wait_add(q, w);
	w->fn = fn;
	w->exclusive = false;
}

bool wait_sleeps(const struct wait_queue *q)
{
	const struct waiter *w;

	list_for_each(w, &q->waiters, link)
		if (w->fn || w->task->state != TASK_RUNNING)
			return true;
	return false;
}

void wait_remove(struct waiter *w)
{
	list_del(&w->link);
}

void wake_up(struct wait_queue *q)
{
	bool served = false;
	struct waiter *w;

	list_for_each(w, &q->waiters, link) {
		if (likely(!w->fn))
			wake_task(w->task);
		else if (!w->exclusive)
			w->fn(w);
		else if (!served)
			served = w->fn(w);
	}
}

/* The first one that sleeps: one already awake cannot be woken again */
void wake_up_one(struct wait_queue *q)
{
	struct waiter *w;

	list_for_each(w, &q->waiters, link) {
		if (w->fn) {
			w->fn(w);
		} else if (w->task->state != TASK_RUNNING) {
			wake_task(w->task);
			return;
		}
	}
}

static void timed_out(struct ktimer *t)
{
	wake_task(container_of(t, struct task, sleep_timer));
}

void sleep_on(bool interruptible, ktime_t deadline)
{
	if (interruptible && signal_pending())
		return;
	current->state = interruptible ? TASK_SLEEPING : TASK_BLOCKED;
	if (!deadline) {
		schedule();
		return;
	}
	ktimer_init(&current->sleep_timer, timed_out);
	ktimer_start(&current->sleep_timer, deadline);
	schedule();
	ktimer_cancel(&current->sleep_timer);
}
