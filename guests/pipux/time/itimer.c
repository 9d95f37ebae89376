/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interval timers: setitimer(2), alarm(2); RLIMIT_CPU.  ITIMER_REAL is a kernel timer;
 * the two of processor time are polled by one, which is due when the clock
 * can reach its target at the earliest.
 */
#include <pipux/resource.h>
#include <pipux/signal.h>
#include "process_timers.h"

#define USEC_PER_SEC	1000000

long sys_setitimer(int which, const struct __kernel_old_itimerval *unew,
	struct __kernel_old_itimerval *uold);
long sys_getitimer(int which, struct __kernel_old_itimerval *ucur);
long sys_alarm(uint32_t seconds);

static void real_fires(struct ktimer *t)
{
	struct process *p = container_of(t, struct process, itimer_real);
	ktime_t now = ktime_get();
	uint64_t skipped;

	(void)send_signal_process(SIGALRM, NULL, p);
	if (p->itimer_real_interval)
		ktimer_start(t, rearm_at(ns_next(t->expires,
			p->itimer_real_interval, now, &skipped), now));
}

void itimers_init(struct process *p)
{
	ktimer_init(&p->itimer_real, real_fires);
}

static uint64_t cpu_now(const struct cpu_itimer *t)
{
	struct cpu_clock c = { t->process, NULL, t->user_only };

	return cpu_clock_read(&c);
}

static void cpu_polls(struct ktimer *kt)
{
	struct cpu_itimer *t = container_of(kt, struct cpu_itimer, poll);
	uint64_t now = cpu_now(t), skipped;

	if (now >= t->expires) {
		(void)send_signal_process(t->signo, NULL, t->process);
		t->expires = t->interval ? ns_next(t->expires, t->interval,
			now, &skipped) : 0;
	}
	if (t->expires)
		ktimer_start(kt, cpu_clock_poll(now, t->expires));
}

/*
 * RLIMIT_CPU (setrlimit(2)): SIGXCPU at the soft limit, which moves on by a
 * second each time, and SIGKILL at the hard one.
 */
static void limit_polls(struct ktimer *kt)
{
	struct process *p = container_of(kt, struct process_timers,
		limit)->process;
	struct rlimit *r = &p->limits[RLIMIT_CPU];
	struct cpu_clock c = { p, NULL, false };
	uint64_t now = cpu_clock_read(&c);

	if (r->rlim_max != RLIM_INFINITY
			&& now >= r->rlim_max * NSEC_PER_SEC) {
		(void)send_signal_process(SIGKILL, NULL, p);
		return;
	}
	if (r->rlim_cur != RLIM_INFINITY
			&& now >= r->rlim_cur * NSEC_PER_SEC) {
		(void)send_signal_process(SIGXCPU, NULL, p);
		if (r->rlim_cur < r->rlim_max)
			r->rlim_cur++;
	}
	cpu_limit_arm(p);
}

void cpu_limit_arm(struct process *p)
{
	const struct rlimit *r = &p->limits[RLIMIT_CPU];
	unsigned long next = MIN(r->rlim_cur, r->rlim_max);
	struct cpu_clock c = { p, NULL, false };
	struct process_timers *pt;

	if (next == RLIM_INFINITY && !p->timers)
		return;
	pt = process_timers_get(p);
	if (!pt)
		return;
	if (next == RLIM_INFINITY)
		ktimer_cancel(&pt->limit);
	else
		ktimer_start(&pt->limit, cpu_clock_poll(cpu_clock_read(&c),
			next * NSEC_PER_SEC));
}

struct process_timers *process_timers_get(struct process *p)
{
	struct process_timers *pt = p->timers;

	if (pt)
		return pt;
	pt = kzalloc(sizeof(*pt));
	if (!pt)
		return NULL;
	list_init(&pt->posix);
	pt->process = p;
	ktimer_init(&pt->limit, limit_polls);
	for (int i = 0; i < 2; i++) {
		ktimer_init(&pt->cpu[i].poll, cpu_polls);
		pt->cpu[i].process = p;
	}
	pt->cpu[ITIMER_VIRTUAL - 1].user_only = true;
	pt->cpu[ITIMER_VIRTUAL - 1].signo = SIGVTALRM;
	pt->cpu[ITIMER_PROF - 1].signo = SIGPROF;
	p->timers = pt;
	return pt;
}

void itimers_release(struct process *p)
{
	ktimer_cancel(&p->itimer_real);
	if (!p->timers)
		return;
	posix_timers_release(p);
	for (int i = 0; i < 2; i++)
		ktimer_cancel(&p->timers->cpu[i].poll);
	ktimer_cancel(&p->timers->limit);
	kfree(p->timers);
	p->timers = NULL;
}

