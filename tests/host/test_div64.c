/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/div64.c against the processor's own 64-bit division. */
/* SOURCES: guests/pipux/lib/div64.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);

static uint64_t seed = 88172645463325252u;

/* xorshift64, Marsaglia 2003, cut to a random length */
static uint64_t number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed >> (seed & 63);
}

static void check(uint64_t n, uint64_t d)
{
	int64_t sn = (int64_t)n, sd = (int64_t)d;
	uint64_t rem;

	assert_true(__udivmoddi4(n, d, &rem) == n / d);
	assert_true(rem == n % d);
	assert_true(__udivdi3(n, d) == n / d);
	assert_true(__umoddi3(n, d) == n % d);
	if (sn == INT64_MIN && sd == -1)
		return;
	assert_true(__divdi3(sn, sd) == sn / sd);
	assert_true(__moddi3(sn, sd) == sn % sd);
}

static void edges(void **state)
{
	static const uint64_t v[] = {
		0, 1, 2, 3, 10, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
		0x100000000, 0x100000001, 0x1FFFFFFFF, 0x7FFFFFFFFFFFFFFF,
		0x8000000000000000, 0x8000000000000001, 0xFFFFFFFF00000000,
		0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF, 1000000000,
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		for (size_t j = 1; j < sizeof(v) / sizeof(v[0]); j++)
			check(v[i], v[j]);
}

static void random_pairs(void **state)
{
	for (int i = 0; i < 1000000; i++) {
		uint64_t n = number(), d = number();

		check(n, d ? d : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(random_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
