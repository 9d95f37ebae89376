/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that read and set clocks: clock_gettime(2) in both widths,
 * time(2), gettimeofday(2), adjtimex(2).
 */
#include <linux/timex.h>
#include "clock.h"

#define COARSE_NS	(NSEC_PER_SEC / HZ)
#define TICK_USEC	(1000000 / HZ)
#define MAX_ERROR_US	16000000

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
long sys_adjtimex(struct timex *utx);
long sys_clock_adjtime(int clock, struct timex *utx);
long sys_clock_adjtime64(int clock, struct __kernel_timex *utx);

static struct timezone zone;

/*
 * LIMIT: TAI is UTC, and the coarse clocks are as fine as the others (the
 * machine never sleeps, so BOOTTIME is MONOTONIC).
 */
bool clock_read(int clock, struct timespec64 *ts)
{
	struct cpu_clock c;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		*ts = now_timespec();
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

static bool clock_exists(int clock)
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

static long clock_set(int clock, const void *uts, bool wide)
{
	uint64_t ns;
	long rc;

	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	rc = timespec_from_user(uts, wide, &ns);
	if (rc)
		return rc;
	if (!capable())
		return -EPERM;
	realtime_set(ns);
	return 0;
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
	if (!capable())
		return -EPERM;
	realtime_set((uint64_t)(uint32_t)sec * NSEC_PER_SEC);
	return 0;
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
	if (!capable())
		return -EPERM;
	zone = new_zone;
	if (utv)
		realtime_set(ns);
	return 0;
}

/* LIMIT: adjtimex(2) tells the clock's state and adjusts nothing */
static long adjust_allowed(uint32_t modes)
{
	return modes && modes != ADJ_OFFSET_SS_READ && !capable() ? -EPERM : 0;
}

long sys_adjtimex(struct timex *utx)
{
	struct timespec64 now = now_timespec();
	struct timex tx;
	long rc;

	if (get_user(tx, utx))
		return -EFAULT;
	rc = adjust_allowed(tx.modes);
	if (rc)
		return rc;
	tx = (struct timex){
		.maxerror = MAX_ERROR_US, .esterror = MAX_ERROR_US,
		.status = STA_UNSYNC, .constant = 2, .precision = 1,
		.tick = TICK_USEC,
		.time = { (long)now.tv_sec, now.tv_nsec / 1000 },
	};
	return put_user(tx, utx) ? -EFAULT : TIME_ERROR;
}

long sys_clock_adjtime(int clock, struct timex *utx)
{
	if (clock != CLOCK_REALTIME)
		return clock_exists(clock) ? -EOPNOTSUPP : -EINVAL;
	return sys_adjtimex(utx);
}

long sys_clock_adjtime64(int clock, struct __kernel_timex *utx)
{
	struct timespec64 now = now_timespec();
	struct __kernel_timex tx;
	long rc;

	if (clock != CLOCK_REALTIME)
		return clock_exists(clock) ? -EOPNOTSUPP : -EINVAL;
	if (get_user(tx, utx))
		return -EFAULT;
	rc = adjust_allowed(tx.modes);
	if (rc)
		return rc;
	tx = (struct __kernel_timex){
		.maxerror = MAX_ERROR_US, .esterror = MAX_ERROR_US,
		.status = STA_UNSYNC, .constant = 2, .precision = 1,
		.tick = TICK_USEC,
		.time = { now.tv_sec, now.tv_nsec / 1000 },
	};
	return put_user(tx, utx) ? -EFAULT : TIME_ERROR;
}
