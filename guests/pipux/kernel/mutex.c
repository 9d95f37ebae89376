/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeping locks; the contract is in <pipux/mutex.h>. */
#include <pipux/mutex.h>
#include <pipux/sched.h>

void mutex_init(struct mutex *m)
{
	m->owner = NULL;
	m->depth = 0;
	wait_queue_init(&m->waiters);
}

void mutex_lock(struct mutex *m)
{
	struct waiter w;

	if (m->owner && m->owner != current) {
		wait_add(&m->waiters, &w);
		while (m->owner != current)
			sleep_on(false, 0);
	}
	m->owner = current;
	m->depth++;
}

/* Another one has it */
long mutex_wait(struct mutex *m)
{
	struct waiter w;

	wait_add(&m->waiters, &w);
	while (m->owner != current) {
		if (signal_pending()) {
			wait_remove(&w);
			return -ERESTARTSYS;
		}
		sleep_on(true, 0);
	}
	m->depth++;
	return 0;
}

void mutex_unlock(struct mutex *m)
{
	struct waiter *w;

	BUG_ON(m->owner != current);
	if (--m->depth)
		return;
	if (list_empty(&m->waiters.waiters)) {
		m->owner = NULL;
		return;
	}
	w = list_first(&m->waiters.waiters, struct waiter, link);
	m->owner = w->task;
	wait_remove(w);
	wake_task(w->task);
}
