/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX timers: timer_create(2) and its family.  A timer that expires while
 * its last signal still waits counts an overrun instead of sending another.
 */
#include <asm/siginfo.h>
#include <pipux/resource.h>
#include "../kernel/signal_private.h"
#include "process_timers.h"

#define TIMERS_MAX	1024		/* of a process */

struct posix_timer {
	struct list link;
	struct ktimer ktimer;
	struct clock_watch watch;
	bool absolute;			/* a time of the real-time clock */
	struct process *process;
	int id, clock;
	bool cpu, user_only;		/* it counts processor time, of */
	int cpu_pid, cpu_tid;		/* this process; this thread or 0 */
	int notify, signo, tid;		/* as struct sigevent */
	uint32_t value;
	uint64_t expires, interval;	/* on its clock; expires 0: disarmed */
	int overrun;			/* of the signal taken last */
};

long sys_timer_create(int clock, const struct sigevent *uevent, int *uid);
long sys_timer_settime(int id, int flags, const void *unew, void *uold);
long sys_timer_settime64(int id, int flags, const void *unew, void *uold);
long sys_timer_gettime(int id, void *ucur);
long sys_timer_gettime64(int id, void *ucur);
long sys_timer_getoverrun(int id);
long sys_timer_delete(int id);

static struct posix_timer *find(struct process *p, int id)
{
	struct posix_timer *t;

	if (!p->timers)
		return NULL;
	list_for_each(t, &p->timers->posix, link)
		if (t->id == id)
			return t;
	return NULL;
}

/* The target thread of SIGEV_THREAD_ID, if it is still there */
static struct task *target(const struct posix_timer *t)
{
	struct task *task;

	if (!(t->notify & SIGEV_THREAD_ID))
		return NULL;
	task = task_by_tid(t->tid);
	return task && task->process == t->process ? task : NULL;
}

static bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM ||
		clock == CLOCK_TAI;
}

/*
 * Expirations are kept as monotonic times, or processor time, of which who is
 * gone has none.
 */
static uint64_t timer_now(const struct posix_timer *t)
{
	struct cpu_clock c = { .user_only = t->user_only };

	if (!t->cpu)
		return ktime_get();
	c.process = process_by_pid(t->cpu_pid);
	c.task = t->cpu_tid ? task_by_tid(t->cpu_tid) : NULL;
	if (!c.process || (t->cpu_tid
			&& (!c.task || c.task->process != c.process)))
		return 0;
	return cpu_clock_read(&c);
}

static void arm(struct posix_timer *t, uint64_t now)
{
	ktimer_start(&t->ktimer, t->cpu ? cpu_clock_poll(now, t->expires)
		: t->expires);
}

static void notify(struct posix_timer *t, uint64_t skipped)
{
	struct task *task = target(t);
	struct sigpending *queue = task ? &task->pending
		: &t->process->pending;
	struct ksiginfo *waiting, info = {
		.code = SI_TIMER, .pid = t->id, .value = t->value,
		.status = (int)MIN(skipped, (uint64_t)INT32_MAX),
	};

	if (t->notify == SIGEV_NONE)
		return;
	waiting = signal_find_timer(queue, t->id);
	if (waiting) {
		waiting->status = (int)MIN((uint64_t)waiting->status + skipped
			+ 1, (uint64_t)INT32_MAX);
		return;
	}
	if (task)
		(void)send_signal(t->signo, &info, task);
	else
		(void)send_signal_process(t->signo, &info, t->process);
}

static void fires(struct ktimer *kt)
{
	struct posix_timer *t = container_of(kt, struct posix_timer, ktimer);
	uint64_t now = timer_now(t), skipped = 0;

	if (now < t->expires) {
		arm(t, now);
		return;
	}
	t->expires = t->interval ? ns_next(t->expires, t->interval, now,
		&skipped) : 0;
	if (t->expires)
		arm(t, now);
	if (t->expires && !list_empty(&kt->link))
		ktimer_start(kt, rearm_at(kt->expires, ktime_get()));
	notify(t, skipped);
}

void posix_timer_delivered(struct ksiginfo *info)
{
	struct posix_timer *t = find(current->process, info->pid);

	if (t)
		t->overrun = info->status;
}

static void timer_free(struct posix_timer *t)
{
	ktimer_cancel(&t->ktimer);
	list_del(&t->watch.link);
	list_del(&t->link);
	kfree(t);
}

void posix_timers_release(struct process *p)
{
	struct posix_timer *t, *next;

	if (!p->timers)
		return;
	list_for_each_safe(t, next, &p->timers->posix, link)
		timer_free(t);
}

/* 0, or -EINVAL for an event that cannot be */
static long event_check(const struct sigevent *e)
{
	struct task *task;

	switch (e->sigev_notify) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL | SIGEV_THREAD_ID:
		task = task_by_tid(e->sigev_notify_thread_id);
		if (!task || task->process != current->process)
			return -EINVAL;
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		break;
	default:
		return -EINVAL;
	}
	return e->sigev_signo < 1 || e->sigev_signo > NSIG_MAX ? -EINVAL : 0;
}

static long clock_check(int clock)
{
	if (clock < 0 && (clock & 7) == 3)
		return -EOPNOTSUPP;
	if (!clock_exists(clock))
		return -EINVAL;
	return clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
		clock == CLOCK_MONOTONIC_COARSE ? -EOPNOTSUPP : 0;
}

