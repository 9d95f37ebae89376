/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/inflate.c */
/*
 * gunzip against the host's gzip: all levels, data of several kinds, and
 * damaged input, which must be refused without touching foreign memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../guests/pipux/fs/inflate.h"

struct blob {
	uint8_t *p;
	size_t n, max;
};

static bool append(void *arg, const uint8_t *data, size_t n)
{
	struct blob *b = arg;

	if (b->n + n > b->max) {
		b->max = (b->n + n) * 2;
		b->p = realloc(b->p, b->max);
	}
	memcpy(b->p + b->n, data, n);
	b->n += n;
	return true;
}

static struct blob gzip(const struct blob *in, int level)
{
	char name[] = "/tmp/test_inflateXXXXXX", cmd[80];
	int fd = mkstemp(name);
	struct blob out = { 0 };
	uint8_t buf[4096];
	size_t n;
	FILE *f;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, in->p, in->n), (ssize_t)in->n);
	close(fd);
	snprintf(cmd, sizeof(cmd), "gzip -%d -c %s", level, name);
	f = popen(cmd, "r");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		append(&out, buf, n);
	pclose(f);
	unlink(name);
	return out;
}

static uint32_t seed = 1;
static uint32_t rnd(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* kind 0: zeros, 1: noise, 2: words, 3: short periods, 4: skewed bytes */
static struct blob make(int kind, size_t n)
{
	struct blob b = { malloc(n + 1), n, n };

	for (size_t i = 0; i < n; i++) {
		switch (kind) {
		case 0:
			b.p[i] = 0;
			break;
		case 1:
			b.p[i] = rnd();
			break;
		case 2:
			b.p[i] = "the quick brown fox "[rnd() % 20];
			break;
		case 3:
			b.p[i] = i < 1000 || rnd() % 97 == 0 ? rnd()
				: b.p[i - 1 - (i / 500) % 7];
			break;
		default:
			b.p[i] = __builtin_ctz(rnd() | 1u << 23) * 11;
		}
	}
	return b;
}

static void test_round_trip(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 32768, 65536, 65537,
		300000 };
	struct inflate *s = malloc(sizeof(*s));

	(void)state;
	for (int kind = 0; kind < 5; kind++)
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	for (int level = 1; level <= 9; level += 4) {
		struct blob in = make(kind, sizes[i]), out = { 0 };
		struct blob gz = gzip(&in, level);

		s->output = append;
		s->arg = &out;
		assert_int_equal(gunzip(s, gz.p, gz.n), gz.n);
		assert_null(s->error);
		assert_int_equal(out.n, in.n);
		if (in.n)
			assert_memory_equal(out.p, in.p, in.n);
		free(in.p);
		free(out.p);
		free(gz.p);
	}
	free(s);
}

static bool ignore(void *arg, const uint8_t *data, size_t n)
{
	(void)arg;
	(void)data;
	(void)n;
	return true;
}

static bool refuse(void *arg, const uint8_t *data, size_t n)
{
	(void)arg;
	(void)data;
	(void)n;
	return false;
}

/* A copy of exactly n bytes, so that ASan sees reads beyond them */
static uint8_t *exact(const uint8_t *p, size_t n)
{
	uint8_t *q = malloc(n ? n : 1);

	memcpy(q, p, n);
	return q;
}

static void test_truncated(void **state)
{
	struct inflate *s = malloc(sizeof(*s));
	struct blob in = make(2, 5000), gz = gzip(&in, 9);

	(void)state;
	s->output = ignore;
	for (size_t n = 0; n < gz.n; n++) {
		uint8_t *p = exact(gz.p, n);

		assert_int_equal(gunzip(s, p, n), 0);
		assert_non_null(s->error);
		free(p);
	}
	free(in.p);
	free(gz.p);
	free(s);
}

static void test_damaged(void **state)
{
	struct inflate *s = malloc(sizeof(*s));

	(void)state;
	s->output = ignore;
	for (int round = 0; round < 3000; round++) {
		static struct blob in, gz;
		uint8_t *p;

		if (round % 300 == 0) {
			free(in.p);
			free(gz.p);
			in = make(round / 300 % 5, 20000);
			gz = gzip(&in, 6);
		}
		p = exact(gz.p, gz.n);
		/* past the header, whose fields are mostly free */
		for (int k = rnd() % 3; k >= 0; k--)
			p[10 + rnd() % (gz.n - 10)] ^= 1 + rnd() % 255;
		gunzip(s, p, gz.n);	/* nearly always fails: the CRC */
		free(p);
	}
	free(s);
}

static void test_noise(void **state)
{
	struct inflate *s = malloc(sizeof(*s));
	uint8_t buf[400];

	(void)state;
	s->output = ignore;
	for (int round = 0; round < 20000; round++) {
		static const uint8_t head[10] = { 0x1F, 0x8B, 8 };

		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = rnd();
		memcpy(buf, head, sizeof(head));
		assert_int_equal(gunzip(s, buf, sizeof(buf)), 0);
	}
	free(s);
}

static void test_refused(void **state)
{
	struct inflate *s = malloc(sizeof(*s));
	struct blob in = make(1, 100000), gz = gzip(&in, 6);

	(void)state;
	s->output = refuse;
	assert_int_equal(gunzip(s, gz.p, gz.n), 0);
	assert_true(s->refused);
	free(in.p);
	free(gz.p);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
