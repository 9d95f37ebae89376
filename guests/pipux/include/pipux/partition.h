/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process's partition: what Pip holds for an address space, and the page
 * table that says which kernel page is where in it.  The table belongs to
 * the partition, because both are made per 4 MiB region and both stay when
 * an idle partition waits for its next process.
 */
#ifndef PIPUX_PARTITION_H
#define PIPUX_PARTITION_H

#include <pip/call.h>
#include <pipux/mm.h>
#include <pipux/page.h>

#define REGION_SHIFT	22
#define REGIONS		(TASK_TOP >> REGION_SHIFT)
#define REGION_PAGES	1024u

/* Low bits of a table entry; the rest is the page's kernel address */
#define PTE_MAPPED	1u	/* the process can read it */
#define PTE_WRITE	2u	/* ... and write it */
#define PTE_OWN		4u	/* private: freed when unmapped */
#define PTE_CLEAN	8u	/* private, but equal to the file's page */
#define PTE_COW		16u	/* ... with others, read-only: mm/cow.c */

struct partition {
	uint32_t *table[REGIONS];	/* NULL: region not prepared */
	uint32_t desc;
	uint32_t *vidt;			/* its VIDT page: it can only read it */
	user_ctx_t *ctx;		/* where Pip saves it: a page, writable */
	struct task *ctx_owner;		/* whose registers those are */
	struct page *lent;		/* pages that are Pip's, but for regions */
	uint32_t pages;			/* all that it costs */
	struct list link;		/* idle ones */
};

_Static_assert(sizeof(struct partition) <= PAGE_SIZE, "one page");

/* arch/partition.c */
struct partition *partition_get(void);	/* empty; NULL: out of memory */
void partition_put(struct partition *part);	/* nothing mapped any more */
/* The table entry for va, making its region if need be; NULL: no memory */
uint32_t *partition_entry_make(struct partition *part, uint32_t va);

/* The table entry for va, NULL if its region was never used */
static inline uint32_t *partition_entry(struct partition *part, uint32_t va)
{
	uint32_t *table = part->table[va >> REGION_SHIFT];

	return table ? table + (va >> PAGE_SHIFT) % REGION_PAGES : NULL;
}

/* How many address spaces have the page of an entry for their own */
static inline uint32_t entry_sharers(uint32_t e)
{
	return e & PTE_COW ? page_of((void *)(e & PAGE_MASK))->sharers : 1;
}

static inline void partition_map(struct partition *part, uint32_t page,
		uint32_t va, bool write)
{
	if (unlikely(!Pip_AddVAddr(page, part->desc, va, 1, write, 1)))
		panic("addVAddr %08x at %08x", page, va);
}

static inline void partition_unmap(struct partition *part, uint32_t va)
{
	if (unlikely(!Pip_RemoveVAddr(part->desc, va)))
		panic("removeVAddr %08x", va);
}

#endif
