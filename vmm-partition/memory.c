/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM's free memory: what the VMM itself takes at start, then each
 * guest's part, which stays that guest's over restarts; the rest stays free.
 */
#include "vmm.h"

#define RESERVE_PAGES	16u		/* stay with the VMM */

static uint32_t next, limit;		/* the free range */

/* Page aligned */
void memory_init(uint32_t begin, uint32_t end)
{
	next = begin;
	limit = end;
}

/* In pages */
uint32_t memory_free(void)
{
	return (limit - next) / PAGE_SIZE;
}

/* Whole pages for good, zeroed; only before memory_split() */
void *memory_take(uint32_t size)
{
	void *memory = (void *)next;

	if (memory_free() < PAGES(size))
		vmm_fail(STATUS_NO_MEMORY, "too little memory for the VMM");
	next += PAGES(size) * PAGE_SIZE;
	memset(memory, 0, size);
	return memory;
}

static uint32_t split_one(struct vm *vm, uint32_t pages)
{
	if (!vm_plan(vm, pages))
		return 0;
	vm->pool = next;
	vm->ram += next;
	if (vm->kept)
		vm->initrd = vm->ram + vm->ram_size;
	next += vm_pages(vm) * PAGE_SIZE;
	return vm_pages(vm);
}

/*
 * First those that ask for an amount, then the others get equal parts of the
 * rest.  A guest that does not fit is left without memory.
 */
void memory_split(void)
{
	uint32_t others = 0, free = memory_free();

	free = free > RESERVE_PAGES ? free - RESERVE_PAGES : 0;
	for (uint32_t i = 0; i < nvms; i++)
		if (vms[i].config.mem_mib)
			free -= split_one(&vms[i], free);
		else
			others++;
	for (uint32_t i = 0; i < nvms; i++)
		if (!vms[i].config.mem_mib)
			free -= split_one(&vms[i], free / others--);
}
