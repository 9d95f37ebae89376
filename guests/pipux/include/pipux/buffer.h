/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cached contents of block devices: what file systems keep about
 * themselves, and what is read and written through a device's node, which
 * therefore see the same.  (A regular file's data is not here: a mounted file
 * system caches that by file.)
 */
#ifndef PIPUX_BUFFER_H
#define PIPUX_BUFFER_H

#include <pipux/block.h>

/*
 * What is dirty has a class; write-back writes the classes in ascending
 * order, each complete before the next begins.  A device node's writes have
 * class 0.
 */
#define BUFFER_CLASSES	4u

/*
 * fs/buffer.c.  `bytes` (a multiple of 512, within one page) from `sector`
 * on, in memory: valid until buffer_put; ERR_PTR(-EIO, -ENOMEM).  With fill
 * false nothing is read and the caller writes all of it at once.
 */
void *buffer_get(struct block_device *bdev, uint64_t sector, unsigned bytes,
	bool fill);
void buffer_put(void *p);
/* `bytes` from p, in a buffer that the caller has, were changed */
void buffer_dirty(void *p, unsigned bytes, unsigned class);
/* The class in which p is dirty, or -1 */
int buffer_class(const void *p);
/* Changes there need not be written any more */
void buffer_forget(struct block_device *bdev, uint64_t sector, unsigned bytes);
/* Writes what is dirty in this class: 0 or the first error */
int buffer_write_class(struct block_device *bdev, unsigned class);
/* Writes everything that is dirty and flushes the device */
int buffer_sync(struct block_device *bdev);
/* Forgets all that is clean: nobody uses the device any more, or wants to
 * see what is on it */
void buffer_drop(struct block_device *bdev);
/* The device is no more */
void buffer_end(struct block_device *bdev);

/* For a device node: reading and writing at any position, cached */
ssize_t buffer_read(struct block_device *bdev, struct iov *iov, loff_t *pos);
ssize_t buffer_write(struct block_device *bdev, struct iov *iov, loff_t *pos);

#endif
