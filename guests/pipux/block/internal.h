/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of block/ only. */
#ifndef PIPUX_BLOCK_INTERNAL_H
#define PIPUX_BLOCK_INTERNAL_H

#include <pipux/block.h>
#include <pipux/mm.h>
#include <pipux/sched.h>
#include "../fs/internal.h"	/* iov, seek_within, devtmpfs */

/* device.c: partition `number` (from 1) of disk: 0, -ENOMEM */
int partition_add(struct block_device *disk, unsigned number, uint64_t start,
	uint64_t sectors);
void partitions_remove(struct block_device *disk);
bool partitions_busy(struct block_device *disk);

/* ioctl.c */
long block_ioctl(struct file *f, unsigned cmd, unsigned long arg);

static inline bool is_partition(const struct block_device *bdev)
{
	return bdev->disk != bdev;
}

#endif
