/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated machine: physical memory, a root partition, call dispatch. */
#include "sim.h"
#include <stdio.h>
#include <stdlib.h>

_Alignas(4096) uint8_t sim_memory[SIM_BYTES];
struct partition *current, *root, *fpu_owner;
bool sim_interrupt;
word sim_root_va[SIM_FRAMES], sim_root_w[SIM_FRAMES];
word sim_dropped[SIM_DROPS];
unsigned sim_ndropped;
void (*sim_on_wild)(word paddr);

static unsigned low, high;	/* free frames: [low, high) */

const struct service_info services[S_MAX] = {
	[S_CREATE] = { "createPartition", 5 },
	[S_DELETE] = { "deletePartition", 1 },
	[S_COUNT] = { "countToMap", 2 },
	[S_PREPARE] = { "prepare", 3 },
	[S_COLLECT] = { "collect", 2 },
	[S_ADD] = { "addVAddr", 6 },
	[S_REMOVE] = { "removeVAddr", 2 },
	[S_MAPPED] = { "mappedInChild", 1 },
	[S_PROBE] = { "probe", 1 },
	[S_STATE] = { "getIntState", 1 },
	[S_RESTRICT] = { "restrict", 4 },
};

void sim_wild(word paddr)
{
	if (sim_on_wild)
		sim_on_wild(paddr);
	fprintf(stderr, "consistency: physical address %#x used\n", paddr);
	abort();
}

void sim_tlb_drop(word va)
{
	if (sim_ndropped < SIM_DROPS)
		sim_dropped[sim_ndropped] = va & PAGE_MASK;
	sim_ndropped++;
}

word sim_kernel_entry(word dir)
{
	return user_region(dir) ? 0 : (dir + 1) * PAGE_BYTES | PTE_P | PTE_W;
}

void directory_init(word pd)
{
	word *entry = page_at(pd);

	for (word dir = 0; dir < DIR_ENTRIES; dir++)
		entry[dir] = sim_kernel_entry(dir);
}

word sim_va(word dir, word index)
{
	return (dir << SIM_TABLE_BITS | index) << SIM_PAGE_SHIFT;
}

void *sim_frame(unsigned frame)
{
	return sim_memory + frame * PAGE_BYTES;
}

unsigned sim_frame_of(const void *page)
{
	return (unsigned)(((const uint8_t *)page - sim_memory) / PAGE_BYTES);
}

struct partition *sim_partition(unsigned frame)
{
	return sim_frame(frame);
}

void sim_switch(unsigned frame)
{
	current = sim_partition(frame);
}

static word take_high(void)
{
	if (low == high)
		abort();
	high--;
	page_wipe(SIM_BASE + high * PAGE_BYTES);
	return SIM_BASE + high * PAGE_BYTES;
}

/* A root with nothing mapped, as arch/x86/root.c makes one */
void sim_reset(void)
{
	low = 0;
	high = SIM_FRAMES;
	memset(sim_memory, 0, sizeof(sim_memory));
	memset(sim_root_va, 0, sizeof(sim_root_va));
	memset(sim_root_w, 0, sizeof(sim_root_w));
	root = page_at(take_high());
	root->pd = take_high();
	root->sh1 = take_high();
	root->sh2 = take_high();
	root->list = take_high();
	directory_init(root->pd);
	root->port_map = 0;
	fpu_init(root->fpu);
	fpu_owner = NULL;
	current = root;
}

/* Gives the root the next free frame at `va`; its number */
word sim_root_page(word va, word rights)
{
	word dir = dir_index(va);
	word *pd = page_at(root->pd), *sh1 = page_at(root->sh1);
	word *sh2 = page_at(root->sh2), *table;

	if (!pd[dir]) {
		pd[dir] = take_high() | PTE_P | PTE_W | PTE_U;
		sh1[dir] = take_high();
		sh2[dir] = take_high();
	}
	if (low == high)
		abort();
	table = page_at(pd[dir] & PAGE_MASK);
	table[table_index(va)] = (SIM_BASE + low * PAGE_BYTES) | rights;
	sh1[dir]++;
	sim_root_va[low] = va;
	sim_root_w[low] = !!(rights & PTE_W);
	return low++;
}

/* The same for device memory, which stays with the root */
void sim_device_page(word va)
{
	sim_root_page(va, PTE_P | PTE_W | PTE_U);
	word *sh1 = page_at(((word *)page_at(root->sh1))[dir_index(va)] &
		PAGE_MASK);
	sh1[table_index(va)] = SH1_DERIVED;
}

word sim_run(const struct call *c)
{
	const word *a = c->a;

	sim_ndropped = 0;
	switch (c->service) {
	case S_CREATE: return createPartition(a[0], a[1], a[2], a[3], a[4]);
	case S_DELETE: return deletePartition(a[0]);
	case S_COUNT: return countToMap(a[0], a[1]);
	case S_PREPARE: return prepare(a[0], a[1], a[2]);
	case S_COLLECT: return collect(a[0], a[1]);
	case S_ADD: return addVAddr(a[0], a[1], a[2], a[3], a[4], a[5]);
	case S_REMOVE: return removeVAddr(a[0], a[1]);
	case S_MAPPED: return mappedInChild(a[0]);
	case S_PROBE: return probe(a[0]);
	case S_STATE: return getIntState(a[0]);
	case S_RESTRICT: return restrictChild(a[0], a[1], a[2], a[3]);
	case S_MAX: break;
	}
	abort();
}

void sim_print_call(const struct call *c)
{
	printf("[%u] %s(", sim_frame_of(current), services[c->service].name);
	for (unsigned i = 0; i < services[c->service].nargs; i++)
		printf("%s%#x", i ? ", " : "", c->a[i]);
	printf(")");
}
