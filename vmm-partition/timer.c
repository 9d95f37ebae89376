/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One queue of deadlines, kept by one-shots of the PIT.  A one-shot that is
 * under way and fires no later than a new deadline is left alone: when it
 * fires it starts the next, so that a scheduler that moves its deadline at
 * each switch costs no port access.
 */
#include "pit.h"
#include "vmm.h"

#define ONE_SHOT_MS	54	/* the longest: 65535 ticks are 54.9 ms */

static uint32_t ticks_per_tsc;	/* 32 bits after the binary point */
static uint32_t longest;	/* in TSC ticks */
static uint64_t shot;		/* when the PIT will have fired; 0: idle */
static struct timer *queue;	/* the earliest first */

/* After clock_init() */
void timer_init(void)
{
	uint32_t khz = clock_tsc_khz();

	ticks_per_tsc = divide(((uint64_t)PIT_HZ << 32) / 1000, khz);
	longest = ONE_SHOT_MS * khz;
	port_out8(PIT_COMMAND, PIT_ONE_SHOT);
}

/* Sees to it that the PIT fires no later than the first deadline */
static void shoot(void)
{
	uint64_t when = queue->when, now = rdtsc();
	uint32_t delta = longest;

	if (when <= now)
		delta = 1;
	else if (when - now < longest)
		delta = (uint32_t)(when - now);
	pit_start((uint32_t)((uint64_t)delta * ticks_per_tsc >> 32) + 1);
	shot = now + delta;
}

void timer_cancel(struct timer *timer)
{
	struct timer **link = &queue;

	if (!timer->when)
		return;
	while (*link != timer)
		link = &(*link)->next;
	*link = timer->next;
	timer->when = 0;
}

/* At the TSC value `when`, not 0; one that has passed fires soon */
void timer_set(struct timer *timer, uint64_t when)
{
	struct timer **link = &queue;

	timer_cancel(timer);
	while (*link && (*link)->when <= when)
		link = &(*link)->next;
	timer->when = when;
	timer->next = *link;
	*link = timer;
	if (link == &queue && (!shot || shot > when))
		shoot();
}

/* Fires what is due without waiting for the interrupt */
void timer_poll(void)
{
	uint64_t now = rdtsc();
	struct timer *timer;

	while ((timer = queue) && timer->when <= now) {
		queue = timer->next;
		timer->when = 0;
		timer->fire(timer);
	}
}

/* IRQ 0 */
void timer_irq(void)
{
	shot = 0;
	timer_poll();
	if (queue && (!shot || shot > queue->when))
		shoot();
}
