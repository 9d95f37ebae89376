/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load averages: every five seconds the number of tasks that want to run
 * goes into three averages that forget exponentially, in 1, 5, 15 minutes.
 */
#include <pipux/sched.h>

#define SHIFT		16		/* fixed point, as sysinfo(2) has it */
#define PERIOD		(5 * NSEC_PER_SEC)

/* exp(-5 / seconds) in fixed point */
static const uint32_t keep[3] = { 60296, 64453, 65173 };
static uint32_t average[3];

static uint32_t mean(uint32_t old, uint32_t now, uint32_t kept)
{
	return (uint32_t)(((uint64_t)old * kept +
		(uint64_t)now * ((1u << SHIFT) - kept)) >> SHIFT);
}

static void sample(struct ktimer *t)
{
	uint32_t now = nr_runnable() << SHIFT;

	for (int i = 0; i < 3; i++)
		average[i] = mean(average[i], now, keep[i]);
	ktimer_start(t, ktime_get() + PERIOD);
}

static struct ktimer sampler = {
	.link = LIST_INIT(sampler.link), .fn = sample,
};

void loadavg_init(void)
{
	ktimer_start(&sampler, ktime_get() + PERIOD);
}

void loadavg_get(uint32_t load[3])
{
	memcpy(load, average, sizeof(average));
}
