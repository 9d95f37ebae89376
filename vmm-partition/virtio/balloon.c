/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory balloon (virtio 1.2, 5.5).  A page in the balloon is the VMM's
 * alone: the guest faults on it, and guest_page() refuses it.  Pages that the
 * guest derived or lent stay with it.
 * LIMIT: no other guest gets these pages; pages come back one by one, not by
 * a reset of the device.
 */
#include "bus.h"
#include "device.h"

#define PFNS	64u	/* in one go */
#define BUDGET	1024u	/* pages in one call */

static struct vq_chain chain;

static void move(struct vm *vm, uint32_t queue, const uint32_t *pfn,
		uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (pfn[i] > UINT32_MAX / PAGE_SIZE)
			continue;
		if (queue == VIRTIO_BALLOON_INFLATE)
			(void)vm_page_take(vm, pfn[i] * PAGE_SIZE);
		else
			(void)vm_page_give(vm, pfn[i] * PAGE_SIZE);
	}
}

/* False: there is more in this chain than the budget allows */
static bool chain_move(struct virtio_device *dev, uint32_t queue,
		uint32_t *budget)
{
	struct virtqueue *vq = &dev->queue[queue];
	uint32_t pfn[PFNS];

	(void)vq_skip_read(&chain, vq->done);
	while (chain.readable >= sizeof(*pfn)) {
		uint32_t n = chain.readable / sizeof(*pfn);

		if (!*budget)
			return false;
		n = n < PFNS ? n : PFNS;
		n = n < *budget ? n : *budget;
		if (!vq_read(vq, &chain, pfn, n * sizeof(*pfn)))
			return true;
		move(dev->vm, queue, pfn, n);
		vq->done += n * sizeof(*pfn);
		*budget -= n;
	}
	return true;
}

static bool balloon_notify(struct virtio_device *dev, uint32_t queue)
{
	struct virtqueue *vq = &dev->queue[queue];
	uint32_t budget = BUDGET;

	if (!device_has(dev, VIRTIO_BALLOON_F_MUST_TELL_HOST)) {
		device_needs_reset(dev, "MUST_TELL_HOST is not negotiated");
		return false;
	}
	while (budget && vq_peek(vq, &chain)) {
		budget--;
		if (!chain_move(dev, queue, &budget) || vq->error)
			break;
		vq_push(vq, &chain);
	}
	device_finish(dev, vq);
	return !budget && device_driven(dev);
}

/* `actual` is the driver's own count, of no consequence here */
static void balloon_written(struct virtio_device *dev, uint32_t offset)
{
	(void)dev;
	(void)offset;
}

const struct virtio_class virtio_balloon = {
	.id = VIRTIO_ID_BALLOON,
	.name = "balloon",
	.features = 1u << VIRTIO_BALLOON_F_MUST_TELL_HOST,
	.queues = 2,
	.config_size = sizeof(struct virtio_balloon_config),
	.config_writable = 1u << 1,
	.notify = balloon_notify,
	.config_written = balloon_written,
};

static struct virtio_device *balloon_of(const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->virtio->count; i++)
		if (vm->virtio->device[i].class == &virtio_balloon)
			return &vm->virtio->device[i];
	return NULL;
}

/* False: the guest has no driver for it */
bool virtio_balloon_ask(struct vm *vm, uint32_t pages)
{
	struct virtio_device *dev = balloon_of(vm);

	if (!dev)
		return false;
	dev->config[0] = pages;
	device_config_changed(dev);
	return device_driven(dev);
}
