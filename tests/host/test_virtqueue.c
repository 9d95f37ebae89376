/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: vmm-partition/virtio/virtqueue.c */
/* FLAGS: -Ipip/lib/include -Ivmm-partition */
/*
 * The device's side of a virtqueue: good chains, malformed rings, and random
 * ones, in a guest memory whose pages lie apart so that ASan sees each end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "virtio/virtqueue.h"

#define BASE		0x400000u
#define PAGES		16u
#define N		8u		/* entries */
#define DESC		BASE
#define AVAIL		(BASE + VQ_PAGE)
#define USED		(BASE + 2 * VQ_PAGE)
#define DATA		(BASE + 3 * VQ_PAGE)
#define READ_ONLY	14u		/* page */
#define LENT		15u

static uint8_t *page[PAGES];
static struct virtqueue vq;
static struct vq_chain chain;
static unsigned long gates;

static void *gate(void *owner, uint32_t gva, bool write)
{
	uint32_t n = (gva - BASE) / VQ_PAGE;

	assert_ptr_equal(owner, page);
	assert_int_equal(gva % VQ_PAGE, 0);
	gates++;
	if (n >= PAGES || n == LENT || (write && n == READ_ONLY))
		return NULL;
	return page[n];
}

static void store(uint32_t gva, const void *from, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		page[(gva + i - BASE) / VQ_PAGE][(gva + i) % VQ_PAGE]
			= ((const uint8_t *)from)[i];
}

static uint8_t byte_at(uint32_t gva)
{
	return page[(gva - BASE) / VQ_PAGE][gva % VQ_PAGE];
}

static uint16_t half_at(uint32_t gva)
{
	return (uint16_t)(byte_at(gva) | byte_at(gva + 1) << 8);
}

static void set_half(uint32_t gva, uint16_t value)
{
	store(gva, &value, 2);
}

static void set_desc(uint32_t table, uint32_t i, uint64_t addr, uint32_t len,
		uint16_t flags, uint16_t next)
{
	struct virtq_desc d = { addr, len, flags, next };

	store(table + i * 16, &d, 16);
}

static void offer(uint16_t head)
{
	uint16_t idx = half_at(AVAIL + 2);

	set_half(AVAIL + 4 + idx % N * 2, head);
	set_half(AVAIL + 2, (uint16_t)(idx + 1));
}

static int fresh(void **state)
{
	for (uint32_t i = 0; i < PAGES; i++) {
		free(page[i]);
		page[i] = calloc(1, VQ_PAGE);
	}
	vq.gate = gate;
	vq.owner = page;
	vq_reset(&vq);
	vq.size = N;
	vq.desc = DESC;
	vq.avail = AVAIL;
	vq.used = USED;
	vq.indirect = true;
	vq_start(&vq);
	assert_null(vq.error);
	return 0;
}

static void expect_error(const char *error)
{
	assert_false(vq_peek(&vq, &chain));
	assert_non_null(vq.error);
	assert_string_equal(vq.error, error);
	assert_false(vq_finish(&vq));
	fresh(NULL);
}

static void test_good(void **state)
{
	uint8_t in[40], out[40];

	for (int i = 0; i < 40; i++)
		in[i] = (uint8_t)(i + 1);
	/* 8 bytes across a page, 32 more, then 40 writable across another */
	set_desc(DESC, 3, DATA + VQ_PAGE - 4, 8, VIRTQ_DESC_F_NEXT, 5);
	set_desc(DESC, 5, DATA + 100, 32, VIRTQ_DESC_F_NEXT, 0);
	set_desc(DESC, 0, DATA + 2 * VQ_PAGE - 1, 40, VIRTQ_DESC_F_WRITE, 9);
	store(DATA + VQ_PAGE - 4, in, 8);
	store(DATA + 100, in + 8, 32);
	assert_false(vq_peek(&vq, &chain));
	assert_null(vq.error);
	offer(3);
	vq_open(&vq);
	assert_true(vq_peek(&vq, &chain));
	assert_int_equal(chain.readable, 40);
	assert_int_equal(chain.writable, 40);
	assert_true(vq_read(&vq, &chain, out, 1));
	assert_true(vq_skip_read(&chain, 5));
	assert_true(vq_read(&vq, &chain, out + 6, 34));
	assert_int_equal(out[0], 1);
	assert_memory_equal(in + 6, out + 6, 34);
	assert_false(vq_read(&vq, &chain, out, 1));
	assert_true(vq_write(&vq, &chain, in, 39));
	assert_false(vq_write(&vq, &chain, in, 2));
	assert_int_equal(byte_at(DATA + 2 * VQ_PAGE - 1), 1);
	assert_int_equal(byte_at(DATA + 2 * VQ_PAGE + 37), 39);
	assert_int_equal(byte_at(DATA + 2 * VQ_PAGE + 38), 0);
	vq_push(&vq, &chain);
	assert_true(vq_finish(&vq));
	assert_null(vq.error);
	assert_int_equal(half_at(USED + 2), 1);
	assert_int_equal(half_at(USED + 4), 3);
	assert_int_equal(half_at(USED + 8), 39);
	assert_false(vq_finish(&vq));
}

