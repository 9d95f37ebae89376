/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits and usage of resources: getrlimit(2), getrusage(2), times(2). */
#include <linux/times.h>
#include <pipux/resource.h>
#include <pipux/setting.h>

#define NOFILE_MAX	1048576u	/* as /proc/sys/fs/nr_open */
#define PAGES_PER_TASK	48	/* of memory: how many tasks may exist */
#define OLD_INFINITY	0x7FFFFFFFu

long sys_getrlimit(uint32_t which, struct rlimit *ulimit);
long sys_ugetrlimit(uint32_t which, struct rlimit *ulimit);
long sys_setrlimit(uint32_t which, const struct rlimit *ulimit);
long sys_prlimit64(int pid, uint32_t which, const struct rlimit64 *unew,
	struct rlimit64 *uold);
long sys_getrusage(int who, struct rusage *uusage);
long sys_times(struct tms *utms);

void limits_init(struct rlimit *limits)
{
	uint32_t tasks = MAX(pages_total() / 16, 64u);

	if (!setting_threads_max)
		setting_threads_max = pages_total() / PAGES_PER_TASK;
	for (int i = 0; i < RLIM_NLIMITS; i++)
		limits[i].rlim_cur = limits[i].rlim_max = RLIM_INFINITY;
	limits[RLIMIT_STACK].rlim_cur = _STK_LIM;
	limits[RLIMIT_CORE].rlim_cur = 0;
	limits[RLIMIT_NOFILE] = (struct rlimit){ 1024, 4096 };
	limits[RLIMIT_NPROC] = (struct rlimit){ tasks, tasks };
	limits[RLIMIT_SIGPENDING] = (struct rlimit){ tasks, tasks };
	limits[RLIMIT_MEMLOCK] = (struct rlimit){ MLOCK_LIMIT, MLOCK_LIMIT };
	limits[RLIMIT_MSGQUEUE] = (struct rlimit){ 819200, 819200 };
	limits[RLIMIT_NICE] = (struct rlimit){ 0, 0 };
	limits[RLIMIT_RTPRIO] = (struct rlimit){ 0, 0 };
}

long sys_ugetrlimit(uint32_t which, struct rlimit *ulimit)
{
	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	return put_user(current->process->limits[which], ulimit);
}

/* The call of before 2.3.25: signed, so infinity is 2^31 - 1 */
long sys_getrlimit(uint32_t which, struct rlimit *ulimit)
{
	struct rlimit r;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	r = current->process->limits[which];
	r.rlim_cur = MIN(r.rlim_cur, (unsigned long)OLD_INFINITY);
	r.rlim_max = MIN(r.rlim_max, (unsigned long)OLD_INFINITY);
	return put_user(r, ulimit);
}