/* A timer that is armed never shows as zero (setitimer(2)) */
static uint64_t left(uint64_t expires, uint64_t now)
{
	return expires > now ? expires - now : 1000;
}

static void real_get(uint64_t *value, uint64_t *interval)
{
	struct process *p = current->process;
	struct ktimer *t = &p->itimer_real;

	*interval = p->itimer_real_interval;
	*value = list_empty(&t->link) ? 0 : left(t->expires, ktime_get());
}

/* A timer that is not set has no interval either; the other two keep it */
static void real_set(uint64_t value, uint64_t interval)
{
	struct process *p = current->process;

	p->itimer_real_interval = value ? interval : 0;
	if (value)
		ktimer_start(&p->itimer_real, ns_add(ktime_get(), value));
	else
		ktimer_cancel(&p->itimer_real);
}

static void cpu_get(struct cpu_itimer *t, uint64_t *value, uint64_t *interval)
{
	*interval = t->interval;
	*value = t->expires ? left(t->expires, cpu_now(t)) : 0;
}

static void cpu_set(struct cpu_itimer *t, uint64_t value, uint64_t interval)
{
	uint64_t now = cpu_now(t);

	t->interval = interval;
	t->expires = value ? ns_add(now, value) : 0;
	if (value)
		ktimer_start(&t->poll, cpu_clock_poll(now, t->expires));
	else
		ktimer_cancel(&t->poll);
}

static long get(int which, uint64_t *value, uint64_t *interval)
{
	struct process_timers *pt = current->process->timers;

	*value = *interval = 0;
	if (which == ITIMER_REAL)
		real_get(value, interval);
	else if (which != ITIMER_VIRTUAL && which != ITIMER_PROF)
		return -EINVAL;
	else if (pt)
		cpu_get(&pt->cpu[which - 1], value, interval);
	return 0;
}

static long set(int which, uint64_t value, uint64_t interval)
{
	struct process_timers *pt;

	if (which == ITIMER_REAL) {
		real_set(value, interval);
		return 0;
	}
	if (!value && !interval && !current->process->timers)
		return 0;
	pt = process_timers_get(current->process);
	if (!pt)
		return -ENOMEM;
	cpu_set(&pt->cpu[which - 1], value, interval);
	return 0;
}

/* The calls have times in seconds and microseconds, rounded up */
static struct __kernel_old_timeval to_timeval(uint64_t ns)
{
	struct timespec64 t = ns_to_timespec(ns_add(ns, 999));

	return (struct __kernel_old_timeval){
		(long)t.tv_sec, t.tv_nsec / 1000,
	};
}

static bool from_timeval(const struct __kernel_old_timeval *tv, uint64_t *ns)
{
	return tv->tv_usec >= 0 && tv->tv_usec < USEC_PER_SEC &&
		timespec_to_ns(tv->tv_sec, tv->tv_usec * 1000, ns);
}

long sys_getitimer(int which, struct __kernel_old_itimerval *ucur)
{
	uint64_t value, interval;
	struct __kernel_old_itimerval it;
	long rc = get(which, &value, &interval);

	if (rc)
		return rc;
	it.it_value = to_timeval(value);
	it.it_interval = to_timeval(interval);
	return put_user(it, ucur);
}

/* A new value that is NULL disarms, as Linux still has it */
long sys_setitimer(int which, const struct __kernel_old_itimerval *unew,
		struct __kernel_old_itimerval *uold)
{
	struct __kernel_old_itimerval new = { { 0, 0 }, { 0, 0 } }, old;
	uint64_t value, interval, old_value, old_interval;
	long rc;

	if (unew && get_user(new, unew))
		return -EFAULT;
	if (!from_timeval(&new.it_value, &value) ||
			!from_timeval(&new.it_interval, &interval))
		return -EINVAL;
	rc = get(which, &old_value, &old_interval);
	if (!rc)
		rc = set(which, value, interval);
	if (rc || !uold)
		return rc;
	old.it_value = to_timeval(old_value);
	old.it_interval = to_timeval(old_interval);
	return put_user(old, uold);
}

/* alarm(2): seconds that were left, rounded to the nearest, never 0 */
long sys_alarm(uint32_t seconds)
{
	uint64_t value, interval, sec;

	real_get(&value, &interval);
	real_set(seconds * NSEC_PER_SEC, 0);
	if (!value)
		return 0;
	sec = ns_div(value + NSEC_PER_SEC / 2, (uint32_t)NSEC_PER_SEC);
	return sec ? (long)sec : 1;
}
