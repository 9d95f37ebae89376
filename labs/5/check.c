/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks lab 5 by what the children notice: each counts, and counts how often
 * the time jumped.  Under --icount all of it is exact.
 */
#include "lab.h"

#define TICKS		20u
#define AWAY		1000000u	/* a tick has 10,000,000 instructions */

static struct child a, b;

/* In a child: box[0] turns, box[1] times that others had the processor */
static uint32_t spin(uint32_t unused)
{
	volatile uint32_t *box = (volatile uint32_t *)BOX;
	uint32_t last, now;

	__asm__ volatile("rdtsc" : "=a"(last) : : "edx");
	for (;;) {
		box[0]++;
		__asm__ volatile("rdtsc" : "=a"(now) : : "edx");
		if (now - last > AWAY)
			box[1]++;
		last = now;
	}
	return unused;
}

static bool near(uint32_t x, uint32_t y, uint32_t margin)
{
	return x - y + margin <= 2 * margin;
}

void ticks_over(void)
{
	check(a.box[0], "the first child has run");
	check(b.box[0], "the second child has run");
	check(near(a.box[0], b.box[0], a.box[0] / 8),
		"both had as much of the time");
	check(near(a.box[1], TICKS / 2, 2) && near(b.box[1], TICKS / 2, 2),
		"they change at every tick, for 20 ticks");
	finish();
}

void main(pip_fpinfo_t *info)
{
	lab_init(info);
	if (!child_new(&a, 0) || !child_new(&b, 0))
		power_off(2);
	child_start(&a, spin, 0);
	child_start(&b, spin, 0);
	schedule(&a, &b, TICKS);
}
