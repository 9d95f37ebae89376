/* SPDX-License-Identifier: BSD-2-Clause */
/* createPartition, deletePartition, and the regions of a child. */
#include "conformance.h"

#define VA		0x01000000u	/* a region of no other use */

static uint32_t sum_of(uint32_t page)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 1024; i++)
		sum |= ((uint32_t *)page)[i];
	return sum;
}

static void fill(uint32_t page)
{
	memset((void *)page, 0xA5, PIP_PAGE_SIZE);
}

static void check_refusals(uint32_t p[5])
{
	static const struct {
		const char *what;
		uint32_t va;
	} bad[] = {
		{ "null", 0 }, { "kernel's", 0x100000 },
		{ "window's", 0xC0000000 }, { "unmapped", 0xBFFFF000 },
		{ "device", PIP_ROOT_VGA },
	};

	for (int i = 0; i < 5; i++) {
		uint32_t kept = p[i];

		for (uint32_t k = 0; k < ARRAY_SIZE(bad); k++) {
			p[i] = bad[k].va;
			check(!create(p), "createPartition: %s page %d: 0",
				bad[k].what, i);
		}
		p[i] = p[(i + 1) % 5];
		check(!create(p), "createPartition: page %d twice: 0", i);
		p[i] = kept;
	}
}

void check_partitions(void)
{
	uint32_t p[5], other[5], spare, lent = 0, wiped = 0;

	for (int i = 0; i < 5; i++) {
		p[i] = page_new();
		other[i] = page_new();
		fill(p[i]);
	}
	check_refusals(p);
	is(sum_of(p[0]), 0xA5A5A5A5, "a refused createPartition wipes nothing");
	p[1] |= 0x123;
	check(create(p), "createPartition: 1; low 12 bits are ignored");
	p[1] &= ~0xFFFu;
	for (int i = 0; i < 5; i++)
		lent += !Pip_Probe(p[i]);
	is(lent, 5, "its five pages are unreachable");
	check(!create(p), "createPartition with lent pages: 0");
	spare = other[4];
	other[4] = p[0];
	check(!create(other), "createPartition with one lent page: 0");
	is(Pip_GetIntState(p[0]), 0, "a new child's interrupt state is 0");
	is(Pip_GetIntState(p[0] | 0xFFF), 0, "low 12 bits of desc ignored");
	is(Pip_GetIntState(p[1]), 0xFFFFFFFF, "a lent page is no child");
	is(Pip_GetIntState(other[0]), 0xFFFFFFFF, "any page is no child");
	is(Pip_MappedInChild(p[0]), 0, "mappedInChild(descriptor): 0");
	is(Pip_DeletePartition(p[1]), 0, "deletePartition(no child): 0");
	is(Pip_DeletePartition(0), 0, "deletePartition(0): 0");
	is(Pip_DeletePartition(p[0]), 1, "deletePartition: 1");
	is(Pip_DeletePartition(p[0]), 0, "deletePartition again: 0");
	for (int i = 0; i < 5; i++)
		wiped += Pip_Probe(p[i]) == 3 && !sum_of(p[i]);
	is(wiped, 5, "its five pages are back and wiped");
	other[4] = spare;
	for (int i = 0; i < 5; i++) {
		Pip_FreePage((void *)p[i]);
		Pip_FreePage((void *)other[i]);
	}
}

/* Three pages linked through their first words */
static void link3(const uint32_t t[3], uint32_t after)
{
	for (int i = 0; i < 3; i++)
		*(uint32_t *)t[i] = i < 2 ? t[i + 1] : after;
}

