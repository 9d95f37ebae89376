/* SPDX-License-Identifier: BSD-2-Clause */
/* Single pages: addVAddr, removeVAddr, mappedInChild, probe. */
#include "pip.h"
#include <pip/abi.h>

/*
 * Shares the caller's page `src` with a child at `dst`; the caller keeps it.
 * 1, or 0 if `src` is not the caller's, is in a child already or is lent, if
 * more rights are asked than the caller has, or if `dst` is not free.
 */
word addVAddr(word src, word desc, word dst, word r, word w, word e)
{
	struct partition *child = child_find(desc);
	word rights = w ? PTE_P | PTE_U | PTE_W : PTE_P | PTE_U;
	struct slot from, to;

	if (!child || !r || !e || !slot_find(current, src, &from) ||
	    *from.sh1 || (*from.pte & rights) != rights ||
	    !slot_find(child, dst, &to) || *to.pte)
		return 0;
	*to.pte = (*from.pte & PAGE_MASK) | rights;
	*to.sh2 = src & PAGE_MASK;
	*from.sh1 = (desc & PAGE_MASK) | SH1_DERIVED;
	(*region_word(child->sh1, dir_index(dst)))++;
	return 1;
}

/* 1, or 0 if the child has no such page or has passed it on */
word removeVAddr(word desc, word va)
{
	struct partition *child = child_find(desc);
	struct slot theirs;

	if (!child || !slot_find(child, va, &theirs) ||
	    !(*theirs.pte & PTE_P) || *theirs.sh1)
		return 0;
	*slot_at(current, *theirs.sh2).sh1 = 0;
	*theirs.pte = 0;
	forget(child);
	*theirs.sh2 = 0;
	(*region_word(child->sh1, dir_index(va)))--;
	return 1;
}

/* Descriptor of the child that holds the caller's page, or 0 */
word mappedInChild(word va)
{
	struct slot s;

	if (!slot_find(current, va, &s) || !(*s.sh1 & SH1_DERIVED))
		return 0;
	return *s.sh1 & PAGE_MASK;
}

/* PIP_PROBE_* bits: what the caller may do with its page */
word probe(word va)
{
	struct slot s;

	if (!slot_find(current, va, &s) || !(*s.pte & PTE_P))
		return 0;
	return *s.pte & PTE_W ? PIP_PROBE_READ | PIP_PROBE_WRITE :
		PIP_PROBE_READ;
}
