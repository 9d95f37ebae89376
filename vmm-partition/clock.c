/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the rate of the time-stamp counter, measured against the PIT,
 * and the wall time of one TSC value, from which a guest derives the rest.
 */
#include "pit.h"
#include "vmm.h"

#define MEASURE_TICKS	(PIT_HZ / 100)	/* 10 ms */
#define SAMPLES		5
#define TRIES		30

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
 * The TSC's rate in kHz.  Sleeps through the measured time, for that costs
 * nothing under -icount; after its terminal count the PIT counts on, so how
 * late the interrupt comes does not matter.  A busy host may stop the machine
 * at any point: an interrupt that does not belong to a whole measurement is
 * waited for all the same, for each one-shot has only one.
 */
static uint32_t measure_once(void)
{
	struct sample first, last;
	uint32_t ticks;

	do {
		pit_start(MEASURE_TICKS);
		first = sample_take();
		while (Pip_Idle() != PIP_VINT_IRQ)
			;
		last = sample_take();
		ticks = (first.count - last.count) & 0xFFFF;
	} while (first.count > MEASURE_TICKS || ticks < first.count);
	return multiply_divide((uint32_t)(last.tsc - first.tsc), PIT_HZ,
			ticks * 1000);
}

static bool agree(uint32_t a, uint32_t b)
{
	return a - a / 128 <= b && b - b / 128 <= a;
}

/*
 * A stop of 55 ms and more hides a round of the PIT, and the rate seems higher:
 * the lowest counts, once it has been found twice.
 */
static uint32_t measure(void)
{
	uint32_t lowest = UINT32_MAX;

	port_out8(PIT_COMMAND, PIT_ONE_SHOT);
	for (int i = 0; i < TRIES; i++) {
		uint32_t khz = measure_once();
		bool twice = agree(khz, lowest);

		if (khz < lowest)
			lowest = khz;
		if (twice)
			break;
	}
	return lowest;
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
