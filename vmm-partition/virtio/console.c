/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console device (virtio 1.2, 5.3): one port, the guest's console, which the
 * console hypercalls reach too.  Input goes to who asks first: here, as soon
 * as there is a buffer.
 */
#include "bus.h"
#include "device.h"

#define PIECE	256u
#define BUDGET	1024u	/* bytes of output in one call */

static struct vq_chain chain;

/* False: the chain has more than the budget allows */
static bool put(struct virtio_device *dev, struct virtqueue *vq,
		uint32_t *budget)
{
	uint8_t bytes[PIECE];

	(void)vq_skip_read(&chain, vq->done);
	while (chain.readable) {
		uint32_t n = chain.readable < PIECE ? chain.readable : PIECE;

		if (!*budget)
			return false;
		n = n < *budget ? n : *budget;
		if (!vq_read(vq, &chain, bytes, n))
			return true;
		console_write(dev->vm, bytes, n);
		vq->done += n;
		*budget -= n;
	}
	return true;
}

static bool transmit(struct virtio_device *dev)
{
	struct virtqueue *vq = &dev->queue[VIRTIO_CONSOLE_TX];
	uint32_t budget = BUDGET;

	while (budget && vq_peek(vq, &chain)) {
		budget--;
		if (!put(dev, vq, &budget) || vq->error)
			break;
		vq_push(vq, &chain);
	}
	device_finish(dev, vq);
	return !budget && device_driven(dev);
}

/* Fills one chain; false: no input is left */
static bool get(struct virtio_device *dev, struct virtqueue *vq)
{
	uint8_t bytes[PIECE];

	while (chain.writable) {
		uint32_t max = chain.writable < PIECE ? chain.writable : PIECE;
		uint32_t n = console_read(dev->vm, bytes, max);

		if (n && !vq_write(vq, &chain, bytes, n))
			return false;
		if (n < max)
			return false;
	}
	return true;
}

/* Ends: the input is one ring, and what comes meanwhile is in the UART */
static void receive(struct virtio_device *dev)
{
	struct virtqueue *vq = &dev->queue[VIRTIO_CONSOLE_RX];
	bool more = true;

	while (more && vq_peek(vq, &chain)) {
		more = get(dev, vq);
		if (!vq->error && (more || chain.written))
			vq_push(vq, &chain);
	}
	device_finish(dev, vq);
}

static bool console_notify(struct virtio_device *dev, uint32_t queue)
{
	if (queue == VIRTIO_CONSOLE_TX)
		return transmit(dev);
	receive(dev);
	return false;
}

static void console_written(struct virtio_device *dev, uint32_t offset)
{
	struct virtio_console_config *config = (void *)dev->config;
	uint8_t byte = (uint8_t)config->emerg_wr;

	if (offset == offsetof(struct virtio_console_config, emerg_wr))
		console_write(dev->vm, &byte, 1);
	config->emerg_wr = 0;
}

/* Input has come for this guest */
void virtio_console_input(struct vm *vm)
{
	for (uint32_t i = 0; i < vm->virtio->count; i++) {
		struct virtio_device *dev = &vm->virtio->device[i];

		if (dev->class != &virtio_console || !device_driven(dev))
			continue;
		vq_open(&dev->queue[VIRTIO_CONSOLE_RX]);
		receive(dev);
	}
}

const struct virtio_class virtio_console = {
	.id = VIRTIO_ID_CONSOLE,
	.name = "console",
	.features = 1u << VIRTIO_CONSOLE_F_EMERG_WRITE,
	.queues = 2,
	.config_size = sizeof(struct virtio_console_config),
	.config_writable = 1u << 2,
	.notify = console_notify,
	.config_written = console_written,
};
