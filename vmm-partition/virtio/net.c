/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network device (virtio 1.2, 5.1): frames between a guest and its link.
 * LIMIT: no offloads and no merged receive buffers; a frame that does not fit
 * into the next buffer is dropped.
 */
#include "device.h"

#define FRAME_MIN	14u	/* the two addresses and the type */
#define FRAMES		32	/* sent in one call */

static struct vq_chain sent, received;
static uint8_t frame[VIRTIO_NET_FRAME_MAX];

static void send_one(struct virtio_device *dev, struct virtqueue *vq)
{
	uint32_t size;

	if (!vq_skip_read(&sent, sizeof(struct virtio_net_hdr))) {
		device_needs_reset(dev, "frame without a header");
		return;
	}
	size = sent.readable;
	if (size >= FRAME_MIN && size <= sizeof(frame)
			&& vq_read(vq, &sent, frame, size))
		dev->link->send(dev, frame, size);
	if (!vq->error)
		vq_push(vq, &sent);
}

static bool net_notify(struct virtio_device *dev, uint32_t queue)
{
	struct virtqueue *vq = &dev->queue[queue];
	uint32_t budget = FRAMES;

	if (queue == VIRTIO_NET_RX) {
		if (dev->link->room)
			dev->link->room();
		device_finish(dev, vq);
		return false;
	}
	while (budget && device_driven(dev) && vq_peek(vq, &sent)) {
		send_one(dev, vq);
		budget--;
	}
	device_finish(dev, vq);
	return !budget && device_driven(dev);
}

static bool fits(uint32_t size)
{
	return received.writable >= sizeof(struct virtio_net_hdr) + size;
}

/*
 * A frame for the guest, which need not be the one that runs.  False: it has
 * no buffer for it now.
 */
bool net_receive(struct virtio_device *dev, const uint8_t *bytes,
		uint32_t size)
{
	static const struct virtio_net_hdr header = { .num_buffers = 1 };
	struct virtqueue *vq = &dev->queue[VIRTIO_NET_RX];
	bool taken;

	if (!device_driven(dev))
		return true;
	vq_open(vq);
	taken = vq_peek(vq, &received);
	if (taken && fits(size)
			&& vq_write(vq, &received, &header, sizeof(header))
			&& vq_write(vq, &received, bytes, size))
		vq_push(vq, &received);
	device_finish(dev, vq);
	return taken || vq->error;
}

void net_init(struct virtio_device *dev, const struct link *link,
		const uint8_t mac[6])
{
	struct virtio_net_config *config = (void *)dev->config;

	dev->link = link;
	memcpy(config->mac, mac, sizeof(config->mac));
	config->status = VIRTIO_NET_S_LINK_UP;
}

const struct virtio_class virtio_net = {
	.id = VIRTIO_ID_NET,
	.name = "net",
	.features = 1u << VIRTIO_NET_F_MAC | 1u << VIRTIO_NET_F_STATUS,
	.queues = 2,
	.config_size = sizeof(struct virtio_net_config),
	.notify = net_notify,
};
