/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes (futex(2)): sleeping on a word of user memory.  The kernel is not
 * preempted, so comparing the word and beginning to wait is one step.
 * Locks with priority inheritance are in futex_pi.c and futex_requeue_pi.c,
 * robust lists in robust.c.
 */
#include <linux/mman.h>
#include <pipux/fs.h>
#include "futex_private.h"

#define BUCKETS		64u

static struct list buckets[BUCKETS];

long sys_futex(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
	uint32_t uaddr2, uint32_t val3);
long sys_futex_time64(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
	uint32_t uaddr2, uint32_t val3);

struct list *futex_bucket(const struct futex_key *k)
{
	uint32_t n = ((uint32_t)k->object >> 5) + (k->offset >> 2) +
		(k->offset >> PAGE_SHIFT);
	struct list *l = &buckets[n % BUCKETS];

	if (unlikely(!l->next))
		list_init(l);
	return l;
}

/*
 * A private word is its address; another one is looked for as Linux does, by
 * the page: nobody else can have a word that cannot be written and is not
 * shared.
 */
long futex_key(uint32_t uaddr, bool private, bool write, struct futex_key *k)
{
	struct vma *vma;

	if (uaddr & 3)
		return -EINVAL;
	if (uaddr < TASK_BASE || uaddr >= TASK_TOP)
		return -EFAULT;
	*k = (struct futex_key){ current->mm, uaddr };
	if (private)
		return 0;
	vma = vma_find(current->mm, uaddr);
	if (!vma || vma->start > uaddr || !(vma->prot & PROT_READ))
		return -EFAULT;
	if (!(vma->prot & PROT_WRITE) && (write || !vma->file))
		return -EFAULT;
	k->offset |= KEY_SHARED;
	if (!(vma->flags & MAP_SHARED) || !(vma->shm || vma->file))
		return 0;
	k->object = vma->shm ? (void *)vma->shm : (void *)vma->file->inode;
	k->offset = uaddr - vma->start + (uint32_t)vma->offset;
	return 0;
}

static void wake_waiting(struct futex_waiter *w)
{
	list_del(&w->link);
	if (w->task->state == TASK_SLEEPING)
		wake_task(w->task);
}

static long wake_key(const struct futex_key *k, int n, uint32_t bitset)
{
	struct futex_waiter *w, *next;
	struct list *b = futex_bucket(k);
	long woken = 0;

	list_for_each_safe(w, next, b, link) {
		if (woken >= n)
			break;
		if (!futex_same(&w->key, k))
			continue;
		if (unlikely(w->kind != FUTEX_PLAIN))
			return -EINVAL;
		if (!(w->bitset & bitset))
			continue;
		wake_waiting(w);
		woken++;
	}
	return woken;
}

static long futex_wake_op(uint32_t uaddr, bool private, int n,
		uint32_t bitset)
{
	struct futex_key k;
	long rc = futex_key(uaddr, private, false, &k);

	if (rc)
		return rc;
	if (!bitset)
		return -EINVAL;
	return wake_key(&k, MAX(n, 1), bitset);
}

long futex_wake(uint32_t uaddr, int n)
{
	return futex_wake_op(uaddr, false, n, FUTEX_BITSET_MATCH_ANY);
}

long futex_sleep(struct futex_waiter *w, ktime_t deadline)
{
	long rc = 0;

	while (!list_empty(&w->link) && !rc) {
		if (deadline && ktime_get() >= deadline)
			rc = -ETIMEDOUT;
		else if (signal_pending())
			rc = -ERESTARTSYS;
		else
			sleep_on(true, deadline);
	}
	if (list_empty(&w->link))
		return 0;
	list_del(&w->link);
	return rc;
}

