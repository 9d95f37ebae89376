/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of bytes.  Indexes run freely: head - tail is the fill.  Pure.
 */
#ifndef VMM_RING_H
#define VMM_RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_SIZE	8192u	/* a power of two */

struct ring {
	uint32_t head;		/* bytes ever put */
	uint32_t tail;		/* bytes ever taken */
	uint8_t data[RING_SIZE];
};

static inline bool ring_empty(const struct ring *ring)
{
	return ring->head == ring->tail;
}

static inline bool ring_full(const struct ring *ring)
{
	return ring->head - ring->tail == RING_SIZE;
}

/* The ring must not be full */
static inline void ring_put(struct ring *ring, uint8_t byte)
{
	ring->data[ring->head++ % RING_SIZE] = byte;
}

/* The ring must not be empty */
static inline uint8_t ring_take(struct ring *ring)
{
	return ring->data[ring->tail++ % RING_SIZE];
}

/* The ring must not be empty */
static inline uint8_t ring_first(const struct ring *ring)
{
	return ring->data[ring->tail % RING_SIZE];
}

/* Makes room by dropping the oldest byte */
static inline void ring_force(struct ring *ring, uint8_t byte)
{
	if (ring_full(ring))
		ring->tail++;
	ring_put(ring, byte);
}

#endif
