/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtqueue.h"

#include <pip/string.h>

/* The driver's stores and the device's keep their order: one processor */
#define BARRIER()	__asm__ volatile("" : : : "memory")

static bool fail(struct virtqueue *vq, const char *error)
{
	if (!vq->error)
		vq->error = error;
	return false;
}

/* Where `gva` is, through a window; NULL with `error` set */
static uint8_t *reach(struct virtqueue *vq, struct vq_window *window,
		uint32_t gva, bool write, const char *error)
{
	uint32_t offset = gva % VQ_PAGE;

	if (!window->at || window->page != gva - offset
			|| (write && !window->writable)) {
		window->at = vq->gate(vq->owner, gva - offset, write);
		window->page = gva - offset;
		window->writable = write;
	}
	if (window->at)
		return window->at + offset;
	(void)fail(vq, error);
	return NULL;
}

/* One piece of at most `size` bytes within a page */
static uint32_t piece(uint32_t gva, uint32_t size)
{
	uint32_t left = VQ_PAGE - gva % VQ_PAGE;

	return size < left ? size : left;
}

/* Half-words of the rings are aligned, so none straddles two pages */
static bool avail_load(struct virtqueue *vq, uint32_t offset, uint16_t *value)
{
	const uint8_t *at = reach(vq, &vq->avail_window,
			(uint32_t)vq->avail + offset, false,
			"available ring outside memory");

	if (!at)
		return false;
	*value = *(const volatile uint16_t *)(const void *)at;
	return true;
}

static uint8_t *used_at(struct virtqueue *vq, uint32_t offset)
{
	return reach(vq, &vq->used_window, (uint32_t)vq->used + offset, true,
		"used ring outside memory");
}

static bool used_store16(struct virtqueue *vq, uint32_t offset, uint16_t value)
{
	uint8_t *at = used_at(vq, offset);

	if (!at)
		return false;
	*(volatile uint16_t *)(void *)at = value;
	return true;
}

static bool used_store32(struct virtqueue *vq, uint32_t offset, uint32_t value)
{
	uint8_t *at = used_at(vq, offset);

	if (!at)
		return false;
	*(volatile uint32_t *)(void *)at = value;
	return true;
}

void vq_reset(struct virtqueue *vq)
{
	vq_gate_t *gate = vq->gate;
	void *owner = vq->owner;

	*vq = (struct virtqueue){ .gate = gate, .owner = owner };
}

void vq_open(struct virtqueue *vq)
{
	vq->desc_window.at = NULL;
	vq->avail_window.at = NULL;
	vq->used_window.at = NULL;
}

/* [start, start + size) below 4 GiB and aligned */
static bool area_valid(uint64_t start, uint32_t size, uint32_t align)
{
	return start < UINT32_MAX - size && start % align == 0;
}

void vq_start(struct virtqueue *vq)
{
	uint32_t n = vq->size;

	if (!n || n > VIRTIO_QUEUE_MAX || n & (n - 1))
		(void)fail(vq, "bad queue size");
	else if (!area_valid(vq->desc, VIRTQ_DESC_SIZE(n), VIRTQ_DESC_ALIGN))
		(void)fail(vq, "bad address of the descriptor table");
	else if (!area_valid(vq->avail, VIRTQ_AVAIL_SIZE(n),
			VIRTQ_AVAIL_ALIGN))
		(void)fail(vq, "bad address of the available ring");
	else if (!area_valid(vq->used, VIRTQ_USED_SIZE(n), VIRTQ_USED_ALIGN))
		(void)fail(vq, "bad address of the used ring");
	vq->ready = true;
}

/* A table of descriptors: the queue's own, or an indirect one */
struct table {
	uint32_t gva, size;
	struct vq_window *window;
};

