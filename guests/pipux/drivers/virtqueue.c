/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's side of a split virtqueue (virtio 1.2, 2.7), with indirect
 * descriptors and the event index where the device has them.
 *
 * Invariant: a descriptor is in the free list, or part of a chain whose head
 * has a cookie.  Nothing that the device wrote is used as an index before it
 * is checked.  There is one processor: volatile orders all.
 */
#include "virtio.h"
#include <pipux/vmm.h>

static void reg(const struct virtqueue *vq, uint32_t offset, uint32_t value)
{
	vmm_virtio_write(vq->dev->number, offset, 4, value);
}

/* Whose index of theirs each side wants to hear of lies behind the rings */
static volatile uint16_t *used_event(struct virtqueue *vq)
{
	return &vq->avail->ring[vq->size];
}

static volatile uint16_t *avail_event(struct virtqueue *vq)
{
	return (volatile uint16_t *)&vq->used->ring[vq->size];
}

static bool areas_alloc(struct virtqueue *vq)
{
	uint32_t avail = VIRTQ_DESC_SIZE(vq->size);
	uint32_t used = avail + ((VIRTQ_AVAIL_SIZE(vq->size) + 3) & ~3u);
	uint32_t size = used + VIRTQ_USED_SIZE(vq->size);
	uint8_t *p;

	while (PAGE_SIZE << vq->order < size)
		vq->order++;
	p = pages_alloc(vq->order);
	vq->cookies = kzalloc(vq->size * sizeof(*vq->cookies));
	if (!p || !vq->cookies) {
		kfree(vq->cookies);
		if (p)
			pages_free(p, vq->order);
		return false;
	}
	vq->desc = (void *)p;
	vq->avail = (void *)(p + avail);
	vq->used = (void *)(p + used);
	return true;
}

/* 4.2.3.2 */
static void tell_device(struct virtqueue *vq)
{
	reg(vq, VIRTIO_QUEUE_SEL, vq->index);
	reg(vq, VIRTIO_QUEUE_NUM, vq->size);
	reg(vq, VIRTIO_QUEUE_DESC_LOW, (uint32_t)(uintptr_t)vq->desc);
	reg(vq, VIRTIO_QUEUE_DESC_HIGH, 0);
	reg(vq, VIRTIO_QUEUE_DRIVER_LOW, (uint32_t)(uintptr_t)vq->avail);
	reg(vq, VIRTIO_QUEUE_DRIVER_HIGH, 0);
	reg(vq, VIRTIO_QUEUE_DEVICE_LOW, (uint32_t)(uintptr_t)vq->used);
	reg(vq, VIRTIO_QUEUE_DEVICE_HIGH, 0);
	reg(vq, VIRTIO_QUEUE_READY, 1);
}

struct virtqueue *virtqueue_new(struct virtio_device *dev, unsigned index,
		unsigned size, void (*interrupt)(struct virtqueue *vq))
{
	struct virtqueue *vq = kzalloc(sizeof(*vq));
	uint32_t max;

	if (!vq)
		return NULL;
	vmm_virtio_write(dev->number, VIRTIO_QUEUE_SEL, 4, index);
	max = vmm_virtio_read(dev->number, VIRTIO_QUEUE_NUM_MAX, 4);
	vq->dev = dev;
	vq->index = index;
	vq->size = MIN(size, max);
	vq->interrupt = interrupt;
	if (!vq->size || dev->nr_queues == VIRTIO_QUEUES_MAX
			|| !areas_alloc(vq)) {
		kfree(vq);
		return NULL;
	}
	dev->queues[dev->nr_queues++] = vq;
	virtqueue_start(vq);
	return vq;
}

void virtqueue_start(struct virtqueue *vq)
{
	memset(vq->desc, 0, PAGE_SIZE << vq->order);
	memset(vq->cookies, 0, vq->size * sizeof(*vq->cookies));
	for (unsigned i = 0; i < vq->size; i++)
		vq->desc[i].next = i + 1;
	vq->free = vq->size;
	vq->free_head = vq->last_used = vq->added = vq->notified = 0;
	(void)virtqueue_interrupts(vq, vq->interrupt);
	tell_device(vq);
}

void virtqueue_stop(struct virtqueue *vq)
{
	reg(vq, VIRTIO_QUEUE_SEL, vq->index);
	reg(vq, VIRTIO_QUEUE_READY, 0);
}

