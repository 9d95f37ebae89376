/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lending pages to Pip and giving them back.  A lent page is unreachable in
 * its lender and in every ancestor; it is wiped before it comes back.
 */
#include "pip.h"

static struct partition *child_walk(word desc)
{
	struct slot s;

	if (!slot_find(current, desc, &s) || !(*s.sh1 & SH1_PARTITION))
		return NULL;
	current->child = *s.pte & PAGE_MASK;
	current->child_key = desc | ~PAGE_MASK;
	return page_at(current->child);
}

/* The child whose descriptor is the caller's page `desc`, or NULL */
struct partition *child_find(word desc)
{
	if (current->child_key == (desc | ~PAGE_MASK))
		return page_at(current->child);
	return child_walk(desc);
}

/* May Pip take the caller's page `va`?  It must be the caller's to write:
 * wiping a page that an ancestor holds read-only would be a forged write. */
bool lendable(word va, struct slot *s)
{
	return slot_find(current, va, s) && !*s->sh1 &&
		(*s->pte & (PTE_P | PTE_W)) == (PTE_P | PTE_W);
}

static void set_presence(word va, word present)
{
	struct partition *p = current;

	tlb_drop(va);
	for (;;) {
		struct slot s = slot_at(p, va);

		*s.pte = (*s.pte & ~PTE_P) | present;
		forget(p);
		if (!p->parent)
			return;
		va = *s.sh2 & PAGE_MASK;
		p = parent_of(p);
		//@ admit p != \null;
	}
}

/* Takes the caller's page; `next` follows it in its chain, 0 ends it */
void lend(word va, word next, word kind)
{
	*slot_at(current, va).sh1 = (next & PAGE_MASK) | kind;
	set_presence(va, 0);
}

/* The caller's page `va` was lent, by itself or further down: wiped, back */
void restore(word va)
{
	struct slot s = slot_at(current, va);

	page_wipe(*s.pte & PAGE_MASK);
	*s.sh1 = 0;
	set_presence(va, PTE_P);
}

/* Restores a whole chain */
void give_back(word va)
{
	word next;

	for (; va; va = next) {
		next = *slot_at(current, va).sh1 & PAGE_MASK;
		restore(va);
	}
}
