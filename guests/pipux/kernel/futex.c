/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes (futex(2)): sleeping on a word of user memory.  The kernel is not
 * preempted, so comparing the word and beginning to wait is one step.
 *
 * A word is known by its address space and address or, in memory shared by
 * mapping, by the shared object and the offset in it.
 *
 * LIMIT: no priority inheritance: the PI operations answer ENOSYS.
 */
#include <linux/futex.h>
#include <linux/mman.h>
#include <pipux/fs.h>
#include <pipux/futex.h>
#include "../time/clock.h"

#define BUCKETS		64u
#define ROBUST_PI	1u		/* low bit of a list entry */

struct key {
	const void *object;		/* mm, inode or shm */
	uint32_t offset;
};

struct waiting {
	struct list link;		/* empty once woken */
	struct key key;
	uint32_t bitset;
	struct task *task;
};

static struct list buckets[BUCKETS];

long sys_futex(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
	uint32_t uaddr2, uint32_t val3);
long sys_futex_time64(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
	uint32_t uaddr2, uint32_t val3);
long sys_set_robust_list(uint32_t head, size_t len);
long sys_get_robust_list(int tid, uint32_t *uhead, size_t *ulen);

static struct list *bucket(const struct key *k)
{
	uint32_t n = ((uint32_t)k->object >> 5) + (k->offset >> 2) +
		(k->offset >> PAGE_SHIFT);
	struct list *l = &buckets[n % BUCKETS];

	if (unlikely(!l->next))
		list_init(l);
	return l;
}

