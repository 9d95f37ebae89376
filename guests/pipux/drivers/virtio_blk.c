/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block device (virtio 1.2, 5.2): /dev/vda and so on.
 *
 * A request occupies a slot, a page that holds what the device needs besides
 * the data.  The device works while it is notified, so most requests are
 * complete when virtqueue_notify returns; interrupts are asked for only while
 * one is not.
 */
#include "virtio.h"
#include <pipux/block.h>

#define SLOTS_MAX	16		/* requests under way */
#define CHAIN_MAX	(BLOCK_REQUEST_MAX + 2)

struct slot {
	struct slot *next;		/* in disk->free */
	struct block_request *request;
	struct virtio_blk_req header;
	uint8_t status;
	struct virtq_desc table[CHAIN_MAX] __attribute__((aligned(16)));
};
_Static_assert(sizeof(struct slot) <= PAGE_SIZE, "struct slot");

struct disk {
	struct block_device bdev;
	struct virtio_device *dev;
	struct virtqueue *vq;
	struct slot *free;
	unsigned nr_slots, busy;
	uint32_t ended;			/* requests, since ever */
	struct wait_queue room;		/* one has ended */
};

static int error_of(uint8_t status)
{
	switch (status) {
	case VIRTIO_BLK_S_OK:
		return 0;
	case VIRTIO_BLK_S_UNSUPP:
		return -EOPNOTSUPP;
	}
	return -EIO;
}

static void slot_free(struct disk *disk, struct slot *slot)
{
	slot->next = disk->free;
	disk->free = slot;
	disk->busy--;
	disk->ended++;
	wake_up(&disk->room);
}

static void slot_end(struct disk *disk, struct slot *slot, int error)
{
	struct block_request *r = slot->request;

	slot_free(disk, slot);
	block_complete(r, error);
}

/* Ends what the device has done; all, if it is broken */
static void reap(struct disk *disk)
{
	struct slot *slot;
	uint32_t len;

	while ((slot = virtqueue_get(disk->vq, &len)))
		slot_end(disk, slot, error_of(slot->status));
	while (disk->dev->broken && (slot = virtqueue_take_back(disk->vq)))
		slot_end(disk, slot, -EIO);
}

/* The same, and then waits for an interrupt if something is still under way */
static void reap_all(struct disk *disk)
{
	do {
		reap(disk);
	} while (virtqueue_interrupts(disk->vq, disk->busy));
}

static void blk_interrupt(struct virtqueue *vq)
{
	reap_all(vq->dev->priv);
}

/* NULL: all are in use, and there is no memory for one more */
static struct slot *slot_take(struct disk *disk)
{
	struct slot *slot = disk->free;

	if (slot)
		disk->free = slot->next;
	else if (disk->nr_slots < SLOTS_MAX && (slot = page_alloc()))
		disk->nr_slots++;
	disk->busy += slot != NULL;
	return slot;
}

/* Neighbours in memory are one descriptor */
static unsigned describe_data(struct virtq_desc *d,
		const struct block_request *r)
{
	uintptr_t end = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < r->count; i++) {
		if (n && (uintptr_t)r->buffers[i] == end)
			d[n - 1].len += r->bytes_each;
		else
			virtq_set(&d[n++], r->buffers[i], r->bytes_each,
				r->op == BLOCK_READ);
		end = (uintptr_t)r->buffers[i] + r->bytes_each;
	}
	return n;
}

static unsigned describe(struct slot *slot, struct block_request *r)
{
	static const uint32_t type[] = {
		[BLOCK_READ] = VIRTIO_BLK_T_IN,
		[BLOCK_WRITE] = VIRTIO_BLK_T_OUT,
		[BLOCK_FLUSH] = VIRTIO_BLK_T_FLUSH,
	};
	unsigned n = 1;

	slot->request = r;
	slot->header = (struct virtio_blk_req){
		.type = type[r->op], .sector = r->position,
	};
	slot->status = VIRTIO_BLK_S_IOERR;
	virtq_set(&slot->table[0], &slot->header, sizeof(slot->header), false);
	if (r->op != BLOCK_FLUSH)
		n += describe_data(slot->table + 1, r);
	virtq_set(&slot->table[n++], &slot->status, 1, true);
	return n;
}