/* Copies descriptor `i` of a table; an indirect one may straddle two pages */
static bool desc_load(struct virtqueue *vq, const struct table *table,
		uint32_t i, struct virtq_desc *desc)
{
	uint32_t gva = table->gva + i * sizeof(*desc), done = 0;

	while (done < sizeof(*desc)) {
		uint32_t n = piece(gva + done, sizeof(*desc) - done);
		const uint8_t *at = reach(vq, table->window, gva + done, false,
				"descriptor table outside memory");

		if (!at)
			return false;
		memcpy((uint8_t *)desc + done, at, n);
		done += n;
	}
	return true;
}

static bool segment_add(struct virtqueue *vq, struct vq_chain *chain,
		const struct virtq_desc *desc)
{
	bool writable = desc->flags & VIRTQ_DESC_F_WRITE;
	uint32_t *total = writable ? &chain->writable : &chain->readable;
	uint32_t count = chain->nreadable + chain->nwritable;

	if (count == vq->size)
		return fail(vq, "descriptor loop");
	if (desc->addr > UINT32_MAX
			|| desc->len > UINT32_MAX - (uint32_t)desc->addr)
		return fail(vq, "buffer address out of range");
	if (!writable && chain->nwritable)
		return fail(vq, "readable buffer behind a writable one");
	if (desc->len > UINT32_MAX - *total)
		return fail(vq, "chain too long");
	*total += desc->len;
	chain->nreadable += !writable;
	chain->nwritable += writable;
	chain->segment[count] = (struct vq_segment){
		.gva = (uint32_t)desc->addr, .size = desc->len,
	};
	return true;
}

/* Opens the table that `desc` refers to (2.7.5.3) */
static bool table_enter(struct virtqueue *vq, struct vq_chain *chain,
		struct table *table, const struct virtq_desc *desc)
{
	if (!vq->indirect)
		return fail(vq, "indirect table not negotiated");
	if (table->window != &vq->desc_window)
		return fail(vq, "indirect table within another");
	if (desc->flags & VIRTQ_DESC_F_NEXT)
		return fail(vq, "indirect table not at the end");
	if (!desc->len || desc->len % sizeof(*desc))
		return fail(vq, "bad size of an indirect table");
	if (desc->addr > UINT32_MAX
			|| desc->len > UINT32_MAX - (uint32_t)desc->addr)
		return fail(vq, "indirect table outside memory");
	table->gva = (uint32_t)desc->addr;
	table->size = desc->len / sizeof(*desc);
	table->window = &chain->window;
	return true;
}

/* Each turn adds a segment or enters the one indirect table: it ends */
static bool chain_walk(struct virtqueue *vq, struct vq_chain *chain)
{
	struct table table = {
		(uint32_t)vq->desc, vq->size, &vq->desc_window,
	};
	uint32_t i = chain->head;

	for (;;) {
		struct virtq_desc desc;

		if (i >= table.size)
			return fail(vq, "descriptor index out of range");
		if (!desc_load(vq, &table, i, &desc))
			return false;
		i = desc.next;
		if (desc.flags & VIRTQ_DESC_F_INDIRECT) {
			if (!table_enter(vq, chain, &table, &desc))
				return false;
			i = 0;
			continue;
		}
		if (!segment_add(vq, chain, &desc))
			return false;
		if (!(desc.flags & VIRTQ_DESC_F_NEXT))
			return true;
	}
}

static void chain_clear(struct vq_chain *chain)
{
	chain->nreadable = chain->nwritable = 0;
	chain->readable = chain->writable = chain->written = 0;
	chain->window.at = NULL;
}

bool vq_peek(struct virtqueue *vq, struct vq_chain *chain)
{
	uint16_t idx, waiting;

	if (!vq->ready || vq->error || !avail_load(vq, 2, &idx))
		return false;
	waiting = (uint16_t)(idx - vq->next);
	if (!waiting)
		return false;
	if (waiting > vq->size)
		return fail(vq, "available index out of range");
	BARRIER();
	chain_clear(chain);
	if (!avail_load(vq, 4 + vq->next % vq->size * 2, &chain->head)
			|| !chain_walk(vq, chain))
		return false;
	chain->reader = (struct vq_cursor){ 0, 0 };
	chain->writer = (struct vq_cursor){ chain->nreadable, 0 };
	return true;
}

