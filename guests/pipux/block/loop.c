/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loop devices (loop(4)): a file, or a part of it, as a disk.
 *
 * Each that is bound has a thread, which alone moves its data: so neither the
 * caller's stack nor his limits and rights are what the file's own file
 * system runs with, and it may sleep.  Nothing is kept here; an error of the
 * file is that of the request.
 *
 * LIMIT: eight of them, without partitions.
 */
#include "loop.h"
#include <pipux/buffer.h>
#include <pipux/work.h>

#define LOOP_CONTROL	MKDEV(10, 237)

struct loop loops[LOOPS];

/* A piece that is not all there any more is an error, as on a broken disk */
static int move_piece(struct file *f, bool write, void *p, uint32_t n,
		uint64_t at)
{
	ssize_t done = write ? kernel_write(f, p, n, (loff_t)at)
		: kernel_read(f, p, n, (loff_t)at);

	if (done == (ssize_t)n)
		return 0;
	return done == -ENOSPC || done == -ENOMEM ? (int)done : -EIO;
}

static int loop_do(struct file *f, uint64_t offset,
		const struct block_request *r)
{
	uint64_t at = offset + (r->position << SECTOR_SHIFT);
	int rc = 0;

	if (r->op == BLOCK_FLUSH)
		return file_syncs(f) ? file_sync(f) : 0;
	for (unsigned i = 0; i < r->count && rc == 0; i++) {
		rc = move_piece(f, r->op == BLOCK_WRITE, r->buffers[i],
			r->bytes_each, at);
		at += r->bytes_each;
	}
	return rc;
}

static void loop_run(void *arg)
{
	struct loop *lo = arg;

	for (;;) {
		struct block_request *r;
		struct file *f;

		(void)wait_event(&lo->work, lo->stop
			|| !list_empty(&lo->queue));
		if (list_empty(&lo->queue))
			break;
		r = list_first(&lo->queue, struct block_request, link);
		list_del(&r->link);
		f = file_get(lo->file);	/* it may be changed meanwhile */
		block_complete(r, loop_do(f, lo->offset, r));
		file_put(f);
		sched_point();
	}
	lo->running = false;
	wake_up(&lo->work);
}

/* Without a file there is nothing to read, and nothing to be flushed */
static void loop_submit(struct block_device *bdev, struct block_request *r)
{
	struct loop *lo = loop_of(bdev);

	if (!lo->file || lo->stop) {
		block_complete(r, r->op == BLOCK_FLUSH ? 0 : -EIO);
		return;
	}
	list_add_tail(&lo->queue, &r->link);
	wake_up(&lo->work);
}

static void loop_wait(struct block_device *bdev, struct block_request *r)
{
	struct waiter w;

	wait_add(&r->waiters, &w);
	while (!r->complete)
		sleep_on(false, 0);
	wait_remove(&w);
}

static uint64_t device_size(dev_t dev)
{
	struct block_device *bdev = block_get(dev);
	uint64_t sectors = bdev ? bdev->sectors : 0;

	if (bdev)
		block_put(bdev);
	return sectors << SECTOR_SHIFT;
}

/* Whole sectors only: what is left over at the end cannot be reached */
uint64_t loop_sectors(const struct loop *lo, const struct file *f)
{
	uint64_t size = inode_is(f->inode, S_IFBLK)
		? device_size(f->inode->rdev) : (uint64_t)f->inode->size;

	size = size > lo->offset ? size - lo->offset : 0;
	if (lo->limit && lo->limit < size)
		size = lo->limit;
	return size >> SECTOR_SHIFT;
}

void loop_size(struct loop *lo)
{
	block_resize(&lo->bdev, loop_sectors(lo, lo->file));
}

int loop_bind(struct loop *lo, struct file *f)
{
	lo->stop = false;
	if (!kthread_create(loop_run, lo, lo->bdev.name))
		return -ENOMEM;
	lo->running = true;
	lo->file = f;
	return 0;
}

/* What was asked for is done first; later requests fail */
static void thread_end(struct loop *lo)
{
	struct waiter w;

	lo->stop = true;
	wake_up(&lo->work);
	wait_add(&lo->work, &w);
	while (lo->running)
		sleep_on(false, 0);
	wait_remove(&w);
}

void loop_unbind(struct loop *lo)
{
	struct file *f = lo->file;

	if (lo->ending)
		return;
	lo->ending = true;
	(void)buffer_sync(&lo->bdev);
	block_resize(&lo->bdev, 0);
	thread_end(lo);
	/* what was written meanwhile has no place: the next file is another */
	(void)buffer_sync(&lo->bdev);
	buffer_drop(&lo->bdev);
	lo->offset = lo->limit = lo->flags = 0;
	memset(lo->name, 0, sizeof(lo->name));
	lo->bdev.read_only = false;
	lo->bdev.block_size = SECTOR_SIZE;
	lo->file = NULL;
	lo->ending = false;
	file_put(f);
}

/* The last who used it has gone */
static void loop_idle(struct block_device *bdev)
{
	struct loop *lo = loop_of(bdev);

	if (lo->file && (lo->flags & LO_FLAGS_AUTOCLEAR))
		loop_unbind(lo);
}

static const struct block_ops loop_ops = {
	.submit = loop_submit,
	.wait = loop_wait,
	.ioctl = loop_ioctl,
	.idle = loop_idle,
};

void loop_init(void)
{
	for (unsigned i = 0; i < LOOPS; i++) {
		struct loop *lo = &loops[i];
		char name[8];

		lo->bdev.ops = &loop_ops;
		lo->bdev.block_size = SECTOR_SIZE;
		list_init(&lo->queue);
		wait_queue_init(&lo->work);
		snprintf(name, sizeof(name), "loop%u", i);
		(void)block_register_as(&lo->bdev, name,
			MKDEV(BLOCK_MAJOR_LOOP, i));
	}
	(void)chrdev_register(LOOP_CONTROL, 1, &loop_control_ops,
		"loop-control");
}
