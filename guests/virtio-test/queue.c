/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Split virtqueues: chains, indirect tables, interrupts and their
 * suppression.  On the entropy device, which takes any writable buffer.
 */
#include "test.h"

static struct queue queue;
static uint8_t bytes[3 * PAGE_SIZE] PAGE_ALIGNED;
static uint32_t device;

static void begin(uint64_t features)
{
	virtio_begin(device, features);
	queue_init(&queue, device, 0);
	virtio_go(device);
	(void)take_pending(VIRTIO_IRQ(device));
}

static bool used_one(void)
{
	struct virtq_used_elem elem;

	return queue_take(&queue, &elem);
}

static bool filled(const uint8_t *from, uint32_t size)
{
	uint32_t zeros = 0;

	for (uint32_t i = 0; i < size; i++)
		zeros += !from[i];
	return zeros < size / 64 + 3;
}

static void test_chains(void)
{
	const struct buffer one = { bytes + 100, 64, true };
	const struct buffer across = { bytes + PAGE_SIZE - 32, 64, true };
	const struct buffer three[] = {
		{ bytes + 1, 7, true }, { bytes + 2 * PAGE_SIZE - 3, 21, true },
		{ bytes + 4000, 0, true },
	};

	begin(0);
	memset(bytes, 0, sizeof(bytes));
	ok(queue_do(&queue, &one, 1) == 64 && filled(bytes + 100, 64),
		"one buffer");
	ok(!bytes[99] && !bytes[164], "and nothing beside it");
	ok(queue_do(&queue, &across, 1) == 64
		&& filled(bytes + PAGE_SIZE - 32, 64), "one across two pages");
	ok(queue_do(&queue, three, 3) == 28 && filled(bytes + 1, 7)
		&& filled(bytes + 2 * PAGE_SIZE - 3, 21), "a chain of three");
	ok(!bytes[0] && !bytes[8] && !bytes[2 * PAGE_SIZE + 18],
		"and nothing beside them");
}

/* Heads are given back whatever their order, and the ring wraps */
static void test_wrap(void)
{
	const struct buffer one = { bytes, 16, true };
	struct virtq_used_elem elem;
	bool good = true;

	for (uint32_t i = 0; i < 3 * QUEUE_SIZE; i++) {
		uint16_t head = queue_add(&queue, &one, 1);

		queue_notify(&queue);
		good &= queue_take(&queue, &elem) && elem.id == head
			&& elem.len == 16;
	}
	ok(good, "192 buffers one by one");
	for (uint32_t i = 0; i < QUEUE_SIZE; i++)
		(void)queue_add(&queue, &one, 1);
	queue_notify(&queue);
	for (uint32_t i = 0; i < QUEUE_SIZE; i++)
		good &= queue_take(&queue, &elem) && elem.len == 16;
	ok(good && !queue_take(&queue, &elem), "64 buffers at once");
}

static void test_interrupts(void)
{
	const struct buffer one = { bytes, 16, true };

	begin(0);
	ok(queue_do(&queue, &one, 1) == 16
		&& virtio_get(device, VIRTIO_INTERRUPT_STATUS)
			== VIRTIO_INT_USED, "InterruptStatus after a buffer");
	ok(take_pending(VIRTIO_IRQ(device)), "its bit in the shared page");
	virtio_put(device, VIRTIO_INTERRUPT_ACK, VIRTIO_INT_USED);
	ok(!virtio_get(device, VIRTIO_INTERRUPT_STATUS), "InterruptACK");
	queue.avail.flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
	(void)queue_add(&queue, &one, 1);
	queue_notify(&queue);
	ok(used_one() && !take_pending(VIRTIO_IRQ(device)),
		"none with NO_INTERRUPT");
	queue.avail.flags = 0;
	virtio_put(device, VIRTIO_QUEUE_NOTIFY, 0);
	(void)queue_add(&queue, &one, 1);
	virtio_put(device, VIRTIO_QUEUE_NOTIFY, 0);
	ok(used_one() && take_pending(VIRTIO_IRQ(device)),
		"QueueNotify does as the fast call does");
}

static void test_event_index(void)
{
	const struct buffer one = { bytes, 16, true };
	uint32_t irqs = 0;

	begin(F(VIRTIO_F_EVENT_IDX));
	ok(queue_do(&queue, &one, 1) == 16, "event index: a first buffer");
	ok(queue.used.avail_event == 1, "avail_event is what comes next");
	(void)take_pending(VIRTIO_IRQ(device));
	queue.avail.used_event = 4;
	for (uint32_t i = 1; i < 4; i++) {
		(void)queue_add(&queue, &one, 1);
		queue_notify(&queue);
		irqs += take_pending(VIRTIO_IRQ(device)) != 0;
	}
	ok(!irqs, "no interrupt before used_event");
	(void)queue_add(&queue, &one, 1);
	queue_notify(&queue);
	ok(take_pending(VIRTIO_IRQ(device)), "one as it is passed");
	(void)queue_add(&queue, &one, 1);
	queue_notify(&queue);
	ok(!take_pending(VIRTIO_IRQ(device)), "and none after it");
}

static void test_indirect(void)
{
	static struct virtq_desc table[4 * QUEUE_SIZE];
	struct buffer ref = { table, 3 * sizeof(*table), false };
	struct virtq_used_elem elem;

	begin(F(VIRTIO_F_INDIRECT_DESC));
	memset(bytes, 0, 64);
	for (uint16_t i = 0; i < 3; i++)
		table[i] = (struct virtq_desc){
			(uint32_t)bytes + 16u * i, 8,
			i < 2 ? VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT
			: VIRTQ_DESC_F_WRITE, (uint16_t)(i + 1),
		};
	queue.desc[queue_add(&queue, &ref, 1)].flags = VIRTQ_DESC_F_INDIRECT;
	queue_notify(&queue);
	ok(queue_take(&queue, &elem) && elem.len == 24 && filled(bytes, 8)
		&& filled(bytes + 32, 8) && !bytes[8],
		"an indirect table of three");
	/* At an odd address, across two pages, behind a direct buffer */
	memcpy(bytes + 2 * PAGE_SIZE - 21, table, sizeof(*table) * 3);
	{
		const struct buffer two[] = {
			{ bytes + 64, 5, true },
			{ bytes + 2 * PAGE_SIZE - 21, 48, false },
		};
		uint16_t head = queue_add(&queue, two, 2);

		queue.desc[(head + 1) % QUEUE_SIZE].flags
			= VIRTQ_DESC_F_INDIRECT;
	}
	queue_notify(&queue);
	ok(queue_take(&queue, &elem) && elem.len == 29,
		"one behind a direct buffer and across pages");
}

void test_queue(void)
{
	print("# virtqueues\n");
	device = virtio_find(VIRTIO_ID_ENTROPY, 0);
	test_chains();
	test_wrap();
	test_interrupts();
	test_event_index();
	test_indirect();
}
