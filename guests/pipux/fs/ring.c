/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The byte ring of a pipe.  Invariant: a slot has a page if a byte of the
 * ring lies in it; when the ring is empty, head stands at a page's start, so
 * that a writer and a reader in step use the same page for ever.
 */
#include "ring.h"
#include <pipux/mm.h>

bool ring_init(struct ring *r, uint32_t pages)
{
	r->page = kzalloc(pages * sizeof(*r->page));
	r->spare = NULL;
	r->pages = pages;
	r->head = r->len = 0;
	return r->page != NULL;
}

void ring_destroy(struct ring *r)
{
	for (uint32_t i = 0; i < r->pages; i++)
		if (r->page[i])
			page_free(r->page[i]);
	if (r->spare)
		page_free(r->spare);
	kfree(r->page);
}

uint32_t ring_size(const struct ring *r)
{
	return r->pages * PAGE_SIZE;
}

static uint32_t slot(const struct ring *r, uint32_t off)
{
	return off >> PAGE_SHIFT & (r->pages - 1);
}

const char *ring_get_at(const struct ring *r, uint32_t *n)
{
	uint32_t off = r->head & ~PAGE_MASK;

	*n = MIN(r->len, PAGE_SIZE - off);
	return *n ? r->page[slot(r, r->head)] + off : NULL;
}

static void drop_page(struct ring *r, uint32_t i)
{
	if (r->spare)
		page_free(r->page[i]);
	else
		r->spare = r->page[i];
	r->page[i] = NULL;
}

void ring_get_done(struct ring *r, uint32_t n)
{
	uint32_t old = slot(r, r->head);

	r->head += n;
	r->len -= n;
	if (slot(r, r->head) != old || (r->pages == 1 && !r->len)) {
		/* a full ring's end may lie in the page that head left */
		if (r->len <= (r->pages - 1) * PAGE_SIZE)
			drop_page(r, old);
	}
	if (r->len == 0)
		r->head &= PAGE_MASK;
	r->head &= ring_size(r) - 1;
}

char *ring_put_at(struct ring *r, uint32_t *n)
{
	uint32_t tail = r->head + r->len, off = tail & ~PAGE_MASK;
	uint32_t i = slot(r, tail);

	*n = MIN(ring_room(r), PAGE_SIZE - off);
	if (!*n)
		return NULL;
	if (!r->page[i]) {
		r->page[i] = r->spare ? r->spare : page_alloc();
		r->spare = NULL;
	}
	return r->page[i] ? r->page[i] + off : NULL;
}

void ring_put_done(struct ring *r, uint32_t n)
{
	r->len += n;
}

/* Copies what is in `from` into the empty `to`: false when out of memory */
static bool ring_copy(struct ring *to, const struct ring *from)
{
	struct ring r = *from;		/* reads without dropping pages */
	const char *src;
	uint32_t n, k;
	char *dst;

	while ((src = ring_get_at(&r, &n))) {
		dst = ring_put_at(to, &k);
		if (!dst)
			return false;
		k = MIN(n, k);
		memcpy(dst, src, k);
		ring_put_done(to, k);
		r.head = (r.head + k) & (ring_size(&r) - 1);
		r.len -= k;
	}
	return true;
}

int ring_resize(struct ring *r, uint32_t pages)
{
	struct ring to;

	if (r->len > pages * PAGE_SIZE)
		return -EBUSY;
	if (pages == r->pages)
		return 0;
	if (!ring_init(&to, pages))
		return -ENOMEM;
	if (!ring_copy(&to, r)) {
		ring_destroy(&to);
		return -ENOMEM;
	}
	ring_destroy(r);
	*r = to;
	return 0;
}
