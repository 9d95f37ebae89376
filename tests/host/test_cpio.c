/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/cpio.c */
/* The cpio reader: any cut of the input, several archives, damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../guests/pipux/fs/cpio.h"

static char seen[4096];			/* what the sink was told, as text */

static const char *begin(void *arg, const struct cpio_entry *e)
{
	(void)arg;
	sprintf(seen + strlen(seen), "<%s %o %u:", e->name, e->mode, e->size);
	return NULL;
}

static const char *data(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	sprintf(seen + strlen(seen), "%.*s", (int)n, (const char *)p);
	return NULL;
}

static const char *end(void *arg, const struct cpio_entry *e)
{
	(void)arg;
	sprintf(seen + strlen(seen), ":%u>", e->ino);
	return NULL;
}

static const char *refuse(void *arg, const struct cpio_entry *e)
{
	(void)arg;
	(void)e;
	return "no";
}

static const struct cpio_sink sink = { begin, data, end };
static char archive[4096];
static size_t length;

static void pad(void)
{
	while (length % 4)
		archive[length++] = 0;
}

static void add(const char *magic, const char *name, uint32_t ino,
		uint32_t mode, const char *text, uint32_t sum)
{
	size_t n = strlen(text);

	length += sprintf(archive + length,
		"%s%08X%08X%08x%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		magic, ino, mode, 0, 0, 1, 0, (uint32_t)n, 8, 1, 0, 0,
		(uint32_t)strlen(name) + 1, sum);
	strcpy(archive + length, name);
	length += strlen(name) + 1;
	pad();
	memcpy(archive + length, text, n);
	length += n;
	pad();
}

static void trailer(void)
{
	add("070701", "TRAILER!!!", 0, 0, "", 0);
}

static void sample(void)
{
	memset(archive, 0, sizeof(archive));
	length = 0;
	add("070701", "dir", 1, 040755, "", 0);
	add("070701", "dir/a", 2, 0100644, "hello", 0);
	add("070702", "b", 3, 0100600, "AB", 'A' + 'B');
	trailer();
}

#define SAMPLE	"<dir 40755 0::1><dir/a 100644 5:hello:2><b 100600 2:AB:3>"

/* Feeds pieces of the given size; the error, NULL at a good end */
static const char *feed(struct cpio *c, size_t piece)
{
	size_t at = 0;

	seen[0] = 0;
	memset(c, 0, sizeof(*c));
	c->sink = &sink;
	while (at < length && !c->error) {
		size_t n = length - at < piece ? length - at : piece;
		uint8_t *p = malloc(n);

		memcpy(p, archive + at, n);
		at += cpio_feed(c, p, n);
		free(p);
	}
	return c->error ? c->error : cpio_idle(c) ? NULL : "truncated";
}

static void test_pieces(void **state)
{
	static struct cpio c;

	(void)state;
	sample();
	for (size_t piece = 1; piece <= length; piece++) {
		assert_null(feed(&c, piece));
		assert_string_equal(seen, SAMPLE);
	}
}

static void test_several(void **state)
{
	static struct cpio c;

	(void)state;
	sample();
	memset(archive + length, 0, 400);
	length += 400;			/* padding as cpio -H newc writes it */
	add("070701", "second", 9, 0120777, "dir", 0);
	trailer();
	for (size_t piece = 1; piece <= length; piece += 7) {
		assert_null(feed(&c, piece));
		assert_string_equal(seen, SAMPLE "<second 120777 3:dir:9>");
	}
}

static void test_truncated(void **state)
{
	static struct cpio c;
	size_t full;

	(void)state;
	sample();
	full = length;
	for (length = 1; length < full; length++)
		assert_string_equal(feed(&c, 64), "truncated");
}

static void test_damaged(void **state)
{
	static struct cpio c;

	(void)state;
	sample();
	archive[0] = '1';
	assert_string_equal(feed(&c, 1000), "bad magic");
	sample();
	archive[20] = 'g';
	assert_string_equal(feed(&c, 1000), "bad number in a header");
	sample();
	memcpy(archive + 94, "00000000", 8);
	assert_string_equal(feed(&c, 1000), "bad length of a name");
	sample();
	memcpy(archive + 94, "00002000", 8);
	assert_string_equal(feed(&c, 1000), "bad length of a name");
	sample();
	archive[113] = 'x';
	assert_string_equal(feed(&c, 1000), "bad name");
	length = 0;
	add("070702", "b", 3, 0100600, "AB", 'A');
	trailer();
	assert_string_equal(feed(&c, 1000), "check sum does not match");
}

static void test_refused(void **state)
{
	static const struct cpio_sink no = { refuse, data, end };
	static struct cpio c;

	(void)state;
	sample();
	c.sink = &no;
	cpio_feed(&c, (uint8_t *)archive, length);
	assert_string_equal(c.error, "no");
}

/* Random damage never makes it read or write out of bounds */
static void test_noise(void **state)
{
	static struct cpio c;

	(void)state;
	srand(1);
	for (int round = 0; round < 5000; round++) {
		sample();
		for (int k = 0; k < 3; k++)
			archive[rand() % length] = "0123456789abcdefF\0"[
				rand() % 18];
		feed(&c, 1 + rand() % 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
