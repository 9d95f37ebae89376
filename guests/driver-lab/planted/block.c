/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The solution with one mistake planted in its way to the queue, to be found
 * with gdb: docs/debugging.md looks for it.
 */
#include "lab.h"

static int32_t planted_do(struct queue *queue, const struct buffer *buffers,
		uint32_t count)
{
	struct virtq_used_elem elem;

	(void)queue_add(queue, buffers, count);
	while (!queue_take(queue, &elem))
		(void)wait_for(VIRTIO_IRQ(queue->device), 10000);
	return (int32_t)elem.len;
}

#define queue_do	planted_do
#include "../solution/block.c"
