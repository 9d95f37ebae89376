/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cached contents of block devices; the contract is in
 * <pipux/buffer.h>.  Page i of a device holds its sectors 8i to 8i + 7; which
 * of them hold what the device has, or what is to be written there, is known
 * for each.
 */
#include "internal.h"
#include "block_run.h"
#include <pipux/buffer.h>
#include <pipux/mutex.h>
#include <pipux/page_cache.h>

#define PAGE_SECTORS	(PAGE_SIZE / SECTOR_SIZE)
#define AHEAD		32u		/* pages read at once by programs */

struct buffer_cache {			/* block_device.cache */
	struct page_cache cache;
	struct mutex lock;		/* held while pages are filled */
};

static struct buffer_cache *cache_of(struct block_device *bdev)
{
	struct buffer_cache *b = bdev->cache;

	if (!b) {
		b = kzalloc(sizeof(*b));
		if (!b)
			return NULL;
		cache_init(&b->cache);
		mutex_init(&b->lock);
		bdev->cache = b;
	}
	return b;
}

/* Bits of the sectors of n bytes at p */
static uint8_t sectors_at(const void *p, unsigned bytes)
{
	unsigned first = (uintptr_t)p % PAGE_SIZE / SECTOR_SIZE;

	return (uint8_t)(((1u << bytes / SECTOR_SIZE) - 1) << first);
}

/* Sectors of page `index` that the device has */
static uint8_t sectors_there(const struct block_device *bdev, uint32_t index)
{
	uint64_t first = (uint64_t)index * PAGE_SECTORS;

	if (first >= bdev->sectors)
		return 0;
	return sectors_at(NULL, MIN(bdev->sectors - first,
		(uint64_t)PAGE_SECTORS) * SECTOR_SIZE);
}

/* Calls fn for each run of sectors in the set */
static void add_sectors(struct block_run *run, struct cached *c, uint8_t set)
{
	for (unsigned i = 0; i < PAGE_SECTORS; ) {
		unsigned n = 0;

		while (i + n < PAGE_SECTORS && (set >> (i + n) & 1))
			n++;
		if (n)
			block_run_add(run, (uint64_t)c->index * PAGE_SECTORS
				+ i, c->data + i * SECTOR_SIZE,
				n * SECTOR_SIZE);
		i += n + 1;
	}
}

/* Reads what is not valid yet of up to n pages: 0, -EIO, -ENOMEM */
static int fill_pages(struct block_device *bdev, struct page_cache *cache,
		uint32_t index, unsigned n)
{
	struct block_run run = { .bdev = bdev };
	struct cached *page[AHEAD];
	unsigned i;
	int rc;

	for (i = 0; i < n; i++) {
		struct cached *c = cache_find(cache, index + i);

		if (c && i && c->valid)
			break;
		if (c)
			page_pin(c->data);
		else
			c = cache_add(cache, index + i);
		if (!c)
			break;
		page[i] = c;
		add_sectors(&run, c, sectors_there(bdev, index + i)
			& ~c->valid);
	}
	rc = block_run_end(&run);
	n = i;
	for (i = 0; i < n; i++) {
		if (!rc)
			page[i]->valid |= sectors_there(bdev, index + i);
		page_unpin(page[i]->data);
	}
	return n ? rc : -ENOMEM;
}

/* The page with these sectors valid, pinned; ahead: how many more to read */
static struct cached *filled(struct block_device *bdev, uint32_t index,
		uint8_t sectors, unsigned ahead)
{
	struct buffer_cache *b = cache_of(bdev);
	struct cached *c;
	int rc = 0;

	if (!b)
		return ERR_PTR(-ENOMEM);
	c = cache_find(&b->cache, index);
	if (unlikely(!c || (c->valid & sectors) != sectors)) {
		mutex_lock(&b->lock);
		c = cache_find(&b->cache, index);
		if (!c || (c->valid & sectors) != sectors)
			rc = fill_pages(bdev, &b->cache, index, ahead);
		if (rc && ahead > 1 && rc != -ENOMEM)
			rc = fill_pages(bdev, &b->cache, index, 1);
		mutex_unlock(&b->lock);
		c = rc ? NULL : cache_find(&b->cache, index);
	}
	if (!c)
		return ERR_PTR(rc ? rc : -ENOMEM);
	c->referenced = true;
	page_pin(c->data);
	return c;
}

