/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/cmdline.c: finding words. */
/* FLAGS: -fno-builtin */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#define PIPUX_KERNEL_H
size_t strlcpy(char *d, const char *s, size_t size);
void cmdline_init(const char *given);
const char *cmdline_get(const char *name);
const char *cmdline_text(void);
#include "guests/pipux/kernel/cmdline.c"

size_t strlcpy(char *d, const char *s, size_t size)
{
	size_t n = strlen(s) < size ? strlen(s) : size - 1;

	memcpy(d, s, n);
	d[n] = 0;
	return strlen(s);
}

static void words_found(void **state)
{
	cmdline_init("  quiet init=/bin/sh  a= ab=2 a=3\tlast");
	assert_string_equal(cmdline_get("quiet"), "");
	assert_string_equal(cmdline_get("init"), "/bin/sh");
	assert_string_equal(cmdline_get("a"), "3");
	assert_string_equal(cmdline_get("ab"), "2");
	assert_string_equal(cmdline_get("last"), "");
	assert_null(cmdline_get("ini"));
	assert_null(cmdline_get("b"));
	assert_string_equal(cmdline_text(),
		"  quiet init=/bin/sh  a= ab=2 a=3\tlast");
}

static void ends_at_dashes(void **state)
{
	cmdline_init("a=1 --b -- a=2 c");
	assert_string_equal(cmdline_get("a"), "1");
	assert_string_equal(cmdline_get("--b"), "");
	assert_null(cmdline_get("c"));
	cmdline_init("--");
	assert_null(cmdline_get("--"));
	cmdline_init("");
	assert_null(cmdline_get("a"));
}

static void long_lines_are_cut(void **state)
{
	static char line[3000];

	memset(line, 'x', sizeof(line) - 1);
	cmdline_init(line);
	assert_int_equal(strlen(cmdline_text()), 1023);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_found),
		cmocka_unit_test(ends_at_dashes),
		cmocka_unit_test(long_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
