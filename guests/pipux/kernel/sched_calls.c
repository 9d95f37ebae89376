/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nice(2), getpriority(2), setpriority(2), sched_*(2).
 *
 * LIMIT: real-time policies are refused with EPERM; SCHED_BATCH and
 * SCHED_IDLE are taken and run as SCHED_OTHER.
 */
#include <pipux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#define NICE_MIN	(-20)
#define NICE_MAX	19
#define RT_PRIO_MAX	99
#define SLICE_NS	10000000

struct priority_walk {
	int which;
	uint32_t who;
	int nice;		/* to set; or the least found */
	int rc;			/* -ESRCH until one matches */
};

static int clamp_nice(int nice)
{
	return nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : nice;
}

static bool may_renice(const struct task *t, int nice)
{
	if (capable())
		return true;
	return nice >= t->nice && (current->cred.euid == t->cred.uid
		|| current->cred.euid == t->cred.euid);
}

static void set_one(struct priority_walk *w, struct task *t)
{
	if (w->rc == -ESRCH)
		w->rc = 0;
	if (may_renice(t, w->nice))
		t->nice = w->nice;
	else
		w->rc = current->cred.euid == t->cred.uid ? -EACCES : -EPERM;
}

static void get_one(struct priority_walk *w, struct task *t)
{
	w->rc = 0;
	w->nice = MIN(w->nice, t->nice);
}

static bool matches(const struct priority_walk *w, struct process *p)
{
	switch (w->which) {
	case PRIO_PROCESS:
		return p->pid == (int)w->who;
	case PRIO_PGRP:
		return p->pgrp == (int)w->who;
	default:
		return p->leader->cred.uid == w->who;
	}
}

static int walk(struct priority_walk *w,
		void (*fn)(struct priority_walk *, struct task *))
{
	struct process *p;
	struct task *t;

	if (w->which < PRIO_PROCESS || w->which > PRIO_USER)
		return -EINVAL;
	w->rc = -ESRCH;
	if (!w->who)
		w->who = w->which == PRIO_PROCESS ? (uint32_t)current->tid
			: w->which == PRIO_PGRP
			? (uint32_t)current->process->pgrp
			: current->cred.uid;
	if (w->which == PRIO_PROCESS) {
		t = task_by_tid(w->who);
		if (t)
			fn(w, t);
		return w->rc;
	}
	list_for_each(p, &all_processes, all_link)
		if (matches(w, p))
			list_for_each(t, &p->threads, thread_link)
				fn(w, t);
	return w->rc;
}

long sys_setpriority(int which, uint32_t who, int nice)
{
	struct priority_walk w = {
		.which = which, .who = who,
		.nice = clamp_nice(nice),
	};

	return walk(&w, set_one);
}

/* The kernel's result is 20 - nice, so that it is never negative */
long sys_getpriority(int which, uint32_t who)
{
	struct priority_walk w = {
		.which = which, .who = who, .nice = NICE_MAX,
	};
	int rc = walk(&w, get_one);

	return rc ? rc : 20 - w.nice;
}

long sys_nice(int increment)
{
	int nice = clamp_nice(increment > 40 ? NICE_MAX
		: increment < -40 ? NICE_MIN : current->nice + increment);

	if (!may_renice(current, nice))
		return -EPERM;
	current->nice = nice;
	return 0;
}

long sys_sched_yield(void)
{
	sched_yield_current();
	return 0;
}

static struct task *task_arg(int pid)
{
	return pid ? task_by_tid(pid) : current;
}

static int policy_check(int policy, const struct sched_param *up)
{
	struct sched_param p;

	if (!up)
		return -EINVAL;
	if (copy_from_user(&p, up, sizeof(p)))
		return -EFAULT;
	switch (policy) {
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return p.sched_priority ? -EINVAL : 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return p.sched_priority < 1 || p.sched_priority > RT_PRIO_MAX
			? -EINVAL : -EPERM;
	default:
		return -EINVAL;
	}
}

long sys_sched_setscheduler(int pid, int policy, const struct sched_param *p)
{
	if (pid < 0 || policy < 0)
		return -EINVAL;
	if (!task_arg(pid))
		return -ESRCH;
	return policy_check(policy & ~SCHED_RESET_ON_FORK, p);
}

long sys_sched_setparam(int pid, const struct sched_param *p)
{
	return sys_sched_setscheduler(pid, SCHED_NORMAL, p);
}

long sys_sched_getscheduler(int pid)
{
	if (pid < 0)
		return -EINVAL;
	return task_arg(pid) ? SCHED_NORMAL : -ESRCH;
}

long sys_sched_getparam(int pid, struct sched_param *up)
{
	struct sched_param p = { 0 };

	if (pid < 0 || !up)
		return -EINVAL;
	if (!task_arg(pid))
		return -ESRCH;
	return copy_to_user(up, &p, sizeof(p));
}

static long priority_limit(int policy, long rt)
{
	switch (policy) {
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
	case SCHED_DEADLINE:
		return 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return rt;
	default:
		return -EINVAL;
	}
}

long sys_sched_get_priority_max(int policy)
{
	return priority_limit(policy, RT_PRIO_MAX);
}

long sys_sched_get_priority_min(int policy)
{
	return priority_limit(policy, 1);
}

static long rr_interval(int pid, void *uts, bool wide)
{
	if (pid < 0)
		return -EINVAL;
	if (!task_arg(pid))
		return -ESRCH;
	return timespec_to_user(uts, wide, SLICE_NS);
}

long sys_sched_rr_get_interval(int pid, void *uts)
{
	return rr_interval(pid, uts, false);
}

long sys_sched_rr_get_interval_time64(int pid, void *uts)
{
	return rr_interval(pid, uts, true);
}

long sys_sched_setaffinity(int pid, uint32_t size, const uint32_t *umask)
{
	uint32_t mask = 0;

	if (copy_from_user(&mask, umask, MIN(size, sizeof(mask))))
		return -EFAULT;
	if (!task_arg(pid))
		return -ESRCH;
	return mask & 1 ? 0 : -EINVAL;
}

/* The size of the mask: one word */
long sys_sched_getaffinity(int pid, uint32_t size, uint32_t *umask)
{
	if (size < sizeof(*umask) || size % sizeof(*umask))
		return -EINVAL;
	if (!task_arg(pid))
		return -ESRCH;
	return put_user(1u, umask) ? -EFAULT : (long)sizeof(*umask);
}
