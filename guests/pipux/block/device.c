/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of disks and partitions, and their nodes in /dev.
 *
 * Invariant: a partition is in the list exactly while its disk's table has
 * it, and nothing but an opener refers to it from outside.
 */
#include "internal.h"
#include <pipux/buffer.h>

#define DISKS_MAX	16u

struct list all_block_devices = LIST_INIT(all_block_devices);

static unsigned nr_disks;

static int device_add(struct block_device *bdev)
{
	int rc = devtmpfs_add(bdev->name, S_IFBLK | 0600, bdev->dev);

	if (rc == 0)
		list_add_tail(&all_block_devices, &bdev->link);
	return rc;
}

int block_register_as(struct block_device *disk, const char *name, dev_t dev)
{
	strlcpy(disk->name, name, sizeof(disk->name));
	disk->dev = dev;
	disk->disk = disk;
	return device_add(disk);
}

int block_register(struct block_device *disk)
{
	char name[8];
	int rc;

	if (nr_disks == DISKS_MAX)
		return -ENOSPC;
	snprintf(name, sizeof(name), "vd%c", 'a' + nr_disks);
	rc = block_register_as(disk, name,
		MKDEV(BLOCK_MAJOR_VIRTBLK, nr_disks * BLOCK_MINORS));
	if (rc)
		return rc;
	nr_disks++;
	printk(KERN_INFO "%s: %llu sectors%s\n", disk->name,
		(unsigned long long)disk->sectors,
		disk->read_only ? ", read-only" : "");
	/* A disk without a readable table is a disk all the same */
	(void)block_rescan(disk);
	return 0;
}

void block_resize(struct block_device *disk, uint64_t sectors)
{
	if (disk->sectors != sectors)
		printk(KERN_INFO "%s: now %llu sectors\n", disk->name,
			(unsigned long long)sectors);
	disk->sectors = sectors;
}

int partition_add(struct block_device *disk, unsigned number, uint64_t start,
		uint64_t sectors)
{
	struct block_device *p = kzalloc(sizeof(*p));
	int rc;

	if (!p)
		return -ENOMEM;
	snprintf(p->name, sizeof(p->name), "%s%u", disk->name, number);
	p->dev = disk->dev + number;
	p->disk = disk;
	p->start = start;
	p->sectors = sectors;
	p->block_size = disk->block_size;
	p->read_only = disk->read_only;
	rc = device_add(p);
	if (rc)
		kfree(p);
	return rc;
}

bool partitions_busy(struct block_device *disk)
{
	struct block_device *p;

	list_for_each(p, &all_block_devices, link)
		if (p->disk == disk && p != disk && p->openers)
			return true;
	return false;
}

void partitions_remove(struct block_device *disk)
{
	struct block_device *p, *next;

	list_for_each_safe(p, next, &all_block_devices, link) {
		if (p->disk != disk || p == disk)
			continue;
		list_del(&p->link);
		devtmpfs_remove(p->name);
		buffer_end(p);
		kfree(p);
	}
}

struct block_device *block_get(dev_t dev)
{
	struct block_device *bdev;

	list_for_each(bdev, &all_block_devices, link)
		if (bdev->dev == dev) {
			bdev->openers++;
			return bdev;
		}
	return NULL;
}

struct block_device *block_get_named(const char *name)
{
	struct block_device *bdev;

	list_for_each(bdev, &all_block_devices, link)
		if (!strcmp(bdev->name, name)) {
			bdev->openers++;
			return bdev;
		}
	return NULL;
}

void block_put(struct block_device *bdev)
{
	if (--bdev->openers == 0 && bdev->disk->ops->idle)
		bdev->disk->ops->idle(bdev);
}
