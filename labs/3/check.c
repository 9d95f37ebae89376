/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks lab 3: a child that touches memory which it has not got yet. */
#include "lab.h"

#define PAGES		16u
#define OUTSIDE		0x30000000u

static struct child c;
static uint32_t killed_at;
static void *after_kill[5];

void child_killed(uint32_t va)
{
	killed_at = va;
	__builtin_longjmp(after_kill, 1);
}

/* In the child: the sum of what it finds, then of what it wrote */
static uint32_t touch(uint32_t begin)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < PAGES; i++)
		sum += 1000 * *(volatile uint32_t *)(begin
			+ i * PIP_PAGE_SIZE + 8);
	for (uint32_t i = 0; i < PAGES; i++)
		*(volatile uint32_t *)(begin + i * PIP_PAGE_SIZE + 8) = i;
	for (uint32_t i = 0; i < PAGES; i++)
		sum += *(volatile uint32_t *)(begin + i * PIP_PAGE_SIZE + 8);
	return sum;
}

static uint32_t peek(uint32_t va)
{
	return *(volatile uint32_t *)va;
}

/* False: child_killed() was called */
static bool runs(act_fn *fn, uint32_t argument, uint32_t *vector)
{
	killed_at = 0;
	if (__builtin_setjmp(after_kill))
		return false;
	child_start(&c, fn, argument);
	*vector = child_run(&c);
	return true;
}

void main(pip_fpinfo_t *info)
{
	uint32_t vector = 0, pages;

	lab_init(info);
	if (!child_new(&c, 0))
		power_off(2);
	fault_init(&c);
	check(runs(touch, WINDOW_BEGIN, &vector) && vector != 14,
		"a page fault in the window leads to the handler");
	is(vector, REPORT, "the child goes on and ends by itself");
	is(c.box[0], 120, "pages read as zeros first, then as written");
	pages = Pip_FreePages();
	check(runs(peek, WINDOW_BEGIN + 8 + 5 * PIP_PAGE_SIZE, &vector)
		&& c.box[0] == 5 && Pip_FreePages() == pages,
		"what it wrote is still there, without another page");
	check(!runs(peek, OUTSIDE, &vector),
		"a fault outside the window kills the child");
	is(killed_at, OUTSIDE, "child_killed() gets the address");
	check(!runs(peek, WINDOW_END, &vector),
		"WINDOW_END is outside");
	finish();
}
