/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests: checked, placed on the disk, counted, waited for.  The contract
 * is in <pipux/block.h>.
 */
#include "internal.h"

static uint64_t request_sectors(const struct block_request *r)
{
	return (uint64_t)(r->bytes_each >> SECTOR_SHIFT) * r->count;
}

static int request_check(const struct block_request *r)
{
	const struct block_device *bdev = r->bdev;

	if (r->op == BLOCK_FLUSH)
		return 0;
	if (!r->count || r->count > BLOCK_REQUEST_MAX || !r->bytes_each
			|| r->bytes_each > PAGE_SIZE
			|| r->bytes_each % SECTOR_SIZE)
		return -EINVAL;
	if (r->op == BLOCK_WRITE && bdev->read_only)
		return -EROFS;
	if (r->sector > bdev->sectors
			|| bdev->sectors - r->sector < request_sectors(r))
		return -EIO;
	return 0;
}

static void count(struct block_device *bdev, const struct block_request *r,
		uint64_t time)
{
	bdev->stats.under_way--;
	bdev->stats.requests[r->op]++;
	bdev->stats.time[r->op] += time;
	if (r->op != BLOCK_FLUSH)
		bdev->stats.sectors[r->op] += request_sectors(r);
}

void block_complete(struct block_request *r, int error)
{
	uint64_t time = ktime_get() - r->begun;

	count(r->bdev, r, time);
	if (is_partition(r->bdev))
		count(r->bdev->disk, r, time);
	r->error = error;
	r->complete = true;
	wake_up(&r->waiters);
	if (r->done)
		r->done(r);
}

static void refuse(struct block_request *r, int error)
{
	r->error = error;
	r->complete = true;
	if (r->done)
		r->done(r);
}

void block_submit(struct block_request *r)
{
	struct block_device *disk = r->bdev->disk;
	int error = request_check(r);

	wait_queue_init(&r->waiters);
	r->complete = false;
	if (error) {
		refuse(r, error);
		return;
	}
	r->position = r->bdev->start + r->sector;
	r->begun = ktime_get();
	r->bdev->stats.under_way++;
	if (is_partition(r->bdev))
		disk->stats.under_way++;
	disk->ops->submit(disk, r);
}

int block_wait(struct block_request *r)
{
	if (!r->complete)
		r->bdev->disk->ops->wait(r->bdev->disk, r);
	return r->error;
}

int block_io(struct block_device *bdev, bool write, uint64_t sector,
		void *const *buffers, unsigned bytes_each, unsigned n)
{
	struct block_request r = {
		.bdev = bdev, .op = write ? BLOCK_WRITE : BLOCK_READ,
		.bytes_each = bytes_each,
	};
	int error = n ? 0 : -EINVAL;

	while (n && !error) {
		r.sector = sector;
		r.buffers = buffers;
		r.count = MIN(n, BLOCK_REQUEST_MAX);
		block_submit(&r);
		error = block_wait(&r);
		sector += request_sectors(&r);
		buffers += r.count;
		n -= r.count;
	}
	return error;
}

int block_flush(struct block_device *bdev)
{
	struct block_request r = { .bdev = bdev, .op = BLOCK_FLUSH };

	block_submit(&r);
	return block_wait(&r);
}