/* 0 woken, -EAGAIN the word is another, -ETIMEDOUT, -ERESTARTSYS */
static long wait_on(uint32_t uaddr, bool private, uint32_t val,
		uint32_t bitset, ktime_t deadline)
{
	struct futex_waiter w = { .bitset = bitset, .task = current };
	long rc;

	if (!bitset)
		return -EINVAL;
	rc = futex_key(uaddr, private, false, &w.key);
	if (!rc)
		rc = futex_expect(uaddr, val);
	if (rc)
		return rc;
	list_add_tail(futex_bucket(&w.key), &w.link);
	return futex_sleep(&w, deadline);
}

static long wait_restart(struct task *t);

/* A wait with a time limit goes on with the same deadline after signals */
static long futex_wait(uint32_t uaddr, bool private, uint32_t val,
		uint32_t bitset, ktime_t deadline)
{
	struct task *t = current;
	long rc = wait_on(uaddr, private, val, bitset, deadline);

	if (rc != -ERESTARTSYS || !deadline)
		return rc;
	t->restart_fn = wait_restart;
	t->restart.deadline = deadline;
	t->restart.arg[0] = uaddr;
	t->restart.arg[1] = private;
	t->restart.arg[2] = val;
	t->restart.arg[3] = bitset;
	return -ERESTART_RESTARTBLOCK;
}

static long wait_restart(struct task *t)
{
	return futex_wait(t->restart.arg[0], t->restart.arg[1],
		t->restart.arg[2], t->restart.arg[3], t->restart.deadline);
}

/* Wakes up to `wake` and moves up to `move` others to the second word */
static long futex_requeue(uint32_t uaddr, bool private, int wake, int move,
		uint32_t uaddr2, const uint32_t *expected)
{
	struct futex_waiter *w, *next;
	struct futex_key from, to;
	struct list *source;
	long woken, moved = 0, rc;

	if (wake < 0 || move < 0)
		return -EINVAL;
	rc = futex_key(uaddr, private, false, &from);
	if (!rc)
		rc = futex_key(uaddr2, private, false, &to);
	if (!rc && expected)
		rc = futex_expect(uaddr, *expected);
	if (rc)
		return rc;
	woken = wake ? wake_key(&from, wake, FUTEX_BITSET_MATCH_ANY) : 0;
	if (woken < 0)
		return woken;
	source = futex_bucket(&from);
	list_for_each_safe(w, next, source, link) {
		if (moved >= move)
			break;
		if (!futex_same(&w->key, &from))
			continue;
		if (w->kind != FUTEX_PLAIN)
			return -EINVAL;
		moved++;
		if (futex_same(&from, &to))
			continue;
		list_del(&w->link);
		w->key = to;
		list_add_tail(futex_bucket(&to), &w->link);
	}
	return woken + moved;
}

/* The word that FUTEX_WAKE_OP makes of `old`; false: no such operation */
static bool op_apply(uint32_t op, uint32_t old, uint32_t *new)
{
	uint32_t arg = (uint32_t)((int32_t)(op << 8) >> 20);

	if (op >> 28 & FUTEX_OP_OPARG_SHIFT)
		arg = 1u << (arg & 31);
	switch (op >> 28 & 7) {
	case FUTEX_OP_SET: *new = arg; return true;
	case FUTEX_OP_ADD: *new = old + arg; return true;
	case FUTEX_OP_OR: *new = old | arg; return true;
	case FUTEX_OP_ANDN: *new = old & ~arg; return true;
	case FUTEX_OP_XOR: *new = old ^ arg; return true;
	}
	return false;
}

/* 1, 0, or -1 if there is no such comparison */
static int op_compare(uint32_t op, uint32_t word)
{
	int32_t old = (int32_t)word, arg = (int32_t)(op << 20) >> 20;

	switch (op >> 24 & 0xF) {
	case FUTEX_OP_CMP_EQ: return old == arg;
	case FUTEX_OP_CMP_NE: return old != arg;
	case FUTEX_OP_CMP_LT: return old < arg;
	case FUTEX_OP_CMP_GE: return old >= arg;
	case FUTEX_OP_CMP_LE: return old <= arg;
	case FUTEX_OP_CMP_GT: return old > arg;
	}
	return -1;
}