static void stepped(struct clock_watch *w, int64_t by)
{
	struct posix_timer *t = container_of(w, struct posix_timer, watch);

	if (!t->absolute || !t->expires)
		return;
	t->expires = ktime_stepped(t->expires, by);
	arm(t, timer_now(t));
}

static struct posix_timer *timer_new(int clock, const struct sigevent *e)
{
	struct process_timers *pt = process_timers_get(current->process);
	struct posix_timer *t = pt ? kzalloc(sizeof(*t)) : NULL;
	struct cpu_clock c;

	if (!t)
		return NULL;
	while (find(current->process, pt->next_id))
		pt->next_id = (pt->next_id + 1) & INT32_MAX;
	t->id = pt->next_id;
	pt->next_id = (pt->next_id + 1) & INT32_MAX;
	t->process = current->process;
	t->clock = clock;
	t->cpu = cpu_clock_find(clock, &c);
	t->user_only = c.user_only;
	t->cpu_pid = c.process ? c.process->pid : 0;
	t->cpu_tid = c.task ? c.task->tid : 0;
	t->notify = e->sigev_notify;
	t->signo = e->sigev_signo;
	t->tid = e->sigev_notify_thread_id;
	t->value = (uint32_t)e->sigev_value.sival_ptr;
	ktimer_init(&t->ktimer, fires);
	list_init(&t->watch.link);
	t->watch.stepped = stepped;
	if (is_realtime(clock))
		clock_watch(&t->watch);
	list_add_tail(&pt->posix, &t->link);
	return t;
}

static uint32_t timer_count(void)
{
	struct process_timers *pt = current->process->timers;
	struct posix_timer *t;
	uint32_t n = 0;

	if (pt)
		list_for_each(t, &pt->posix, link)
			n++;
	return n;
}

long sys_timer_create(int clock, const struct sigevent *uevent, int *uid)
{
	struct sigevent e = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM,
	};
	struct posix_timer *t;
	int id;
	long rc;

	if (uevent && get_user(e, uevent))
		return -EFAULT;
	rc = clock_check(clock);
	if (!rc)
		rc = event_check(&e);
	if (rc)
		return rc;
	if (timer_count() >= TIMERS_MAX)
		return -EAGAIN;
	t = timer_new(clock, &e);
	if (!t)
		return -EAGAIN;
	if (!uevent)
		t->value = (uint32_t)t->id;
	id = t->id;
	if (!put_user(id, uid))
		return 0;
	t = find(current->process, id);	/* another thread may have deleted it */
	if (t)
		timer_free(t);
	return -EFAULT;
}

static size_t spec_size(bool wide)
{
	return wide ? sizeof(struct __kernel_timespec)
		: sizeof(struct timespec);
}

static uint64_t time_left(const struct posix_timer *t)
{
	uint64_t now = t->expires ? timer_now(t) : 0;

	return t->expires > now ? t->expires - now : t->expires ? 1 : 0;
}

/* struct itimerspec: the interval first.  May sleep, and the timer be gone */
static long spec_to_user(void *ucur, bool wide, uint64_t interval,
		uint64_t left)
{
	if (timespec_to_user(ucur, wide, interval) ||
			timespec_to_user((char *)ucur + spec_size(wide),
				wide, left))
		return -EFAULT;
	return 0;
}

static uint64_t expiry(const struct posix_timer *t, uint64_t value,
		bool absolute)
{
	if (!value)
		return 0;
	if (!absolute)
		return ns_add(timer_now(t), value);
	return is_realtime(t->clock) ? MAX(realtime_to_ktime(value),
		(ktime_t)1) : value;
}

static long settime(int id, int flags, const void *unew, void *uold,
		bool wide)
{
	uint64_t interval, value, old_interval, left;
	struct posix_timer *t;
	long rc;

	if (!unew)
		return -EINVAL;
	rc = timespec_from_user(unew, wide, &interval);
	if (!rc)
		rc = timespec_from_user((const char *)unew + spec_size(wide),
			wide, &value);
	if (rc)
		return rc;
	t = find(current->process, id);
	if (!t)
		return -EINVAL;
	old_interval = t->interval;
	left = time_left(t);
	t->interval = value ? interval : 0;
	t->absolute = (flags & TIMER_ABSTIME) && is_realtime(t->clock);
	t->expires = expiry(t, value, flags & TIMER_ABSTIME);
	t->overrun = 0;
	if (t->expires)
		arm(t, timer_now(t));
	else
		ktimer_cancel(&t->ktimer);
	return uold ? spec_to_user(uold, wide, old_interval, left) : 0;
}

long sys_timer_settime(int id, int flags, const void *unew, void *uold)
{
	return settime(id, flags, unew, uold, false);
}

long sys_timer_settime64(int id, int flags, const void *unew, void *uold)
{
	return settime(id, flags, unew, uold, true);
}

long sys_timer_gettime(int id, void *ucur)
{
	struct posix_timer *t = find(current->process, id);

	return t ? spec_to_user(ucur, false, t->interval, time_left(t))
		: -EINVAL;
}

long sys_timer_gettime64(int id, void *ucur)
{
	struct posix_timer *t = find(current->process, id);

	return t ? spec_to_user(ucur, true, t->interval, time_left(t))
		: -EINVAL;
}

long sys_timer_getoverrun(int id)
{
	struct posix_timer *t = find(current->process, id);

	return t ? t->overrun : -EINVAL;
}

long sys_timer_delete(int id)
{
	struct posix_timer *t = find(current->process, id);

	if (!t)
		return -EINVAL;
	timer_free(t);
	return 0;
}
