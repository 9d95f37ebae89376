/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock for what sleeps.  The kernel is not preempted: only an operation
 * that waits for a device in its middle needs one.  The owner may lock it
 * again; it passes to who waited longest, so that nobody starves.
 */
#ifndef PIPUX_MUTEX_H
#define PIPUX_MUTEX_H

#include <pipux/sched.h>
#include <pipux/wait.h>

struct mutex {
	struct task *owner;		/* NULL: free */
	unsigned depth;
	struct wait_queue waiters;
};

/* kernel/mutex.c */
void mutex_init(struct mutex *m);
void mutex_lock(struct mutex *m);	/* does not heed signals */
void mutex_unlock(struct mutex *m);
long mutex_wait(struct mutex *m);

/* 0, or -ERESTARTSYS.  For what is held while memory is reached that may have
 * to be made: whoever is to end for that must not wait for the owner */
static inline long mutex_lock_interruptible(struct mutex *m)
{
	if (unlikely(m->owner && m->owner != current))
		return mutex_wait(m);
	m->owner = current;
	m->depth++;
	return 0;
}

#endif
