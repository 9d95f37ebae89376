/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of files: read from the disk, given out, written back.
 *
 * A page that may be written to has all of its blocks up to the end of the
 * file: there is always room for what it holds.  A page that somebody has
 * pinned, to copy into it, stays dirty when it is written.
 */
#include "../block_run.h"
#include "ext2.h"

#define AHEAD		32u		/* pages read at once, at most */
#define BATCH		128u		/* pages written without letting go */

static uint32_t blocks_each(const struct ext2_fs *fs)
{
	return PAGE_SIZE >> fs->geo.block_bits;
}

static uint32_t pages_of(loff_t size)
{
	return (uint32_t)((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

/* Bytes of the file in page `index` */
static uint32_t bytes_in(const struct inode *inode, uint32_t index)
{
	loff_t start = (loff_t)index << PAGE_SHIFT;

	if (inode->size <= start)
		return 0;
	return (uint32_t)MIN(inode->size - start, (loff_t)PAGE_SIZE);
}

/* Blocks that the file's part of the page takes */
static uint32_t blocks_in(const struct inode *inode, uint32_t index)
{
	const struct ext2_fs *fs = fs_of(inode);

	return (bytes_in(inode, index) + fs->geo.block_size - 1)
		>> fs->geo.block_bits;
}

/* Reads what there is of a page by way of the run; holes are zeros */
static int page_fill(struct inode *inode, struct block_run *run,
		struct cached *c)
{
	struct ext2_fs *fs = fs_of(inode);
	uint32_t n = blocks_in(inode, c->index), size = fs->geo.block_size;
	uint32_t first = c->index * blocks_each(fs), i, block;
	bool hole = false;

	for (i = 0; i < n; i++) {
		int rc = ext2_map(inode, first + i, false, &block);

		if (rc)
			return rc;
		hole |= !block;
		if (block)
			block_run_add(run, sector_of(fs, block),
				c->data + i * size, size);
		else
			memset(c->data + i * size, 0, size);
	}
	memset(c->data + n * size, 0, PAGE_SIZE - n * size);
	c->mapped = hole ? 0 : (uint8_t)n;
	return 0;
}

/* Pages index... of which none was there and `n` are now filled or gone */
static int pages_finish(struct inode *inode, struct cached **page, unsigned n,
		int rc)
{
	for (unsigned i = 0; i < n; i++) {
		struct cached *c = page[i];
		uint32_t bytes = bytes_in(inode, c->index), index = c->index;

		page_unpin(c->data);
		if (rc) {
			cache_cut(&ext2_of(inode)->pages, index, index);
			continue;
		}
		/* nothing that lies behind the end is ever seen */
		memset(c->data + bytes, 0, PAGE_SIZE - bytes);
		c->valid = CACHED_VALID;
	}
	return rc;
}

/* Brings up to n pages from `index` on into memory: 0 if the first is there */
static int pages_read(struct inode *inode, uint32_t index, unsigned n)
{
	struct block_run run = { .bdev = fs_of(inode)->bdev };
	struct page_cache *cache = &ext2_of(inode)->pages;
	struct cached *page[AHEAD];
	unsigned i;
	int rc = 0, rc1;

	for (i = 0; i < n && !rc; i++) {
		if (cache_find(cache, index + i))
			break;
		page[i] = cache_add(cache, index + i);
		if (!page[i])
			break;
		rc = page_fill(inode, &run, page[i]);
	}
	rc1 = block_run_end(&run);
	if (i == 0)
		return -ENOMEM;
	return pages_finish(inode, page, i, rc ? rc : rc1);
}

/* How many pages to read from this one on: more and more in sequence */
static unsigned ahead(struct inode *inode, uint32_t index)
{
	struct ext2_inode *e = ext2_of(inode);
	uint32_t left = pages_of(inode->size) - index;

	if (index != e->ahead)
		e->window = 1;
	else
		e->window = MIN(4 + e->window * 2, AHEAD);
	e->ahead = index + e->window;
	return MIN(left, e->window);
}

static struct cached *page_load(struct inode *inode, uint32_t index)
{
	struct page_cache *cache = &ext2_of(inode)->pages;
	struct cached *c = cache_find(cache, index);
	unsigned n;
	int rc;

	if (c)
		return c;
	n = ahead(inode, index);
	rc = pages_read(inode, index, n);
	if (rc && n > 1)
		rc = pages_read(inode, index, 1);
	if (rc)
		return ERR_PTR(rc);
	c = cache_find(cache, index);
	return c ? c : ERR_PTR(-ENOMEM);
}

/* Gives the page all its blocks, and marks it dirty */
static int page_reserve(struct inode *inode, struct cached *c)
{
	struct ext2_fs *fs = fs_of(inode);
	uint32_t n = blocks_in(inode, c->index), block;
	uint32_t first = c->index * blocks_each(fs);
	int rc = 0;

	for (uint32_t i = c->mapped; i < n && !rc; i++)
		rc = ext2_map(inode, first + i, true, &block);
	if (rc == 0)
		c->mapped = (uint8_t)n;
	/* also on failure: the blocks that it did get hold anything */
	cached_set_dirty(c, CACHED_VALID);
	fs->changed = true;
	ext2_dirty(inode);
	return rc;
}

static void *get_page_locked(struct inode *inode, uint32_t index, unsigned how)
{
	bool modify = (how & PAGE_MODIFY) == PAGE_MODIFY;
	struct cached *c;
	int rc;

	if (modify && read_only(fs_of(inode)))
		return ERR_PTR(-EROFS);
	if (index >= pages_of(inode->size))
		return ERR_PTR(-EINVAL);
	c = page_load(inode, index);
	if (IS_ERR(c))
		return c;
	page_pin(c->data);
	rc = modify ? page_reserve(inode, c) : 0;
	if (rc == 0)
		return c->data;
	page_unpin(c->data);
	return ERR_PTR(rc);
}

static void *get_page_once(struct inode *inode, uint32_t index, unsigned how)
{
	void *page;

	mutex_lock(&inode->sb->lock);
	page = get_page_locked(inode, index, how);
	mutex_unlock(&inode->sb->lock);
	return page;
}

/* inode_ops.get_page */
void *ext2_get_page(struct inode *inode, uint32_t index, unsigned how)
{
	struct cached *c = cache_find(&ext2_of(inode)->pages, index);
	bool modify = (how & PAGE_MODIFY) == PAGE_MODIFY;
	void *page;
	int rc;

	if (likely(c && c->valid && bytes_in(inode, index)
	    && (!modify || (c->dirty && c->mapped >= blocks_in(inode, index)
			&& !read_only(fs_of(inode)))))) {
		c->referenced = true;
		page_pin(c->data);
		return c->data;
	}
	if (how & PAGE_PRESENT)
		return ERR_PTR(-EAGAIN);
	rc = modify ? ext2_throttle(fs_of(inode)) : 0;
	if (rc)
		return ERR_PTR(rc);
	page = get_page_once(inode, index, how);
	if (unlikely(page == ERR_PTR(-ENOMEM)) && cache_dirty_pages()) {
		(void)ext2_sync(inode->sb);
		page = get_page_once(inode, index, how);
	}
	return page;
}

/* Adds the page's blocks to the run; from then on it is clean if it can be */
static int page_store(struct inode *inode, struct block_run *run,
		struct cached *c)
{
	struct ext2_fs *fs = fs_of(inode);
	uint32_t n = blocks_in(inode, c->index);
	uint32_t first = c->index * blocks_each(fs);
	uint32_t bytes = bytes_in(inode, c->index), block;
	bool pinned = page_of(c->data)->inuse;
	int rc = 0;

	/* a process that writes to it must say so again */
	if (page_of(c->data)->owner)
		page_unshare(page_of(c->data));
	memset(c->data + bytes, 0, PAGE_SIZE - bytes);
	page_pin(c->data);
	cached_set_clean(c);
	if (pinned)
		cached_set_dirty(c, CACHED_VALID);
	for (uint32_t i = 0; i < n && !rc; i++) {
		rc = ext2_map(inode, first + i, false, &block);
		if (rc == 0 && block)
			block_run_add(run, sector_of(fs, block),
				c->data + i * fs->geo.block_size,
				fs->geo.block_size);
	}
	page_unpin(c->data);
	return rc;
}

/* Writes a batch of the pages that were dirty before `epoch`; *more: some
 * are left */
static int batch_write(struct inode *inode, uint32_t epoch, bool *more)
{
	struct block_run run = { .bdev = fs_of(inode)->bdev, .write = true };
	struct page_cache *cache = &ext2_of(inode)->pages;
	struct cached *c = NULL;
	int rc = 0, rc1;

	for (unsigned i = 0; i < BATCH; i++) {
		c = cache_next_dirty(cache, epoch);
		if (!c)
			break;
		rc1 = page_store(inode, &run, c);
		rc = rc ? rc : rc1;
	}
	rc1 = block_run_end(&run);
	*more = c != NULL;
	return rc ? rc : rc1;
}

/*
 * What was written to the file before the call is on the disk after it: 0, or
 * the first error, which fsync also remembers.  Others may have the file
 * system in between.
 */
int ext2_write_pages(struct inode *inode)
{
	uint32_t epoch = cache_new_epoch();
	bool more = true;
	int rc = 0;

	while (more) {
		int rc1;

		mutex_lock(&inode->sb->lock);
		rc1 = batch_write(inode, epoch, &more);
		mutex_unlock(&inode->sb->lock);
		rc = rc ? rc : rc1;
	}
	if (rc)
		ext2_of(inode)->write_error = rc;
	return rc;
}

/*
 * Zeros from `size` to the end of its block, and of its page: the file is
 * about to end there, or to begin to go on.
 */
int ext2_zero_tail(struct inode *inode, loff_t size)
{
	uint32_t index = (uint32_t)(size >> PAGE_SHIFT);
	uint32_t off = (uint32_t)(size & ~PAGE_MASK), block;
	struct cached *c;
	int rc;

	if (!off)
		return 0;
	c = page_load(inode, index);
	if (IS_ERR(c))
		return PTR_ERR(c);
	if (page_of(c->data)->owner)
		page_unshare(page_of(c->data));
	page_pin(c->data);
	memset(c->data + off, 0, PAGE_SIZE - off);
	rc = ext2_map(inode, (uint32_t)(size >> fs_of(inode)->geo.block_bits),
		false, &block);
	if (rc == 0 && block) {
		cached_set_dirty(c, CACHED_VALID);
		ext2_dirty(inode);
	}
	page_unpin(c->data);
	return rc;
}

void ext2_pages_shrink(struct inode *inode)
{
	struct page_cache *cache = &ext2_of(inode)->pages;
	uint32_t n = pages_of(inode->size);
	struct cached *last = n ? cache_find(cache, n - 1) : NULL;

	cache_cut(cache, n, UINT32_MAX);
	if (last)
		last->mapped = MIN(last->mapped,
			(uint8_t)blocks_in(inode, n - 1));
}