/* The page, whatever it holds, pinned */
static struct cached *unfilled(struct block_device *bdev, uint32_t index)
{
	struct buffer_cache *b = cache_of(bdev);
	struct cached *c;

	if (!b)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&b->lock);
	c = cache_find(&b->cache, index);
	if (c)
		page_pin(c->data);
	else
		c = cache_add(&b->cache, index);
	mutex_unlock(&b->lock);
	return c ? c : ERR_PTR(-ENOMEM);
}

void *buffer_get(struct block_device *bdev, uint64_t sector, unsigned bytes,
		bool fill)
{
	unsigned off = sector % PAGE_SECTORS * SECTOR_SIZE;
	uint32_t index = (uint32_t)(sector / PAGE_SECTORS);
	uint8_t set = sectors_at((void *)(uintptr_t)off, bytes);
	struct cached *c;

	if (sector >> 35 || (sectors_there(bdev, index) & set) != set)
		return ERR_PTR(-EIO);
	c = fill ? filled(bdev, index, set, 1) : unfilled(bdev, index);
	if (IS_ERR(c))
		return c;
	if (!fill)
		c->valid |= set;
	return c->data + off;
}

void buffer_put(void *p)
{
	page_unpin(p);
}

/* The lower class wins, but what must come last does */
static unsigned class_join(unsigned a, unsigned b)
{
	if (a == BUFFER_CLASSES - 1 || b == BUFFER_CLASSES - 1)
		return BUFFER_CLASSES - 1;
	return MIN(a, b);
}

static unsigned class_at(const struct cached *c, unsigned sector)
{
	return c->class >> (sector & ~1u) & 3;
}

void buffer_dirty(void *p, unsigned bytes, unsigned class)
{
	struct cached *c = cached_of(p);
	uint8_t set = sectors_at(p, bytes);

	for (unsigned i = 0; i < PAGE_SECTORS; i += 2) {
		unsigned k = class;

		if (!(set >> i & 3))
			continue;
		if (c->dirty >> i & 3)
			k = class_join(k, class_at(c, i));
		c->class = (uint8_t)((c->class & ~(3u << i)) | k << i);
	}
	cached_set_dirty(c, set);
}

int buffer_class(const void *p)
{
	const struct cached *c = cached_of(p);
	unsigned sector = (uintptr_t)p % PAGE_SIZE / SECTOR_SIZE;

	return c->dirty >> sector & 1 ? (int)class_at(c, sector) : -1;
}

static void undirty(struct cached *c, uint8_t set)
{
	if (!(c->dirty & ~set))
		cached_set_clean(c);
	else
		c->dirty &= (uint8_t)~set;
}

void buffer_forget(struct block_device *bdev, uint64_t sector, unsigned bytes)
{
	struct buffer_cache *b = bdev->cache;
	unsigned off = sector % PAGE_SECTORS * SECTOR_SIZE;
	struct cached *c = b ? cache_find(&b->cache,
		(uint32_t)(sector / PAGE_SECTORS)) : NULL;

	if (c)
		undirty(c, sectors_at((void *)(uintptr_t)off, bytes));
}

static uint8_t dirty_in_class(const struct cached *c, unsigned class)
{
	uint8_t set = 0;

	for (unsigned i = 0; i < PAGE_SECTORS; i++)
		if ((c->dirty >> i & 1) && class_at(c, i) == class)
			set |= (uint8_t)(1u << i);
	return set;
}

/* The next page from `index` on with something in this class, or NULL */
static struct cached *next_in_class(struct page_cache *cache, uint32_t *index,
		unsigned class)
{
	struct cached *c;

	while (page_tree_next(&cache->pages, *index, index)) {
		c = cache_find(cache, *index);
		if (c->dirty && dirty_in_class(c, class))
			return c;
		if (++*index == 0)
			break;
	}
	return NULL;
}

