/* SPDX-License-Identifier: BSD-2-Clause */
/* Deep trees, and memory that runs out at every point. */
#include "attack.h"

#define LEVELS		32

extern uint8_t end[];

static struct child level;	/* this partition's child */

static uint32_t level_pages(void)
{
	return ((uint32_t)end - PIP_ROOT_BASE) / PIP_PAGE_SIZE + 24;
}

/* A child without a heap: itself, two regions, stack, VIDT, box, a list */
static uint32_t smallest(void)
{
	return ((uint32_t)end - PIP_ROOT_BASE) / PIP_PAGE_SIZE + 5 + 6 + 3 + 1;
}

static uint32_t heap_for(uint32_t levels)
{
	return levels * (level_pages() + level_pages() * levels / 512);
}

/* `left` more levels below this one; what the deepest returned */
static uint32_t descend(uint32_t left)
{
	uint32_t heap = heap_for(left), vector;

	if (!left)
		return 0xD0;
	child_is_parent(heap);
	if (!child_new(&level, heap_for(left - 1)))
		return 0xBAD00 + left;
	child_start(&level, descend, left - 1);
	vector = child_run(&level);
	return vector == REPORT ? level.box[0] : vector;
}

/* The same, but nobody above takes the fault of the deepest */
static uint32_t descend_and_fault(uint32_t left)
{
	if (!left)
		__asm__ volatile("ud2");
	child_is_parent(heap_for(left));
	VIDT[6] = VIDT[8] = NULL;
	if (!child_new(&level, heap_for(left - 1)))
		return 0xBAD00 + left;
	child_start(&level, descend_and_fault, left - 1);
	return child_run(&level);
}

static uint32_t child_with(uint32_t pages)
{
	uint32_t result;

	child_is_parent(pages);
	if (!child_new(&level, 0))
		return Pip_FreePages() == pages ? 0 : 0xBAD;
	result = child_call(&level, descend, 0);
	child_free(&level);
	return Pip_FreePages() == pages ? result : 0xBAD;
}

static uint32_t sees_nothing(uint32_t argument)
{
	uint32_t got = 0;

	(void)argument;
	for (uint32_t va = HEAP; va < HEAP + POOL * 4096; va += 4096)
		for (int i = 0; i < 1024; i++)
			got |= ((volatile uint32_t *)va)[i];
	return got;
}

/* Makes tables of its pages, then lets them go without wiping itself */
static uint32_t leaves_traces(uint32_t argument)
{
	uint32_t p[5], got = 0;

	(void)argument;
	Pip_InitPaging(HEAP, HEAP + POOL * PIP_PAGE_SIZE);
	for (int i = 0; i < 5; i++)
		p[i] = page_new();
	create(p);
	Pip_DeletePartition(p[0]);
	for (int i = 0; i < 5; i++)
		for (int k = 0; k < 1024; k++)
			got |= ((volatile uint32_t *)p[i])[k];
	return got;
}

void attack_trees(void)
{
	uint32_t needed = smallest();

	perform(&(struct act){ .fn = descend, .argument = 2, .who = CHILD,
		.vector = REPORT, .value = 0xD0, .heap = heap_for(2) },
		"a tree of 3 levels");
	perform(&(struct act){ .fn = descend, .argument = LEVELS - 1,
		.who = CHILD, .vector = REPORT, .value = 0xD0,
		.heap = heap_for(LEVELS - 1) }, "a tree of %u levels", LEVELS);
	perform(&(struct act){ .fn = descend_and_fault,
		.argument = LEVELS - 1, .who = CHILD, .vector = 8,
		.heap = heap_for(LEVELS - 1) },
		"a fault that climbs %u levels", LEVELS);
	for (uint32_t pages = 1; pages <= needed; pages++)
		perform(&(struct act){ .fn = child_with, .argument = pages,
			.who = CHILD, .vector = REPORT, .heap = pages,
			.value = pages < needed ? 0 : 0xD0 },
			"a child of %u pages, %u are needed", pages, needed);
	perform(&(struct act){ .fn = sees_nothing,
		.who = CHILD | GRANDCHILD, .vector = REPORT },
		"new pages hold nothing");
	perform(&(struct act){ .fn = leaves_traces,
		.who = CHILD | GRANDCHILD, .vector = REPORT },
		"pages that were tables hold nothing");
}
