/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/path.c */
/* Cutting paths into components. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guests/pipux/fs/path.h"

/* The components between bars; `!` is the last, `/` one with a slash */
static const char *cut(const char *p)
{
	static char out[200];
	struct qname q;

	out[0] = 0;
	for (;;) {
		static const char kinds[] = "?n.:";

		p = path_next(p, &q);
		if (q.kind == NAME_NONE)
			return out;
		sprintf(out + strlen(out), "|%.*s%c%s%s", (int)q.len, q.name,
			kinds[q.kind], q.last ? "!" : "", q.slash ? "/" : "");
		if (q.last)
			assert_int_equal(*p, 0);
	}
}

static void test_components(void **state)
{
	(void)state;
	assert_string_equal(cut(""), "");
	assert_string_equal(cut("/"), "");
	assert_string_equal(cut("///"), "");
	assert_string_equal(cut("a"), "|an!");
	assert_string_equal(cut("/a"), "|an!");
	assert_string_equal(cut("a/"), "|an!/");
	assert_string_equal(cut("a//"), "|an!/");
	assert_string_equal(cut("//a///bc//d"), "|an|bcn|dn!");
	assert_string_equal(cut("./../x"), "|..|..:|xn!");
	assert_string_equal(cut("..."), "|...n!");
	assert_string_equal(cut(".a/..b"), "|.an|..bn!");
	assert_string_equal(cut("a/."), "|an|..!");
	assert_string_equal(cut("a/../"), "|an|..:!/");
}

static void test_hash(void **state)
{
	struct qname q;

	(void)state;
	path_next("/usr/bin", &q);
	assert_int_equal(q.hash, path_hash("usr"));
	path_next("busybox", &q);
	assert_int_equal(q.hash, path_hash("busybox"));
	assert_int_not_equal(path_hash("ab"), path_hash("ba"));
	path_next("\xFF\x80", &q);
	assert_int_equal(q.hash, path_hash("\xFF\x80"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_components),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
