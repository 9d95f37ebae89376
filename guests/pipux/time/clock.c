/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks: nanoseconds since boot from the TSC by one multiplication, and
 * the time of day as an offset to it.  The time of day is taken from the VMM
 * once, at boot; afterwards it changes only when a program sets it.
 */
#include <pipux/arch.h>
#include <pipux/time.h>
#include <pipux/vdso.h>
#include <pipux/vmm.h>
#include "clock.h"

/* Fixed-point factors have 28 bits after the point: 62.5 MHz to 16 GHz */
#define FACTOR_SHIFT	VDSO_FACTOR_SHIFT
#define KHZ_MIN		62500u
#define KHZ_MAX		15900000u
#define KHZ_UNKNOWN	1000000u

static uint64_t tsc_boot;
static uint32_t ns_per_tick, ticks_per_ns;	/* fixed point */
static uint64_t realtime_offset;
static struct list watches = LIST_INIT(watches);

/* The second that a clock is in: most readings need no division */
struct second {
	uint64_t start;			/* ns */
	int64_t sec;
};
static struct second real_second, mono_second;

static inline uint64_t scale(uint64_t v, uint32_t factor)
{
	uint64_t hi = (uint64_t)(uint32_t)(v >> 32) * factor;
	uint64_t lo = (uint64_t)(uint32_t)v * factor;

	return (hi << (32 - FACTOR_SHIFT)) + (lo >> FACTOR_SHIFT);
}

/* Before clock_init every clock stands still at 0 */
void clock_init(void)
{
	uint32_t khz = vmm_info->tsc_khz ? vmm_info->tsc_khz : KHZ_UNKNOWN;
	uint64_t wall;

	khz = MAX(khz, KHZ_MIN);
	khz = MIN(khz, KHZ_MAX);
	ns_per_tick = (uint32_t)((1000000ull << FACTOR_SHIFT) / khz);
	ticks_per_ns = (uint32_t)(((uint64_t)khz << FACTOR_SHIFT) / 1000000);
	tsc_boot = rdtsc();
	wall = vmm_shared->wall_sec * NSEC_PER_SEC + vmm_shared->wall_nsec;
	realtime_offset = wall + scale(tsc_boot - vmm_shared->tsc_base,
			ns_per_tick);
	printk(KERN_INFO "clock: TSC at %u kHz\n", khz);
}

ktime_t ktime_from_tsc(uint64_t tsc)
{
	return scale(tsc - tsc_boot, ns_per_tick);
}

ktime_t ktime_get(void)
{
	return scale(rdtsc() - tsc_boot, ns_per_tick);
}

/* The TSC value at t, rounded up: an alarm set to it is never early */
uint64_t ktime_to_tsc(ktime_t t)
{
	uint64_t now = rdtsc();
	ktime_t now_ns = ktime_from_tsc(now);

	if (t <= now_ns)
		return now;
	return now + scale(t - now_ns, ticks_per_ns) + 2;
}

uint64_t realtime_get(void)
{
	return ktime_get() + realtime_offset;
}

void realtime_set(uint64_t ns)
{
	uint64_t old = realtime_offset;
	struct clock_watch *w, *next;

	realtime_offset = ns - ktime_get();
	vdso_update();
	list_for_each_safe(w, next, &watches, link)
		w->stepped(w, realtime_offset - old);
}

void clock_watch(struct clock_watch *w)
{
	list_add_tail(&watches, &w->link);
}

void clock_vdso(struct vdso_data *d)
{
	d->sequence++;
	d->ns_per_tick = ns_per_tick;
	d->tsc_boot = tsc_boot;
	d->realtime_offset = realtime_offset;
}

ktime_t realtime_to_ktime(uint64_t ns)
{
	return ns > realtime_offset ? ns - realtime_offset : 0;
}

uint64_t ns_div(uint64_t ns, uint32_t by)
{
	return ns >> 32 ? ns / by : (uint32_t)ns / by;
}

struct timespec64 ns_to_timespec(uint64_t ns)
{
	int64_t sec = (int64_t)(ns / NSEC_PER_SEC);

	return (struct timespec64){
		sec, (long)(ns - (uint64_t)sec * NSEC_PER_SEC),
	};
}

static struct timespec64 split(struct second *s, uint64_t ns)
{
	if (ns - s->start >= NSEC_PER_SEC) {
		s->sec = (int64_t)(ns / NSEC_PER_SEC);
		s->start = (uint64_t)s->sec * NSEC_PER_SEC;
	}
	return (struct timespec64){ s->sec, (long)(ns - s->start) };
}

struct timespec64 now_timespec(void)
{
	return split(&real_second, realtime_get());
}

struct timespec64 now_monotonic(void)
{
	return split(&mono_second, ktime_get());
}
