/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks lab 4: what a child may do with a page, and that none is lost. */
#include "lab.h"

#define HERE		0x20000000u
#define ELSEWHERE	0x30000000u
#define PAGE_FAULT	14

static struct child c;

static uint32_t peek(uint32_t va)
{
	return *(volatile uint32_t *)va;
}

static uint32_t poke(uint32_t va)
{
	*(volatile uint32_t *)va = 0xCAFE;
	return 0;
}

static uint32_t vector_of(act_fn *fn, uint32_t va)
{
	child_start(&c, fn, va);
	return child_run(&c);
}

static void check_map(uint32_t *page)
{
	page[0] = 0x600D;
	if (!map(c.desc, (uint32_t)page, HERE, true)) {
		check(false, "map() returns true");
		finish();
	}
	is(Pip_MappedInChild((uint32_t)page), c.desc,
		"the child has the page");
	is(child_call(&c, peek, HERE), 0x600D,
		"the child reads what its parent wrote");
	is(vector_of(poke, HERE + 4), REPORT, "the child writes");
	is(page[1], 0xCAFE, "the parent reads what its child wrote");
	check(!map(c.desc, (uint32_t)page, ELSEWHERE, true),
		"a page that is in a child cannot be mapped once more");
}

static void check_read_only(uint32_t *page)
{
	check(map(c.desc, (uint32_t)page, HERE + PIP_PAGE_SIZE, false),
		"a second page in the same region");
	is(vector_of(peek, HERE + PIP_PAGE_SIZE), REPORT, "it can be read");
	is(vector_of(poke, HERE + PIP_PAGE_SIZE), PAGE_FAULT,
		"it cannot be written");
}

void main(pip_fpinfo_t *info)
{
	uint32_t *page, *other, pages;

	lab_init(info);
	if (!child_new(&c, 0))
		power_off(2);
	page = (uint32_t *)page_new();
	other = (uint32_t *)page_new();
	pages = Pip_FreePages();
	check_map(page);
	check_read_only(other);
	is(Pip_FreePages(), pages - 3, "one region takes three pages");
	check(unmap(c.desc, HERE), "unmap() returns true");
	is(vector_of(peek, HERE), PAGE_FAULT, "the page is gone");
	is(vector_of(peek, HERE + PIP_PAGE_SIZE), REPORT,
		"the other one is still there");
	check(!unmap(c.desc, HERE), "unmap() of nothing returns false");
	check(unmap(c.desc, HERE + PIP_PAGE_SIZE), "the other one goes too");
	is(Pip_FreePages(), pages, "all tables are back");
	is(Pip_CountToMap(c.desc, HERE), 3, "Pip has none of them");
	finish();
}
