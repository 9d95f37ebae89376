/* SPDX-License-Identifier: BSD-2-Clause */
/* addVAddr, removeVAddr, mappedInChild: the sharing of single pages. */
#include "conformance.h"

#define VA	0x01000000u

static void check_add_refusals(struct child *c, uint32_t page)
{
	const uint32_t desc = c->desc;

	is(Pip_AddVAddr(page, page, VA, 1, 1, 1), 0, "addVAddr(no child): 0");
	is(Pip_AddVAddr(page, desc, VA, 0, 1, 1), 0, "addVAddr, r = 0: 0");
	is(Pip_AddVAddr(page, desc, VA, 1, 1, 0), 0, "addVAddr, e = 0: 0");
	is(Pip_AddVAddr(page, desc, VA + REGION_SIZE, 1, 1, 1), 0,
		"addVAddr to a region not prepared: 0");
	is(Pip_AddVAddr(page, desc, 0x1000, 1, 1, 1), 0,
		"addVAddr below 4 MiB: 0");
	is(Pip_AddVAddr(page, desc, 0xC0000000, 1, 1, 1), 0,
		"addVAddr to the kernel's window: 0");
	is(Pip_AddVAddr(0, desc, VA, 1, 1, 1), 0, "addVAddr of page 0: 0");
	is(Pip_AddVAddr(0xC0000000, desc, VA, 1, 1, 1), 0,
		"addVAddr of the kernel's window: 0");
	is(Pip_AddVAddr(0xBFFFF000, desc, VA, 1, 1, 1), 0,
		"addVAddr of an unmapped page: 0");
	is(Pip_AddVAddr(desc, desc, VA, 1, 1, 1), 0,
		"addVAddr of a lent page: 0");
	is(Pip_AddVAddr(PIP_ROOT_VGA, desc, VA, 1, 1, 1), 0,
		"addVAddr of device memory: 0");
}

static void check_sharing(struct child *c, uint32_t page, uint32_t other)
{
	const uint32_t desc = c->desc;

	is(Pip_AddVAddr(page | 0x321, desc, VA | 0x765, 1, 1, 1), 1,
		"addVAddr: 1; low 12 bits are ignored");
	is(Pip_Probe(page), 3, "the parent keeps its access");
	is(Pip_MappedInChild(page), desc, "mappedInChild: the descriptor");
	is(Pip_MappedInChild(page | 7), desc, "mappedInChild: low bits "
		"ignored");
	is(Pip_MappedInChild(other), 0, "mappedInChild, not shared: 0");
	is(Pip_MappedInChild(0xC0000000), 0, "mappedInChild, kernel's: 0");
	is(Pip_AddVAddr(page, desc, VA + 0x1000, 1, 1, 1), 0,
		"a page goes to one place only: 0");
	is(Pip_AddVAddr(other, desc, VA, 1, 1, 1), 0,
		"addVAddr over a mapped page: 0");
	is(Pip_RemoveVAddr(other, VA), 0, "removeVAddr(no child): 0");
	is(Pip_RemoveVAddr(desc, VA + 0x1000), 0, "removeVAddr, no page: 0");
	is(Pip_RemoveVAddr(desc, VA + REGION_SIZE), 0,
		"removeVAddr, no table: 0");
	is(Pip_RemoveVAddr(desc, 0xC0000000), 0, "removeVAddr, window: 0");
	is(Pip_RemoveVAddr(desc, VA | 0xABC), 1, "removeVAddr: 1");
	is(Pip_RemoveVAddr(desc, VA), 0, "removeVAddr again: 0");
	is(Pip_MappedInChild(page), 0, "mappedInChild after that: 0");
}

/* In the child: what a page lets it do */
static uint32_t probe_at(uint32_t va)
{
	return Pip_Probe(va);
}

static uint32_t write_at(uint32_t va)
{
	*(volatile uint32_t *)va = 0x600D;
	return 1;
}

static uint32_t has_child(uint32_t argument)
{
	struct child c;

	(void)argument;
	child_is_parent(40);
	return child_create(&c) && child_map(&c, HEAP + 39 * PIP_PAGE_SIZE,
		VA) ? c.desc : 0;
}

static uint32_t lends_to_child(uint32_t va)
{
	uint32_t p[5];

	child_is_parent(40);
	for (int i = 0; i < 4; i++)
		p[i] = page_new();
	p[4] = va;
	return create(p);
}

static uint32_t shares_readonly(uint32_t va)
{
	struct child c;

	child_is_parent(39);
	if (!child_create(&c) || child_map(&c, 0, VA))
		return 0;
	return Pip_AddVAddr(va, c.desc, VA, 1, 1, 1) * 2 +
		Pip_AddVAddr(va, c.desc, VA, 1, 0, 1);
}

static void check_rights_of_pages(uint32_t page)
{
	struct child c;

	child_new(&c, 40);
	child_map(&c, 0, VA);
	is(Pip_AddVAddr(page, c.desc, VA, 1, 0, 1), 1, "addVAddr, w = 0: 1");
	is(child_call(&c, probe_at, VA), 1, "the child may only read it");
	child_start(&c, write_at, VA);
	is(child_run(&c), 14, "the child's write is a page fault");
	is(Pip_Probe(page), 3, "the parent may still write");
	is(child_call(&c, lends_to_child, VA), 0,
		"a read-only page cannot be lent to Pip");
	is(child_call(&c, shares_readonly, VA), 1,
		"a child cannot pass on more rights than it has");
	is(Pip_RemoveVAddr(c.desc, VA), 0,
		"removeVAddr of a page passed further: 0");
	child_free(&c);
	is(Pip_MappedInChild(page), 0, "deletePartition ends all sharing");
	is(Pip_Probe(page), 3, "and the page is whole");
}

/* Pages that a child lends are lent by all its ancestors */
static void check_vertical(void)
{
	struct child c;
	uint32_t lent;

	child_new(&c, 40);
	lent = child_call(&c, has_child, 0);
	check(lent >= HEAP && lent < HEAP + 40 * 4096, "a child has a child");
	is(Pip_RemoveVAddr(c.desc, lent), 0, "removeVAddr of a page that the "
		"child lent: 0");
	is(Pip_RemoveVAddr(c.desc, HEAP + 39 * 4096), 0,
		"removeVAddr of a grandchild's page: 0");
	is(Pip_Collect(c.desc, HEAP), 1, "collect of its region: 1");
	is(Pip_CountToMap(c.desc, HEAP), 0, "and nothing is freed");
	child_free(&c);
}

void check_pages(void)
{
	struct child c;
	uint32_t page = page_new(), other = page_new();

	child_create(&c);
	child_map(&c, 0, VA);
	check_add_refusals(&c, page);
	check_sharing(&c, page, other);
	child_free(&c);
	check_rights_of_pages(page);
	check_vertical();
	Pip_FreePage((void *)page);
	Pip_FreePage((void *)other);
}
