/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/drivers/virtqueue.c */
/* FLAGS: -isystem build/linux-headers */
/*
 * pipux's side of a virtqueue against a device that is right, one that is
 * slow, and one that writes whatever it likes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "guests/pipux/drivers/virtio.h"
#include <pipux/vmm.h>

#define SIZE	16u
#define COOKIES	64u

void *calloc(size_t n, size_t size);
void free(void *p);
int rand(void);

static struct virtio_device dev;
static struct virtqueue *vq;
static unsigned notified, broke;
static uint16_t device_avail;		/* what the device has taken */
static struct virtq_desc tables[COOKIES][3];

void *kzalloc(size_t n)
{
	return calloc(1, n);
}

void kfree(void *p)
{
	free(p);
}

void *pages_alloc(unsigned order)
{
	return calloc(1, (size_t)PAGE_SIZE << order);
}

void pages_free(void *p, unsigned order)
{
	free(p);
}

uint32_t vmm_virtio_read(uint32_t device, uint32_t offset, uint32_t width)
{
	assert_int_equal(offset, VIRTIO_QUEUE_NUM_MAX);
	return SIZE;
}

void vmm_virtio_write(uint32_t device, uint32_t offset, uint32_t width,
		uint32_t value)
{
}

void vmm_virtio_notify(uint32_t device, uint32_t queue)
{
	notified++;
}

void virtio_break(struct virtio_device *d, const char *why)
{
	broke++;
	d->broken = true;
}

static int setup(uint64_t features)
{
	dev = (struct virtio_device){ .features = features };
	notified = broke = 0;
	device_avail = 0;
	vq = virtqueue_new(&dev, 0, 256, NULL);
	return vq ? 0 : -1;
}

static int plain(void **state)
{
	return setup(0);
}

static int modern(void **state)
{
	return setup(1ull << VIRTIO_F_INDIRECT_DESC
		| 1ull << VIRTIO_F_EVENT_IDX);
}

static int teardown(void **state)
{
	virtqueue_free(vq);
	return 0;
}

static void *cookie(unsigned i)
{
	return tables[i];
}

static int add(unsigned i, unsigned n)
{
	static char data[3];

	for (unsigned d = 0; d < n; d++)
		virtq_set(&tables[i][d], &data[d], 1, d == n - 1);
	return virtqueue_add(vq, tables[i], n, cookie(i));
}

/* The device gives the oldest chain back; false: it has none */
static bool device_use(uint32_t len)
{
	volatile struct virtq_used_elem *e;

	if (device_avail == vq->avail->idx)
		return false;
	e = &vq->used->ring[vq->used->idx % vq->size];
	e->id = vq->avail->ring[device_avail++ % vq->size];
	e->len = len;
	vq->used->idx++;
	return true;
}

static volatile uint16_t *avail_event(void)
{
	return (volatile uint16_t *)&vq->used->ring[vq->size];
}

static void test_size(void **state)
{
	assert_int_equal(vq->size, SIZE);
	assert_int_equal(vq->free, SIZE);
	assert_null(virtqueue_get(vq, &(uint32_t){ 0 }));
}

static void test_direct_chains(void **state)
{
	uint32_t len;
	unsigned i = 0;

	while (add(i, 3) == 0)
		i++;
	assert_int_equal(i, SIZE / 3);
	assert_int_equal(add(i, 3), -ENOSPC);
	assert_int_equal(add(i, 1), 0);
	for (unsigned n = 0; n <= i; n++) {
		assert_true(device_use(n));
		assert_ptr_equal(virtqueue_get(vq, &len), cookie(n));
		assert_int_equal(len, n);
	}
	assert_int_equal(vq->free, SIZE);
}

static void test_indirect_chains(void **state)
{
	for (unsigned i = 0; i < SIZE; i++)
		assert_int_equal(add(i, 3), 0);
	assert_int_equal(add(SIZE, 3), -ENOSPC);
	assert_int_equal(vq->desc[0].flags, VIRTQ_DESC_F_INDIRECT);
	assert_int_equal(vq->desc[0].len, 3 * sizeof(struct virtq_desc));
	assert_int_equal(tables[0][0].flags, VIRTQ_DESC_F_NEXT);
	assert_int_equal(tables[0][2].flags, VIRTQ_DESC_F_WRITE);
}

