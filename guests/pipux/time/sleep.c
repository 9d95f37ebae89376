/* SPDX-License-Identifier: BSD-2-Clause */
/* nanosleep(2), clock_nanosleep(2). */
#include "clock.h"

long sys_nanosleep(const void *ureq, void *urem);
long sys_clock_nanosleep(int clock, int flags, const void *ureq, void *urem);
long sys_clock_nanosleep_time64(int clock, int flags, const void *ureq,
	void *urem);

/* 0, or -ERESTARTNOHAND when a signal came first */
static long sleep_until(ktime_t deadline)
{
	while (ktime_get() < deadline) {
		if (signal_pending())
			return -ERESTARTNOHAND;
		sleep_on(true, deadline);
	}
	return 0;
}

struct sleeper {
	struct clock_watch watch;
	struct task *task;
};

static void stepped(struct clock_watch *w, int64_t by)
{
	wake_task(container_of(w, struct sleeper, watch)->task);
}

/* When the clock is set, the time left is another one */
static long sleep_until_realtime(uint64_t ns)
{
	struct sleeper s = { .watch.stepped = stepped, .task = current };
	ktime_t deadline;
	long rc = 0;

	clock_watch(&s.watch);
	while ((deadline = realtime_to_ktime(ns)) > ktime_get()) {
		if (signal_pending()) {
			rc = -ERESTARTNOHAND;
			break;
		}
		sleep_on(true, deadline);
	}
	list_del(&s.watch.link);
	return rc;
}

static long relative_restart(struct task *t);

/* After a signal without handler the same deadline holds */
static long sleep_relative(ktime_t deadline, uint32_t urem, bool wide)
{
	struct task *t = current;
	uint64_t now;

	if (!sleep_until(deadline))
		return 0;
	now = ktime_get();
	if (now >= deadline)
		return 0;
	if (urem && timespec_to_user((void *)urem, wide, deadline - now))
		return -EFAULT;
	t->restart_fn = relative_restart;
	t->restart.deadline = deadline;
	t->restart.arg[0] = urem;
	t->restart.arg[1] = wide;
	return -ERESTART_RESTARTBLOCK;
}

static long relative_restart(struct task *t)
{
	return sleep_relative(t->restart.deadline, t->restart.arg[0],
		t->restart.arg[1]);
}

/* A clock of processor time does not tell when: it is looked at in turn */
static long sleep_cpu(int clock, uint64_t target, bool absolute)
{
	struct cpu_clock c;
	uint64_t now;

	if (!cpu_clock_find(clock, &c) || c.task == current)
		return -EINVAL;
	now = cpu_clock_read(&c);
	if (!absolute)
		target = ns_add(now, target);
	while (now < target) {
		if (signal_pending())
			return -ERESTARTNOHAND;
		sleep_on(true, cpu_clock_poll(now, target));
		if (!cpu_clock_find(clock, &c))
			return -ESRCH;
		now = cpu_clock_read(&c);
	}
	return 0;
}

static long clock_sleep(int clock, int flags, const void *ureq, void *urem,
		bool wide)
{
	uint64_t ns;
	long rc;

	if (clock >= 0 && !clock_exists(clock))
		return -EINVAL;
	if (clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
			clock == CLOCK_MONOTONIC_COARSE ||
			clock == CLOCK_THREAD_CPUTIME_ID ||
			(clock < 0 && (clock & 7) == 3))
		return -EOPNOTSUPP;
	rc = timespec_from_user(ureq, wide, &ns);
	if (rc)
		return rc;
	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID)
		return sleep_cpu(clock, ns, flags & TIMER_ABSTIME);
	if (!(flags & TIMER_ABSTIME))
		return sleep_relative(ns_add(ktime_get(), ns),
			(uint32_t)urem, wide);
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI ||
			clock == CLOCK_REALTIME_ALARM)
		return sleep_until_realtime(ns);
	return sleep_until(ns);
}

long sys_nanosleep(const void *ureq, void *urem)
{
	return clock_sleep(CLOCK_MONOTONIC, 0, ureq, urem, false);
}

long sys_clock_nanosleep(int clock, int flags, const void *ureq, void *urem)
{
	return clock_sleep(clock, flags, ureq, urem, false);
}

long sys_clock_nanosleep_time64(int clock, int flags, const void *ureq,
		void *urem)
{
	return clock_sleep(clock, flags, ureq, urem, true);
}