static long limit_set(struct process *p, uint32_t which,
		const struct rlimit *new)
{
	struct rlimit *r = &p->limits[which];

	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (which == RLIMIT_NOFILE && new->rlim_max > NOFILE_MAX)
		return -EPERM;
	if (new->rlim_max > r->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	*r = *new;
	/* A zombie's timers are gone, and nobody would free new ones */
	if (which == RLIMIT_CPU && p->nr_threads)
		cpu_limit_arm(p);
	return 0;
}

long sys_setrlimit(uint32_t which, const struct rlimit *ulimit)
{
	struct rlimit r;

	if (get_user(r, ulimit))
		return -EFAULT;
	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	return limit_set(current->process, which, &r);
}

static unsigned long to_word(uint64_t v)
{
	return v >= RLIM_INFINITY ? RLIM_INFINITY : (unsigned long)v;
}

static uint64_t from_word(unsigned long v)
{
	return v == RLIM_INFINITY ? RLIM64_INFINITY : v;
}

static bool may_limit(const struct process *p)
{
	const struct credentials *me = &current->cred, *it;

	if (p == current->process || capable(CAP_SYS_RESOURCE) || !p->leader)
		return true;
	it = &p->leader->cred;
	return me->uid == it->euid && me->uid == it->suid &&
		me->uid == it->uid && me->gid == it->egid &&
		me->gid == it->sgid && me->gid == it->gid;
}

/* prlimit(2) */
long sys_prlimit64(int pid, uint32_t which, const struct rlimit64 *unew,
		struct rlimit64 *uold)
{
	struct rlimit64 new64, old64;
	struct rlimit new;
	struct task *t;
	long rc;

	if (unew && get_user(new64, unew))
		return -EFAULT;
	t = pid ? task_by_tid(pid) : current;
	if (!t)
		return -ESRCH;
	if (!may_limit(t->process))
		return -EPERM;
	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	old64.rlim_cur = from_word(t->process->limits[which].rlim_cur);
	old64.rlim_max = from_word(t->process->limits[which].rlim_max);
	if (unew) {
		if (new64.rlim_cur > new64.rlim_max)
			return -EINVAL;
		new.rlim_cur = to_word(new64.rlim_cur);
		new.rlim_max = to_word(new64.rlim_max);
		rc = limit_set(t->process, which, &new);
		if (rc)
			return rc;
	}
	return uold ? put_user(old64, uold) : 0;
}

void process_times(struct process *p, uint64_t *utime, uint64_t *stime)
{
	struct task *t;

	*utime = p->utime;
	*stime = p->stime;
	list_for_each(t, &p->threads, thread_link) {
		task_account(t);
		*utime += t->utime;
		*stime += t->stime;
	}
}

static struct __kernel_old_timeval timeval(uint64_t ns)
{
	uint64_t us = ns_div(ns, 1000);
	uint64_t sec = ns_div(us, 1000000);

	return (struct __kernel_old_timeval){
		(long)sec, (long)(us - sec * 1000000),
	};
}

static void add_own(struct process *p, struct rusage *r, uint64_t *utime,
		uint64_t *stime)
{
	uint32_t peak = p->peak;
	struct task *t;

	process_times(p, utime, stime);
	r->ru_minflt = (long)p->min_flt;
	r->ru_majflt = (long)p->maj_flt;
	r->ru_nvcsw = (long)p->switches;
	r->ru_nivcsw = (long)p->preempted;
	list_for_each(t, &p->threads, thread_link) {
		r->ru_nvcsw += (long)t->switches;
		r->ru_nivcsw += (long)t->preempted;
		if (t->mm)
			peak = MAX(peak, mm_peak(t->mm));
	}
	r->ru_maxrss = (long)(peak * (PAGE_SIZE / 1024));
}

static void add_children(const struct process *p, struct rusage *r,
		uint64_t *utime, uint64_t *stime)
{
	*utime += p->cutime;
	*stime += p->cstime;
	r->ru_minflt += (long)p->cmin_flt;
	r->ru_majflt += (long)p->cmaj_flt;
	r->ru_nvcsw += (long)p->cswitches;
	r->ru_nivcsw += (long)p->cpreempted;
	r->ru_maxrss = MAX(r->ru_maxrss,
		(long)(p->cpeak * (PAGE_SIZE / 1024)));
}

/* LIMIT: faults are counted by process, not by thread. */
void rusage_fill(struct process *p, int who, struct rusage *r)
{
	uint64_t utime = 0, stime = 0;

	memset(r, 0, sizeof(*r));
	if (who != RUSAGE_CHILDREN)
		add_own(p, r, &utime, &stime);
	if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH)
		add_children(p, r, &utime, &stime);
	if (who == RUSAGE_THREAD) {
		task_account(current);
		utime = current->utime;
		stime = current->stime;
		r->ru_nvcsw = (long)current->switches;
		r->ru_nivcsw = (long)current->preempted;
	}
	r->ru_utime = timeval(utime);
	r->ru_stime = timeval(stime);
}

void usage_peak(struct process *p, const struct mm *mm)
{
	p->peak = MAX(p->peak, mm_peak(mm));
}

void usage_inherit(struct process *p)
{
	struct process *to = p->parent;

	to->cutime += p->utime + p->cutime;
	to->cstime += p->stime + p->cstime;
	to->cmin_flt += p->min_flt + p->cmin_flt;
	to->cmaj_flt += p->maj_flt + p->cmaj_flt;
	to->cswitches += p->switches + p->cswitches;
	to->cpreempted += p->preempted + p->cpreempted;
	to->cpeak = MAX(to->cpeak, p->peak);
	to->cpeak = MAX(to->cpeak, p->cpeak);
}

long sys_getrusage(int who, struct rusage *uusage)
{
	struct rusage r;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN &&
			who != RUSAGE_THREAD)
		return -EINVAL;
	rusage_fill(current->process, who, &r);
	return put_user(r, uusage);
}

static long ticks(uint64_t ns)
{
	return (long)ns_div(ns, (uint32_t)(NSEC_PER_SEC / HZ));
}

/* times(2): the clock that it returns began at boot */
long sys_times(struct tms *utms)
{
	struct process *p = current->process;
	uint64_t utime, stime;
	struct tms tms;

	process_times(p, &utime, &stime);
	tms.tms_utime = ticks(utime);
	tms.tms_stime = ticks(stime);
	tms.tms_cutime = ticks(p->cutime);
	tms.tms_cstime = ticks(p->cstime);
	if (utms && put_user(tms, utms))
		return -EFAULT;
	return ticks(ktime_get());
}
