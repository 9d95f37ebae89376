/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings that no driver may make.  Each must end in DEVICE_NEEDS_RESET with a
 * configuration interrupt, and a reset must mend it.  On the entropy device.
 */
#include <pip/call.h>

#include "test.h"

#define LENT		5	/* pages for a partition */
#define PIP_WINDOW	0xC0000000u
#define VIDT_PAGE	0xFFFFF000u

static struct queue queue;
static struct virtq_desc table[2 * QUEUE_SIZE];
static uint8_t bytes[PAGE_SIZE] PAGE_ALIGNED;
static uint8_t pages[1 + LENT][PAGE_SIZE] PAGE_ALIGNED;
static uint32_t device;

static void begin(void)
{
	virtio_begin(device, F(VIRTIO_F_INDIRECT_DESC));
	queue_init(&queue, device, 0);
	virtio_go(device);
	(void)take_pending(VIRTIO_IRQ(device));
}

/* After a notification: is all as it must be? */
static void expect_broken(const char *name)
{
	queue_notify(&queue);
	ok(broken(device) && take_pending(VIRTIO_IRQ(device))
		&& virtio_get(device, VIRTIO_INTERRUPT_STATUS)
			& VIRTIO_INT_CONFIG, name);
	begin();
}

/* Makes descriptor 0 available */
static void offer(uint16_t head)
{
	queue.avail.ring[queue.avail.idx % QUEUE_SIZE] = head;
	BARRIER();
	queue.avail.idx++;
	BARRIER();
}

static void one(uint64_t addr, uint32_t len, uint16_t flags, const char *name)
{
	queue.desc[0] = (struct virtq_desc){ addr, len, flags, 0 };
	offer(0);
	expect_broken(name);
}

static void test_indexes(void)
{
	queue.avail.idx = QUEUE_SIZE + 1;
	expect_broken("more available than there are entries");
	queue.avail.idx = 0xFFFF;
	expect_broken("an available index that goes back");
	offer(QUEUE_SIZE);
	expect_broken("a head out of range");
	offer(0xFFFF);
	expect_broken("one far out of range");
	queue.desc[0] = (struct virtq_desc){
		(uint32_t)bytes, 16, VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT,
		QUEUE_SIZE,
	};
	offer(0);
	expect_broken("a next descriptor out of range");
}

static void test_loops(void)
{
	one((uint32_t)bytes, 16, VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT,
		"a descriptor that follows itself");
	one((uint32_t)bytes, 0, VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT,
		"the same without a byte");
	for (uint16_t i = 0; i < QUEUE_SIZE; i++)
		queue.desc[i] = (struct virtq_desc){
			(uint32_t)bytes, 1,
			VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT,
			(uint16_t)((i + 1) % QUEUE_SIZE),
		};
	offer(7);
	expect_broken("a loop through the whole table");
}

static void test_addresses(void)
{
	const uint16_t w = VIRTQ_DESC_F_WRITE;

	one(0, 16, w, "a buffer at address 0");
	one(VMM_GUEST_BASE - 8, 16, w, "one that begins below memory");
	one(INFO->mem_end - 8, 16, w, "one that ends above memory");
	one(INFO->mem_end, 1, w, "one behind memory");
	one(PIP_WINDOW, 16, w, "one in the kernel's window");
	one(VMM_START_INFO, 16, w, "one in the read-only page");
	one(VIDT_PAGE, 16, w, "one in the VIDT");
	one(UINT32_MAX - 7, 16, w, "one that wraps around");
	one((uint32_t)bytes, UINT32_MAX, w, "a length that wraps around");
	one((uint32_t)bytes | (uint64_t)1 << 32, 16, w, "one above 4 GiB");
	one(UINT64_MAX, 16, w, "one at the end of 64 bits");
	queue.desc[0] = (struct virtq_desc){
		(uint32_t)bytes, 16, w | VIRTQ_DESC_F_NEXT, 1 };
	queue.desc[1] = (struct virtq_desc){ (uint32_t)bytes, 16, 0, 0 };
	offer(0);
	expect_broken("a readable buffer behind a writable one");
	for (uint16_t i = 0; i < 2; i++)
		queue.desc[i] = (struct virtq_desc){ 0x400000, 0xB0000000,
			i ? w : w | VIRTQ_DESC_F_NEXT, 1 };
	offer(0);
	expect_broken("a chain longer than 4 GiB");
}

static void indirect(uint64_t addr, uint32_t len, uint16_t flags,
		const char *name)
{
	one(addr, len, flags | VIRTQ_DESC_F_INDIRECT, name);
}

