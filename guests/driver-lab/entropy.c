/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver for the entropy device (virtio 1.2, 5.4): see README.md. */
#include "lab.h"

static uint32_t device;
static struct queue queue;

bool entropy_start(void)
{
	/* 1. Find it */
	device = virtio_find(VIRTIO_ID_ENTROPY, 0);
	if (device == VIRTIO_DEVICES_MAX)
		return false;
	/* 2. Reset it and agree on features; this driver needs none */
	if (!virtio_begin(device, 0))
		return false;
	/* 3. Tell it where its queue is */
	queue_init(&queue, device, 0);
	/* 4. Go */
	virtio_go(device);
	return true;
}

bool entropy_read(void *to, uint32_t size)
{
	uint8_t *p = to;

	while (size) {
		/* 5. A buffer that the device may write; it says how much */
		const struct buffer all = { p, size, true };
		int32_t n = queue_do(&queue, &all, 1);

		if (n <= 0)
			return false;
		p += n;
		size -= (uint32_t)n;
	}
	return true;
}