static void check_prepare(struct child *c, const uint32_t t[3])
{
	const uint32_t desc = c->desc;

	is(Pip_CountToMap(desc, VA), 3, "countToMap: 3");
	is(Pip_CountToMap(desc, VA | 0xFFF), 3, "countToMap: low bits ignored");
	is(Pip_CountToMap(t[0], VA), 0, "countToMap(no child): 0");
	is(Pip_CountToMap(desc, 0x1000), 0, "countToMap below 4 MiB: 0");
	link3(t, 0x12345000);
	is(Pip_Prepare(t[1], VA, t[0]), t[0], "prepare(no child): list head");
	is(Pip_Prepare(desc, 0x1000, t[0]), t[0] | 1,
		"prepare below 4 MiB: succeeds, consumes nothing");
	is(Pip_Prepare(desc, 0xC0000000, t[0]), t[0],
		"prepare in the kernel's window: refused");
	is(Pip_Prepare(desc, 0xFFBFF000, t[0]), t[0],
		"prepare at the window's end: refused");
	is(Pip_Prepare(desc, VA, 0), 0, "prepare with an empty list: 0");
	*(uint32_t *)t[1] = 0;
	is(Pip_Prepare(desc, VA, t[0]), t[0], "prepare, short list: its head");
	is(Pip_Probe(t[0]), 3, "a refused prepare takes nothing");
	*(uint32_t *)t[1] = t[0];
	is(Pip_Prepare(desc, VA, t[0]), t[0], "prepare, circular list: its "
		"head");
	link3(t, 0x12345000);
	is(Pip_Prepare(desc, VA, t[0]), 0x12345001,
		"prepare: the next unused page, ored with 1");
	is(Pip_Probe(t[0]) | Pip_Probe(t[1]) | Pip_Probe(t[2]), 0,
		"the three pages are unreachable");
	is(Pip_CountToMap(desc, VA), 0, "countToMap when prepared: 0");
	is(Pip_Prepare(desc, VA + 0x3FF000, 0x7000000), 0x7000001,
		"prepare again: succeeds, consumes nothing");
}

static void check_collect(struct child *c, const uint32_t t[3])
{
	uint32_t page = page_new();

	is(Pip_Collect(page, VA), 0, "collect(no child): 0");
	is(Pip_Collect(c->desc, VA + REGION_SIZE), 0, "collect, no table: 0");
	is(Pip_Collect(c->desc, 0), 0, "collect below 4 MiB: 0");
	is(Pip_Collect(c->desc, 0xC0000000), 0, "collect in the window: 0");
	Pip_AddVAddr(page, c->desc, VA + 0x5000, 1, 1, 1);
	is(Pip_Collect(c->desc, VA), 1, "collect, table in use: 1");
	is(Pip_Probe(t[0]), 0, "and nothing comes back");
	Pip_RemoveVAddr(c->desc, VA + 0x5000);
	is(Pip_Collect(c->desc, VA + 0x3FFFFF), 1, "collect, empty table: 1");
	is(Pip_Probe(t[0]) & Pip_Probe(t[1]) & Pip_Probe(t[2]), 3,
		"its three pages are back");
	is(sum_of(t[0]) | sum_of(t[1]) | sum_of(t[2]), 0, "and wiped");
	is(Pip_Collect(c->desc, VA), 0, "collect again: 0");
	Pip_FreePage((void *)page);
}

/* More tables than the original's collect survives */
static void check_many_regions(void)
{
	struct child c;
	uint32_t made = 0, collected = 0;

	child_create(&c);
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t t[3] = { child_take(&c), child_take(&c),
			child_take(&c) };

		link3(t, 0);
		made += Pip_Prepare(c.desc, VA + i * REGION_SIZE, t[0]) == 1;
	}
	is(made, 200, "200 regions prepared");
	for (uint32_t i = 0; i < 200; i += 2)
		collected += Pip_Collect(c.desc, VA + i * REGION_SIZE);
	is(collected, 100, "every other one collected");
	for (uint32_t i = 0; i < 200; i++)
		made -= Pip_CountToMap(c.desc, VA + i * REGION_SIZE) == 3;
	is(made, 100, "the others are still prepared");
	child_free(&c);
}

void check_regions(void)
{
	struct child c;
	uint32_t t[3];

	child_create(&c);
	for (int i = 0; i < 3; i++)
		t[i] = child_take(&c);
	check_prepare(&c, t);
	check_collect(&c, t);
	link3(t, 0);
	is(Pip_Prepare(c.desc, 0xFFC00000, t[0]), 1,
		"prepare in the last region");
	child_free(&c);
	is(Pip_Probe(t[0]), 3, "deletePartition gives tables back");
	is(sum_of(t[0]) & ~0xFFFFF000, 0, "without entries in them");
	check_many_regions();
}
