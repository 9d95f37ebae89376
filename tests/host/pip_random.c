/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long random sequences of services over a tree of partitions, real sizes.
 * After every call the result, the effect and all invariants are checked, and
 * after every sequence the census: everything is the root's again.
 *
 * pip_random [SECONDS [SEED]]: without a seed, seed 1, 2, 3...
 */
#include "drive.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OPERATIONS	3000

static unsigned seconds = 8;
static uint64_t first_seed = 1, state;
static bool one_seed;

/* splitmix64, Steele et al. 2014 */
static unsigned random_byte(void)
{
	uint64_t z = state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return (z ^ z >> 31) & 255;
}

static void sequences(void **unused)
{
	struct drive d = { .byte = random_byte };
	time_t end = time(NULL) + seconds;
	uint64_t seed = first_seed;
	const char *error = NULL;

	(void)unused;
	for (; time(NULL) < end && !error; seed++) {
		state = seed;
		drive_world();
		for (unsigned i = 0; i < OPERATIONS && !error; i++)
			error = drive_once(&d);
		if (!error)
			error = drive_end(&d);
		if (error)
			print_error("seed %llu: %s\n",
				(unsigned long long)seed, error);
		if (one_seed)
			break;
	}
	assert_null(error);
	print_message("%llu sequences, %lu operations, %lu calls, up to %lu "
		"partitions, depth %lu, %lu possible yields\n",
		(unsigned long long)(seed - first_seed), d.done, d.steps,
		d.partitions, d.deepest, d.yields);
	for (unsigned i = 0; i < S_MAX; i++) {
		print_message("%16s: %8lu done, %8lu refused\n",
			services[i].name, d.ok[i], d.refused[i]);
		assert_true(one_seed || d.ok[i]);
		assert_true(one_seed || d.refused[i]);
	}
	assert_true(one_seed || d.deepest >= 2);
	assert_true(one_seed || d.yields);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sequences) };

	if (argc > 1)
		seconds = atoi(argv[1]);
	if (argc > 2) {
		first_seed = strtoull(argv[2], NULL, 0);
		one_seed = true;
	}
	return cmocka_run_group_tests_name("pip: random sequences", tests,
		NULL, NULL);
}
