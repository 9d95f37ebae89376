/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 5, solved. */
#include "lab.h"

#define LINE_TIMER	0

static struct child *child[2];
static uint32_t left, turn;

/* A child was saved in its own context, whatever it was doing */
static void on_tick(void)
{
	if (!left--)
		ticks_over();
	turn ^= 1;
	(void)Pip_Yield(child[turn]->desc, START, NOTHING, 0, 0);
}

void schedule(struct child *a, struct child *b, uint32_t ticks)
{
	child[0] = a;
	child[1] = b;
	left = ticks;
	Pip_RegisterInterrupt(Pip_AllocContext(), PIP_VINT_IRQ + LINE_TIMER,
		on_tick, page_new(), 0);
	Pip_Irq(LINE_TIMER, PIP_IRQ_UNMASK);
	(void)Pip_Yield(child[0]->desc, START, NOTHING, 0, 0);
	ticks_over();
}
