/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random registers, rings and notifications: the VMM must survive, and the
 * device must work after a reset.  Addresses that are good lie in `scratch`,
 * for the device does write where it is told.
 */
#include "test.h"

#define ROUNDS	5000u

static uint8_t scratch[8][PAGE_SIZE] PAGE_ALIGNED;
static struct queue queue;

/* xorshift, Marsaglia 2003 */
static uint32_t random32(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

static uint32_t random_address(void)
{
	static const uint32_t bad[] = {
		0, 0x1000, VMM_GUEST_BASE - 16, VMM_START_INFO, 0xC0000000,
		0xFFFFFFF0, 0xFFFFF000, 0xBFFFFFF8,
	};

	return random32() % 16 ? (uint32_t)scratch + random32()
		% (sizeof(scratch) - PAGE_SIZE) / 16 * 16
		: bad[random32() % 8];
}

static void random_rings(void)
{
	uint16_t *half = (void *)scratch;

	for (uint32_t i = 0; i < QUEUE_SIZE; i++)
		queue.desc[i] = (struct virtq_desc){ random_address(),
			random32() % 8 ? random32() % PAGE_SIZE : random32(),
			random32() % 4 ? VIRTQ_DESC_F_WRITE | (random32() & 1)
			: (uint16_t)(random32() % 8),
			(uint16_t)(random32() % (QUEUE_SIZE + 1)) };
	for (uint32_t i = 0; i < QUEUE_SIZE; i++)
		queue.avail.ring[i] = (uint16_t)(random32() % QUEUE_SIZE);
	queue.avail.idx = (uint16_t)(queue.avail.idx + random32() % 70);
	for (uint32_t i = 0; i < 2048; i++)
		half[random32() % (sizeof(scratch) / 2)]
			= (uint16_t)random32();
}

static uint32_t random_value(uint32_t reg)
{
	switch (reg) {
	case VIRTIO_QUEUE_NUM:
		return random32() % 4 ? QUEUE_SIZE : random32() % 1024;
	case VIRTIO_STATUS:
		return random32() % 8 ? 15 : random32() % 256;
	case VIRTIO_QUEUE_DESC_HIGH:
	case VIRTIO_QUEUE_DRIVER_HIGH:
	case VIRTIO_QUEUE_DEVICE_HIGH:
		return random32() % 16 == 0;
	case VIRTIO_DRIVER_FEATURES_SEL:
	case VIRTIO_QUEUE_SEL:
	case VIRTIO_QUEUE_NOTIFY:
	case VIRTIO_QUEUE_READY:
		return random32() % 3;
	}
	return random_address();
}

static void fuzz(uint32_t device)
{
	uint32_t broke = 0;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t reg = random32() % 0x110 & ~3u;

		if (i % 16 == 0) {
			virtio_begin(device, random32() % 4 ? ALL_FEATURES
				: 0);
			queue_init(&queue, device, random32() % 2);
			virtio_go(device);
			random_rings();
		}
		if (random32() % 2)
			(void)virtio_put(device, reg, random_value(reg));
		else
			(void)hypercall(VMM_HC_VIRTIO_NOTIFY, device,
				random32() % 3, 0, 0);
		broke += broken(device);
	}
	ok(broke > ROUNDS / 100, "many of them broke the device");
	virtio_put(device, VIRTIO_STATUS, 0);
	ok(!virtio_get(device, VIRTIO_STATUS), "a reset mends it");
}

void test_fuzz(void)
{
	uint32_t net = virtio_find(VIRTIO_ID_NET, 0);

	print("# random requests\n");
	fuzz(virtio_find(VIRTIO_ID_ENTROPY, 0));
	if (net != VIRTIO_DEVICES_MAX)
		fuzz(net);
}
