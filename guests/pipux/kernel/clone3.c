/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clone3(2): clone with its arguments in a structure that may grow.  There are
 * no cgroups for CLONE_INTO_CGROUP to name, so it has no effect, as in a Linux
 * without them.
 */
#include <linux/sched.h>
#include <pipux/signal.h>

#define FLAGS_KNOWN	(0xFFFFFFFFull | CLONE_CLEAR_SIGHAND \
	| CLONE_INTO_CGROUP)
#define TID_LEVELS	32		/* of nested PID namespaces */

long sys_clone3(const void *uargs, size_t size);

/* Reads what is known; what is behind it must be 0 (openat2(2)) */
static long args_read(struct clone_args *a, const char *uargs, size_t size)
{
	char c;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	for (size_t i = sizeof(*a); i < size; i++) {
		if (get_user(c, uargs + i))
			return -EFAULT;
		if (c)
			return -E2BIG;
	}
	return copy_from_user(a, uargs, MIN(size, sizeof(*a)));
}

static bool stack_valid(const struct clone_args *a)
{
	if (!a->stack || !a->stack_size)
		return !a->stack && !a->stack_size;
	return a->stack < TASK_TOP && a->stack_size <= TASK_TOP - a->stack;
}

static bool args_valid(const struct clone_args *a, size_t size)
{
	if (a->set_tid_size > TID_LEVELS || !a->set_tid != !a->set_tid_size)
		return false;
	if (a->exit_signal > NSIG_MAX || (a->flags & ~FLAGS_KNOWN)
			|| (a->flags & (CLONE_DETACHED
				| (CSIGNAL & ~CLONE_NEWTIME))))
		return false;
	if ((a->flags & CLONE_INTO_CGROUP) && (a->cgroup > INT32_MAX
			|| size < CLONE_ARGS_SIZE_VER2))
		return false;
	if ((a->flags & CLONE_SIGHAND) && (a->flags & CLONE_CLEAR_SIGHAND))
		return false;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return false;
	return stack_valid(a);
}

/* set_tid: the number the child shall have, in the one PID namespace */
static long tid_read(const struct clone_args *a, int *tid)
{
	*tid = 0;
	if (!a->set_tid)
		return 0;
	if (copy_from_user(tid, (const int *)(uint32_t)a->set_tid,
			sizeof(*tid)))
		return -EFAULT;
	return a->set_tid_size > 1 || *tid < 1 ? -EINVAL : 0;
}

long sys_clone3(const void *uargs, size_t size)
{
	struct clone_args a = { 0 };
	long rc = args_read(&a, uargs, size);
	int tid;

	if (rc)
		return rc;
	if (!args_valid(&a, size))
		return -EINVAL;
	rc = tid_read(&a, &tid);
	if (rc)
		return rc;
	return do_clone(&(struct clone_args_k){
		.flags = (uint32_t)(a.flags | a.exit_signal),
		.clear_handlers = a.flags & CLONE_CLEAR_SIGHAND,
		.stack = (uint32_t)(a.stack + a.stack_size),
		.parent_tid = (uint32_t)a.parent_tid, .tls = (uint32_t)a.tls,
		.child_tid = (uint32_t)a.child_tid,
		.pidfd = (uint32_t)a.pidfd, .tid = tid });
}
