/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The partitions of a disk, from the table on it.
 * LIMIT: disks with blocks of another size than 512 bytes have none.
 */
#include "internal.h"
#include "table.h"

/* A disk that is read a page at a time */
struct reader {
	struct table_disk disk;
	struct block_device *bdev;
	uint8_t *page;
	uint64_t sector;		/* first in page, if there is any */
	unsigned sectors;
};

static bool read_page(struct reader *r, uint64_t sector)
{
	void *buffer = r->page;
	uint64_t left;

	r->sector = sector & ~(uint64_t)(PAGE_SIZE / SECTOR_SIZE - 1);
	left = r->bdev->sectors - r->sector;
	r->sectors = MIN(left, PAGE_SIZE / SECTOR_SIZE);
	if (block_io(r->bdev, false, r->sector, &buffer,
			r->sectors * SECTOR_SIZE, 1) == 0)
		return true;
	r->sectors = 0;
	return false;
}

static bool read_sector(struct table_disk *disk, uint64_t sector,
		uint8_t *buf)
{
	struct reader *r = container_of(disk, struct reader, disk);

	if (sector >= r->bdev->sectors)
		return false;
	if (sector - r->sector >= r->sectors && !read_page(r, sector))
		return false;
	memcpy(buf, r->page + (sector - r->sector) * SECTOR_SIZE,
		SECTOR_SIZE);
	return true;
}

static bool read_table(struct block_device *disk, struct table *t,
		uint8_t *page)
{
	struct reader r = {
		.disk = { .sectors = disk->sectors, .read = read_sector },
		.bdev = disk, .page = page,
	};

	return disk->block_size == SECTOR_SIZE && table_read(t, &r.disk);
}

static int take_over(struct block_device *disk, const struct table *t)
{
	int rc = 0;

	partitions_remove(disk);
	for (unsigned i = 1; i <= TABLE_MAX && rc == 0; i++)
		if (t->part[i].sectors)
			rc = partition_add(disk, i, t->part[i].start,
				t->part[i].sectors);
	return rc;
}

/* While the table is read somebody may have opened a partition */
int block_rescan(struct block_device *disk)
{
	struct table t = { 0 };
	uint8_t *page;

	if (partitions_busy(disk))
		return -EBUSY;
	page = page_alloc();
	if (!page)
		return -ENOMEM;
	(void)read_table(disk, &t, page);
	page_free(page);
	return partitions_busy(disk) ? -EBUSY : take_over(disk, &t);
}
