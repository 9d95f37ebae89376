/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block devices as files: reading and writing by way of the device's cache
 * (<pipux/buffer.h>), which is written and emptied when nobody uses the
 * device any more.
 */
#include "internal.h"
#include <pipux/buffer.h>

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

void block_release(struct block_device *bdev)
{
	if (bdev->openers == 1) {
		(void)buffer_sync(bdev);
		buffer_drop(bdev);
	}
	block_put(bdev);
}

static void node_release(struct file *f)
{
	block_release(node_device(f));
}

static int node_fsync(struct file *f)
{
	return buffer_sync(node_device(f));
}

static ssize_t node_read(struct file *f, struct iov *iov, loff_t *pos)
{
	return buffer_read(node_device(f), iov, pos);
}

static ssize_t node_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct block_device *bdev = node_device(f);
	ssize_t n = bdev->read_only ? -EPERM : buffer_write(bdev, iov, pos);

	if (n > 0 && (f->flags & (O_DSYNC | O_SYNC)) && node_fsync(f))
		return -EIO;
	return n;
}

static loff_t node_llseek(struct file *f, loff_t off, int whence)
{
	return seek_within(f, off, whence,
		(loff_t)(node_device(f)->sectors << SECTOR_SHIFT));
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
