/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of bytes in pages that exist only while they hold data: pure, also
 * built on the host.
 */
#ifndef PIPUX_RING_H
#define PIPUX_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	char **page;		/* one slot per page; NULL: empty */
	char *spare;		/* the last page that became free */
	uint32_t pages;		/* slots, a power of two */
	uint32_t head;		/* offset of the first byte */
	uint32_t len;
};

bool ring_init(struct ring *r, uint32_t pages);	/* false: no memory */
void ring_destroy(struct ring *r);
uint32_t ring_size(const struct ring *r);
static inline uint32_t ring_room(const struct ring *r)
{
	return r->pages * 4096 - r->len;
}

/*
 * The first stretch that data can be taken from or put to, and its length:
 * 0 when there is none.  NULL from ring_put_at: no memory.  ring_*_done says
 * how much of it was used.
 */
const char *ring_get_at(const struct ring *r, uint32_t *n);
void ring_get_done(struct ring *r, uint32_t n);
char *ring_put_at(struct ring *r, uint32_t *n);
void ring_put_done(struct ring *r, uint32_t n);

/* Changes the number of pages: 0, -EBUSY if too much is in it, -ENOMEM */
int ring_resize(struct ring *r, uint32_t pages);

#endif