/* Slots or descriptors are short, so there are requests that will end */
static void wait_room(struct disk *disk)
{
	uint32_t ended = disk->ended;
	struct waiter w;

	wait_add(&disk->room, &w);
	reap_all(disk);
	if (disk->ended == ended)
		sleep_on(false, 0);
	wait_remove(&w);
}

static void blk_submit(struct block_device *bdev, struct block_request *r)
{
	struct disk *disk = bdev->priv;
	struct slot *slot;
	unsigned n;
	int rc;

	if (r->op == BLOCK_FLUSH && !virtio_has(disk->dev, VIRTIO_BLK_F_FLUSH)) {
		block_complete(r, 0);
		return;
	}
	while (!(slot = slot_take(disk)))
		wait_room(disk);
	n = describe(slot, r);
	while ((rc = virtqueue_add(disk->vq, slot->table, n, slot)) == -ENOSPC)
		wait_room(disk);
	if (rc) {
		slot_end(disk, slot, rc);
		return;
	}
	virtqueue_notify(disk->vq);
	reap_all(disk);
}

static void blk_wait(struct block_device *bdev, struct block_request *r)
{
	struct waiter w;

	wait_add(&r->waiters, &w);
	while (!r->complete)
		sleep_on(false, 0);
	wait_remove(&w);
}

static void blk_changed(struct virtio_device *dev)
{
	struct disk *disk = dev->priv;

	if (dev->broken)
		reap(disk);
	else
		block_resize(&disk->bdev, virtio_config64(dev,
			offsetof(struct virtio_blk_config, capacity)));
}

static const struct block_ops blk_ops = {
	.submit = blk_submit,
	.wait = blk_wait,
};

static void read_config(struct disk *disk)
{
	struct virtio_device *dev = disk->dev;
	struct block_device *bdev = &disk->bdev;

	bdev->ops = &blk_ops;
	bdev->priv = disk;
	bdev->sectors = virtio_config64(dev,
		offsetof(struct virtio_blk_config, capacity));
	bdev->block_size = virtio_has(dev, VIRTIO_BLK_F_BLK_SIZE)
		? VIRTIO_FIELD(dev, virtio_blk_config, blk_size) : SECTOR_SIZE;
	bdev->read_only = virtio_has(dev, VIRTIO_BLK_F_RO);
}

static int disk_start(struct disk *disk, struct virtio_device *dev)
{
	disk->dev = dev;
	dev->priv = disk;
	wait_queue_init(&disk->room);
	disk->vq = virtqueue_new(dev, 0, VIRTIO_QUEUE_MAX, blk_interrupt);
	disk->free = page_alloc();
	if (!disk->vq || !disk->free)
		return -ENOMEM;
	/* Indirect or not, no chain is longer than the queue (2.7.5.3.1) */
	if (disk->vq->size < CHAIN_MAX || (virtio_has(dev, VIRTIO_BLK_F_SEG_MAX)
			&& VIRTIO_FIELD(dev, virtio_blk_config, seg_max)
			< BLOCK_REQUEST_MAX))
		return -EINVAL;
	disk->free->next = NULL;
	disk->nr_slots = 1;
	read_config(disk);
	virtio_go(dev);
	return block_register(&disk->bdev);
}

static int blk_probe(struct virtio_device *dev)
{
	struct disk *disk = kzalloc(sizeof(*disk));
	int rc = disk ? disk_start(disk, dev) : -ENOMEM;

	if (rc && disk) {
		if (disk->free)
			page_free(disk->free);
		kfree(disk);
	}
	return rc;
}

const struct virtio_driver virtio_blk_driver = {
	.id = VIRTIO_ID_BLOCK,
	.name = "block",
	.features = 1u << VIRTIO_BLK_F_SEG_MAX | 1u << VIRTIO_BLK_F_RO
		| 1u << VIRTIO_BLK_F_BLK_SIZE | 1u << VIRTIO_BLK_F_FLUSH,
	.probe = blk_probe,
	.changed = blk_changed,
};
