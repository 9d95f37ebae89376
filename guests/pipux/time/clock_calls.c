/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that read and set clocks: clock_gettime(2) in both widths,
 * time(2), gettimeofday(2).
 */
#include "clock.h"

#define SET_MAX_SEC	8277292036ull	/* NS_MAX less 30 years */
#define ZONE_MAX	(15 * 60)	/* minutes west */
#define COARSE_NS	(NSEC_PER_SEC / HZ)

long sys_clock_gettime(int clock, void *uts);
long sys_clock_gettime64(int clock, void *uts);
long sys_clock_settime(int clock, const void *uts);
long sys_clock_settime64(int clock, const void *uts);
long sys_clock_getres(int clock, void *uts);
long sys_clock_getres_time64(int clock, void *uts);
long sys_time(long *ut);
long sys_stime(const long *ut);
long sys_gettimeofday(struct timeval *utv, struct timezone *utz);
long sys_settimeofday(const struct timeval *utv, const struct timezone *utz);

static struct timezone zone;

/*
 * LIMIT: the coarse clocks are as fine as the others (the
 * machine never sleeps, so BOOTTIME is MONOTONIC).
 */
bool clock_read(int clock, struct timespec64 *ts)
{
	struct cpu_clock c;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
		*ts = now_timespec();
		return true;
	case CLOCK_TAI:
		*ts = now_timespec();
		ts->tv_sec += tai_offset();
		return true;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ts = now_monotonic();
		return true;
	}
	if (!cpu_clock_find(clock, &c))
		return false;
	*ts = ns_to_timespec(cpu_clock_read(&c));
	return true;
}

bool clock_exists(int clock)
{
	struct timespec64 ts;

	return clock_read(clock, &ts);
}

long sys_clock_gettime(int clock, void *uts)
{
	struct timespec64 ts;
	struct timespec old;

	if (!clock_read(clock, &ts))
		return -EINVAL;
	old.tv_sec = (long)ts.tv_sec;
	old.tv_nsec = ts.tv_nsec;
	return copy_to_user(uts, &old, sizeof(old));
}

long sys_clock_gettime64(int clock, void *uts)
{
	struct timespec64 ts;
	struct __kernel_timespec out;

	if (!clock_read(clock, &ts))
		return -EINVAL;
	out.tv_sec = ts.tv_sec;
	out.tv_nsec = ts.tv_nsec;
	return copy_to_user(uts, &out, sizeof(out));
}

/* settimeofday(2): a time with 30 years to go before the clock overflows */
static long time_set(uint64_t ns)
{
	if (ns >= SET_MAX_SEC * NSEC_PER_SEC)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (ns < ktime_get())
		return -EINVAL;
	realtime_set(ns);
	adjtime_clear();
	return 0;
}

/* A clock of processor time may be named, but is nobody's to set */
static long clock_set(int clock, const void *uts, bool wide)
{
	struct cpu_clock c;
	uint64_t ns;
	long rc;

	if (clock != CLOCK_REALTIME && clock >= 0)
		return -EINVAL;
	rc = timespec_from_user(uts, wide, &ns);
	if (clock < 0)
		return rc == -EFAULT ? rc
			: cpu_clock_find(clock, &c) ? -EPERM : -EINVAL;
	return rc ? rc : time_set(ns);
}

long sys_clock_settime(int clock, const void *uts)
{
	return clock_set(clock, uts, false);
}

long sys_clock_settime64(int clock, const void *uts)
{
	return clock_set(clock, uts, true);
}

static long resolution(int clock, void *uts, bool wide)
{
	bool coarse = clock == CLOCK_REALTIME_COARSE ||
		clock == CLOCK_MONOTONIC_COARSE;

	if (!clock_exists(clock))
		return -EINVAL;
	return uts ? timespec_to_user(uts, wide, coarse ? COARSE_NS : 1) : 0;
}

long sys_clock_getres(int clock, void *uts)
{
	return resolution(clock, uts, false);
}

long sys_clock_getres_time64(int clock, void *uts)
{
	return resolution(clock, uts, true);
}

long sys_time(long *ut)
{
	long now = (long)now_timespec().tv_sec;

	return ut && put_user(now, ut) ? -EFAULT : now;
}

long sys_stime(const long *ut)
{
	long sec;

	if (get_user(sec, ut))
		return -EFAULT;
	return sec < 0 ? -EINVAL : time_set((uint64_t)sec * NSEC_PER_SEC);
}

long sys_gettimeofday(struct timeval *utv, struct timezone *utz)
{
	struct timespec64 now = now_timespec();
	struct timeval tv = { (long)now.tv_sec, now.tv_nsec / 1000 };

	if ((utv && put_user(tv, utv)) || (utz && put_user(zone, utz)))
		return -EFAULT;
	return 0;
}

long sys_settimeofday(const struct timeval *utv, const struct timezone *utz)
{
	struct timezone new_zone = zone;
	struct timeval tv;
	uint64_t ns = 0;

	if (utv && get_user(tv, utv))
		return -EFAULT;
	if (utv && (tv.tv_usec < 0 || tv.tv_usec >= 1000000 ||
			!timespec_to_ns(tv.tv_sec, tv.tv_usec * 1000, &ns)))
		return -EINVAL;
	if (utz && get_user(new_zone, utz))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (utz && (new_zone.tz_minuteswest > ZONE_MAX
			|| new_zone.tz_minuteswest < -ZONE_MAX))
		return -EINVAL;
	zone = new_zone;
	return utv ? time_set(ns) : 0;
}
