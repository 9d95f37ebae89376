/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking pages out of an address space, changing their rights, moving them.
 * Each function goes over the page table by region, so that what was never
 * touched costs nothing.
 */
#include "internal.h"

void unmap_page(struct mm *mm, uint32_t *entry, uint32_t va)
{
	uint32_t e = *entry;

	if (e & PTE_MAPPED)
		partition_unmap(mm->part, va);
	if (e & PTE_OWN) {
		mm->nr_private--;
		if (e & PTE_COW)
			cow_release(e);
		else
			page_free((void *)(e & PAGE_MASK));
	} else {
		page_of((void *)(e & PAGE_MASK))->owner = NULL;
	}
	*entry = 0;
	mm->nr_pages--;
}

/* The next entry in use in [*va, end), NULL when there is none */
static uint32_t *entry_next(struct mm *mm, uint32_t *va, uint32_t end)
{
	while (*va < end) {
		uint32_t *table = mm->part->table[*va >> REGION_SHIFT];
		uint32_t i = (*va >> PAGE_SHIFT) % REGION_PAGES;
		uint32_t n = MIN(REGION_PAGES - i, (end - *va) >> PAGE_SHIFT);

		if (!table) {
			*va += n << PAGE_SHIFT;
			continue;
		}
		for (uint32_t stop = i + n; i < stop; i++, *va += PAGE_SIZE)
			if (table[i])
				return table + i;
	}
	return NULL;
}

void unmap_range(struct mm *mm, uint32_t start, uint32_t end)
{
	uint32_t *entry;

	mm->peak = mm_peak(mm);
	while (mm->nr_pages && (entry = entry_next(mm, &start, end))) {
		unmap_page(mm, entry, start);
		start += PAGE_SIZE;
	}
}

/*
 * Takes rights away that vma->prot no longer gives.  New rights come with
 * the next fault.
 */
void protect_range(struct mm *mm, struct vma *vma)
{
	uint32_t va = vma->start, *entry;

	for (; (entry = entry_next(mm, &va, vma->end)); va += PAGE_SIZE) {
		uint32_t e = *entry;

		if (!(e & PTE_MAPPED) || (vma->prot & PROT_WRITE))
			continue;
		if (vma->prot && !(e & PTE_WRITE))
			continue;
		partition_unmap(mm->part, va);
		e &= ~(PTE_MAPPED | PTE_WRITE);
		if (e & PTE_COW)
			page_of((void *)(e & PAGE_MASK))->owner = NULL;
		if (vma->prot) {
			partition_map(mm->part, e & PAGE_MASK, va, false);
			e |= PTE_MAPPED;
		}
		*entry = e;
	}
}

/* Moves the pages at [from, from + len) to `to`, where nothing is mapped */
int move_range(struct mm *mm, uint32_t from, uint32_t to, uint32_t len)
{
	uint32_t va = from, *entry, *new;

	for (; (entry = entry_next(mm, &va, from + len)); va += PAGE_SIZE) {
		uint32_t e, there = va - from + to;

		new = partition_entry_make(mm->part, there);
		if (!new)
			return -ENOMEM;
		e = *entry;
		if (!e)			/* the page went to make room for that */
			continue;
		if (e & PTE_MAPPED) {
			partition_unmap(mm->part, va);
			partition_map(mm->part, e & PAGE_MASK, there,
				e & PTE_WRITE);
		}
		if (page_of((void *)(e & PAGE_MASK))->owner == mm)
			page_of((void *)(e & PAGE_MASK))->va = there;
		*new = e;
		*entry = 0;
	}
	return 0;
}