static void test_indirect(void)
{
	const uint32_t at = (uint32_t)table, size = sizeof(*table);

	table[0] = (struct virtq_desc){ (uint32_t)bytes, 8,
		VIRTQ_DESC_F_WRITE, 0 };
	indirect(at, 0, 0, "an empty indirect table");
	indirect(at, size + 1, 0, "one of an odd size");
	indirect(at, size - 1, 0, "one that is too short");
	indirect(at, size, VIRTQ_DESC_F_NEXT, "one that goes on");
	indirect(0, size, 0, "one outside memory");
	indirect(INFO->mem_end - 8, size, 0, "one that ends outside");
	indirect(UINT32_MAX - 15, 32, 0, "one that wraps around");
	indirect((uint64_t)1 << 40, size, 0, "one above 4 GiB");
	table[0].flags = VIRTQ_DESC_F_INDIRECT;
	indirect(at, size, 0, "one within another");
	table[0].flags = VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT;
	indirect(at, size, 0, "a loop in one");
	table[0].next = 1;
	indirect(at, size, 0, "a next descriptor behind its end");
	for (uint16_t i = 0; i < 2 * QUEUE_SIZE; i++)
		table[i] = (struct virtq_desc){ (uint32_t)bytes, 1,
			VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_NEXT,
			(uint16_t)(i + 1) };
	table[2 * QUEUE_SIZE - 1].flags = VIRTQ_DESC_F_WRITE;
	indirect(at, sizeof(table), 0, "one longer than the queue");
	virtio_begin(device, 0);
	queue_init(&queue, device, 0);
	virtio_go(device);
	(void)take_pending(VIRTIO_IRQ(device));
	table[0].flags = VIRTQ_DESC_F_WRITE;
	indirect(at, size, 0, "one that was not negotiated");
}

/* A queue with these numbers is refused when it is made ready, or used */
static void queue_with(uint32_t size, uint64_t desc, uint64_t avail,
		uint64_t used, const char *name)
{
	virtio_begin(device, 0);
	virtio_put(device, VIRTIO_QUEUE_SEL, 0);
	virtio_put(device, VIRTIO_QUEUE_NUM, size);
	virtio_put(device, VIRTIO_QUEUE_DESC_LOW, (uint32_t)desc);
	virtio_put(device, VIRTIO_QUEUE_DESC_HIGH, (uint32_t)(desc >> 32));
	virtio_put(device, VIRTIO_QUEUE_DRIVER_LOW, (uint32_t)avail);
	virtio_put(device, VIRTIO_QUEUE_DRIVER_HIGH, (uint32_t)(avail >> 32));
	virtio_put(device, VIRTIO_QUEUE_DEVICE_LOW, (uint32_t)used);
	virtio_put(device, VIRTIO_QUEUE_DEVICE_HIGH, (uint32_t)(used >> 32));
	virtio_put(device, VIRTIO_QUEUE_READY, 1);
	virtio_go(device);
	queue_notify(&queue);
	ok(broken(device), name);
}

/* A buffer is available before the queue is made ready */
static void prepare(void)
{
	memset(&queue.avail, 0, sizeof(queue.avail));
	queue.desc[0] = (struct virtq_desc){
		(uint32_t)bytes, 16, VIRTQ_DESC_F_WRITE, 0 };
	queue.avail.idx = 1;
}

static void test_setup(void)
{
	const uint32_t d = (uint32_t)queue.desc, a = (uint32_t)&queue.avail;
	const uint32_t u = (uint32_t)&queue.used, n = QUEUE_SIZE;

	prepare();
	queue_with(0, d, a, u, "a queue without entries");
	queue_with(3, d, a, u, "one of three");
	queue_with(2 * VIRTIO_QUEUE_MAX, d, a, u, "one that is too large");
	queue_with(1u << 31, d, a, u, "one of 2^31");
	queue_with(n, d + 8, a, u, "misaligned descriptors");
	queue_with(n, d, a + 1, u, "a misaligned available ring");
	queue_with(n, d, a, u + 2, "a misaligned used ring");
	queue_with(n, 0, a, u, "descriptors outside memory");
	queue_with(n, d, 0x1000, u, "an available ring outside memory");
	queue_with(n, d, a, INFO->mem_end, "a used ring outside memory");
	queue_with(n, d, a, VMM_START_INFO, "one in the read-only page");
	queue_with(n, d, a, VIDT_PAGE, "one in the VIDT");
	queue_with(n, d | (uint64_t)1 << 32, a, u, "descriptors above 4 GiB");
	queue_with(n, d, a | (uint64_t)1 << 63, u, "an available ring there");
	queue_with(n, d, a, 0xFFFFFFFC, "a used ring that wraps around");
	begin();
}

/* Pages that Pip has are in nobody's reach */
static void test_lent(void)
{
	const uint32_t p = (uint32_t)pages[1];

	ok(Pip_CreatePartition(p, p + 0x1000, p + 0x2000, p + 0x3000,
		p + 0x4000) == 1, "a partition takes five pages");
	one(p, 16, VIRTQ_DESC_F_WRITE, "a buffer lent to Pip");
	one(p - 8, 16, VIRTQ_DESC_F_WRITE,
		"one that ends in such a page");
	prepare();
	queue_with(QUEUE_SIZE, (uint32_t)queue.desc, (uint32_t)&queue.avail,
		p, "a used ring lent to Pip");
	queue_with(QUEUE_SIZE, p, (uint32_t)&queue.avail,
		(uint32_t)&queue.used, "descriptors lent to Pip");
	begin();
	(void)Pip_DeletePartition(p);
	queue.desc[0] = (struct virtq_desc){ p, 16, VIRTQ_DESC_F_WRITE, 0 };
	offer(0);
	queue_notify(&queue);
	ok(!broken(device) && queue.used.idx == 1, "and back it is good");
}

void test_malformed(void)
{
	print("# malformed rings\n");
	device = virtio_find(VIRTIO_ID_ENTROPY, 0);
	begin();
	test_indexes();
	test_loops();
	test_addresses();
	test_indirect();
	test_setup();
	test_lent();
	virtio_put(device, VIRTIO_STATUS, 0);
}
