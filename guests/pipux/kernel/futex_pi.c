/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks with priority inheritance (futex(2), "Priority-inheritance futexes").
 * The word holds the owner's thread id; the kernel hands it from the owner
 * to the waiter of highest priority.  While others wait, the owner runs with
 * the highest real-time priority among them, and so does whom it waits for.
 *
 * Invariant: all waiters of one word have the same owner; no chain of owners
 * comes back to its beginning.
 */
#include "futex_private.h"

static struct pi_waiter *pi(struct futex_waiter *w)
{
	return container_of(w, struct pi_waiter, base);
}

long futex_touch(uint32_t uaddr)
{
	uint32_t value;

	if (get_user(value, (const uint32_t *)uaddr)
			|| mm_fault(current->mm, uaddr, true))
		return -EFAULT;
	return 0;
}

/* The waiter of highest priority, among those the one that came first; of all,
 * or of those for the lock: a program may wait for the same word otherwise */
static struct futex_waiter *top_of(const struct futex_key *k, bool lock)
{
	struct futex_waiter *w, *best = NULL;

	list_for_each(w, futex_bucket(k), link)
		if (futex_same(&w->key, k)
				&& (!lock || w->kind == FUTEX_LOCK)
				&& (!best || w->task->rt > best->task->rt))
			best = w;
	return best;
}

struct futex_waiter *futex_top(const struct futex_key *k)
{
	return top_of(k, false);
}

bool pi_deadlock(const struct task *owner, const struct task *t)
{
	while (owner != t && owner->pi_wait)
		owner = owner->pi_wait->owner;
	return owner == t;
}

/*
 * The priority of t, and of the owners it waits for, by their waiters'.
 * LIMIT: who has a deadline lends the highest priority, not its deadline.
 */
static void inherit(struct task *t)
{
	const struct pi_waiter *w;

	for (;;) {
		int rt = 0;

		list_for_each(w, &t->pi_owned, owner_link)
			rt = MAX(rt, (int)w->base.task->rt);
		rt = MIN(rt, RT_PRIO_MAX);
		if (rt == t->rt_inherited)
			return;
		sched_inherit(t, rt);
		if (!t->pi_wait)
			return;
		t = t->pi_wait->owner;
	}
}

void futex_priority_changed(struct task *t)
{
	if (t->pi_wait)
		inherit(t->pi_wait->owner);
}

void pi_enqueue(struct pi_waiter *w, const struct futex_key *k,
		struct task *owner)
{
	w->base.kind = FUTEX_LOCK;
	w->base.key = *k;
	w->owner = owner;
	w->base.task->pi_wait = w;
	list_add_tail(futex_bucket(k), &w->base.link);
	list_add_tail(&owner->pi_owned, &w->owner_link);
	inherit(owner);
}

/* w's task owns the lock now; the other waiters wait for it */
static void hand_over(struct pi_waiter *w, bool died)
{
	struct task *old = w->owner, *new = w->base.task;
	struct futex_waiter *other;

	list_del(&w->base.link);
	list_del(&w->owner_link);
	w->owner_died = died;
	new->pi_wait = NULL;
	list_for_each(other, futex_bucket(&w->base.key), link) {
		if (other->kind != FUTEX_LOCK
				|| !futex_same(&other->key, &w->base.key))
			continue;
		list_del(&pi(other)->owner_link);
		pi(other)->owner = new;
		list_add_tail(&new->pi_owned, &pi(other)->owner_link);
	}
	inherit(old);
	inherit(new);
	if (new->state == TASK_SLEEPING)
		wake_task(new);
}

/* The thread that the word names, which the kernel's waiters must confirm */
static struct task *owner_of(uint32_t value, struct futex_waiter *top)
{
	struct task *t = task_by_tid(value & FUTEX_TID_MASK);

	if (top && (top->kind != FUTEX_LOCK || pi(top)->owner != t || !t))
		return ERR_PTR(-EINVAL);
	if (t && t->process->kernel)
		return ERR_PTR(-EPERM);
	/* One without memory is exiting, and has handed over all it will */
	return t && t->mm ? t : ERR_PTR(-ESRCH);
}

long futex_try_lock(uint32_t uaddr, const struct futex_key *k,
		struct task *t, bool others, struct task **owner)
{
	uint32_t *word = (uint32_t *)uaddr, value;
	struct futex_waiter *top = futex_top(k);

	if (get_user(value, word))
		return -EFAULT;
	if ((value & FUTEX_TID_MASK) == (uint32_t)t->tid)
		return -EDEADLK;
	if (!(value & FUTEX_TID_MASK) && !top) {
		value = (value & FUTEX_OWNER_DIED) | (uint32_t)t->tid
			| (others ? FUTEX_WAITERS : 0);
		return put_user(value, word) ? -EFAULT : 1;
	}
	*owner = owner_of(value, top);
	if (IS_ERR(*owner))
		return PTR_ERR(*owner);
	if (pi_deadlock(*owner, t))
		return -EDEADLK;
	return put_user(value | FUTEX_WAITERS, word) ? -EFAULT : 0;
}

long pi_finish(struct pi_waiter *w, uint32_t uaddr, long rc)
{
	if (rc) {
		list_del(&w->owner_link);
		w->base.task->pi_wait = NULL;
		inherit(w->owner);
		return rc;
	}
	if (w->owner_died && put_user((uint32_t)w->base.task->tid
			| FUTEX_WAITERS | FUTEX_OWNER_DIED, (uint32_t *)uaddr))
		return -EFAULT;
	return 0;
}

/* A signal's handler runs and the call is made again */
long futex_lock_pi(uint32_t uaddr, bool private, bool try, ktime_t deadline)
{
	struct pi_waiter w = { .base.task = current };
	struct futex_key k;
	struct task *owner;
	long rc = futex_key(uaddr, private, true, &k);

	if (!rc)
		rc = futex_touch(uaddr);
	if (rc)
		return rc;
	rc = futex_try_lock(uaddr, &k, current, false, &owner);
	if (rc)
		return rc < 0 ? rc : 0;
	if (try)
		return -EAGAIN;
	pi_enqueue(&w, &k, owner);
	rc = pi_finish(&w, uaddr, futex_sleep(&w.base, deadline));
	return rc == -ERESTARTSYS ? -ERESTARTNOINTR : rc;
}

long futex_unlock_pi(uint32_t uaddr, bool private)
{
	uint32_t *word = (uint32_t *)uaddr, value;
	struct futex_waiter *top;
	struct futex_key k;
	long rc;

	if (get_user(value, word))
		return -EFAULT;
	if ((value & FUTEX_TID_MASK) != (uint32_t)current->tid)
		return -EPERM;
	rc = futex_key(uaddr, private, true, &k);
	if (!rc)
		rc = futex_touch(uaddr);
	if (rc)
		return rc;
	top = futex_top(&k);
	if (!top)
		return put_user(0u, word) ? -EFAULT : 0;
	if (top->kind != FUTEX_LOCK || pi(top)->owner != current)
		return -EINVAL;
	if (put_user((uint32_t)top->task->tid | FUTEX_WAITERS, word))
		return -EFAULT;
	hand_over(pi(top), false);
	return 0;
}

void futex_pi_exit(void)
{
	while (!list_empty(&current->pi_owned)) {
		struct pi_waiter *w = list_first(&current->pi_owned,
			struct pi_waiter, owner_link);
		struct futex_waiter *top = top_of(&w->base.key, true);

		BUG_ON(!top);		/* w at the latest */
		hand_over(pi(top), true);
	}
}
