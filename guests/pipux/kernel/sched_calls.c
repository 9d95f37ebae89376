/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nice(2), getpriority(2), setpriority(2), sched_*(2).
 *
 * LIMIT: SCHED_BATCH and SCHED_IDLE run as SCHED_OTHER.
 */
#include "deadline.h"
#include <pipux/futex.h>
#include <pipux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#define NICE_MIN	(-20)
#define NICE_MAX	19
#define SLICE_NS	10000000
#define RR_SLICE_NS	100000000	/* as Linux's; a tick ends it earlier */

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

static bool is_owner(const struct task *t)
{
	uint32_t euid = current->cred.euid;

	return euid == t->cred.uid || euid == t->cred.euid;
}

/* RLIMIT_NICE counts from 1, nice 19, to 40, nice -20 */
static bool within_limit(const struct task *t, int nice)
{
	return 20 - nice <= (long)MIN(t->process->limits[RLIMIT_NICE].rlim_cur,
		40ul) || capable(CAP_SYS_NICE);
}

static void set_one(struct priority_walk *w, struct task *t)
{
	if (!is_owner(t) && !capable(CAP_SYS_NICE)) {
		w->rc = -EPERM;
	} else if (w->nice < t->nice && !within_limit(t, w->nice)) {
		w->rc = -EACCES;
	} else {
		if (w->rc == -ESRCH)
			w->rc = 0;
		t->nice = w->nice;
	}
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

	if (nice < current->nice && !within_limit(current, nice))
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

static int policy_check(int policy, int priority)
{
	switch (policy) {
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return priority ? -EINVAL : 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return priority < 1 || priority > RT_PRIO_MAX ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* sched(7), "Privileges and resource limits" */
static int may_schedule(const struct task *t, int policy, int priority,
		bool reset)
{
	uint32_t limit = t->process->limits[RLIMIT_RTPRIO].rlim_cur;

	if (capable(CAP_SYS_NICE))
		return 0;
	if (priority && ((policy != t->policy && !limit)
			|| (priority > t->rt_own && (uint32_t)priority > limit)))
		return -EPERM;
	if (t->policy == SCHED_IDLE && policy != SCHED_IDLE
			&& !within_limit(t, t->nice))
		return -EPERM;
	return is_owner(t) && (reset || !t->reset_on_fork) ? 0 : -EPERM;
}

/* The priority of SCHED_FIFO and SCHED_RR, 0: another policy */
int rt_priority(const struct task *t)
{
	return t->deadline ? 0 : t->rt_own;
}

/* prctl(2), PR_SET_TIMERSLACK: real-time threads have none */
static void slack_follow(struct task *t)
{
	if (t->rt_own)
		t->timer_slack = 0;
	else if (!t->timer_slack)
		t->timer_slack = t->default_slack;
}

static void policy_change(struct task *t, int policy, int rt, bool reset)
{
	t->reset_on_fork = reset;
	sched_set_policy(t, policy, rt);
	slack_follow(t);
	futex_priority_changed(t);
}

/* sched_setscheduler(2) with SCHED_RESET_ON_FORK in `policy` */
long task_set_scheduler(struct task *t, int policy, int priority)
{
	bool reset = policy & SCHED_RESET_ON_FORK;
	int rc;

	policy &= ~SCHED_RESET_ON_FORK;
	rc = policy_check(policy, priority);
	if (!rc)
		rc = may_schedule(t, policy, priority, reset);
	if (rc)
		return rc;
	policy_change(t, policy, priority, reset);
	return 0;
}

long task_set_deadline(struct task *t, const struct sched_attr *a)
{
	int rc = deadline_check(a);

	if (!rc && !capable(CAP_SYS_NICE))
		rc = -EPERM;
	if (!rc)
		rc = deadline_set(t, a);
	if (!rc)
		policy_change(t, SCHED_DEADLINE, RT_DEADLINE,
			a->sched_flags & SCHED_FLAG_RESET_ON_FORK);
	return rc;
}

static int policy_of(const struct task *t)
{
	return t->policy | (t->reset_on_fork ? SCHED_RESET_ON_FORK : 0);
}

/* policy -1: the one that it has */
static long set_scheduler(int pid, int policy, const struct sched_param *up)
{
	struct sched_param p;
	struct task *t;

	if (pid < 0 || !up)
		return -EINVAL;
	if (get_user(p, up))
		return -EFAULT;
	t = task_arg(pid);
	if (!t)
		return -ESRCH;
	return task_set_scheduler(t, policy < 0 ? policy_of(t) : policy,
		p.sched_priority);
}

long sys_sched_setscheduler(int pid, int policy, const struct sched_param *p)
{
	return policy < 0 ? -EINVAL : set_scheduler(pid, policy, p);
}

long sys_sched_setparam(int pid, const struct sched_param *p)
{
	return set_scheduler(pid, -1, p);
}

long sys_sched_getscheduler(int pid)
{
	const struct task *t = task_arg(pid);

	if (pid < 0)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	return policy_of(t);
}

long sys_sched_getparam(int pid, struct sched_param *up)
{
	const struct task *t = task_arg(pid);
	struct sched_param p;

	if (pid < 0 || !up)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	p.sched_priority = rt_priority(t);
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
	const struct task *t;

	if (pid < 0)
		return -EINVAL;
	t = task_arg(pid);
	if (!t)
		return -ESRCH;
	return timespec_to_user(uts, wide, t->policy == SCHED_RR ? RR_SLICE_NS
		: t->rt_own ? 0 : SLICE_NS);
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
	const struct task *t;
	uint32_t mask = 0;

	if (copy_from_user(&mask, umask, MIN(size, sizeof(mask))))
		return -EFAULT;
	t = task_arg(pid);
	if (!t)
		return -ESRCH;
	if (!is_owner(t) && !capable(CAP_SYS_NICE))
		return -EPERM;
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
