/* SPDX-License-Identifier: BSD-2-Clause */
/* Robust futexes: the locks that a thread holds when it ends. */
#include "futex_private.h"

#define ROBUST_PI	1u		/* low bit of a list entry */

long sys_set_robust_list(uint32_t head, size_t len);
long sys_get_robust_list(int tid, uint32_t *uhead, size_t *ulen);

long sys_set_robust_list(uint32_t head, size_t len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(int tid, uint32_t *uhead, size_t *ulen)
{
	const struct task *t = tid ? task_by_tid(tid) : current;
	uint32_t head;

	if (!t)
		return -ESRCH;
	if (t->process != current->process && !capable(CAP_SYS_PTRACE))
		return -EPERM;
	head = t->robust_list;
	if (put_user(sizeof(struct robust_list_head), ulen) ||
			put_user(head, uhead))
		return -EFAULT;
	return 0;
}

/*
 * A lock of the ending thread's: marked, and one waiter told; those with
 * priority inheritance are handed over elsewhere.  false: stop
 */
static bool robust_release(uint32_t uaddr, bool pi)
{
	uint32_t *word = (uint32_t *)uaddr, value;

	if (uaddr & 3 || get_user(value, word))
		return false;
	if ((value & FUTEX_TID_MASK) != (uint32_t)current->tid)
		return true;
	if (put_user((value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, word))
		return false;
	if (!pi && (value & FUTEX_WAITERS))
		(void)futex_wake(uaddr, 1);
	return true;
}

/* The lock of a list entry, with its mark in the low bit */
static bool entry_release(uint32_t entry, long offset)
{
	return robust_release((entry & ~ROBUST_PI) + (uint32_t)offset,
		entry & ROBUST_PI);
}

/* Documentation/locking/robust-futex-ABI: a list that user space may break */
static void robust_exit(uint32_t uhead)
{
	struct robust_list_head head;
	uint32_t entry, next, pending, left = ROBUST_LIST_LIMIT;

	if (!uhead || get_user(head, (const void *)uhead))
		return;
	pending = (uint32_t)head.list_op_pending;
	entry = (uint32_t)head.list.next;
	while ((entry & ~ROBUST_PI) != uhead && left--) {
		bool more = !get_user(next,
			(const uint32_t *)(entry & ~ROBUST_PI));

		if ((entry & ~ROBUST_PI) != (pending & ~ROBUST_PI)
				&& !entry_release(entry, head.futex_offset))
			return;
		if (!more)
			return;
		entry = next;
	}
	if (pending & ~ROBUST_PI)
		(void)entry_release(pending, head.futex_offset);
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
	futex_pi_exit();	/* last: what is above may sleep */
}
