/* SPDX-License-Identifier: BSD-2-Clause */
/* createPartition and deletePartition. */
#include "pip.h"

#define NPAGES		5
#define PAGES_AT_ONCE	16	/* between two looks for interrupts */

/*
 * 1, or 0 if the five addresses are not distinct pages that the caller may
 * lend.  The child starts with nothing mapped, state 0, its parent's ports.
 */
word createPartition(word desc, word pd, word sh1, word sh2, word list)
{
	const word va[NPAGES] = { desc, pd, sh1, sh2, list };
	word page[NPAGES];
	struct partition *child;
	struct slot s;

	for (int i = 0; i < NPAGES; i++) {
		if (!lendable(va[i], &s))
			return 0;
		page[i] = *s.pte & PAGE_MASK;
		for (int j = 0; j < i; j++)
			if (page[j] == page[i])
				return 0;
	}
	for (int i = 0; i < NPAGES; i++) {
		page_wipe(page[i]);
		lend(va[i], i < NPAGES - 1 ? va[i + 1] : 0,
			i ? SH1_LENT : SH1_PARTITION);
	}
	child = page_at(page[0]);
	child->pd = page[1];
	child->sh1 = page[2];
	child->sh2 = page[3];
	child->list = page[4];
	child->parent = page_number(current);
	child->port_map = PORTS_INDIRECT;
	directory_init(child->pd);
	fpu_init(child->fpu);
	return 1;
}

/*
 * Takes the pages of one region from the child: each is underived in the
 * caller again, and back if the child or a descendant had lent it.  False if
 * an interrupt waits and pages are left.
 */
static bool release_region(struct partition *child, word region)
{
	word *pte = words(*region_word(child->pd, region));
	word *sh2 = words(*region_word(child->sh2, region));
	word *count = region_word(child->sh1, region);

	for (; *count & ~PAGE_MASK; pte++, sh2++) {
		//@ admit \valid(pte) && \valid_read(sh2);
		if (!*pte)
			continue;
		if (*pte & PTE_P)
			*slot_at(current, *sh2).sh1 = 0;
		else
			restore(*sh2);
		*pte = 0;
		--*count;
		if (*count % PAGES_AT_ONCE == 0 && interrupted())
			return false;
	}
	return true;
}

/* The child is half taken apart: nothing but its deletion may find it */
static word postpone(word desc)
{
	*slot_at(current, desc).sh1 ^= SH1_PARTITION | SH1_DYING;
	forget(current);
	return DELETE_AGAIN;
}

/*
 * 1, or 0 if `desc` is no child.  Vertical sharing makes this complete: all
 * that the child's descendants hold or were lent is among its own pages.
 * DELETE_AGAIN if an interrupt came before the end: to be called again.
 */
word deletePartition(word desc)
{
	struct partition *child;
	struct slot s;
	word region, entry;

	if (!slot_find(current, desc, &s) ||
	    !(*s.sh1 & (SH1_PARTITION | SH1_DYING)))
		return 0;
	*s.sh1 = (*s.sh1 & ~SH1_DYING) | SH1_PARTITION;
	child = page_at(*s.pte & PAGE_MASK);
	while ((region = child->regions) != 0) {
		//@ admit region < TABLE_ENTRIES;
		if (!release_region(child, region))
			return postpone(desc);
		entry = *region_word(child->list, region);
		child->regions = entry & ~PAGE_MASK;
		give_back(entry & PAGE_MASK);
		if (interrupted())
			return postpone(desc);
	}
	give_back(desc & PAGE_MASK);
	return 1;
}
