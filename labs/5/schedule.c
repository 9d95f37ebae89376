/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 5: a scheduler of two children.  docs/tour/labs/5-schedule.md */
#include "lab.h"

/*
 * Runs `a` and `b` in turn, each up to the next timer interrupt; after `ticks`
 * of them calls ticks_over().
 */
void schedule(struct child *a, struct child *b, uint32_t ticks)
{
	(void)a;
	(void)b;
	(void)ticks;
	ticks_over();
}