static void test_wrap(void **state)
{
	set_desc(DESC, 0, DATA, 4, VIRTQ_DESC_F_WRITE, 0);
	for (uint32_t i = 0; i < 70000; i++) {
		offer(0);
		vq_open(&vq);
		assert_true(vq_peek(&vq, &chain));
		vq_push(&vq, &chain);
		assert_int_equal(half_at(USED + 2), (uint16_t)(i + 1));
	}
	assert_false(vq_peek(&vq, &chain));
	assert_null(vq.error);
}

static void test_indirect(void **state)
{
	const uint32_t table = DATA + VQ_PAGE - 7;	/* across two pages */

	set_desc(DESC, 0, DATA, 4, VIRTQ_DESC_F_NEXT, 1);
	set_desc(DESC, 1, table, 32, VIRTQ_DESC_F_INDIRECT, 0);
	set_desc(table, 0, DATA + 8, 4, VIRTQ_DESC_F_NEXT, 1);
	set_desc(table, 1, DATA + 16, 4, VIRTQ_DESC_F_WRITE, 0);
	offer(0);
	assert_true(vq_peek(&vq, &chain));
	assert_int_equal(chain.readable, 8);
	assert_int_equal(chain.writable, 4);
}

static void test_rings(void **state)
{
	set_half(AVAIL + 2, N + 1);
	expect_error("available index out of range");
	offer(N);
	expect_error("descriptor index out of range");
	set_desc(DESC, 0, DATA, 0, VIRTQ_DESC_F_NEXT, 0);
	offer(0);
	expect_error("descriptor loop");
	set_desc(DESC, 0, DATA, 1, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	set_desc(DESC, 1, DATA, 1, 0, 0);
	offer(0);
	expect_error("readable buffer behind a writable one");
	set_desc(DESC, 0, (uint64_t)1 << 32, 1, 0, 0);
	offer(0);
	expect_error("buffer address out of range");
	set_desc(DESC, 0, DATA, UINT32_MAX, 0, 0);
	offer(0);
	expect_error("buffer address out of range");
	set_desc(DESC, 0, 0, 0xF0000000, VIRTQ_DESC_F_NEXT, 0);
	offer(0);
	expect_error("chain too long");
}

static void expect_indirect(uint64_t addr, uint32_t len, uint16_t flags,
		const char *error)
{
	set_desc(DESC, 0, addr, len, flags | VIRTQ_DESC_F_INDIRECT, 0);
	offer(0);
	expect_error(error);
}

static void test_bad_indirect(void **state)
{
	expect_indirect(DATA, 0, 0, "bad size of an indirect table");
	expect_indirect(DATA, 17, 0, "bad size of an indirect table");
	expect_indirect(DATA, 16, VIRTQ_DESC_F_NEXT,
		"indirect table not at the end");
	expect_indirect(0, 16, 0, "descriptor table outside memory");
	expect_indirect((uint64_t)1 << 40, 16, 0,
		"indirect table outside memory");
	set_desc(DATA, 0, DATA, 16, VIRTQ_DESC_F_INDIRECT, 0);
	expect_indirect(DATA, 16, 0, "indirect table within another");
	set_desc(DATA, 0, DATA, 1, VIRTQ_DESC_F_NEXT, 0);
	expect_indirect(DATA, 16, 0, "descriptor loop");
	set_desc(DATA, 0, DATA, 1, VIRTQ_DESC_F_NEXT, 1);
	expect_indirect(DATA, 16, 0, "descriptor index out of range");
	vq.indirect = false;
	expect_indirect(DATA, 16, 0, "indirect table not negotiated");
}

static void test_bad_buffers(void **state)
{
	uint8_t byte = 0;

	set_desc(DESC, 0, BASE + READ_ONLY * VQ_PAGE, 1, VIRTQ_DESC_F_NEXT, 1);
	set_desc(DESC, 1, BASE + READ_ONLY * VQ_PAGE, 1, VIRTQ_DESC_F_WRITE,
		0);
	offer(0);
	assert_true(vq_peek(&vq, &chain));
	assert_true(vq_read(&vq, &chain, &byte, 1));
	assert_null(vq.error);
	assert_false(vq_write(&vq, &chain, &byte, 1));
	assert_string_equal(vq.error, "buffer outside memory");
	fresh(NULL);
	set_desc(DESC, 0, BASE + LENT * VQ_PAGE - 1, 2, 0, 0);
	offer(0);
	assert_true(vq_peek(&vq, &chain));
	assert_true(vq_read(&vq, &chain, &byte, 1));
	assert_false(vq_read(&vq, &chain, &byte, 1));
	assert_non_null(vq.error);
}

static void try_start(uint32_t size, uint64_t desc, uint64_t avail,
		uint64_t used, bool good)
{
	vq_reset(&vq);
	vq.size = size;
	vq.desc = desc;
	vq.avail = avail;
	vq.used = used;
	vq_start(&vq);
	assert_int_equal(!vq.error, good);
	assert_false(vq_peek(&vq, &chain));
}

static void test_start(void **state)
{
	try_start(N, DESC, AVAIL, USED, true);
	try_start(VIRTIO_QUEUE_MAX, DESC, AVAIL, USED, true);
	try_start(0, DESC, AVAIL, USED, false);
	try_start(3, DESC, AVAIL, USED, false);
	try_start(2 * VIRTIO_QUEUE_MAX, DESC, AVAIL, USED, false);
	try_start(N, DESC + 8, AVAIL, USED, false);
	try_start(N, DESC, AVAIL + 1, USED, false);
	try_start(N, DESC, AVAIL, USED + 2, false);
	try_start(N, UINT64_MAX - 15, AVAIL, USED, false);
	try_start(N, 0xFFFFFFF0, AVAIL, USED, false);
	try_start(N, DESC, 0xFFFFFFFE, USED, false);
	try_start(N, DESC, AVAIL, 0xFFFFFFFC, false);
}

static void test_event_index(void **state)
{
	vq.event_idx = true;
	set_desc(DESC, 0, DATA, 4, VIRTQ_DESC_F_WRITE, 0);
	for (uint16_t i = 1; i < 20; i++) {
		bool told;

		/* used_event: as index 10 is passed */
		set_half(AVAIL + 4 + 2 * N, 10);
		offer(0);
		assert_true(vq_peek(&vq, &chain));
		vq_push(&vq, &chain);
		told = vq_finish(&vq);
		assert_int_equal(told, i == 1 || i == 11);
		assert_int_equal(half_at(USED + 4 + 8 * N), i);
	}
}

/* xorshift, Marsaglia 2003 */
static uint32_t random32(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

static uint64_t random_address(void)
{
	switch (random32() % 16) {
	case 0: return random32();
	case 1: return (uint64_t)random32() << 32 | random32();
	case 2: return UINT32_MAX - random32() % 64;
	}
	return BASE + random32() % (PAGES * VQ_PAGE);
}

static void random_descs(uint32_t table, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		set_desc(table, i, random_address(), random32() % 8
			? random32() % 600 : random32(),
			random32() % 4 ? VIRTQ_DESC_F_NEXT
			| (random32() & VIRTQ_DESC_F_WRITE) : random32() % 8,
			(uint16_t)(random32() % (n + !(random32() % 32))));
}

/* Whatever the rings hold: no access but through the gate, and an end */
static void test_random(void **state)
{
	static uint8_t bytes[4096];
	unsigned long chains = 0;

	for (int round = 0; round < 40000; round++) {
		fresh(NULL);
		random_descs(DESC, N);
		random_descs(DATA, 32);
		if (random32() % 2)
			set_desc(DESC, random32() % N, DATA,
				16 * (random32() % 40), VIRTQ_DESC_F_INDIRECT,
				0);
		for (uint32_t i = random32() % (N + 1); i; i--)
			offer((uint16_t)(random32() % N));
		gates = 0;
		while (vq_peek(&vq, &chain)) {
			uint32_t n = random32() % sizeof(bytes);

			assert_in_range(chain.nreadable + chain.nwritable, 1,
				N);
			(void)vq_read(&vq, &chain, bytes, n);
			(void)vq_skip_read(&chain, random32() % 100);
			(void)vq_write(&vq, &chain, bytes, random32() % 999);
			vq_push(&vq, &chain);
			chains++;
		}
		(void)vq_finish(&vq);
		assert_in_range(gates, 0, 4000);
	}
	assert_true(chains > 4000);
}

static int clean(void **state)
{
	for (uint32_t i = 0; i < PAGES; i++)
		free(page[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, fresh),
		cmocka_unit_test_setup(test_wrap, fresh),
		cmocka_unit_test_setup(test_indirect, fresh),
		cmocka_unit_test_setup(test_rings, fresh),
		cmocka_unit_test_setup(test_bad_indirect, fresh),
		cmocka_unit_test_setup(test_bad_buffers, fresh),
		cmocka_unit_test_setup(test_start, fresh),
		cmocka_unit_test_setup(test_event_index, fresh),
		cmocka_unit_test_setup(test_random, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
