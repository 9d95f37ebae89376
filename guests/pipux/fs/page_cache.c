/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page cache; the contract is in <pipux/page_cache.h>.
 *
 * Invariant: a page is in its cache's tree, and in the list of dirty pages of
 * its cache or in the one list of clean pages.  The latter is in the order
 * in which pages go; one that was used meanwhile gets another round.
 */
#include <pipux/page_cache.h>
#include <pipux/mm.h>

#define SHRINK_PAGES	32u	/* freed at once */

static struct list clean = LIST_INIT(clean);
static uint32_t nr_pages, nr_dirty, epoch;
static bool busy;		/* a tree is being changed: it must not shrink */

void cache_init(struct page_cache *cache)
{
	*cache = (struct page_cache){ .nr_pages = 0 };
	list_init(&cache->dirty);
}

static struct cached *cached_new(struct page_cache *cache, uint32_t index)
{
	struct cached *c = kzalloc(sizeof(*c));

	if (!c)
		return NULL;
	c->data = page_alloc_user();
	if (!c->data) {
		kfree(c);
		return NULL;
	}
	c->cache = cache;
	c->index = index;
	page_of(c->data)->chain = c;
	page_pin(c->data);
	return c;
}

static bool enter(struct page_cache *cache, struct cached *c)
{
	bool done;

	busy = true;
	done = page_tree_set(&cache->pages, c->index, c);
	busy = false;
	return done;
}

struct cached *cache_add(struct page_cache *cache, uint32_t index)
{
	struct cached *c = cached_new(cache, index);

	if (!c)
		return NULL;
	while (!enter(cache, c)) {
		if (cache_shrink())
			continue;
		page_unpin(c->data);
		page_free(c->data);
		kfree(c);
		return NULL;
	}
	list_add_tail(&clean, &c->link);
	cache->nr_pages++;
	nr_pages++;
	return c;
}

void cached_set_dirty(struct cached *c, uint8_t sectors)
{
	if (!c->dirty) {
		nr_dirty++;
		list_del(&c->link);
		list_add_tail(&c->cache->dirty, &c->link);
		c->epoch = epoch;
	}
	c->dirty |= sectors;
}

void cached_set_clean(struct cached *c)
{
	if (!c->dirty)
		return;
	nr_dirty--;
	c->dirty = 0;
	c->class = 0;
	list_del(&c->link);
	list_add_tail(&clean, &c->link);
}

static void release(void *p)
{
	struct cached *c = p;

	list_del(&c->link);
	nr_dirty -= c->dirty != 0;
	nr_pages--;
	c->cache->nr_pages--;
	page_of(c->data)->chain = NULL;
	page_free(c->data);
	kfree(c);
}

void cache_cut(struct page_cache *cache, uint32_t first, uint32_t last)
{
	page_tree_cut(&cache->pages, first, last, release);
}

static void remove(struct cached *c)
{
	cache_cut(c->cache, c->index, c->index);
}

void cache_drop_clean(struct page_cache *cache)
{
	uint32_t next = 0, index;

	while (page_tree_next(&cache->pages, next, &index)) {
		struct cached *c = cache_find(cache, index);

		if (!c->dirty && !page_of(c->data)->inuse)
			remove(c);
		next = index + 1;
		if (next == 0)
			break;
	}
}

uint32_t cache_new_epoch(void)
{
	return ++epoch;
}

struct cached *cache_next_dirty(const struct page_cache *cache, uint32_t stop)
{
	struct cached *c;

	if (list_empty(&cache->dirty))
		return NULL;
	c = list_first(&cache->dirty, struct cached, link);
	return (int32_t)(c->epoch - stop) < 0 ? c : NULL;
}

/* An eighth of the memory: what is left always does for everything else */
bool cache_too_dirty(void)
{
	return nr_dirty > pages_total() / 8;
}

bool cache_shrink(void)
{
	uint32_t rounds = 2 * (nr_pages - nr_dirty), freed = 0;

	if (busy)
		return false;
	while (freed < SHRINK_PAGES && rounds-- && !list_empty(&clean)) {
		struct cached *c = list_first(&clean, struct cached, link);

		if (page_of(c->data)->inuse || c->referenced) {
			c->referenced = false;
			list_del(&c->link);
			list_add_tail(&clean, &c->link);
		} else {
			remove(c);
			freed++;
		}
	}
	return freed != 0;
}

uint32_t cache_pages(void)
{
	return nr_pages;
}

uint32_t cache_dirty_pages(void)
{
	return nr_dirty;
}
