/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock for what sleeps.  The kernel is not preempted: only an operation
 * that waits for a device in its middle needs one.  The owner may lock it
 * again; it passes to who waited longest, so that nobody starves.
 */
#ifndef PIPUX_MUTEX_H
#define PIPUX_MUTEX_H

#include <pipux/wait.h>

struct mutex {
	struct task *owner;		/* NULL: free */
	unsigned depth;
	struct wait_queue waiters;
};

/* kernel/mutex.c */
void mutex_init(struct mutex *m);
void mutex_lock(struct mutex *m);	/* does not heed signals */
/* 0, or -ERESTARTSYS.  For what is held while memory is reached that may have
 * to be made: whoever is to end for that must not wait for the owner */
long mutex_lock_interruptible(struct mutex *m);
void mutex_unlock(struct mutex *m);

#endif
