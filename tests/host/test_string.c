/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/string.c and lib/strtoul.c against simple definitions of the same. */
/* FLAGS: -ffreestanding -fno-builtin */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The unit under test beside the C library's functions of these names */
#define NAME(f) __asm__("unit_" #f)
void *memcpy(void *restrict d, const void *restrict s, size_t n) NAME(memcpy);
void *memmove(void *d, const void *s, size_t n) NAME(memmove);
void *memset(void *d, int c, size_t n) NAME(memset);
int memcmp(const void *a, const void *b, size_t n) NAME(memcmp);
void *memchr(const void *s, int c, size_t n) NAME(memchr);
size_t strlen(const char *s) NAME(strlen);
size_t strnlen(const char *s, size_t n) NAME(strnlen);
int strcmp(const char *a, const char *b) NAME(strcmp);
int strncmp(const char *a, const char *b, size_t n) NAME(strncmp);
char *strchr(const char *s, int c) NAME(strchr);
char *strrchr(const char *s, int c) NAME(strrchr);
char *strstr(const char *h, const char *n) NAME(strstr);
size_t strlcpy(char *d, const char *s, size_t size) NAME(strlcpy);
unsigned long strtoul(const char *s, char **end, int base) NAME(strtoul);

#include "guests/pipux/lib/string.c"
#include "guests/pipux/lib/strtoul.c"

#define SIZE	64

static void fill(uint8_t *b)
{
	for (int i = 0; i < SIZE; i++)
		b[i] = (uint8_t)(i * 7 + 1);
}

static void copies(void **state)
{
	for (int from = 0; from < 5; from++)
		for (int to = 0; to < 5; to++)
			for (int n = 0; n < 40; n++) {
				uint8_t a[SIZE], b[SIZE];

				fill(a);
				for (int i = 0; i < SIZE; i++)
					b[i] = 0xEE;
				assert_ptr_equal(memcpy(b + to, a + from,
					(size_t)n), b + to);
				for (int i = 0; i < SIZE; i++)
					assert_int_equal(b[i],
						i >= to && i < to + n ?
						a[i - to + from] : 0xEE);
			}
}

static void overlapping_moves(void **state)
{
	for (int from = 0; from < 12; from++)
		for (int to = 0; to < 12; to++)
			for (int n = 0; n < 40; n++) {
				uint8_t a[SIZE], b[SIZE];

				fill(a);
				fill(b);
				memmove(b + to, b + from, (size_t)n);
				for (int i = 0; i < SIZE; i++)
					assert_int_equal(b[i],
						i >= to && i < to + n ?
						a[i - to + from] : a[i]);
			}
}

static void fills(void **state)
{
	for (int to = 0; to < 5; to++)
		for (int n = 0; n < 40; n++) {
			uint8_t b[SIZE];

			fill(b);
			memset(b + to, 0x1A5, (size_t)n);
			for (int i = 0; i < SIZE; i++)
				assert_int_equal(b[i], i >= to && i < to + n ?
					0xA5 : (uint8_t)(i * 7 + 1));
		}
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static void comparisons(void **state)
{
	for (int at = 0; at < 13; at++) {
		uint8_t a[SIZE], b[SIZE];

		fill(a);
		fill(b);
		assert_int_equal(memcmp(a, b, 13), 0);
		b[at] = 0xFF;
		a[at] = 1;
		assert_int_equal(sign(memcmp(a, b, 13)), -1);
		assert_int_equal(sign(memcmp(b, a, 13)), 1);
		assert_int_equal(memcmp(a, b, (size_t)at), 0);
	}
	assert_int_equal(sign(strcmp("ab", "abc")), -1);
	assert_int_equal(sign(strcmp("b", "abc")), 1);
	assert_int_equal(strcmp("", ""), 0);
	assert_int_equal(sign(strcmp("\xFF", "a")), 1);
	assert_int_equal(strncmp("abx", "aby", 2), 0);
	assert_int_equal(strncmp("a", "a\0b", 9), 0);
	assert_int_equal(sign(strncmp("a", "b", 1)), -1);
}

static void searches(void **state)
{
	const char *s = "hello, hell";

	assert_int_equal(strlen(""), 0);
	assert_int_equal(strlen(s), 11);
	assert_int_equal(strnlen(s, 4), 4);
	assert_int_equal(strnlen(s, 40), 11);
	assert_ptr_equal(strchr(s, 'l'), s + 2);
	assert_ptr_equal(strchr(s, 0), s + 11);
	assert_null(strchr(s, 'z'));
	assert_ptr_equal(strrchr(s, 'h'), s + 7);
	assert_ptr_equal(strrchr(s, 0), s + 11);
	assert_null(strrchr(s, 'z'));
	assert_ptr_equal(strstr(s, "hell"), s);
	assert_ptr_equal(strstr(s, ", h"), s + 5);
	assert_ptr_equal(strstr(s, ""), s);
	assert_null(strstr(s, "hellx"));
	assert_null(strstr("", "a"));
	assert_ptr_equal(memchr(s, 'o', 11), s + 4);
	assert_null(memchr(s, 'o', 4));
}

static void bounded_copies(void **state)
{
	char b[4] = "zzz";

	assert_int_equal(strlcpy(b, "abcdef", sizeof(b)), 6);
	assert_string_equal(b, "abc");
	assert_int_equal(strlcpy(b, "x", sizeof(b)), 1);
	assert_string_equal(b, "x");
	assert_int_equal(strlcpy(b, "y", 0), 1);
	assert_string_equal(b, "x");
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int base;
		unsigned long value;
		int taken;
	} t[] = {
		{ "0", 10, 0, 1 }, { "42x", 10, 42, 2 }, { "0x1F", 0, 31, 4 },
		{ "0X1fg", 16, 31, 4 }, { "1F", 16, 31, 2 },
		{ "017", 0, 15, 3 }, { "08", 0, 0, 1 }, { "755", 8, 493, 3 },
		{ "-1", 10, -1ul, 2 }, { "+7", 10, 7, 2 }, { "", 10, 0, 0 },
		{ "x", 10, 0, 0 }, { "0x", 0, 0, 1 }, { "0xg", 16, 0, 1 },
		{ "-", 10, 0, 0 }, { "z", 36, 35, 1 },
		{ "4294967295", 10, 4294967295ul, 10 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char *end;

		assert_int_equal(strtoul(t[i].text, &end, t[i].base),
			t[i].value);
		assert_int_equal(end - t[i].text, t[i].taken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),
		cmocka_unit_test(overlapping_moves),
		cmocka_unit_test(fills),
		cmocka_unit_test(comparisons),
		cmocka_unit_test(searches),
		cmocka_unit_test(bounded_copies),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
