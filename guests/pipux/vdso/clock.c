/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vDSO's clocks: what the system calls of the same names answer, read
 * from the TSC without a system call.  Runs in processes, from any address.
 *
 * Invariant: sequence is read before and after the rest, because the kernel
 * may put another page in this one's place in between.
 */
#include <pipux/vdso.h>
#include <asm/unistd.h>
#include <linux/time.h>
#include <linux/time_types.h>

#define NSEC_PER_SEC	1000000000u
#define EXPORT		__attribute__((visibility("default")))

/* Where vdso.ld puts it */
extern const volatile struct vdso_data vdso_data
	__attribute__((visibility("hidden")));

EXPORT int __vdso_clock_gettime(int clock, struct timespec *ts);
EXPORT int __vdso_clock_gettime64(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_getres(int clock, struct timespec *ts);
EXPORT int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz);
EXPORT long __vdso_time(long *t);

static int system_call(int number, int a, void *b)
{
	int rc;

	__asm__ volatile("int $0x80" : "=a"(rc) : "0"(number), "b"(a), "c"(b)
		: "memory");
	return rc;
}

/* Nanoseconds since boot; *offset: from there to the time of day */
static uint64_t monotonic(uint64_t *offset)
{
	uint32_t sequence, factor;
	uint64_t t;

	do {
		sequence = vdso_data.sequence;
		t = __builtin_ia32_rdtsc() - vdso_data.tsc_boot;
		factor = vdso_data.ns_per_tick;
		*offset = vdso_data.realtime_offset;
	} while (sequence != vdso_data.sequence);
	return ((uint64_t)(uint32_t)(t >> 32) * factor
			<< (32 - VDSO_FACTOR_SHIFT))
		+ ((uint64_t)(uint32_t)t * factor >> VDSO_FACTOR_SHIFT);
}

/* Seconds, which have 32 bits until 2106, and *rest */
static uint32_t split(uint64_t ns, uint32_t *rest)
{
	uint32_t sec;

	__asm__("divl %4" : "=a"(sec), "=d"(*rest)
		: "0"((uint32_t)ns), "1"((uint32_t)(ns >> 32)),
		"rm"(NSEC_PER_SEC) : "cc");
	return sec;
}

/* As clock_read() in the kernel; false: ask it */
static int clock_read(int clock, uint32_t *sec, uint32_t *nsec)
{
	uint64_t offset, ns = monotonic(&offset);

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		ns += offset;
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		break;
	default:
		return 0;
	}
	if ((uint32_t)(ns >> 32) >= NSEC_PER_SEC)
		return 0;
	*sec = split(ns, nsec);
	return 1;
}

int __vdso_clock_gettime(int clock, struct timespec *ts)
{
	uint32_t sec, nsec;

	if (!clock_read(clock, &sec, &nsec))
		return system_call(__NR_clock_gettime, clock, ts);
	ts->tv_sec = (long)sec;
	ts->tv_nsec = (long)nsec;
	return 0;
}

int __vdso_clock_gettime64(int clock, struct __kernel_timespec *ts)
{
	uint32_t sec, nsec;

	if (!clock_read(clock, &sec, &nsec))
		return system_call(__NR_clock_gettime64, clock, ts);
	ts->tv_sec = sec;
	ts->tv_nsec = nsec;
	return 0;
}

int __vdso_clock_getres(int clock, struct timespec *ts)
{
	return system_call(__NR_clock_getres, clock, ts);
}

int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz)
{
	uint32_t sec, nsec;

	if (tz || !tv || !clock_read(CLOCK_REALTIME, &sec, &nsec))
		return system_call(__NR_gettimeofday, (int)tv, tz);
	tv->tv_sec = (long)sec;
	tv->tv_usec = (long)(nsec / 1000);
	return 0;
}

long __vdso_time(long *t)
{
	uint32_t sec = 0, nsec;

	if (!clock_read(CLOCK_REALTIME, &sec, &nsec))
		return system_call(__NR_time, (int)t, 0);
	if (t)
		*t = (long)sec;
	return (long)sec;
}
