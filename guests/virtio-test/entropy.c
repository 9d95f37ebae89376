/* SPDX-License-Identifier: BSD-2-Clause */
#include "test.h"

static struct queue queue;
static uint8_t bytes[8192];

/* How often each value occurs in random bytes is within wide bounds */
static bool even(const uint8_t *from, uint32_t size)
{
	uint32_t ones = 0;

	for (uint32_t i = 0; i < size; i++)
		for (int bit = 0; bit < 8; bit++)
			ones += from[i] >> bit & 1;
	return ones > size * 4 - size / 4 && ones < size * 4 + size / 4;
}

void test_entropy(void)
{
	uint32_t device = virtio_find(VIRTIO_ID_ENTROPY, 0);
	const struct buffer a = { bytes, 2048, true };
	const struct buffer b = { bytes + 2048, 2048, true };
	const struct buffer large = { bytes, sizeof(bytes), true };
	const struct buffer wrong = { bytes, 64, false };
	int32_t got;

	print("# entropy\n");
	virtio_begin(device, ALL_FEATURES);
	queue_init(&queue, device, 0);
	virtio_go(device);
	ok(queue_do(&queue, &a, 1) == 2048 && queue_do(&queue, &b, 1) == 2048,
		"two buffers");
	ok(even(bytes, 4096), "half of the bits are set");
	ok(memcmp(bytes, bytes + 2048, 2048), "they differ");
	got = queue_do(&queue, &large, 1);
	ok(got > 0 && (uint32_t)got <= sizeof(bytes), "a large buffer");
	ok(queue_do(&queue, &wrong, 1) == 0, "one that it cannot write");
	ok(virtio_config(device, 0, 4) == 0, "no configuration");
	virtio_put(device, VIRTIO_STATUS, 0);
}
