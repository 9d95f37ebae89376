/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/printf.c gives what the C library's snprintf gives. */
/* SOURCES: guests/pipux/lib/printf.c */
/* FLAGS: -Dvsnprintf=unit_vsnprintf -Dsnprintf=unit_snprintf -Wno-format-truncation */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <cmocka.h>
#undef vsnprintf
#undef snprintf
#include <stdio.h>
#include <string.h>

int unit_snprintf(char *buf, size_t size, const char *fmt, ...);

#define SAME(...) do {							\
	char a[128], b[128];						\
	int len = snprintf(a, sizeof(a), __VA_ARGS__);			\
	assert_int_equal(unit_snprintf(b, sizeof(b), __VA_ARGS__), len); \
	assert_string_equal(b, a);					\
} while (0)

#pragma GCC diagnostic ignored "-Wformat"

static void integers(void **state)
{
	static const long long v[] = {
		0, 1, -1, 9, 10, 99, 12345, -12345, INT_MAX, INT_MIN,
		UINT_MAX, LLONG_MAX, LLONG_MIN, 1000000007LL * 1000003,
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		int n = (int)v[i];

		SAME("%d %i %u %x %X %o", n, n, n, n, n, n);
		SAME("%lld %llu %llx %llo", v[i], v[i], v[i], v[i]);
		SAME("%ld %lu %zu", (long)v[i], (long)v[i], (size_t)v[i]);
		SAME("[%8d|%-8d|%08d|%+d|% d]", n, n, n, n, n);
		SAME("[%.3d|%8.3d|%-8.3d|%08.3d|%+.3d]", n, n, n, n, n);
		SAME("[%#x|%#o|%#X|%#10x|%-#10x|%#010x]", n, n, n, n, n, n);
		SAME("%hhd %hd %hhu %hu", n, n, n, n);
		SAME("[%*d|%-*d|%.*d]", 7, n, 7, n, 5, n);
		SAME("%jd %td", (intmax_t)v[i], (ptrdiff_t)v[i]);
	}
	SAME("[%*d]", -6, 5);
	SAME("[%.*d]", -1, 5);
}

static void text(void **state)
{
	SAME("plain %% text");
	SAME("[%s|%10s|%-10s|%.2s|%10.2s]", "abc", "abc", "abc", "abc",
		"abc");
	SAME("[%c|%3c|%-3c]", 'x', 'y', 'z');
	SAME("%p", (void *)0x1234);
	SAME("[%.3s]", "ab\0cd");
}

static void cuts(void **state)
{
	char b[5];

	memset(b, 'z', sizeof(b));
	assert_int_equal(unit_snprintf(b, 4, "%d", 123456), 6);
	assert_string_equal(b, "123");
	assert_int_equal(b[4], 'z');
	assert_int_equal(unit_snprintf(b, 1, "abc"), 3);
	assert_string_equal(b, "");
	assert_int_equal(unit_snprintf(NULL, 0, "%s", "abc"), 3);
}

static void odd_formats(void **state)
{
	char b[16];

	assert_int_equal(unit_snprintf(b, sizeof(b), "%s", (char *)NULL), 6);
	assert_string_equal(b, "(null)");
	assert_int_equal(unit_snprintf(b, sizeof(b), "a%"), 1);
	assert_string_equal(b, "a");
	assert_int_equal(unit_snprintf(b, sizeof(b), "%q"), 1);
	assert_string_equal(b, "q");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(text),
		cmocka_unit_test(cuts),
		cmocka_unit_test(odd_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
