/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of this partition mapped in a child: the tables that Pip asks for on
 * the way come from Pip_AllocPage, linked through their first words.
 */
#include <pip/lib.h>

#define REGION_SIZE	0x400000u	/* one page table maps this much */

static void free_list(uint32_t *first)
{
	while (first) {
		uint32_t *next = (uint32_t *)*first;

		Pip_FreePage(first);
		first = next;
	}
}

/* `count` pages linked into a list, or NULL and none are taken */
static uint32_t *alloc_list(uint32_t count)
{
	uint32_t *first = NULL;

	while (count--) {
		uint32_t *page = Pip_AllocPage();

		if (!page) {
			free_list(first);
			return NULL;
		}
		*page = (uint32_t)first;
		first = page;
	}
	return first;
}

/* Makes sure that `va` has its tables in child `desc` */
static enum pip_map_status prepare(uint32_t desc, uint32_t va)
{
	uint32_t count = Pip_CountToMap(desc, va);
	uint32_t *list;

	if (!count)
		return PIP_MAP_OK;
	list = alloc_list(count);
	if (!list)
		return PIP_MAP_NO_MEMORY;
	if (Pip_Prepare(desc, va, (uint32_t)list) & 1)
		return PIP_MAP_OK;
	free_list(list);
	return PIP_MAP_PREPARE;
}

enum pip_map_status Pip_MapPageWrapper(uint32_t page, uint32_t desc,
		uint32_t va)
{
	enum pip_map_status status = prepare(desc, va);

	if (status)
		return status;
	return Pip_AddVAddr(page, desc, va, 1, 1, 1) ? PIP_MAP_OK
		: PIP_MAP_ADD;
}

/* `size` bytes, rounded up to pages; on failure some may have been mapped */
enum pip_map_status Pip_MapRange(uint32_t first, uint32_t desc, uint32_t va,
		uint32_t size)
{
	for (uint32_t done = 0; done < size; done += PIP_PAGE_SIZE) {
		uint32_t at = va + done;

		if (!done || !(at & (REGION_SIZE - 1))) {
			enum pip_map_status status = prepare(desc, at);

			if (status)
				return status;
		}
		if (!Pip_AddVAddr(first + done, desc, at, 1, 1, 1))
			return PIP_MAP_ADD;
	}
	return PIP_MAP_OK;
}

/* 1, or 0: it was not mapped, or the child lent it further */
int Pip_UnmapPage(uint32_t desc, uint32_t va)
{
	return (int)Pip_RemoveVAddr(desc, va);
}

/*
 * 1, or 0 if a page was refused.  The emptied tables stay with the child
 * until Pip_Collect or Pip_DeletePartition.
 */
int Pip_UnmapRange(uint32_t desc, uint32_t va, uint32_t size)
{
	int all = 1;

	for (uint32_t done = 0; done < size; done += PIP_PAGE_SIZE)
		all &= Pip_UnmapPage(desc, va + done);
	return all;
}
