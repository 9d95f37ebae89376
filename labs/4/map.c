/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 4: map and unmap.  docs/tour/labs/4-map.md */
#include "lab.h"

/*
 * Shares `page` with child `desc` at `va`, with the tables that Pip wants for
 * it from Pip_AllocPage().  False: refused, and no page is gone.
 */
bool map(uint32_t desc, uint32_t page, uint32_t va, bool writable)
{
	(void)desc;
	(void)page;
	(void)va;
	(void)writable;
	return false;
}

/*
 * Takes the page at `va` back; once its region is empty, the tables go back
 * to Pip_FreePage().  False: nothing is mapped there.
 */
bool unmap(uint32_t desc, uint32_t va)
{
	(void)desc;
	(void)va;
	return false;
}
