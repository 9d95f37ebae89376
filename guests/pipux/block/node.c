/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block devices as files: what is read and written passes no cache, in pieces
 * of WINDOW pages.  Sectors that are written in part are read first; that is
 * done by one writer at a time, so that neighbours lose nothing.
 */
#include "internal.h"

#define WINDOW		32u		/* pages */

/* A stretch of whole sectors in memory */
struct window {
	void *page[WINDOW];
	unsigned pages;			/* that are there */
};

static struct wait_queue partial_wait = WAIT_QUEUE_INIT(partial_wait);
static bool partial_busy;

static struct block_device *node_device(struct file *f)
{
	return f->priv;
}

static int node_open(struct inode *inode, struct file *f)
{
	struct block_device *bdev = block_get(inode->rdev);

	if (!bdev)
		return -ENXIO;
	if ((f->flags & O_EXCL && bdev->held)
			|| (f->mode & FMODE_WRITE && bdev->read_only)) {
		block_put(bdev);
		return bdev->read_only ? -EROFS : -EBUSY;
	}
	f->priv = bdev;
	f->mode |= FMODE_SEEK;
	return 0;
}

static void node_release(struct file *f)
{
	block_put(node_device(f));
}

/* Room for `bytes`, or for fewer: false if there is none at all */
static bool window_open(struct window *w, size_t bytes)
{
	w->pages = 0;
	while (w->pages < WINDOW && w->pages * PAGE_SIZE < bytes) {
		w->page[w->pages] = page_alloc();
		if (!w->page[w->pages])
			break;
		w->pages++;
	}
	return w->pages;
}

static void window_close(struct window *w)
{
	while (w->pages)
		page_free(w->page[--w->pages]);
}

/* `count` sectors from the window's first page on */
static int window_io(struct window *w, struct block_device *bdev, bool write,
		uint64_t sector, unsigned count)
{
	const unsigned each = PAGE_SIZE / SECTOR_SIZE;
	unsigned full = count / each, rest = count % each;
	int rc = 0;

	if (full)
		rc = block_io(bdev, write, sector, w->page, PAGE_SIZE, full);
	if (rc == 0 && rest)
		rc = block_io(bdev, write, sector + full * each,
			w->page + full, rest * SECTOR_SIZE, 1);
	return rc;
}

/* Moves n bytes between the window, from byte `at` on, and the caller */
static long window_copy(struct window *w, struct iov *iov, size_t at, size_t n,
		bool write)
{
	while (n) {
		char *p = (char *)w->page[at / PAGE_SIZE] + at % PAGE_SIZE;
		size_t k = MIN(n, (size_t)(PAGE_SIZE - at % PAGE_SIZE));

		if (write ? iov_from(iov, p, k) : iov_to(iov, p, k))
			return -EFAULT;
		at += k;
		n -= k;
	}
	return 0;
}

static int partial_begin(void)
{
	long rc = wait_event(&partial_wait, !partial_busy);

	if (rc == 0)
		partial_busy = true;
	return rc;
}

static void partial_end(void)
{
	partial_busy = false;
	wake_up_one(&partial_wait);
}

/* One window: the bytes moved, or errno */
static ssize_t move_window(struct block_device *bdev, struct window *w,
		struct iov *iov, loff_t pos, bool write)
{
	uint64_t sector = (uint64_t)pos >> SECTOR_SHIFT;
	size_t skip = (size_t)pos % SECTOR_SIZE;
	size_t n = MIN(iov->len, (size_t)(w->pages * PAGE_SIZE - skip));
	unsigned count = (skip + n + SECTOR_SIZE - 1) >> SECTOR_SHIFT;
	bool partial = write && (skip + n != count * SECTOR_SIZE || skip);
	long rc = 0;

	if (partial && (rc = partial_begin()))
		return rc;
	if (!write || partial)
		rc = window_io(w, bdev, false, sector, count);
	if (rc == 0)
		rc = window_copy(w, iov, skip, n, write);
	if (rc == 0 && write)
		rc = window_io(w, bdev, true, sector, count);
	if (partial)
		partial_end();
	return rc ? rc : (ssize_t)n;
}

static ssize_t node_move(struct file *f, struct iov *iov, loff_t *pos,
		bool write)
{
	struct block_device *bdev = node_device(f);
	loff_t end = (loff_t)(bdev->sectors << SECTOR_SHIFT);
	ssize_t total = 0, n = 0;
	struct window w;

	if (!iov->len)
		return 0;
	if (*pos >= end)
		return write ? -ENOSPC : 0;
	if ((loff_t)iov->len > end - *pos)
		iov->len = (size_t)(end - *pos);
	if (!window_open(&w, (size_t)*pos % SECTOR_SIZE + iov->len))
		return -ENOMEM;
	while (iov->len) {
		if (total && signal_pending())
			break;
		n = move_window(bdev, &w, iov, *pos, write);
		if (n < 0)
			break;
		*pos += n;
		total += n;
		sched_point();
	}
	window_close(&w);
	return total ? total : n;
}

static ssize_t node_read(struct file *f, struct iov *iov, loff_t *pos)
{
	return node_move(f, iov, pos, false);
}

static ssize_t node_write(struct file *f, struct iov *iov, loff_t *pos)
{
	return node_move(f, iov, pos, true);
}

static loff_t node_llseek(struct file *f, loff_t off, int whence)
{
	return seek_within(f, off, whence,
		(loff_t)(node_device(f)->sectors << SECTOR_SHIFT));
}

static int node_fsync(struct file *f)
{
	return block_flush(node_device(f));
}

const struct file_ops block_fops = {
	.open = node_open,
	.release = node_release,
	.read = node_read,
	.write = node_write,
	.llseek = node_llseek,
	.ioctl = block_ioctl,
	.fsync = node_fsync,
};
