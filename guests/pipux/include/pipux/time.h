/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and kernel timers. */
#ifndef PIPUX_TIME_H
#define PIPUX_TIME_H

#include <pipux/list.h>
#include <linux/time.h>
#include <linux/time_types.h>

#define NSEC_PER_SEC	1000000000ull
#define HZ		100		/* of clock_t as programs see it */

/* A one-shot callback; runs in the kernel on the way out or while idle */
struct ktimer {
	struct list link;		/* empty list when not armed */
	ktime_t expires;
	void (*fn)(struct ktimer *t);
};

/* time/clock.c */
void clock_init(void);
ktime_t ktime_get(void);		/* CLOCK_MONOTONIC */
uint64_t realtime_get(void);		/* CLOCK_REALTIME, ns since 1970 */
uint64_t ns_div(uint64_t ns, uint32_t by);	/* 64/32 division */
struct timespec64 {
	int64_t tv_sec;
	long tv_nsec;
};
struct timespec64 ns_to_timespec(uint64_t ns);
/* Saturates; negative or too many nanoseconds: false */
bool timespec_to_ns(int64_t sec, int64_t nsec, uint64_t *ns);
ktime_t ktime_from_tsc(uint64_t tsc);
uint64_t ktime_to_tsc(ktime_t t);
/*
 * A timeout in user memory, struct timespec of two longs (wide = false) or
 * of two 64-bit words: 0, -EFAULT, -EINVAL.  As an absolute monotonic
 * deadline for sleep_on; a zero timeout gives a deadline that has passed,
 * never 0.  NULL utime: *deadline = 0, no limit.
 */
long deadline_from_user(const void *utime, bool wide, ktime_t *deadline);
long timespec_from_user(const void *utime, bool wide, uint64_t *ns);
long timespec_to_user(void *utime, bool wide, uint64_t ns);
/* inode time stamps */
struct timespec64 now_timespec(void);

/*
 * Told when the real-time clock is set, by how many ns it goes forward: for
 * who keeps a time of it as a monotonic one.  NULL link: not registered
 */
struct clock_watch {
	struct list link;
	void (*stepped)(struct clock_watch *w, int64_t by);
};
void clock_watch(struct clock_watch *w);
/* The monotonic time t when the clock has gone forward; never 0 */
static inline ktime_t ktime_stepped(ktime_t t, int64_t by)
{
	return by >= 0 && t <= (uint64_t)by ? 1 : t - by;
}

/* time/timer.c */
void ktimer_init(struct ktimer *t, void (*fn)(struct ktimer *t));
void ktimer_start(struct ktimer *t, ktime_t expires);	/* re-arms */
void ktimer_cancel(struct ktimer *t);
void timers_run(void);			/* fires what is due, arms the VMM */

/* time/loadavg.c: fixed point, 16 bits after it */
void loadavg_init(void);			/* begins to sample */
void loadavg_get(uint32_t load[3]);

/* time/itimer.c, posix_timer.c: the process's timers end with it; POSIX
 * timers also by exec */
struct process;
void itimers_init(struct process *p);
void cpu_limit_arm(struct process *p);	/* RLIMIT_CPU is set */
void itimers_release(struct process *p);
void posix_timers_release(struct process *p);

#endif