int buffer_write_class(struct block_device *bdev, unsigned class)
{
	struct block_run run = { .bdev = bdev, .write = true };
	struct buffer_cache *b = bdev->cache;
	uint32_t index = 0;
	struct cached *c;

	int rc;

	if (!b)
		return 0;
	mutex_lock(&b->lock);	/* who comes second waits for the first */
	while (!list_empty(&b->cache.dirty)
			&& (c = next_in_class(&b->cache, &index, class))) {
		uint8_t set = dirty_in_class(c, class);

		add_sectors(&run, c, set);
		undirty(c, set);
		if (++index == 0)
			break;
	}
	rc = block_run_end(&run);
	mutex_unlock(&b->lock);
	return rc;
}

int buffer_sync(struct block_device *bdev)
{
	int rc = 0;

	for (unsigned class = 0; class < BUFFER_CLASSES; class++) {
		int rc1 = buffer_write_class(bdev, class);

		rc = rc ? rc : rc1;
	}
	return rc ? rc : block_flush(bdev);
}

void buffer_drop(struct block_device *bdev)
{
	struct buffer_cache *b = bdev->cache;

	if (!b)
		return;
	mutex_lock(&b->lock);
	cache_drop_clean(&b->cache);
	mutex_unlock(&b->lock);
}

void buffer_end(struct block_device *bdev)
{
	struct buffer_cache *b = bdev->cache;

	if (!b)
		return;
	cache_cut(&b->cache, 0, UINT32_MAX);
	kfree(b);
	bdev->cache = NULL;
}

static loff_t device_size(const struct block_device *bdev)
{
	return (loff_t)bdev->sectors << SECTOR_SHIFT;
}

/* How much of the iov lies on the device and in the page at pos */
static size_t piece(struct block_device *bdev, const struct iov *iov,
		loff_t pos)
{
	size_t k = MIN(iov->len, (size_t)(PAGE_SIZE - (pos & ~PAGE_MASK)));
	loff_t left = device_size(bdev) - pos;

	return left < (loff_t)k ? (size_t)MAX(left, (loff_t)0) : k;
}

ssize_t buffer_read(struct block_device *bdev, struct iov *iov, loff_t *pos)
{
	size_t done = 0, k;

	while ((k = piece(bdev, iov, *pos)) != 0) {
		uint32_t index = (uint32_t)(*pos >> PAGE_SHIFT);
		struct cached *c = filled(bdev, index,
			sectors_there(bdev, index),
			iov->len > PAGE_SIZE ? AHEAD : 1);
		long rc;

		if (IS_ERR(c))
			return done ? (ssize_t)done : PTR_ERR(c);
		rc = iov_to(iov, c->data + (*pos & ~PAGE_MASK), k);
		page_unpin(c->data);
		if (rc)
			return done ? (ssize_t)done : rc;
		*pos += k;
		done += k;
	}
	return done;
}

/* Writes k bytes within the page at pos */
static long write_piece(struct block_device *bdev, struct iov *iov, loff_t pos,
		size_t k)
{
	uint32_t index = (uint32_t)(pos >> PAGE_SHIFT);
	uint8_t there = sectors_there(bdev, index);
	struct cached *c = k == PAGE_SIZE ? unfilled(bdev, index)
		: filled(bdev, index, there, 1);
	char *p;
	long rc;

	if (IS_ERR(c))
		return PTR_ERR(c);
	p = c->data + (pos & ~PAGE_MASK);
	rc = iov_from(iov, p, k);
	if (rc == 0) {
		char *from = (char *)((uintptr_t)p & ~(uintptr_t)511);

		c->valid |= k == PAGE_SIZE ? there : 0;
		buffer_dirty(from, (unsigned)(p + k - from + 511) & ~511u, 0);
	} else if (k == PAGE_SIZE) {
		c->valid = c->dirty;	/* the rest was perhaps spoilt */
	}
	page_unpin(c->data);
	return rc;
}

ssize_t buffer_write(struct block_device *bdev, struct iov *iov, loff_t *pos)
{
	size_t done = 0, k;
	long rc = 0;

	if (iov->len && *pos >= device_size(bdev))
		return -ENOSPC;
	while (rc == 0 && (k = piece(bdev, iov, *pos)) != 0) {
		if (cache_too_dirty())
			rc = buffer_sync(bdev);
		if (rc == 0)
			rc = write_piece(bdev, iov, *pos, k);
		if (rc)
			break;
		*pos += k;
		done += k;
	}
	return done ? (ssize_t)done : rc;
}
