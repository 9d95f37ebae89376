/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the rate of the time-stamp counter, measured once against the PIT,
 * and the wall time of one TSC value, from which a guest derives the rest.
 */
#include "pit.h"
#include "vmm.h"

#define MEASURE_TICKS	(PIT_HZ / 100)	/* 10 ms */
#define SAMPLES		5

static uint32_t tsc_khz;

/* A PIT count and the TSC value at which it was latched */
struct sample {
	uint64_t tsc;
	uint32_t count;
};

/* The best of several: the one the machine took the least time for */
static struct sample sample_take(void)
{
	struct sample best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < SAMPLES; i++) {
		uint64_t before = rdtsc(), after;
		uint32_t count;

		port_out8(PIT_COMMAND, PIT_LATCH);
		after = rdtsc();
		count = port_in8(PIT_CHANNEL0);
		count |= port_in8(PIT_CHANNEL0) << 8;
		if (after - before < shortest) {
			shortest = after - before;
			best.tsc = before + shortest / 2;
			best.count = count;
		}
	}
	return best;
}

/* a * b / c without overflow in between; the result must fit */
static uint32_t multiply_divide(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t rest;

	__asm__("mull %2\n\tdivl %3" : "+&a"(a), "=&d"(rest)
			: "r"(b), "r"(c) : "cc");
	return a;
}

/*
 * Sleeps through the measured time, for that costs nothing under -icount;
 * after its terminal count the PIT counts on, so how late the interrupt comes
 * does not matter.
 */
static uint32_t measure(void)
{
	struct sample first, last;
	uint32_t ticks;

	port_out8(PIT_COMMAND, PIT_ONE_SHOT);
	/* On a busy host it may have fired already: its only interrupt */
	do {
		pit_start(MEASURE_TICKS);
		first = sample_take();
	} while (first.count > MEASURE_TICKS);
	do {
		(void)Pip_Idle();
		last = sample_take();
		ticks = (first.count - last.count) & 0xFFFF;
	} while (ticks < first.count);
	return multiply_divide((uint32_t)(last.tsc - first.tsc), PIT_HZ,
			ticks * 1000);
}

/* Interrupts of the PIT must be unmasked, others need not be masked */
void clock_init(uint32_t known_tsc_khz)
{
	tsc_khz = known_tsc_khz ? known_tsc_khz : measure();
}

uint32_t clock_tsc_khz(void)
{
	return tsc_khz;
}

void clock_publish(struct vmm_shared *shared)
{
	shared->tsc_base = rdtsc();
	shared->wall_sec = rtc_read();
	shared->wall_nsec = 0;
}