void vq_push(struct virtqueue *vq, const struct vq_chain *chain)
{
	uint32_t element = 4 + vq->used_idx % vq->size * 8;

	vq->next++;
	vq->done = 0;
	if (!used_store32(vq, element, chain->head)
			|| !used_store32(vq, element + 4, chain->written))
		return;
	BARRIER();
	(void)used_store16(vq, 2, ++vq->used_idx);
}

bool vq_finish(struct virtqueue *vq)
{
	uint16_t event, before = vq->told_idx;
	bool first = !vq->told;

	if (!vq->ready || vq->error)
		return false;
	if (vq->event_idx && !used_store16(vq, 4 + vq->size * 8, vq->next))
		return false;
	BARRIER();
	if (before == vq->used_idx)
		return false;
	vq->told_idx = vq->used_idx;
	vq->told = true;
	/* `event` is used_event if that is negotiated, else the flags */
	if (!avail_load(vq, vq->event_idx ? 4 + vq->size * 2 : 0, &event))
		return false;
	if (!vq->event_idx)
		return !(event & VIRTQ_AVAIL_F_NO_INTERRUPT);
	return first || virtq_need_event(event, vq->used_idx, before);
}

/* The place of a cursor within a segment that has bytes left */
static uint32_t cursor_gva(const struct vq_chain *chain,
		struct vq_cursor *cursor, uint32_t *left)
{
	while (cursor->offset == chain->segment[cursor->segment].size) {
		cursor->segment++;
		cursor->offset = 0;
	}
	*left = chain->segment[cursor->segment].size - cursor->offset;
	return chain->segment[cursor->segment].gva + cursor->offset;
}

static void cursor_skip(const struct vq_chain *chain, struct vq_cursor *cursor,
		uint32_t size)
{
	while (size) {
		uint32_t left;

		(void)cursor_gva(chain, cursor, &left);
		left = size < left ? size : left;
		cursor->offset += left;
		size -= left;
	}
}

static uint8_t *cursor_reach(struct virtqueue *vq, struct vq_chain *chain,
		struct vq_cursor *cursor, uint32_t size, bool write,
		uint32_t *n)
{
	uint32_t left, gva = cursor_gva(chain, cursor, &left);

	*n = piece(gva, size < left ? size : left);
	cursor->offset += *n;
	return reach(vq, &chain->window, gva, write, "buffer outside memory");
}

bool vq_read(struct virtqueue *vq, struct vq_chain *chain, void *to,
		uint32_t size)
{
	uint8_t *p = to;

	if (size > chain->readable)
		return false;
	chain->readable -= size;
	while (size) {
		uint32_t n;
		const uint8_t *at = cursor_reach(vq, chain, &chain->reader,
				size, false, &n);

		if (!at)
			return false;
		memcpy(p, at, n);
		p += n;
		size -= n;
	}
	return true;
}

bool vq_write(struct virtqueue *vq, struct vq_chain *chain, const void *from,
		uint32_t size)
{
	const uint8_t *p = from;

	if (size > chain->writable)
		return false;
	chain->writable -= size;
	chain->written += size;
	while (size) {
		uint32_t n;
		uint8_t *at = cursor_reach(vq, chain, &chain->writer, size,
				true, &n);

		if (!at)
			return false;
		memcpy(at, p, n);
		p += n;
		size -= n;
	}
	return true;
}

bool vq_skip_read(struct vq_chain *chain, uint32_t size)
{
	if (size > chain->readable)
		return false;
	chain->readable -= size;
	cursor_skip(chain, &chain->reader, size);
	return true;
}

bool vq_skip_write(struct vq_chain *chain, uint32_t size)
{
	if (size > chain->writable)
		return false;
	chain->writable -= size;
	chain->written += size;
	cursor_skip(chain, &chain->writer, size);
	return true;
}
