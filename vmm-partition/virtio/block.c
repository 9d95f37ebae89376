/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block device (virtio 1.2, 5.2).  A request is worked off in runs of
 * DISK_RUN sectors, one for each hypercall: the guest calls again until all
 * is done, and takes its interrupts in between.  A request that is cut so is
 * walked anew each time; `done` counts its sectors.
 */
#include "disk.h"
#include "device.h"

/* Memory costs nothing to wait for */
#define MEMORY_RUN	2048u

static struct vq_chain chain;
static uint8_t buffer[DISK_RUN * DISK_SECTOR];

/* Moves `count` sectors between the chain and the disk */
static bool move(struct disk *disk, struct virtqueue *vq, uint64_t sector,
		uint32_t count, bool write)
{
	uint32_t size = count * DISK_SECTOR;
	void *data = buffer;

	if (disk->memory)
		data = disk->memory + (uint32_t)sector * DISK_SECTOR;
	if (write && !vq_read(vq, &chain, data, size))
		return false;
	if (!disk->memory && !disk->transfer(disk, sector, count, data, write))
		return false;
	return write || vq_write(vq, &chain, data, size);
}

static bool flush(struct disk *disk)
{
	return disk->memory || disk->flush(disk);
}

/*
 * Goes on with a transfer for at most *budget sectors.  False: it is not at
 * its end.
 */
static bool transfer(struct virtio_device *dev, struct virtqueue *vq,
		uint64_t sector, bool write, uint32_t *budget, uint8_t *status)
{
	struct disk *disk = dev->disk;
	uint32_t size = write ? chain.readable : chain.writable - 1;
	uint32_t total = size / DISK_SECTOR;

	*status = VIRTIO_BLK_S_IOERR;
	if (size % DISK_SECTOR || sector > disk->sectors
			|| disk->sectors - sector < total
			|| (write && disk->read_only))
		return true;
	(void)(write ? vq_skip_read(&chain, vq->done * DISK_SECTOR)
		: vq_skip_write(&chain, vq->done * DISK_SECTOR));
	while (vq->done < total) {
		uint32_t max = disk->memory ? MEMORY_RUN : DISK_RUN;
		uint32_t count = total - vq->done;

		if (!*budget)
			return false;
		count = count < max ? count : max;
		count = count < *budget ? count : *budget;
		if (!move(disk, vq, sector + vq->done, count, write))
			return true;
		vq->done += count;
		*budget -= count;
	}
	if (!write || device_has(dev, VIRTIO_BLK_F_FLUSH) || flush(disk))
		*status = VIRTIO_BLK_S_OK;
	return true;
}

static uint8_t get_id(struct virtio_device *dev, struct virtqueue *vq)
{
	uint32_t room = chain.writable - 1;

	(void)vq_write(vq, &chain, dev->disk->id, room < VIRTIO_BLK_ID_SIZE
		? room : VIRTIO_BLK_ID_SIZE);
	return VIRTIO_BLK_S_OK;
}

/* One request; false: it is not at its end */
static bool request(struct virtio_device *dev, struct virtqueue *vq,
		uint32_t *budget)
{
	struct virtio_blk_req req;
	uint8_t status = VIRTIO_BLK_S_UNSUPP;

	if (!vq_read(vq, &chain, &req, sizeof(req)) || !chain.writable) {
		device_needs_reset(dev, "malformed block request");
		return true;
	}
	switch (req.type) {
	case VIRTIO_BLK_T_IN:
	case VIRTIO_BLK_T_OUT:
		if (!transfer(dev, vq, req.sector,
				req.type == VIRTIO_BLK_T_OUT, budget, &status))
			return false;
		break;
	case VIRTIO_BLK_T_FLUSH:
		*budget = 0;
		status = flush(dev->disk) ? VIRTIO_BLK_S_OK
			: VIRTIO_BLK_S_IOERR;
		break;
	case VIRTIO_BLK_T_GET_ID:
		status = get_id(dev, vq);
		break;
	}
	(void)vq_skip_write(&chain, chain.writable - 1);
	(void)vq_write(vq, &chain, &status, 1);
	return true;
}

static bool block_notify(struct virtio_device *dev, uint32_t queue)
{
	struct virtqueue *vq = &dev->queue[queue];
	uint32_t budget = dev->disk->memory ? MEMORY_RUN : DISK_RUN;

	while (device_driven(dev) && budget && vq_peek(vq, &chain)) {
		if (!request(dev, vq, &budget))
			break;
		if (!vq->error && device_driven(dev))
			vq_push(vq, &chain);
		budget -= budget > 0;
	}
	device_finish(dev, vq);
	return !budget && device_driven(dev);
}

void block_init(struct virtio_device *dev, struct disk *disk)
{
	struct virtio_blk_config *config = (void *)dev->config;

	disk->taken = true;
	dev->disk = disk;
	if (disk->read_only)
		dev->offered |= 1u << VIRTIO_BLK_F_RO;
	config->capacity = disk->sectors;
	config->seg_max = VIRTIO_QUEUE_MAX - 2;
	config->blk_size = DISK_SECTOR;
}

const struct virtio_class virtio_block = {
	.id = VIRTIO_ID_BLOCK,
	.name = "block",
	.features = 1u << VIRTIO_BLK_F_SEG_MAX | 1u << VIRTIO_BLK_F_BLK_SIZE
		| 1u << VIRTIO_BLK_F_FLUSH,
	.queues = 1,
	.config_size = sizeof(struct virtio_blk_config),
	.notify = block_notify,
};
