/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layer's ring of its last RING_EVENTS events.  Each layer runs on one
 * processor with interrupts off, so nobody else writes meanwhile.
 *
 * Invariant: an event costs the same number of instructions always, which
 * scripts/trace takes off.  Hence no branch here.
 */
#include "trace_hook.h"

/* Initialized, so that the magic is there without a start */
static struct {
	struct trace_ring ring;
	struct trace_record record[RING_EVENTS];
} trace __attribute__((aligned(4096), used)) = {
	.ring = {
		.magic = TRACE_MAGIC, .layer = RING_LAYER,
		.capacity = RING_EVENTS,
	},
};

_Static_assert(!(RING_EVENTS & (RING_EVENTS - 1)), "a mask, not a division");

/* what: kind | number << 16 */
void trace_put(uint32_t what, uint32_t who, uint32_t a, uint32_t b,
		uint32_t c, uint32_t d)
{
	struct trace_record *r =
		&trace.record[trace.ring.next++ % RING_EVENTS];

	__asm__ volatile("rdtsc" : "=A"(r->tsc));
	r->kind = (uint16_t)what;
	r->number = (uint16_t)(what >> 16);
	r->who = who;
	r->value[0] = a;
	r->value[1] = b;
	r->value[2] = c;
	r->value[3] = d;
}
