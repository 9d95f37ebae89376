/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times in user memory.  Linux on i386 has each of them in two forms: the
 * old one of two longs, and, since 5.1, one of two 64-bit words.
 */
#include "clock.h"

/* The largest number of seconds that fits a signed count of nanoseconds */
#define SEC_MAX		(INT64_MAX / 1000000000)

bool timespec_to_ns(int64_t sec, int64_t nsec, uint64_t *ns)
{
	if (sec < 0 || nsec < 0 || nsec >= (int64_t)NSEC_PER_SEC)
		return false;
	*ns = sec >= SEC_MAX ? NS_MAX
		: (uint64_t)sec * NSEC_PER_SEC + (uint64_t)nsec;
	return true;
}

/* Linux ignores the upper half of a 64-bit tv_nsec from 32-bit programs */
long timespec_from_user(const void *utime, bool wide, uint64_t *ns)
{
	struct timespec old;
	struct __kernel_timespec ts;

	if (wide) {
		if (get_user(ts, utime))
			return -EFAULT;
		ts.tv_nsec = (long)ts.tv_nsec;
	} else {
		if (get_user(old, utime))
			return -EFAULT;
		ts.tv_sec = old.tv_sec;
		ts.tv_nsec = old.tv_nsec;
	}
	return timespec_to_ns(ts.tv_sec, ts.tv_nsec, ns) ? 0 : -EINVAL;
}

long timespec_to_user(void *utime, bool wide, uint64_t ns)
{
	struct timespec64 t = ns_to_timespec(ns);
	struct __kernel_timespec ts = { t.tv_sec, t.tv_nsec };
	struct timespec old = { (long)t.tv_sec, t.tv_nsec };

	return wide ? copy_to_user(utime, &ts, sizeof(ts))
		: copy_to_user(utime, &old, sizeof(old));
}

long deadline_from_user(const void *utime, bool wide, ktime_t *deadline)
{
	uint64_t ns;
	long rc;

	*deadline = 0;
	if (!utime)
		return 0;
	rc = timespec_from_user(utime, wide, &ns);
	if (rc)
		return rc;
	*deadline = ns ? ns_add(ktime_get(), ns) : 1;
	return 0;
}
