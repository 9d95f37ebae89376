/* SPDX-License-Identifier: BSD-2-Clause */
/* Futexes: kernel/futex.c. */
#ifndef PIPUX_FUTEX_H
#define PIPUX_FUTEX_H

#include <pipux/sched.h>

/* Wakes up to n waiters on current's word; how many, or -EFAULT */
long futex_wake(uint32_t uaddr, int n);
/* A thread ends or execs, its mm still there: robust list, then the word at
 * clear_child_tid is zeroed and woken */
void futex_exit(void);
/* The locks with priority inheritance that current owns go to who waits */
void futex_pi_exit(void);
/* t->rt changed: whom t waits for inherits it */
void futex_priority_changed(struct task *t);

#endif