static bool same(const struct key *a, const struct key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

/* 0, -EINVAL for an odd address, -EFAULT */
static long key_of(uint32_t uaddr, bool private, struct key *k)
{
	struct vma *vma;

	if (uaddr & 3)
		return -EINVAL;
	if (uaddr < TASK_BASE || uaddr >= TASK_TOP)
		return -EFAULT;
	*k = (struct key){ current->mm, uaddr };
	if (private)
		return 0;
	vma = vma_find(current->mm, uaddr);
	if (!vma || vma->start > uaddr)
		return -EFAULT;
	if (!(vma->flags & MAP_SHARED) || !(vma->shm || vma->file))
		return 0;
	k->object = vma->shm ? (void *)vma->shm : (void *)vma->file->inode;
	k->offset = uaddr - vma->start + (uint32_t)vma->offset;
	return 0;
}

static void wake_waiting(struct waiting *w)
{
	list_del(&w->link);
	if (w->task->state == TASK_SLEEPING)
		wake_task(w->task);
}

static long wake_key(const struct key *k, int n, uint32_t bitset)
{
	struct waiting *w, *next;
	struct list *b = bucket(k);
	long woken = 0;

	list_for_each_safe(w, next, b, link) {
		if (woken >= n)
			break;
		if (!same(&w->key, k) || !(w->bitset & bitset))
			continue;
		wake_waiting(w);
		woken++;
	}
	return woken;
}

static long futex_wake_op(uint32_t uaddr, bool private, int n,
		uint32_t bitset)
{
	struct key k;
	long rc = key_of(uaddr, private, &k);

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

/* 0 woken, -EAGAIN the word is another, -ETIMEDOUT, -ERESTARTSYS */
static long wait_on(uint32_t uaddr, bool private, uint32_t val,
		uint32_t bitset, ktime_t deadline)
{
	struct waiting w = { .bitset = bitset, .task = current };
	uint32_t now;
	long rc;

	if (!bitset)
		return -EINVAL;
	rc = key_of(uaddr, private, &w.key);
	if (rc)
		return rc;
	if (get_user(now, (const uint32_t *)uaddr))
		return -EFAULT;
	if (now != val)
		return -EAGAIN;
	list_add_tail(bucket(&w.key), &w.link);
	while (!list_empty(&w.link) && !rc) {
		if (deadline && ktime_get() >= deadline)
			rc = -ETIMEDOUT;
		else if (signal_pending())
			rc = -ERESTARTSYS;
		else
			sleep_on(true, deadline);
	}
	if (list_empty(&w.link))
		return 0;
	list_del(&w.link);
	return rc;
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
	struct waiting *w, *next;
	struct key from, to;
	struct list *source;
	long woken, moved = 0, rc;
	uint32_t now;

	if (wake < 0 || move < 0)
		return -EINVAL;
	rc = key_of(uaddr, private, &from);
	if (!rc)
		rc = key_of(uaddr2, private, &to);
	if (rc)
		return rc;
	if (expected) {
		if (get_user(now, (const uint32_t *)uaddr))
			return -EFAULT;
		if (now != *expected)
			return -EAGAIN;
	}
	woken = wake ? wake_key(&from, wake, FUTEX_BITSET_MATCH_ANY) : 0;
	source = bucket(&from);
	list_for_each_safe(w, next, source, link) {
		if (moved >= move || same(&from, &to))
			break;
		if (!same(&w->key, &from))
			continue;
		list_del(&w->link);
		w->key = to;
		list_add_tail(bucket(&to), &w->link);
		moved++;
	}
	return expected ? woken + moved : woken;
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
	struct key first, second;
	long rc;

	rc = key_of(uaddr, private, &first);
	if (!rc)
		rc = key_of(uaddr2, private, &second);
	if (rc)
		return rc;
	if (get_user(old, word))
		return -EFAULT;
	if (!op_apply(op, old, &new) || op_compare(op, old) < 0)
		return -ENOSYS;
	if (put_user(new, word))
		return -EFAULT;
	rc = wake_key(&first, wake, FUTEX_BITSET_MATCH_ANY);
	if (op_compare(op, old))
		rc += wake_key(&second, wake2, FUTEX_BITSET_MATCH_ANY);
	return rc;
}

/* FUTEX_WAIT's limit is a duration, FUTEX_WAIT_BITSET's a point in time */
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
	*deadline = op & FUTEX_CLOCK_REALTIME ? realtime_to_ktime(ns) : ns;
	if (!*deadline)
		*deadline = 1;
	return 0;
}

static long do_futex(uint32_t uaddr, int op, uint32_t val, uint32_t timeout,
		uint32_t uaddr2, uint32_t val3, bool wide)
{
	bool private = op & FUTEX_PRIVATE_FLAG;
	int cmd = op & FUTEX_CMD_MASK;
	ktime_t deadline;
	long rc;

	if (op & FUTEX_CLOCK_REALTIME && cmd != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT:
		val3 = FUTEX_BITSET_MATCH_ANY;
		/* fall through */
	case FUTEX_WAIT_BITSET:
		rc = wait_deadline(op, timeout, wide, &deadline);
		return rc ? rc : futex_wait(uaddr, private, val, val3,
			deadline);
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

long sys_set_robust_list(uint32_t head, size_t len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(int tid, uint32_t *uhead, size_t *ulen)
{
	struct task *t = tid ? task_by_tid(tid) : current;

	if (!t)
		return -ESRCH;
	if (t->process != current->process && !capable(CAP_SYS_PTRACE))
		return -EPERM;
	if (put_user(sizeof(struct robust_list_head), ulen) ||
			put_user(t->robust_list, uhead))
		return -EFAULT;
	return 0;
}

/* A lock of the ending thread's: marked, and one waiter told.  false: stop */
static bool robust_release(uint32_t uaddr)
{
	uint32_t *word = (uint32_t *)uaddr, value;

	if (uaddr & 3 || get_user(value, word))
		return false;
	if ((value & FUTEX_TID_MASK) != (uint32_t)current->tid)
		return true;
	if (put_user((value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, word))
		return false;
	if (value & FUTEX_WAITERS)
		(void)futex_wake(uaddr, 1);
	return true;
}

/* Documentation/locking/robust-futex-ABI: a list that user space may break */
static void robust_exit(uint32_t uhead)
{
	struct robust_list_head head;
	uint32_t entry, next, pending, left = ROBUST_LIST_LIMIT;

	if (!uhead || get_user(head, (const void *)uhead))
		return;
	pending = (uint32_t)head.list_op_pending & ~ROBUST_PI;
	entry = (uint32_t)head.list.next & ~ROBUST_PI;
	while (entry != uhead && left--) {
		bool more = !get_user(next, (const uint32_t *)entry);

		if (entry != pending && !robust_release(entry +
				(uint32_t)head.futex_offset))
			return;
		if (!more)
			return;
		entry = next & ~ROBUST_PI;
	}
	if (pending)
		(void)robust_release(pending + (uint32_t)head.futex_offset);
}

void futex_exit(void)
{
	struct task *t = current;

	robust_exit(t->robust_list);
	t->robust_list = 0;
	if (t->clear_child_tid && t->mm->users > 1) {
		(void)put_user(0, (int *)t->clear_child_tid);
		(void)futex_wake(t->clear_child_tid, 1);
	}
	t->clear_child_tid = 0;
}
