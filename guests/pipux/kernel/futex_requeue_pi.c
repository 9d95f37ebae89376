/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI (futex(2)): who waits for a
 * condition is moved to the lock that belongs to it, and returns with it.
 */
#include "futex_private.h"

static struct pi_waiter *pi(struct futex_waiter *w)
{
	return container_of(w, struct pi_waiter, base);
}

long futex_wait_requeue_pi(uint32_t uaddr, bool private, uint32_t val,
		uint32_t uaddr2, ktime_t deadline)
{
	struct pi_waiter w = {
		.base.task = current, .base.bitset = FUTEX_BITSET_MATCH_ANY,
		.base.kind = FUTEX_TO_LOCK,
	};
	long rc;

	if (uaddr == uaddr2)
		return -EINVAL;
	rc = futex_key(uaddr2, private, true, &w.target);
	if (!rc)
		rc = futex_key(uaddr, private, false, &w.base.key);
	if (!rc)
		rc = futex_expect(uaddr, val);
	if (rc)
		return rc;
	if (futex_same(&w.base.key, &w.target))
		return -EINVAL;
	list_add_tail(futex_bucket(&w.base.key), &w.base.link);
	rc = futex_sleep(&w.base, deadline);
	if (w.base.kind == FUTEX_LOCK) {
		rc = pi_finish(&w, uaddr2, rc);
		return rc == -ERESTARTSYS ? -EAGAIN : rc;
	}
	return rc == -ERESTARTSYS ? -ERESTARTNOINTR : rc;
}

/* The lock was free: the first waiter has it and runs */
static void release(struct futex_waiter *w)
{
	list_del(&w->link);
	if (w->task->state == TASK_SLEEPING)
		wake_task(w->task);
}

/* Moves up to n waiters to the lock that `owner` holds; how many, or errno */
static long move_waiters(const struct futex_key *from,
		const struct futex_key *to, int n, struct task *owner)
{
	struct futex_waiter *w, *next;
	long moved = 0;

	list_for_each_safe(w, next, futex_bucket(from), link) {
		if (moved >= n)
			break;
		if (!futex_same(&w->key, from))
			continue;
		if (w->kind != FUTEX_TO_LOCK
				|| !futex_same(&pi(w)->target, to))
			return moved ? moved : -EINVAL;
		if (pi_deadlock(owner, w->task))
			return moved ? moved : -EDEADLK;
		list_del(&w->link);
		pi_enqueue(pi(w), to, owner);
		moved++;
	}
	return moved;
}

long futex_requeue_pi(uint32_t uaddr, bool private, int wake, int move,
		uint32_t uaddr2, uint32_t expected)
{
	struct futex_key from, to;
	struct futex_waiter *top;
	struct task *owner;
	long rc, moved;

	if (move < 0 || wake != 1 || uaddr == uaddr2)
		return -EINVAL;
	rc = futex_key(uaddr, private, false, &from);
	if (!rc)
		rc = futex_key(uaddr2, private, true, &to);
	if (rc)
		return rc;
	if (futex_same(&from, &to))
		return -EINVAL;
	rc = futex_touch(uaddr2);
	if (!rc)
		rc = futex_expect(uaddr, expected);
	if (rc)
		return rc;
	top = futex_top(&from);
	if (!top)
		return 0;
	if (top->kind != FUTEX_TO_LOCK || !futex_same(&pi(top)->target, &to))
		return -EINVAL;
	rc = futex_try_lock(uaddr2, &to, top->task, move > 0, &owner);
	if (rc < 0)
		return rc;
	if (rc) {
		owner = top->task;
		release(top);
	}
	moved = move_waiters(&from, &to, rc ? move : move + 1, owner);
	return moved < 0 && rc ? rc : moved + rc;
}
