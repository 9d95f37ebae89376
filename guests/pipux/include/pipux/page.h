/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The map of physical pages as mm/ and arch/ see it: one struct page for
 * each page of the kernel's linear memory.  Everybody else uses addresses
 * and the functions of <pipux/mm.h>.
 */
#ifndef PIPUX_PAGE_H
#define PIPUX_PAGE_H

#include <pipux/list.h>

struct mm;

enum page_state {
	PAGE_RESERVED,		/* not the allocator's: kernel image, initrd */
	PAGE_BUDDY,		/* head of a free block of `order` */
	PAGE_HOT,		/* in the stack of single free pages */
	PAGE_USED,
	PAGE_DOOMED,		/* freed while pinned: free when unpinned */
	PAGE_SLAB,		/* kmalloc objects of class `order` */
	PAGE_LARGE,		/* head of a kmalloc of 2^order pages */
};

struct page {
	union {
		struct list link;	/* free block; slab with free objects */
		struct {
			/*
			 * A page-cache or shared page that a process holds:
			 * which one, and where.  A page of one process alone
			 * has none.
			 */
			struct mm *owner;
			uint32_t va;
		};
	};
	union {
		void *chain;	/* next of a singly linked list; free object;
				 * of a page-cache page: its struct cached */
		uint32_t sharers; /* of a private page: mm/cow.c */
	};
	uint8_t state, order;
	uint16_t inuse;		/* objects handed out; pins */
};

extern struct page *mem_map;	/* of the page at MEM_BASE */
#define MEM_BASE	0x00400000u

static inline struct page *page_of(const void *p)
{
	return mem_map + (((uintptr_t)p - MEM_BASE) >> 12);
}

static inline void *page_address(const struct page *page)
{
	return (void *)(MEM_BASE + ((uintptr_t)(page - mem_map) << 12));
}

/*
 * Who uses a page that others may free (of the page cache) across anything
 * that sleeps or allocates memory pins it: it keeps its contents until then.
 */
void page_undoom(struct page *page);

static inline void page_pin(const void *p)
{
	page_of(p)->inuse++;
}

static inline void page_unpin(const void *p)
{
	struct page *page = page_of(p);

	if (--page->inuse == 0 && page->state == PAGE_DOOMED)
		page_undoom(page);
}

/*
 * mm/page.c.  A page for a process: fails while the rest of the memory is
 * what the kernel itself keeps in reserve.
 */
void *page_alloc_user(void);
uint32_t pages_reserve(void);
bool pages_plenty(void);	/* as many are free as make waste harmless */
/* n more pages that are in use are not there at all: they count no more */
void pages_ballooned(int32_t n);

/* mm/kmalloc.c: pages without an object that are kept all the same */
uint32_t kmalloc_idle_pages(void);

/* kernel/task.c: the same for kernel stacks */
uint32_t kstacks_idle_pages(void);

/* mm/fault.c: takes a page from the process that holds it */
void page_unshare(struct page *page);

/* arch/partition.c: gives pages of idle partitions back; false: none left */
bool partitions_shrink(void);
uint32_t partitions_idle_pages(void);

#endif
