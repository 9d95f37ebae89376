/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page allocator: a binary buddy system over the kernel's linear memory,
 * with a stack of single pages in front that serves nearly every request.
 *
 * Invariant: each page is in exactly one of the states of enum page_state,
 * and `nr_free` counts the pages in the buddy lists and on the stack.
 */
#include <pipux/kernel.h>
#include <pipux/mm.h>
#include <pipux/page.h>
#include <pipux/page_cache.h>
#include <pipux/vmm.h>

#define MAX_ORDER	10
#define HOT_MAX		256	/* pages on the stack before half go back */

struct page *mem_map;

static struct list buddy[MAX_ORDER + 1];
static uint32_t nr_pages, nr_free, nr_total, reserve;
static struct page *hot;
static uint32_t nr_hot;

static void buddy_free(struct page *page, unsigned order)
{
	while (order < MAX_ORDER) {
		uint32_t i = (page - mem_map) ^ 1u << order;
		struct page *other = mem_map + i;

		if (i + (1u << order) > nr_pages || other->state != PAGE_BUDDY
				|| other->order != order)
			break;
		list_del(&other->link);
		other->state = PAGE_USED;
		if (other < page)
			page = other;
		order++;
	}
	page->state = PAGE_BUDDY;
	page->order = order;
	list_add(&buddy[order], &page->link);
}

static struct page *buddy_alloc(unsigned order)
{
	unsigned o = order;
	struct page *page;

	while (o <= MAX_ORDER && list_empty(&buddy[o]))
		o++;
	if (o > MAX_ORDER)
		return NULL;
	page = list_first(&buddy[o], struct page, link);
	list_del(&page->link);
	while (o > order) {
		struct page *half = page + (1u << --o);

		half->state = PAGE_BUDDY;
		half->order = o;
		list_add(&buddy[o], &half->link);
	}
	return page;
}

static void hot_drain(uint32_t keep)
{
	while (nr_hot > keep) {
		struct page *page = hot;

		hot = page->chain;
		nr_hot--;
		buddy_free(page, 0);
	}
}

/*
 * Puts the map of all memory at `start`; every page from there to `end` is
 * free.  What lies behind may come later, by pages_add.
 */
void pages_init(uintptr_t start, uintptr_t end)
{
	uintptr_t map_end;

	nr_pages = (vmm_info->mem_end - MEM_BASE) >> PAGE_SHIFT;
	mem_map = (struct page *)start;
	map_end = PAGE_ALIGN(start + nr_pages * sizeof(*mem_map));
	if (map_end >= end)
		panic("too little memory: %u KiB", (end - MEM_BASE) >> 10);
	memset(mem_map, 0, nr_pages * sizeof(*mem_map));
	for (unsigned o = 0; o <= MAX_ORDER; o++)
		list_init(&buddy[o]);
	pages_add(map_end, end);
}

void pages_add(uintptr_t start, uintptr_t end)
{
	for (start = PAGE_ALIGN(start); start + PAGE_SIZE <= end;
			start += PAGE_SIZE) {
		buddy_free(page_of((void *)start), 0);
		nr_free++;
		nr_total++;
	}
	/* Enough for the kernel to end processes when nothing else is left */
	reserve = nr_total / 128 + 32;
}

static inline void *page_taken(struct page *page)
{
	page->state = PAGE_USED;
	page->owner = NULL;
	nr_free--;
	return page_address(page);
}

/* Takes memory from who can spare it; false: nobody can.  Never sleeps */
static bool memory_shrink(void)
{
	return cache_shrink() || partitions_shrink();
}

void *page_alloc(void)
{
	for (;;) {
		struct page *page = hot;

		if (likely(page)) {
			hot = page->chain;
			nr_hot--;
			return page_taken(page);
		}
		page = buddy_alloc(0);
		if (page)
			return page_taken(page);
		if (!memory_shrink())
			return NULL;
	}
}

void *page_alloc_zeroed(void)
{
	void *page = page_alloc();

	return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

void *page_alloc_user(void)
{
	while (unlikely(nr_free <= reserve))
		if (!memory_shrink())
			return NULL;
	return page_alloc();
}

bool pages_plenty(void)
{
	return nr_free > nr_total / 4;
}

void page_free(void *p)
{
	struct page *page = page_of(p);

	BUG_ON(page->state != PAGE_USED);
	if (page->owner)
		page_unshare(page);
	if (unlikely(page->inuse)) {
		page->state = PAGE_DOOMED;
		return;
	}
	page->state = PAGE_HOT;
	page->chain = hot;
	hot = page;
	nr_free++;
	if (++nr_hot > HOT_MAX)
		hot_drain(HOT_MAX / 2);
}

void page_undoom(struct page *page)
{
	page->state = PAGE_USED;
	page_free(page_address(page));
}

void *pages_alloc(unsigned order)
{
	struct page *page;

	if (order == 0)
		return page_alloc();
	if (order > MAX_ORDER)
		return NULL;
	while (!(page = buddy_alloc(order))) {
		bool more = nr_hot != 0;

		hot_drain(0);
		if (!more && !memory_shrink())
			return NULL;
	}
	for (uint32_t i = 0; i < 1u << order; i++) {
		page[i].state = PAGE_USED;
		page[i].owner = NULL;
		page[i].inuse = 0;
	}
	page->order = order;
	nr_free -= 1u << order;
	return page_address(page);
}

void pages_free(void *pages, unsigned order)
{
	struct page *page = page_of(pages);

	if (order == 0) {
		page_free(pages);
		return;
	}
	BUG_ON(page->state != PAGE_USED);
	nr_free += 1u << order;
	buddy_free(page, order);
}

uint32_t pages_total(void)
{
	return nr_total;
}

/* With what comes back as soon as somebody wants it */
uint32_t pages_free_count(void)
{
	return nr_free + partitions_idle_pages() + kmalloc_idle_pages()
		+ kstacks_idle_pages();
}

uint32_t pages_other(void)
{
	return nr_total - pages_free_count()
		- (kmalloc_pages() - kmalloc_idle_pages()) - pages_private();
}

void pages_ballooned(int32_t n)
{
	nr_total -= n;
}

/* With what the page cache would give up at once */
uint32_t pages_available(void)
{
	return pages_free_count() + cache_pages() - cache_dirty_pages();
}

uint32_t pages_reserve(void)
{
	return reserve;
}
