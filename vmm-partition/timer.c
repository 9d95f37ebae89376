/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's deadline, kept by one-shots of the PIT.  A one-shot that is
 * under way and fires no later than a new deadline is left alone: when it
 * fires it starts the next, so that a scheduler that moves its deadline at
 * each switch costs no port access.
 */
#include "pit.h"
#include "vmm.h"

#define ONE_SHOT_MS	54	/* the longest: 65535 ticks are 54.9 ms */

static uint32_t ticks_per_tsc;	/* 32 bits after the binary point */
static uint32_t longest;	/* in TSC ticks */
static uint64_t running;	/* when the PIT will have fired; 0: idle */

/* n / d where that is below 2^32 */
static uint32_t divide(uint64_t n, uint32_t d)
{
	uint32_t low = (uint32_t)n, high = (uint32_t)(n >> 32);

	__asm__("divl %2" : "+a"(low), "+d"(high) : "r"(d) : "cc");
	return low;
}

/* After clock_init() */
void timer_init(void)
{
	uint32_t khz = clock_tsc_khz();

	ticks_per_tsc = divide(((uint64_t)PIT_HZ << 32) / 1000, khz);
	longest = ONE_SHOT_MS * khz;
	Pip_Outb(PIT_COMMAND, PIT_ONE_SHOT);
}

static void start(uint64_t now, uint64_t deadline)
{
	uint32_t delta = longest;

	if (deadline - now < longest)
		delta = (uint32_t)(deadline - now);
	pit_start((uint32_t)((uint64_t)delta * ticks_per_tsc >> 32) + 1);
	running = now + delta;
}

/* 0 disarms.  True: the deadline has passed already, nothing is armed. */
bool timer_set(struct vm *vm, uint64_t deadline)
{
	uint64_t now;

	vm->deadline = deadline;
	if (!deadline)
		return false;
	now = rdtsc();
	if (deadline <= now) {
		vm->deadline = 0;
		return true;
	}
	if (!running || running > deadline)
		start(now, deadline);
	return false;
}

/* IRQ 0.  True: the guest's deadline has passed. */
bool timer_irq(struct vm *vm)
{
	running = 0;
	return vm->deadline && timer_set(vm, vm->deadline);
}
