/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nanny's child, a parent in its turn: has a child of its own, gives it
 * pages and takes them back.  Yields to the nanny in between, ends by an
 * interrupt with the result in EAX.
 */
#include <pip/lib.h>
#include "../nanny.h"

static uint32_t failures;

static void expect(uint32_t got, uint32_t want)
{
	failures += got != want;
}

static uint32_t page(void)
{
	void *p = Pip_AllocPage();

	memset(p, 0, PIP_PAGE_SIZE);
	return (uint32_t)p;
}

static void beget(void)
{
	uint32_t p[5], t[3], given = page();

	for (int i = 0; i < 5; i++)
		p[i] = page();
	for (int i = 0; i < 3; i++) {
		t[i] = page();
		if (i)
			*(uint32_t *)t[i - 1] = t[i];
	}
	expect(Pip_CreatePartition(p[0], p[1], p[2], p[3], p[4]), 1);
	expect(Pip_CountToMap(p[0], CHILD_REGION), 3);
	expect(Pip_Prepare(p[0], CHILD_REGION, t[0]), 1);
	expect(Pip_AddVAddr(given, p[0], CHILD_REGION, 1, 1, 1), 1);
	expect(Pip_MappedInChild(given), p[0]);
	expect(Pip_Yield(p[0], 0, 0, 0, 0), PIP_YIELD_TARGET_VIDT);
	expect(Pip_GetIntState(p[0]), 0);
	expect(Pip_RemoveVAddr(p[0], CHILD_REGION), 1);
	expect(Pip_Collect(p[0], CHILD_REGION), 1);
	expect(Pip_DeletePartition(p[0]), 1);
	for (int i = 0; i < 5; i++)
		Pip_FreePage((void *)p[i]);
	for (int i = 0; i < 3; i++)
		Pip_FreePage((void *)t[i]);
	Pip_FreePage((void *)given);
}

void main(pip_fpinfo_t *info)
{
	uint32_t heap_pages = (uint32_t)info;

	Pip_InitPaging(CHILD_HEAP, CHILD_HEAP + heap_pages * PIP_PAGE_SIZE);
	Pip_SetIntState(1);
	expect(Pip_Yield(0, VINT_READY, 0, 1, 1), 0);
	beget();
	expect(Pip_FreePages(), heap_pages);
	__asm__ volatile("int %0" : : "i"(VINT_DONE),
		"a"(failures ? failures : DONE_GOOD));
}
