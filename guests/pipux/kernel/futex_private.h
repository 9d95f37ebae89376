/* SPDX-License-Identifier: BSD-2-Clause */
/* Between futex.c, futex_pi.c, futex_requeue_pi.c, futex_waitv.c, robust.c. */
#ifndef PIPUX_FUTEX_PRIVATE_H
#define PIPUX_FUTEX_PRIVATE_H

#include <linux/futex.h>
#include <pipux/futex.h>
#include <pipux/mm.h>
#include "../time/clock.h"

/*
 * A word is known by its address space and address or, in memory shared by
 * mapping, by the shared object and the offset in it.
 */
struct futex_key {
	const void *object;		/* mm, inode or shm */
	uint32_t offset;		/* KEY_*, in the bits below a word */
};

#define KEY_SHARED	1u		/* private memory, named as if shared */

enum futex_kind {
	FUTEX_PLAIN,
	FUTEX_LOCK,			/* of a struct pi_waiter, as the next */
	FUTEX_TO_LOCK,			/* will be requeued to a lock */
};

struct futex_waiter {
	struct list link;		/* in a bucket; empty once woken */
	struct futex_key key;
	uint32_t bitset;
	struct task *task;
	enum futex_kind kind;
};

/* Invariant: with kind FUTEX_LOCK it is in owner->pi_owned, and the task's
 * pi_wait is this */
struct pi_waiter {
	struct futex_waiter base;
	struct task *owner;
	struct list owner_link;
	bool owner_died;		/* the lock came by its holder's end */
	struct futex_key target;	/* FUTEX_TO_LOCK: the lock */
};

/* futex.c */
struct list *futex_bucket(const struct futex_key *k);
static inline bool futex_same(const struct futex_key *a,
		const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

/* 0 if the word has this value, else -EAGAIN; -EFAULT */
static inline long futex_expect(uint32_t uaddr, uint32_t value)
{
	uint32_t now;

	if (get_user(now, (const uint32_t *)uaddr))
		return -EFAULT;
	return now == value ? 0 : -EAGAIN;
}
/* 0, -EINVAL for an odd address, -EFAULT; `write`: it will be written */
long futex_key(uint32_t uaddr, bool private, bool write, struct futex_key *k);
/* 0 woken, -ETIMEDOUT, -ERESTARTSYS: off the list in any case */
long futex_sleep(struct futex_waiter *w, ktime_t deadline);

/* futex_pi.c */
long futex_lock_pi(uint32_t uaddr, bool private, bool try, ktime_t deadline);
long futex_unlock_pi(uint32_t uaddr, bool private);
/* The word can be read and written without sleeping from here on; -EFAULT */
long futex_touch(uint32_t uaddr);
/* 1: t has the lock now; 0: it must wait for *owner; errno */
long futex_try_lock(uint32_t uaddr, const struct futex_key *k,
	struct task *t, bool others, struct task **owner);
void pi_enqueue(struct pi_waiter *w, const struct futex_key *k,
	struct task *owner);
/* After futex_sleep returned rc: what became of the lock */
long pi_finish(struct pi_waiter *w, uint32_t uaddr, long rc);
bool pi_deadlock(const struct task *owner, const struct task *t);
struct futex_waiter *futex_top(const struct futex_key *k);

/* futex_requeue_pi.c */
long futex_wait_requeue_pi(uint32_t uaddr, bool private, uint32_t val,
	uint32_t uaddr2, ktime_t deadline);
long futex_requeue_pi(uint32_t uaddr, bool private, int wake, int move,
	uint32_t uaddr2, uint32_t expected);

#endif
