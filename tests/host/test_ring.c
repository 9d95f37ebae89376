/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/ring.c */
/* FLAGS: -isystem build/linux-headers */
/* The ring of a pipe against a plain queue, in long random sequences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "fs_memory.h"
#include "guests/pipux/fs/ring.h"

#define MODEL	(1 << 22)
static uint8_t model[MODEL];		/* all bytes ever put */
static size_t put_count, got_count;

static size_t ring_put(struct ring *r, size_t want)
{
	size_t done = 0;
	uint32_t n;
	char *p;

	while (done < want && (p = ring_put_at(r, &n))) {
		if (n > want - done)
			n = want - done;
		for (uint32_t i = 0; i < n; i++)
			p[i] = model[put_count++ % MODEL] = rand();
		ring_put_done(r, n);
		done += n;
	}
	return done;
}

static size_t ring_get(struct ring *r, size_t want)
{
	size_t done = 0;
	const char *p;
	uint32_t n;

	while (done < want && (p = ring_get_at(r, &n))) {
		if (n > want - done)
			n = want - done;
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal((uint8_t)p[i],
				model[got_count++ % MODEL]);
		ring_get_done(r, n);
		done += n;
	}
	return done;
}

static void test_random(void **state)
{
	(void)state;
	for (uint32_t pages = 1; pages <= 16; pages *= 2) {
		struct ring r;

		srand(pages);
		assert_true(ring_init(&r, pages));
		put_count = got_count = 0;
		for (int i = 0; i < 20000; i++) {
			size_t n = rand() % (i % 2 ? 100 : 9000), k;

			if (rand() % 2) {
				k = ring_room(&r);
				assert_int_equal(ring_put(&r, n),
					n < k ? n : k);
			} else {
				k = r.len;
				assert_int_equal(ring_get(&r, n),
					n < k ? n : k);
			}
			assert_int_equal(r.len, put_count - got_count);
			/* pages of data, one partial at each end, the spare */
			assert_true(fs_in_use <= 1 + r.len / 4096 + 3);
			assert_true(fs_in_use <= 1 + pages + 1);
		}
		ring_destroy(&r);
		assert_int_equal(fs_in_use, 0);
	}
}

static void test_full(void **state)
{
	struct ring r;

	(void)state;
	assert_true(ring_init(&r, 4));
	put_count = got_count = 0;
	for (int i = 0; i < 50; i++) {
		ring_put(&r, 16384);
		assert_int_equal(ring_room(&r), 0);
		assert_int_equal(ring_get(&r, 1000 + i), 1000 + i);
		assert_int_equal(ring_put(&r, 5000), 1000 + i);
		assert_int_equal(ring_get(&r, 3000 * (i % 6)),
			3000 * (i % 6) < 16384 ? 3000 * (i % 6) : 16384);
	}
	ring_destroy(&r);
	assert_int_equal(fs_in_use, 0);
}

static void test_resize(void **state)
{
	struct ring r;

	(void)state;
	assert_true(ring_init(&r, 4));
	put_count = got_count = 0;
	ring_put(&r, 10000);
	ring_get(&r, 7000);
	ring_put(&r, 12000);			/* wraps */
	assert_int_equal(ring_resize(&r, 2), -16 /* EBUSY */);
	assert_int_equal(ring_resize(&r, 8), 0);
	assert_int_equal(ring_size(&r), 8 * 4096);
	assert_int_equal(ring_put(&r, 99999), 8 * 4096 - 15000);
	assert_int_equal(ring_get(&r, 99999), 8 * 4096);
	assert_int_equal(ring_resize(&r, 1), 0);
	ring_put(&r, 100);
	fs_refuse = 1;
	assert_int_equal(ring_resize(&r, 2), -12 /* ENOMEM */);
	fs_refuse = -1;
	assert_int_equal(ring_get(&r, 200), 100);
	ring_destroy(&r);
	assert_int_equal(fs_in_use, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_resize),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
