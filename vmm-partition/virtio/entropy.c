/* SPDX-License-Identifier: BSD-2-Clause */
/* Entropy device (virtio 1.2, 5.4): fills what it is given. */
#include "device.h"
#include "random.h"

#define CHAIN_MAX	4096u	/* bytes for one buffer; it may be larger */
#define CHAINS		16	/* in one call */

static struct vq_chain chain;

static void fill(struct virtqueue *vq)
{
	uint8_t block[64];
	uint32_t left = chain.writable < CHAIN_MAX ? chain.writable : CHAIN_MAX;

	while (left) {
		uint32_t n = left < sizeof(block) ? left : sizeof(block);

		random_bytes(block, n);
		if (!vq_write(vq, &chain, block, n))
			return;
		left -= n;
	}
}

static bool entropy_notify(struct virtio_device *dev, uint32_t queue)
{
	struct virtqueue *vq = &dev->queue[queue];
	uint32_t budget = CHAINS;

	while (budget && vq_peek(vq, &chain)) {
		fill(vq);
		if (!vq->error)
			vq_push(vq, &chain);
		budget--;
	}
	device_finish(dev, vq);
	return !budget && device_driven(dev);
}

const struct virtio_class virtio_entropy = {
	.id = VIRTIO_ID_ENTROPY,
	.name = "entropy",
	.queues = 1,
	.notify = entropy_notify,
};
