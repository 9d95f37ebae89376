/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contents of tmpfs files.  The pages of the page cache are the file:
 * there is no other copy.  A hole reads as one shared page of zeros.
 */
#include "tmpfs.h"
#include <pipux/page.h>
#include <pipux/mm.h>
#include <linux/mman.h>
#include <linux/falloc.h>

static char zero_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static uint32_t all_pages;

uint32_t tmpfs_pages(void)
{
	return all_pages;
}

static struct tmpfs_node *node_of(struct inode *inode)
{
	return inode->priv;
}

static uint32_t pages_of(loff_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static void *fill_hole(struct inode *inode, uint32_t index)
{
	struct tmpfs *fs = inode->sb->priv;
	void *page;

	if (fs->used_pages >= fs->max_pages)
		return ERR_PTR(-ENOSPC);
	page = page_alloc_zeroed();
	if (!page)
		return ERR_PTR(-ENOMEM);
	if (!page_tree_set(&node_of(inode)->pages, index, page)) {
		page_free(page);
		return ERR_PTR(-ENOMEM);
	}
	fs->used_pages++;
	all_pages++;
	inode->blocks += PAGE_SIZE / 512;
	return page;
}

static void *tmpfs_get_page(struct inode *inode, uint32_t index, unsigned how)
{
	void *page;

	if (unlikely(index >= pages_of(inode->size)))
		return ERR_PTR(-EINVAL);
	page = page_tree_get(&node_of(inode)->pages, index);
	if (unlikely(!page)) {
		if (how & PAGE_PRESENT)
			return ERR_PTR(-EAGAIN);
		page = how & PAGE_SHARE ? fill_hole(inode, index) : zero_page;
		if (IS_ERR(page))
			return page;
	}
	page_pin(page);
	return page;
}

static void cut(struct inode *inode, uint32_t first, uint32_t last)
{
	struct tmpfs *fs = inode->sb->priv;
	uint32_t n = page_tree_cut(&node_of(inode)->pages, first, last,
		page_free);

	fs->used_pages -= n;
	all_pages -= n;
	inode->blocks -= (uint64_t)n * (PAGE_SIZE / 512);
}

/* Zeros within the page at `pos`, from there for n bytes */
static void clear_piece(struct inode *inode, loff_t pos, uint32_t n)
{
	char *page = page_tree_get(&node_of(inode)->pages, pos >> PAGE_SHIFT);

	if (page)
		memset(page + (pos & ~PAGE_MASK), 0, n);
}

static int tmpfs_truncate(struct inode *inode, loff_t size)
{
	uint32_t off = size & ~PAGE_MASK, seals = node_of(inode)->seals;

	if (((seals & F_SEAL_SHRINK) && size < inode->size)
	    || ((seals & F_SEAL_GROW) && size > inode->size))
		return -EPERM;
	if (size < inode->size) {
		cut(inode, pages_of(size), UINT32_MAX);
		if (off)
			clear_piece(inode, size, PAGE_SIZE - off);
	}
	inode->size = size;
	return 0;
}

void tmpfs_free_data(struct inode *inode)
{
	if (!inode->priv)
		return;
	cut(inode, 0, UINT32_MAX);
	kfree(inode->priv);
}

uint32_t *tmpfs_seals(struct inode *inode)
{
	return inode->ops == &tmpfs_file_ops ? &node_of(inode)->seals : NULL;
}

bool tmpfs_is_written(struct inode *inode)
{
	return node_of(inode)->writes;
}

static ssize_t tmpfs_write(struct file *f, struct iov *iov, loff_t *pos)
{
	uint32_t seals = node_of(f->inode)->seals;
	loff_t at = (f->flags & O_APPEND) ? f->inode->size : *pos;
	ssize_t n;

	if (unlikely(seals)) {
		if (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		if ((seals & F_SEAL_GROW)
		    && at + (loff_t)iov->len > f->inode->size) {
			/* Linux writes up to the page that would grow it */
			loff_t room = (f->inode->size
				& ~(loff_t)~PAGE_MASK) - at;

			if (room <= 0)
				return -EPERM;
			iov->len = room;
		}
	}
	node_of(f->inode)->writes++;
	n = page_write(f, iov, pos);
	node_of(f->inode)->writes--;
	return n;
}

/* fcntl(2), "File sealing": what is sealed is not mapped for writing */
static int tmpfs_mmap(struct file *f, struct vma *vma)
{
	if (!(node_of(f->inode)->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
	    || !(vma->flags & MAP_SHARED))
		return 0;
	if (vma->prot & PROT_WRITE)
		return -EPERM;
	vma->flags |= VMA_SEALED;
	return 0;
}

static loff_t tmpfs_llseek(struct file *f, loff_t off, int whence)
{
	struct inode *inode = f->inode;
	uint32_t index;
	loff_t pos = off;

	if ((whence != SEEK_DATA && whence != SEEK_HOLE)
	    || off < 0 || off >= inode->size)
		return page_llseek(f, off, whence);
	index = off >> PAGE_SHIFT;
	if (whence == SEEK_DATA) {
		uint32_t next;

		if (!page_tree_next(&node_of(inode)->pages, index, &next)
		    || (loff_t)next << PAGE_SHIFT >= inode->size)
			return -ENXIO;
		if (next != index)
			pos = (loff_t)next << PAGE_SHIFT;
	} else {
		while (page_tree_get(&node_of(inode)->pages, index))
			index++;
		if (index != (uint32_t)(off >> PAGE_SHIFT))
			pos = MIN((loff_t)index << PAGE_SHIFT, inode->size);
	}
	return page_llseek(f, pos, SEEK_SET);
}

static void punch_hole(struct inode *inode, loff_t from, loff_t to)
{
	uint32_t first = pages_of(from), end = to >> PAGE_SHIFT;

	if (first > end) {		/* within one page */
		clear_piece(inode, from, to - from);
		return;
	}
	if (from & ~PAGE_MASK)
		clear_piece(inode, from, PAGE_SIZE - (from & ~PAGE_MASK));
	if (to & ~PAGE_MASK)
		clear_piece(inode, to & ~(loff_t)~PAGE_MASK, to & ~PAGE_MASK);
	if (first < end)
		cut(inode, first, end - 1);
}

/* Fills the holes; those that it filled go again if not all can be */
static int reserve(struct inode *inode, loff_t from, loff_t to)
{
	for (uint32_t i = from >> PAGE_SHIFT; i < pages_of(to); i++) {
		void *page;

		if (page_tree_get(&node_of(inode)->pages, i))
			continue;
		page = fill_hole(inode, i);
		if (IS_ERR(page))
			return PTR_ERR(page);
	}
	return 0;
}

/* fallocate(2): mode 0, KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE */
static long tmpfs_fallocate(struct file *f, int mode, loff_t off, loff_t len)
{
	struct inode *inode = f->inode;
	loff_t end = off + len;
	uint32_t seals = node_of(inode)->seals;
	int rc;

	if (mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) {
		if (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		if (off < inode->size)
			punch_hole(inode, off, MIN(end, inode->size));
		return 0;
	}
	if (mode & ~FALLOC_FL_KEEP_SIZE)
		return -EOPNOTSUPP;
	if ((seals & F_SEAL_GROW) && end > inode->size)
		return -EPERM;
	rc = inode_new_size(inode, end);
	if (rc)
		return rc;
	if ((end - off) >> PAGE_SHIFT > pages_total())
		return -ENOSPC;
	rc = reserve(inode, off, end);
	if (rc) {
		/* LIMIT: pages reserved before the failure stay inside the size */
		cut(inode, pages_of(inode->size), UINT32_MAX);
		return rc;
	}
	if (!(mode & FALLOC_FL_KEEP_SIZE) && end > inode->size)
		inode->size = end;
	inode_touch(inode);
	return 0;
}

const struct inode_ops tmpfs_file_ops = {
	.truncate = tmpfs_truncate,
	.get_page = tmpfs_get_page,
};

const struct file_ops tmpfs_fops = {
	.read = page_read,
	.write = tmpfs_write,
	.llseek = tmpfs_llseek,
	.mmap = tmpfs_mmap,
	.fallocate = tmpfs_fallocate,
};
