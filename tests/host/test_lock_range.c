/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/lock_range.c */
/* Byte-range locks against a table with one entry per byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "guests/pipux/fs/lock_range.h"

#define BYTES	40	/* the table has one more: all bytes behind */
#define OWNERS	3

static enum lock_type held[OWNERS][BYTES + 1];
static int owner_key[OWNERS];
static int records;

static void release(void *l)
{
	records--;
	free(l);
}

static void apply(struct file_lock **list, const struct file_lock *want)
{
	struct file_lock *spare[2] = { malloc(sizeof(**spare)),
		malloc(sizeof(**spare)) };

	records += 2;
	lock_apply(list, want, spare, release);
	for (int i = 0; i < 2; i++)
		if (spare[i])
			release(spare[i]);
}

/* The list says what the table says, without overlaps or needless cuts */
static void compare(const struct file_lock *list)
{
	enum lock_type seen[OWNERS][BYTES + 1] = { 0 };
	int n = 0;

	for (const struct file_lock *l = list; l; l = l->next, n++) {
		int o = (int *)l->owner - owner_key;

		assert_true(l->start <= l->end);
		for (int64_t b = l->start; b <= l->end && b <= BYTES; b++) {
			assert_int_equal(seen[o][b], RANGE_FREE);
			seen[o][b] = l->type;
		}
		for (const struct file_lock *m = l->next; m; m = m->next)
			assert_false(m->owner == l->owner
				&& m->type == l->type
				&& (m->end == l->start - 1
					|| l->end == m->start - 1));
	}
	assert_int_equal(n, records);
	assert_memory_equal(seen, held, sizeof(held));
}

static bool blocked(int o, const struct file_lock *want)
{
	for (int p = 0; p < OWNERS; p++)
		for (int64_t b = want->start; b <= want->end && b <= BYTES; b++)
			if (p != o && held[p][b] != RANGE_FREE
			    && (held[p][b] == RANGE_WRITE
				|| want->type == RANGE_WRITE))
				return true;
	return false;
}

static void test_random(void **state)
{
	struct file_lock *list = NULL;

	(void)state;
	srand(1);
	for (int round = 0; round < 50000; round++) {
		int o = rand() % OWNERS;
		struct file_lock want = {
			.owner = &owner_key[o], .pid = o,
			.type = rand() % 3,
			.start = rand() % BYTES,
		};

		want.end = want.start + rand() % (BYTES - want.start);
		if (rand() % 8 == 0)
			want.end = LOCK_END;
		if (want.type != RANGE_FREE) {
			assert_int_equal(lock_conflict(list, &want) != NULL,
				blocked(o, &want));
			if (blocked(o, &want))
				continue;
		}
		apply(&list, &want);
		for (int64_t b = want.start; b <= want.end && b <= BYTES; b++)
			held[o][b] = want.type;
		compare(list);
	}
	for (int o = 0; o < OWNERS; o++)
		apply(&list, &(struct file_lock){ .owner = &owner_key[o],
			.end = LOCK_END });
	assert_null(list);
	assert_int_equal(records, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
