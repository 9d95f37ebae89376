/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages in memory of what is on a disk, by number: of a file, of a block
 * device.  Who owns a cache reads and writes its pages; here they are found,
 * counted, and given up when memory is wanted.
 *
 * A clean page may go whenever memory is allocated, unless it is pinned; a
 * dirty one stays.  So that memory can always be had, the owners keep the
 * dirty ones few: who makes one when cache_too_dirty() first writes some.
 */
#ifndef PIPUX_PAGE_CACHE_H
#define PIPUX_PAGE_CACHE_H

#include <pipux/list.h>
#include <pipux/page.h>
#include "../../fs/page_tree.h"

struct page_cache {
	struct page_tree pages;		/* of struct cached */
	struct list dirty;		/* in the order they became so */
	uint32_t nr_pages;
};

struct cached {
	struct list link;		/* cache->dirty, or the list of clean */
	struct page_cache *cache;
	char *data;			/* the page; its record's chain: us */
	uint32_t index, epoch;		/* epoch: when it became dirty */
	uint8_t valid;			/* sectors that hold what they should */
	uint8_t dirty;			/* sectors to be written */
	uint8_t class;			/* of a device: two bits for each 1 KiB */
	uint8_t mapped;			/* of a file: blocks that it surely has */
	bool referenced;		/* used since it was last looked at */
};

#define CACHED_VALID	0xFF

static inline struct cached *cached_of(const void *data)
{
	return page_of(data)->chain;
}

static inline struct cached *cache_find(const struct page_cache *cache,
		uint32_t index)
{
	return (struct cached *)page_tree_get(&cache->pages, index);
}

/* fs/page_cache.c */
void cache_init(struct page_cache *cache);
/* A page that was not there: pinned, clean, nothing valid.  NULL: no memory */
struct cached *cache_add(struct page_cache *cache, uint32_t index);
void cached_set_dirty(struct cached *c, uint8_t sectors);
void cached_set_clean(struct cached *c);
/* Forgets the pages first..last, dirty or not */
void cache_cut(struct page_cache *cache, uint32_t first, uint32_t last);
/* Forgets all clean pages that nobody has pinned */
void cache_drop_clean(struct page_cache *cache);

/* What becomes dirty from now on has an epoch of at least this */
uint32_t cache_new_epoch(void);
/* The first dirty page from before the epoch, or NULL */
struct cached *cache_next_dirty(const struct page_cache *cache,
	uint32_t epoch);

bool cache_too_dirty(void);
/* Gives clean pages back to the page allocator; false: there are none */
bool cache_shrink(void);
uint32_t cache_pages(void), cache_dirty_pages(void);	/* of all caches */

#endif
