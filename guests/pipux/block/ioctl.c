/* SPDX-License-Identifier: BSD-2-Clause */
/* What Linux's block devices answer to ioctl(2): <linux/fs.h>. */
#include "internal.h"
#include <pipux/buffer.h>
#include <linux/fs.h>
#include <linux/hdreg.h>

#define HEADS		16u		/* of a disk that has no geometry */
#define TRACK		63u

static long get_size(const struct block_device *bdev, unsigned long *uarg)
{
	if (bdev->sectors > UINT32_MAX)
		return -EFBIG;
	return put_user((unsigned long)bdev->sectors, uarg);
}

static long get_geometry(const struct block_device *bdev, void *uarg)
{
	struct hd_geometry geo = {
		.heads = HEADS, .sectors = TRACK,
		.start = (unsigned long)bdev->start,
	};
	uint64_t cylinders = bdev->sectors / (HEADS * TRACK);

	geo.cylinders = (unsigned short)MIN(cylinders, (uint64_t)UINT16_MAX);
	return copy_to_user(uarg, &geo, sizeof(geo));
}

static long set_read_only(struct block_device *bdev, const int *uarg)
{
	int on;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	if (get_user(on, uarg))
		return -EFAULT;
	if (!on && bdev->disk->read_only)
		return -EACCES;
	bdev->read_only = on != 0;
	return 0;
}

static long reread(struct block_device *bdev)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	return is_partition(bdev) || MAJOR(bdev->dev) == BLOCK_MAJOR_LOOP
		? -EINVAL : block_rescan(bdev);
}

/* BLKFLSBUF: what is read next comes from the device */
static long flush(struct block_device *bdev)
{
	int rc = buffer_sync(bdev);

	buffer_drop(bdev);
	return rc;
}

long block_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct block_device *bdev = f->priv;
	int *uint_arg = (int *)arg;

	switch (cmd) {
	case BLKGETSIZE:
		return get_size(bdev, (unsigned long *)arg);
	case BLKGETSIZE64:
		return put_user(bdev->sectors << SECTOR_SHIFT,
			(uint64_t *)arg);
	case BLKSSZGET:
	case BLKPBSZGET:
	case BLKIOMIN:
		return put_user((int)bdev->block_size, uint_arg);
	case BLKBSZGET:
		return put_user((int)PAGE_SIZE, uint_arg);
	case BLKIOOPT:
	case BLKALIGNOFF:
	case BLKRAGET:
	case BLKFRAGET:
		return put_user(0, uint_arg);
	case BLKSECTGET:
		return put_user((unsigned short)(BLOCK_REQUEST_MAX
			* (PAGE_SIZE / SECTOR_SIZE)), (unsigned short *)arg);
	case BLKROTATIONAL:
		return put_user((unsigned short)1, (unsigned short *)arg);
	case BLKROGET:
		return put_user((int)bdev->read_only, uint_arg);
	case BLKROSET:
		return set_read_only(bdev, uint_arg);
	case BLKRRPART:
		return reread(bdev);
	case BLKFLSBUF:
		return capable(CAP_SYS_ADMIN) ? flush(bdev) : -EACCES;
	case HDIO_GETGEO:
		return get_geometry(bdev, (void *)arg);
	}
	return bdev->disk->ops->ioctl ? bdev->disk->ops->ioctl(bdev, f, cmd,
		arg) : -ENOTTY;
}
