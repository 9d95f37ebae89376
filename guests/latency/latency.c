/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How late a guest kernel learns of its timer's interrupt, asleep and while it
 * computes.  Output: lines "latency NAME SAMPLE ..." in TSC ticks, before
 * them "guest-start TSC".  With
 * `load=MS` it is the neighbour that others are measured beside: it asks for
 * the VMM's version for that long.
 */
#include "lib.h"

#define SAMPLES		1000u
#define FIRST		10u	/* not counted: a neighbour starts */
#define TIMER		(1u << VMM_IRQ_TIMER)

/* 100 to 160 us from now, at no particular moment of the VMM's */
static uint64_t arm(uint32_t i)
{
	uint64_t due = rdtsc() + (100 + i % 61) * INFO->tsc_khz / 1000;

	hypercall(VMM_HC_SET_TIMER, (uint32_t)due, (uint32_t)(due >> 32),
		0, 0);
	return due;
}

static void asleep(void)
{
	hypercall(VMM_HC_WAIT, 0, 0, 0, 0);
}

static void computing(void)
{
	while (!(SHARED->pending & TIMER))
		;
}

static void measure(const char *name, void (*until_timer)(void))
{
	static uint32_t sample[FIRST + SAMPLES];

	for (uint32_t i = 0; i < FIRST + SAMPLES; i++) {
		uint64_t due = arm(i);

		until_timer();
		sample[i] = (uint32_t)(rdtsc() - due);
		while (!take_pending(TIMER))
			;
	}
	print("latency ");
	print(name);
	for (uint32_t i = FIRST; i < FIRST + SAMPLES; i++) {
		print(" ");
		print_number(sample[i]);
	}
	print("\n");
}

static void load(uint32_t ms)
{
	uint64_t end = rdtsc() + (uint64_t)ms * INFO->tsc_khz;

	while (rdtsc() < end)
		hypercall(VMM_HC_VERSION, 0, 0, 0, 0);
}

void guest_main(void)
{
	uint32_t start = (uint32_t)rdtsc();

	if (option("load", 0)) {
		load(option("load", 0));
		power_off(0);
	}
	print("guest-start ");
	print_number(start);
	print("\n");
	measure(option("beside", 0) ? "guest-asleep-busy" : "guest-asleep",
		asleep);
	measure(option("beside", 0) ? "guest-busy" : "guest-idle", computing);
	power_off(0);
}
