/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work for later, in a task of its own.  What is found while interrupts are
 * looked at runs on any task's stack, at any depth of it: it must not sleep
 * and should do little.  The rest goes to the kernel thread "kworker".
 */
#ifndef PIPUX_WORK_H
#define PIPUX_WORK_H

#include <pipux/list.h>

/* kernel/work.c.  fn may sleep, but all other work waits for it */
struct work {
	struct list link;		/* empty list: not to be done now */
	void (*fn)(struct work *w);
};

#define WORK_INIT(w, f)	{ LIST_INIT((w).link), f }

void work_init(void);			/* starts the thread */
/* Soon, once, however often it is asked for until fn begins */
void work_schedule(struct work *w);
void work_cancel(struct work *w);	/* if it has not begun */

/*
 * kernel/kthread.c: a task without user memory that runs fn.  It gets no
 * signals, so its waits end only when what they wait for comes; it ends when
 * fn returns.  NULL: out of memory.
 */
struct task;
struct task *kthread_create(void (*fn)(void *), void *arg, const char *name);

#endif
