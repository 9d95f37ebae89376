/* SPDX-License-Identifier: BSD-2-Clause */
/* sched_setattr(2), sched_getattr(2), ioprio_set(2), ioprio_get(2). */
#include "deadline.h"
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#define ATTR_SIZE	SCHED_ATTR_SIZE_VER0
#define ATTR_MAX	PAGE_SIZE

long sys_setpriority(int which, uint32_t who, int nice);
long sys_sched_get_priority_max(int policy);

static long too_big(struct sched_attr *uattr)
{
	(void)put_user((uint32_t)sizeof(*uattr), (uint32_t *)&uattr->size);
	return -E2BIG;
}

/* A structure that may be older or newer than ours: -E2BIG if more is said
 * than we know */
static long attr_get(struct sched_attr *a, struct sched_attr *uattr)
{
	uint32_t size;
	uint8_t c;

	if (get_user(size, &uattr->size))
		return -EFAULT;
	if (!size)
		size = ATTR_SIZE;
	if (size < ATTR_SIZE || size > ATTR_MAX)
		return too_big(uattr);
	memset(a, 0, sizeof(*a));
	if (copy_from_user(a, uattr, MIN(size, (uint32_t)sizeof(*a))))
		return -EFAULT;
	for (uint32_t i = sizeof(*a); i < size; i++) {
		if (get_user(c, (const uint8_t *)uattr + i))
			return -EFAULT;
		if (c)
			return too_big(uattr);
	}
	return (a->sched_flags & SCHED_FLAG_UTIL_CLAMP)
		&& size < SCHED_ATTR_SIZE_VER1 ? -EINVAL : 0;
}

#define FLAGS_KNOWN	SCHED_FLAG_ALL

/* What is not of t's policy stays 0 */
static void params_of(struct sched_attr *a, const struct task *t)
{
	const struct deadline *d = t->deadline;

	if (rt_priority(t))
		a->sched_priority = rt_priority(t);
	if (d) {
		a->sched_runtime = d->runtime;
		a->sched_deadline = d->deadline;
		a->sched_period = d->period;
		a->sched_flags |= d->flags;
	} else if (!rt_priority(t)) {
		a->sched_nice = t->nice;
	}
}

/* What t has already and is to keep: with the parameters the policy too, even
 * if another one is asked for; 0 or -EINVAL */
static long attr_keep(struct sched_attr *a, const struct task *t)
{
	long max;

	if (a->sched_flags & SCHED_FLAG_KEEP_POLICY)
		a->sched_policy = t->policy;
	if (!(a->sched_flags & SCHED_FLAG_KEEP_PARAMS))
		return 0;
	params_of(a, t);
	max = sys_sched_get_priority_max((int)a->sched_policy);
	if (max < 0 || !max != !a->sched_priority)
		return -EINVAL;
	a->sched_policy = t->policy;
	a->sched_priority = rt_priority(t);
	return 0;
}

/* No utilization is clamped: EOPNOTSUPP, as without CONFIG_UCLAMP_TASK */
long sys_sched_setattr(int pid, struct sched_attr *uattr, unsigned flags)
{
	struct sched_attr a;
	struct task *t;
	long rc;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	rc = attr_get(&a, uattr);
	if (rc)
		return rc;
	if ((int32_t)a.sched_policy < 0 || (a.sched_flags & ~FLAGS_KNOWN))
		return -EINVAL;
	t = pid ? task_by_tid(pid) : current;
	if (!t)
		return -ESRCH;
	rc = attr_keep(&a, t);
	if (rc)
		return rc;
	if (a.sched_flags & SCHED_FLAG_UTIL_CLAMP)
		return -EOPNOTSUPP;
	if (a.sched_policy == SCHED_DEADLINE)
		return task_set_deadline(t, &a);
	rc = task_set_scheduler(t, (int)a.sched_policy
		| (a.sched_flags & SCHED_FLAG_RESET_ON_FORK
			? SCHED_RESET_ON_FORK : 0), (int)a.sched_priority);
	if (rc || t->rt_own)
		return rc;
	return sys_setpriority(PRIO_PROCESS, pid, a.sched_nice);
}

long sys_sched_getattr(int pid, struct sched_attr *uattr, uint32_t size,
		unsigned flags)
{
	struct task *t = pid > 0 ? task_by_tid(pid) : current;
	struct sched_attr a = { 0 };

	if (!uattr || pid < 0 || size > ATTR_MAX || size < ATTR_SIZE || flags)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	a.size = MIN(size, (uint32_t)sizeof(a));
	a.sched_policy = t->policy;
	a.sched_flags = t->reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	params_of(&a, t);
	return copy_to_user(uattr, &a, a.size);
}

int ioprio_check(int ioprio)
{
	int level = IOPRIO_PRIO_DATA(ioprio);

	switch (IOPRIO_PRIO_CLASS(ioprio)) {
	case IOPRIO_CLASS_RT:
		if (!capable(CAP_SYS_NICE))
			return -EPERM;
		return level < IOPRIO_NR_LEVELS ? 0 : -EINVAL;
	case IOPRIO_CLASS_BE:
		return level < IOPRIO_NR_LEVELS ? 0 : -EINVAL;
	case IOPRIO_CLASS_IDLE:
		return 0;
	case IOPRIO_CLASS_NONE:
		return level ? -EINVAL : 0;
	}
	return -EINVAL;
}

/* Without one of its own a task's follows its nice value */
static int ioprio_of(const struct task *t)
{
	return t->ioprio ? t->ioprio
		: IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, (t->nice + 20) / 5);
}

static bool matches(const struct task *t, int which, int who)
{
	switch (which) {
	case IOPRIO_WHO_PROCESS:
		return t->tid == (who ? who : current->tid);
	case IOPRIO_WHO_PGRP:
		return t->process->pgrp
			== (who ? who : current->process->pgrp);
	}
	return t->cred.uid == (who ? (uint32_t)who : current->cred.uid);
}

static bool may_set(const struct task *t)
{
	return capable(CAP_SYS_NICE) || t->cred.uid == current->cred.euid
		|| t->cred.uid == current->cred.uid;
}

/* LIMIT: kept and told, but requests to disks are not ordered by it */
long sys_ioprio_set(int which, int who, int ioprio)
{
	int rc = ioprio_check(ioprio);
	struct process *p;
	struct task *t;

	if (rc)
		return rc;
	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	rc = -ESRCH;
	list_for_each(p, &all_processes, all_link)
		list_for_each(t, &p->threads, thread_link) {
			if (!matches(t, which, who))
				continue;
			if (!may_set(t))
				return -EPERM;
			t->ioprio = ioprio;
			rc = 0;
		}
	return rc;
}

/*
 * Of one process what was set, 0 if nothing was; of several the highest: the
 * lowest number of the lowest class
 */
long sys_ioprio_get(int which, int who)
{
	struct process *p;
	struct task *t;
	int best = -ESRCH;

	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	list_for_each(p, &all_processes, all_link)
		list_for_each(t, &p->threads, thread_link)
			if (matches(t, which, who)) {
				int one = which == IOPRIO_WHO_PROCESS
					? t->ioprio : ioprio_of(t);

				if (best < 0 || one < best)
					best = one;
			}
	return best;
}
