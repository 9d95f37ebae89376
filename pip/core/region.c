/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions: countToMap, prepare, collect. */
#include "pip.h"

#define NPAGES	3	/* table, shadow 1, shadow 2 */

/* Pages to give to prepare before `va` can be mapped: 0 or NPAGES.  The list
 * holds every region, so the original's fourth page is never asked for. */
word countToMap(word desc, word va)
{
	struct partition *child = child_find(desc);

	if (!child || !user_region(dir_index(va)) ||
	    prepared(child, dir_index(va)))
		return 0;
	return NPAGES;
}

/*
 * Makes the region of `va` mappable with the caller's pages `first` and those
 * linked from it through word 0.  (Next unused page) | 1, or `first` & ~1.
 */
word prepare(word desc, word va, word first)
{
	struct partition *child = child_find(desc);
	word region = dir_index(va), next = first;
	word page[NPAGES], at[NPAGES];
	struct slot s;

	if (!child)
		return first & ~1u;
	if (!region || prepared(child, region))
		return first | 1;
	if (!user_region(region))
		return first & ~1u;
	for (int i = 0; i < NPAGES; i++) {
		at[i] = next & PAGE_MASK;
		if (!lendable(at[i], &s))
			return first & ~1u;
		page[i] = *s.pte & PAGE_MASK;
		for (int j = 0; j < i; j++)
			if (page[j] == page[i])
				return first & ~1u;
		next = words(page[i])[0];
	}
	for (int i = 0; i < NPAGES; i++) {
		page_wipe(page[i]);
		lend(at[i], i < NPAGES - 1 ? at[i + 1] : 0, SH1_LENT);
	}
	*region_word(child->pd, region) = page[0] | PTE_P | PTE_W | PTE_U;
	*region_word(child->sh1, region) = page[1];
	*region_word(child->sh2, region) = page[2];
	*region_word(child->list, region) = at[0] | child->regions;
	child->regions = region;
	return next | 1;
}

/* Gives an empty region's tables back.  0 if there is none, else 1. */
word collect(word desc, word va)
{
	struct partition *child = child_find(desc);
	word region = dir_index(va), *link, next, entry;

	if (!child || !prepared(child, region))
		return 0;
	if (*region_word(child->sh1, region) & ~PAGE_MASK)
		return 1;
	for (link = &child->regions; (next = *link & ~PAGE_MASK) != region;) {
		//@ admit next < TABLE_ENTRIES;
		link = region_word(child->list, next);
	}
	entry = *region_word(child->list, region);
	*link = (*link & PAGE_MASK) | (entry & ~PAGE_MASK);
	*region_word(child->list, region) = 0;
	*region_word(child->pd, region) = 0;
	*region_word(child->sh1, region) = 0;
	*region_word(child->sh2, region) = 0;
	give_back(entry & PAGE_MASK);
	return 1;
}