static long futex_op(uint32_t uaddr, bool private, int wake, int wake2,
		uint32_t uaddr2, uint32_t op)
{
	uint32_t *word = (uint32_t *)uaddr2, old, new;
	struct futex_key first, second;
	long rc;

	rc = futex_key(uaddr, private, false, &first);
	if (!rc)
		rc = futex_key(uaddr2, private, true, &second);
	if (rc)
		return rc;
	if (get_user(old, word))
		return -EFAULT;
	if (!op_apply(op, old, &new) || op_compare(op, old) < 0)
		return -ENOSYS;
	if (put_user(new, word))
		return -EFAULT;
	rc = wake_key(&first, wake, FUTEX_BITSET_MATCH_ANY);
	if (rc >= 0 && op_compare(op, old))
		rc += wake_key(&second, wake2, FUTEX_BITSET_MATCH_ANY);
	return rc;
}

/* FUTEX_WAIT's limit is a duration, those of the others a point in time */
static long wait_deadline(int op, uint32_t utimeout, bool wide,
		ktime_t *deadline)
{
	const void *timeout = (const void *)utimeout;
	uint64_t ns;
	long rc;

	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT || !timeout)
		return deadline_from_user(timeout, wide, deadline);
	rc = timespec_from_user(timeout, wide, &ns);
	if (rc)
		return rc;
	*deadline = op & FUTEX_CLOCK_REALTIME
			|| (op & FUTEX_CMD_MASK) == FUTEX_LOCK_PI ? realtime_to_ktime(ns) : ns;
	if (!*deadline)
		*deadline = 1;
	return 0;
}

/* The operations that have a time limit */
static long do_wait(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
		uint32_t uaddr2, uint32_t bits, bool wide)
{
	bool private = op & FUTEX_PRIVATE_FLAG;
	ktime_t deadline;
	long rc = wait_deadline(op, timeout, wide, &deadline);

	if (rc)
		return rc;
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT_REQUEUE_PI:
		return futex_wait_requeue_pi(uaddr, private, val, uaddr2,
			deadline);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return futex_lock_pi(uaddr, private, false, deadline);
	}
	return futex_wait(uaddr, private, val, bits, deadline);
}

static bool takes_clock(int cmd)
{
	return cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_WAIT_REQUEUE_PI
		|| cmd == FUTEX_LOCK_PI2;
}

static long do_futex(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
		uint32_t uaddr2, uint32_t val3, bool wide)
{
	bool private = op & FUTEX_PRIVATE_FLAG;
	int cmd = op & FUTEX_CMD_MASK;

	if (op & FUTEX_CLOCK_REALTIME && !takes_clock(cmd))
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT:
		val3 = FUTEX_BITSET_MATCH_ANY;
		/* fall through */
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return do_wait(uaddr, op, val, timeout, uaddr2, val3, wide);
	case FUTEX_WAKE:
		val3 = FUTEX_BITSET_MATCH_ANY;
		/* fall through */
	case FUTEX_WAKE_BITSET:
		return futex_wake_op(uaddr, private, (int)val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, private, (int)val, (int)timeout,
			uaddr2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, private, (int)val, (int)timeout,
			uaddr2, &val3);
	case FUTEX_WAKE_OP:
		return futex_op(uaddr, private, (int)val, (int)timeout,
			uaddr2, val3);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(uaddr, private, true, 0);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(uaddr, private);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_requeue_pi(uaddr, private, (int)val,
			(int)timeout, uaddr2, val3);
	}
	return -ENOSYS;
}

long sys_futex(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
		uint32_t uaddr2, uint32_t val3)
{
	return do_futex(uaddr, op, val, timeout, uaddr2, val3, false);
}

long sys_futex_time64(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
		uint32_t uaddr2, uint32_t val3)
{
	return do_futex(uaddr, op, val, timeout, uaddr2, val3, true);
}