/* Long enough for the indices to wrap around, several under way at a time */
static void test_many(void **state)
{
	uint32_t len, taken = 0;

	for (uint32_t i = 0; i < 200000; i++) {
		assert_int_equal(add(i % COOKIES, 1 + i % 3), 0);
		virtqueue_notify(vq);
		if (i % 5 == 4)
			while (device_use(1))
				;
		while (virtqueue_used(vq)) {
			assert_ptr_equal(virtqueue_get(vq, &len),
				cookie(taken % COOKIES));
			taken++;
		}
	}
	assert_int_equal(taken, 200000);
	assert_int_equal(vq->free, SIZE);
	assert_int_equal(broke, 0);
}

static void test_notify_is_wanted(void **state)
{
	*avail_event() = 1;
	assert_int_equal(add(0, 1), 0);
	virtqueue_notify(vq);
	assert_int_equal(notified, 0);
	assert_int_equal(add(1, 1), 0);
	virtqueue_notify(vq);
	assert_int_equal(notified, 1);
	virtqueue_notify(vq);
	assert_int_equal(notified, 1);
}

static void test_no_notify_flag(void **state)
{
	vq->used->flags = VIRTQ_USED_F_NO_NOTIFY;
	assert_int_equal(add(0, 1), 0);
	virtqueue_notify(vq);
	assert_int_equal(notified, 0);
	vq->used->flags = 0;
	assert_int_equal(add(1, 1), 0);
	virtqueue_notify(vq);
	assert_int_equal(notified, 1);
}

static void test_interrupts(void **state)
{
	volatile uint16_t *event = &vq->avail->ring[vq->size];

	assert_int_equal(add(0, 1), 0);
	(void)virtqueue_interrupts(vq, false);
	assert_false(virtq_need_event(*event, 1, 0));
	assert_false(virtqueue_interrupts(vq, true));
	assert_true(virtq_need_event(*event, 1, 0));
	(void)device_use(1);
	assert_true(virtqueue_interrupts(vq, true));
}

static void test_bad_ids(void **state)
{
	static const uint32_t id[] = { 1, SIZE, ~0u, 0x10000 };
	uint32_t len;

	for (size_t i = 0; i < sizeof(id) / sizeof(id[0]); i++) {
		teardown(NULL);
		modern(NULL);
		assert_int_equal(add(0, 1), 0);
		vq->used->ring[0].id = id[i];
		vq->used->idx = 1;
		assert_null(virtqueue_get(vq, &len));
		assert_int_equal(broke, 1);
		assert_int_equal(add(1, 1), -EIO);
		assert_false(virtqueue_used(vq));
		assert_ptr_equal(virtqueue_take_back(vq), cookie(0));
		assert_null(virtqueue_take_back(vq));
	}
}

static void test_used_twice(void **state)
{
	uint32_t len;

	assert_int_equal(add(0, 2), 0);
	vq->used->idx = 2;
	assert_ptr_equal(virtqueue_get(vq, &len), cookie(0));
	assert_null(virtqueue_get(vq, &len));
	assert_int_equal(broke, 1);
}

/* Garbage in the used ring and its index: an end, never a bad access */
static void test_random(void **state)
{
	for (unsigned round = 0; round < 2000; round++) {
		uint32_t len, n = 0, given = 0;

		teardown(NULL);
		setup(rand() % 2 ? 1ull << VIRTIO_F_EVENT_IDX : 0);
		while (given < COOKIES && add(given, 1 + rand() % 3) == 0)
			given++;
		for (unsigned i = 0; i < SIZE; i++)
			vq->used->ring[i].id = rand() % (rand() % 4 ? SIZE
				: 1000);
		vq->used->idx = rand();
		*avail_event() = rand();
		while (virtqueue_get(vq, &len))
			n++;
		virtqueue_notify(vq);
		dev.broken = true;
		while (virtqueue_take_back(vq))
			n++;
		assert_int_equal(n, given);
		assert_int_equal(vq->free, SIZE);
	}
}

#define TEST(f, start)	cmocka_unit_test_setup_teardown(f, start, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_size, plain),
		TEST(test_direct_chains, plain),
		TEST(test_indirect_chains, modern),
		TEST(test_many, plain),
		TEST(test_many, modern),
		TEST(test_notify_is_wanted, modern),
		TEST(test_no_notify_flag, plain),
		TEST(test_interrupts, modern),
		TEST(test_bad_ids, modern),
		TEST(test_used_twice, plain),
		TEST(test_random, plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
