/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another's memory as its debugger has it (ptrace(2), /proc/PID/mem): what
 * the process itself may not read or write included, but never a file or
 * memory that is shared.  A page that is written becomes the process's own
 * and keeps its rights: a breakpoint in text is in no other process's.
 *
 * LIMIT: a page with PROT_NONE that was never touched is not to be had.
 */
#include "internal.h"
#include <pipux/sched.h>

/* The page is to be written: nobody else may have it.  false: no memory */
static bool make_own(struct mm *mm, const struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	if ((*entry & (PTE_OWN | PTE_COW)) == PTE_OWN) {
		*entry &= ~PTE_CLEAN;
		return true;
	}
	if (!page_replace(mm, vma, entry, va))
		return false;
	if (!vma->prot) {
		partition_unmap(mm->part, va);
		*entry &= ~PTE_MAPPED;
	}
	return true;
}

/* Whether mm's page at va is there, for reading: 0 or errno */
static int present(struct mm *mm, uint32_t va)
{
	int rc = mm_fault(mm, va, false);
	const uint32_t *entry;

	if (rc != -EACCES)
		return rc;
	entry = partition_entry(mm->part, va);
	return entry && *entry ? 0 : -EACCES;
}

/* The kernel's address of the page at va; NULL: not to be had */
static uint8_t *reach(struct mm *mm, uint32_t va, bool write)
{
	struct vma *vma = va < TASK_TOP ? vma_find(mm, va) : NULL;
	uint32_t *entry;

	if (write && vma && va >= vma->start && (vma->prot & PROT_WRITE)) {
		if (mm_fault(mm, va, true))
			return NULL;
	} else if (present(mm, va)) {
		return NULL;
	}
	/* a fault can have waited for a disk: the mapping may be another */
	vma = vma_find(mm, va);
	entry = partition_entry(mm->part, va);
	if (!vma || va < vma->start || !entry || !*entry)
		return NULL;
	if (write && !(*entry & PTE_WRITE) && ((vma->flags & MAP_SHARED)
			|| !make_own(mm, vma, entry, va & PAGE_MASK)))
		return NULL;
	return (uint8_t *)(*entry & PAGE_MASK);
}

size_t mm_force(struct mm *mm, uint32_t va, void *buf, size_t n, bool write)
{
	size_t done = 0;

	mm_get(mm);
	while (done < n) {
		size_t at = va % PAGE_SIZE, part = MIN(n - done, PAGE_SIZE - at);
		uint8_t *page = reach(mm, va, write);
		uint8_t *mine = (uint8_t *)buf + done;

		if (!page)
			break;
		memcpy(write ? page + at : mine, write ? mine : page + at,
			part);
		va += part;
		done += part;
	}
	mm_put(mm);
	return done;
}