void virtqueue_free(struct virtqueue *vq)
{
	pages_free(vq->desc, vq->order);
	kfree(vq->cookies);
	kfree(vq);
}

static uint16_t desc_take(struct virtqueue *vq)
{
	uint16_t i = vq->free_head;

	vq->free_head = vq->desc[i].next;
	vq->free--;
	return i;
}

/* A chain of the ring's own descriptors: its head */
static uint16_t add_direct(struct virtqueue *vq,
		const struct virtq_desc *table, unsigned n)
{
	uint16_t head = vq->free_head, i = head;

	while (n--) {
		uint16_t next;

		i = desc_take(vq);
		next = vq->desc[i].next;
		vq->desc[i] = *table++;
		vq->desc[i].next = next;
		if (n)
			vq->desc[i].flags |= VIRTQ_DESC_F_NEXT;
	}
	return head;
}

static uint16_t add_indirect(struct virtqueue *vq, struct virtq_desc *table,
		unsigned n)
{
	uint16_t head = desc_take(vq);

	for (unsigned i = 0; i + 1 < n; i++) {
		table[i].flags |= VIRTQ_DESC_F_NEXT;
		table[i].next = i + 1;
	}
	vq->desc[head].addr = (uintptr_t)table;
	vq->desc[head].len = n * sizeof(*table);
	vq->desc[head].flags = VIRTQ_DESC_F_INDIRECT;
	return head;
}

int virtqueue_add(struct virtqueue *vq, struct virtq_desc *table, unsigned n,
		void *cookie)
{
	bool indirect = n > 1 && virtio_has(vq->dev, VIRTIO_F_INDIRECT_DESC);
	uint16_t head;

	if (vq->dev->broken)
		return -EIO;
	if (vq->free < (indirect ? 1 : n))
		return -ENOSPC;
	head = indirect ? add_indirect(vq, table, n)
		: add_direct(vq, table, n);
	vq->cookies[head] = cookie;
	vq->avail->ring[vq->added++ % vq->size] = head;
	vq->avail->idx = vq->added;
	return 0;
}

void virtqueue_notify(struct virtqueue *vq)
{
	uint16_t before = vq->notified;

	vq->notified = vq->added;
	if (vq->dev->broken || before == vq->added)
		return;
	if (virtio_has(vq->dev, VIRTIO_F_EVENT_IDX)
			? virtq_need_event(*avail_event(vq), vq->added, before)
			: !(vq->used->flags & VIRTQ_USED_F_NO_NOTIFY))
		vmm_virtio_notify(vq->dev->number, vq->index);
}

bool virtqueue_used(const struct virtqueue *vq)
{
	return !vq->dev->broken && vq->used->idx != vq->last_used;
}

static void chain_free(struct virtqueue *vq, uint16_t head)
{
	uint16_t last = head, n = 1;

	while (vq->desc[last].flags & VIRTQ_DESC_F_NEXT) {
		last = vq->desc[last].next;
		n++;
	}
	vq->desc[last].next = vq->free_head;
	vq->free_head = head;
	vq->free += n;
	vq->cookies[head] = NULL;
}

void *virtqueue_get(struct virtqueue *vq, uint32_t *len)
{
	uint32_t head;
	void *cookie;

	if (!virtqueue_used(vq))
		return NULL;
	head = vq->used->ring[vq->last_used % vq->size].id;
	*len = vq->used->ring[vq->last_used % vq->size].len;
	if (head >= vq->size || !vq->cookies[head]) {
		virtio_break(vq->dev, "it used a buffer that it had not");
		return NULL;
	}
	cookie = vq->cookies[head];
	chain_free(vq, head);
	vq->last_used++;
	return cookie;
}

/* With the event index, "never" is the index just passed (2.7.10) */
bool virtqueue_interrupts(struct virtqueue *vq, bool on)
{
	if (virtio_has(vq->dev, VIRTIO_F_EVENT_IDX))
		*used_event(vq) = on ? vq->last_used : vq->last_used - 1;
	else
		vq->avail->flags = on ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT;
	return on && virtqueue_used(vq);
}

void *virtqueue_take_back(struct virtqueue *vq)
{
	for (unsigned i = 0; i < vq->size; i++) {
		void *cookie = vq->cookies[i];

		if (!cookie)
			continue;
		chain_free(vq, i);
		return cookie;
	}
	return NULL;
}
