/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's side of virtio (docs/virtio.md): registers, negotiation, and a
 * queue that is used in the simplest way: chains of direct descriptors, in
 * the order of the ring, and no more under way than it has entries.
 */
#include "lib.h"

uint32_t virtio_get(uint32_t device, uint32_t reg)
{
	return hypercall(VMM_HC_VIRTIO_READ, device, reg, 4, 0);
}

uint32_t virtio_put(uint32_t device, uint32_t reg, uint32_t value)
{
	return hypercall(VMM_HC_VIRTIO_WRITE, device, reg, 4, value);
}

uint32_t virtio_config(uint32_t device, uint32_t offset, uint32_t width)
{
	return hypercall(VMM_HC_VIRTIO_READ, device, VIRTIO_CONFIG + offset,
			width, 0);
}

uint32_t virtio_find(uint32_t type, uint32_t n)
{
	uint32_t device = 0;

	for (; device < VIRTIO_DEVICES_MAX; device++)
		if (virtio_get(device, VIRTIO_MAGIC_VALUE) == VIRTIO_MAGIC
				&& virtio_get(device, VIRTIO_DEVICE_ID) == type
				&& !n--)
			break;
	return device;
}

static uint32_t features_get(uint32_t device, uint32_t half)
{
	virtio_put(device, VIRTIO_DEVICE_FEATURES_SEL, half);
	return virtio_get(device, VIRTIO_DEVICE_FEATURES);
}

static void features_put(uint32_t device, uint32_t half, uint32_t value)
{
	virtio_put(device, VIRTIO_DRIVER_FEATURES_SEL, half);
	virtio_put(device, VIRTIO_DRIVER_FEATURES, value);
}

static void status_add(uint32_t device, uint32_t bit)
{
	virtio_put(device, VIRTIO_STATUS,
			virtio_get(device, VIRTIO_STATUS) | bit);
}

uint64_t virtio_begin(uint32_t device, uint64_t wanted)
{
	uint64_t offered;

	virtio_put(device, VIRTIO_STATUS, 0);
	status_add(device, VIRTIO_S_ACKNOWLEDGE);
	status_add(device, VIRTIO_S_DRIVER);
	offered = features_get(device, 0)
		| (uint64_t)features_get(device, 1) << 32;
	wanted |= (uint64_t)1 << VIRTIO_F_VERSION_1;
	wanted &= offered;
	features_put(device, 0, (uint32_t)wanted);
	features_put(device, 1, (uint32_t)(wanted >> 32));
	status_add(device, VIRTIO_S_FEATURES_OK);
	return virtio_get(device, VIRTIO_STATUS) & VIRTIO_S_FEATURES_OK
		? wanted : 0;
}

void virtio_go(uint32_t device)
{
	status_add(device, VIRTIO_S_DRIVER_OK);
}

void queue_init(struct queue *queue, uint32_t device, uint32_t index)
{
	memset(queue, 0, sizeof(*queue));
	queue->device = device;
	queue->index = index;
	virtio_put(device, VIRTIO_QUEUE_SEL, index);
	virtio_put(device, VIRTIO_QUEUE_NUM, QUEUE_SIZE);
	virtio_put(device, VIRTIO_QUEUE_DESC_LOW, (uint32_t)queue->desc);
	virtio_put(device, VIRTIO_QUEUE_DRIVER_LOW, (uint32_t)&queue->avail);
	virtio_put(device, VIRTIO_QUEUE_DEVICE_LOW, (uint32_t)&queue->used);
	virtio_put(device, VIRTIO_QUEUE_READY, 1);
}

uint16_t queue_add(struct queue *queue, const struct buffer *buffers,
		uint32_t count)
{
	uint16_t head = queue->next;

	for (uint32_t i = 0; i < count; i++) {
		struct virtq_desc *desc = &queue->desc[queue->next];

		queue->next = (uint16_t)((queue->next + 1) % QUEUE_SIZE);
		desc->addr = (uint32_t)buffers[i].at;
		desc->len = buffers[i].size;
		desc->flags = (buffers[i].write ? VIRTQ_DESC_F_WRITE : 0)
			| (i < count - 1 ? VIRTQ_DESC_F_NEXT : 0);
		desc->next = queue->next;
	}
	queue->avail.ring[queue->avail.idx % QUEUE_SIZE] = head;
	BARRIER();
	queue->avail.idx++;
	BARRIER();
	return head;
}

void queue_notify(struct queue *queue)
{
	(void)hypercall(VMM_HC_VIRTIO_NOTIFY, queue->device, queue->index, 0,
			0);
}

bool queue_take(struct queue *queue, struct virtq_used_elem *elem)
{
	BARRIER();
	if (queue->seen == *(volatile uint16_t *)&queue->used.idx)
		return false;
	*elem = queue->used.ring[queue->seen++ % QUEUE_SIZE];
	/* With EVENT_IDX: tell me of the next one */
	queue->avail.used_event = queue->seen;
	return true;
}

int32_t queue_do(struct queue *queue, const struct buffer *buffers,
		uint32_t count)
{
	struct virtq_used_elem elem;

	(void)queue_add(queue, buffers, count);
	queue_notify(queue);
	while (!queue_take(queue, &elem)) {
		if (virtio_get(queue->device, VIRTIO_STATUS)
				& VIRTIO_S_NEEDS_RESET)
			return -1;
		if (!wait_for(VIRTIO_IRQ(queue->device), 10000))
			return -1;
	}
	return (int32_t)elem.len;
}
