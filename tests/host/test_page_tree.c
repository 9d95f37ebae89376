/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/page_tree.c */
/* FLAGS: -isystem build/linux-headers */
/* The tree of a file's pages against a table, with and without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "fs_memory.h"
#include "guests/pipux/fs/page_tree.h"

#define SLOTS	300
static const uint32_t bases[] = { 0, 300, 4000, 262100, 1 << 24, 0xFFFFFF00 };
static uint32_t number[SLOTS];		/* page numbers, ascending */
static void *model[SLOTS];
static unsigned released;

static void release(void *page)
{
	released++;
	page_free(page);
}

static void numbers(void)
{
	int n = 0;

	for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++)
		for (int i = 0; i < 50; i++)
			number[n++] = bases[b] + i * (b == 1 ? 3 : 5);
}

static void compare(const struct page_tree *t)
{
	for (int i = 0; i < SLOTS; i++)
		assert_ptr_equal(page_tree_get(t, number[i]), model[i]);
}

static void test_random(void **state)
{
	struct page_tree t = { 0 };

	(void)state;
	numbers();
	srand(1);
	for (int round = 0; round < 3000; round++) {
		int i = rand() % SLOTS;

		if (rand() % 20 == 0) {
			int j = i + rand() % (SLOTS - i);
			unsigned want = 0;

			for (int k = i; k <= j; k++) {
				want += model[k] != NULL;
				model[k] = NULL;
			}
			released = 0;
			assert_int_equal(page_tree_cut(&t, number[i],
				number[j], release), want);
			assert_int_equal(released, want);
		} else if (!model[i]) {
			void *page = page_alloc();

			/* sometimes there is no memory for the nodes */
			fs_refuse = rand() % 5 == 0 ? rand() % 4 : -1;
			if (page_tree_set(&t, number[i], page))
				model[i] = page;
			else
				page_free(page);
			fs_refuse = -1;
		}
		compare(&t);
	}
	page_tree_cut(&t, 0, UINT32_MAX, release);
	assert_null(t.root);
	assert_int_equal(fs_in_use, 0);
}

static void test_next(void **state)
{
	struct page_tree t = { 0 };
	uint32_t at;

	(void)state;
	assert_false(page_tree_next(&t, 0, &at));
	assert_true(page_tree_set(&t, 0, page_alloc()));
	assert_int_equal(t.height, 0);		/* no node for one page */
	assert_true(page_tree_next(&t, 0, &at) && at == 0);
	assert_false(page_tree_next(&t, 1, &at));
	assert_true(page_tree_set(&t, 70000, page_alloc()));
	assert_true(page_tree_next(&t, 1, &at) && at == 70000);
	assert_true(page_tree_next(&t, 70000, &at) && at == 70000);
	assert_false(page_tree_next(&t, 70001, &at));
	assert_false(page_tree_next(&t, UINT32_MAX, &at));
	assert_int_equal(page_tree_cut(&t, 1, 69999, release), 0);
	assert_int_equal(page_tree_cut(&t, 0, UINT32_MAX, release), 2);
	assert_int_equal(fs_in_use, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
