/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of events of an aio_context: memory shared with the program, which
 * may take events out of it by itself (libaio does look into it).
 *
 * Of what lies there the kernel believes only the position of the reader,
 * reduced to the ring's size: who writes nonsense harms itself.
 */
#include "aio.h"
#include <pipux/setting.h>
#include <linux/mman.h>

#define RING_MAGIC	0xA10A10A1u
#define RING_BYTES_MAX	0x10000000u
#define EVENTS_MIN	4u
#define PER_PAGE	(PAGE_SIZE / sizeof(struct io_event))

/* As libaio has it; the events follow */
struct ring {
	uint32_t id, slots, head, tail;
	uint32_t magic, compat, incompat, header_bytes;
};

_Static_assert(sizeof(struct ring) == sizeof(struct io_event),
	"an event does not cross pages");

/* NULL: the program gave the page back and there is no other */
static struct ring *ring_of(const struct aio_context *ctx)
{
	struct ring *r = shm_page(ctx->ring, 0);

	return IS_ERR(r) ? NULL : r;
}

static struct io_event *slot(const struct aio_context *ctx, uint32_t i)
{
	struct io_event *page = shm_page(ctx->ring, (i + 1) / PER_PAGE);

	return IS_ERR(page) ? NULL : page + (i + 1) % PER_PAGE;
}

static uint32_t head_of(const struct aio_context *ctx)
{
	const struct ring *r = ring_of(ctx);

	return r ? r->head % ctx->slots : ctx->tail;
}

static int ring_fill(struct aio_context *ctx)
{
	struct ring *r = ring_of(ctx);

	for (uint32_t i = 0; i < ctx->pages; i++)
		if (IS_ERR(shm_page(ctx->ring, i)))
			return -ENOMEM;
	if (!r)
		return -ENOMEM;
	*r = (struct ring){ .slots = ctx->slots,
		.magic = RING_MAGIC, .compat = 1,
		.header_bytes = sizeof(struct ring) };
	return 0;
}

/* As many slots as Linux makes: programs find out by EAGAIN */
long aio_ring_make(struct aio_context *ctx, uint32_t events)
{
	struct mm *mm = current->mm;
	uint32_t n = 2 * MAX(events, EVENTS_MIN), bytes;
	long at;

	if (n > RING_BYTES_MAX / sizeof(struct io_event))
		return -EINVAL;
	if (!n || events > (uint32_t)setting_aio_max)
		return -EAGAIN;
	bytes = PAGE_ALIGN(sizeof(struct ring)
		+ (n + 2) * sizeof(struct io_event));
	at = do_mmap(mm, 0, bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, NULL, 0);
	if (IS_ERR(at))
		return -ENOMEM;
	ctx->ring = shm_get(vma_find(mm, at)->shm);
	ctx->pages = bytes >> PAGE_SHIFT;
	ctx->slots = bytes / sizeof(struct io_event) - 1;
	if (!ring_fill(ctx))
		return at;
	(void)do_munmap(mm, at, bytes);
	return -ENOMEM;
}

static uint32_t ring_used(const struct aio_context *ctx)
{
	return (ctx->tail + ctx->slots - head_of(ctx)) % ctx->slots;
}

bool aio_ring_empty(const struct aio_context *ctx)
{
	return ring_used(ctx) == 0;
}

/* For requests: each that is not complete will want a slot */
uint32_t aio_ring_room(const struct aio_context *ctx)
{
	uint32_t used = ring_used(ctx) + ctx->busy;

	return used < ctx->slots - 1 ? ctx->slots - 1 - used : 0;
}

void aio_ring_push(struct aio_context *ctx, const struct io_event *e)
{
	struct io_event *to = slot(ctx, ctx->tail);
	struct ring *r = ring_of(ctx);

	if (to)
		*to = *e;
	ctx->tail = (ctx->tail + 1) % ctx->slots;
	if (r)
		r->tail = ctx->tail;
}

static void set_head(const struct aio_context *ctx, uint32_t head)
{
	struct ring *r = ring_of(ctx);

	if (r)
		r->head = head;
}

/* An event is taken before it is copied, which may sleep */
long aio_ring_take(struct aio_context *ctx, struct io_event *uevents, long n)
{
	uint32_t first = head_of(ctx), head;
	long got;

	for (got = 0; got < n && (head = head_of(ctx)) != ctx->tail; got++) {
		const struct io_event *from = slot(ctx, head);
		uint32_t next = (head + 1) % ctx->slots;
		struct io_event e = { 0 };

		if (from)
			e = *from;
		set_head(ctx, next);
		if (copy_to_user(uevents + got, &e, sizeof(e))) {
			if (head_of(ctx) == next)
				set_head(ctx, first);
			return -EFAULT;
		}
	}
	return got;
}
