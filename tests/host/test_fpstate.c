/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/fpstate.c against what FSAVE and FXSAVE of this processor store. */
/* SOURCES: guests/pipux/kernel/fpstate.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "guests/pipux/kernel/fpstate.h"

static struct fxsave fx __attribute__((aligned(16)));
static struct fsave hardware;

/* Both images of the state that is there; FSAVE resets the unit */
static void save(void)
{
	__asm__ volatile("fxsave %0\n\tfnsave %1" : "=m"(fx), "=m"(hardware));
}

static void compare(void)
{
	struct fsave made;

	fsave_from_fxsave(&made, &fx);
	assert_int_equal(made.control & 0xFFFF, hardware.control & 0xFFFF);
	assert_int_equal(made.status & 0xFFFF, hardware.status & 0xFFFF);
	assert_int_equal(made.tag & 0xFFFF, hardware.tag & 0xFFFF);
	assert_memory_equal(made.st, hardware.st, sizeof(made.st));
	assert_int_equal(made.status_copy, made.status & 0xFFFF);
	assert_int_equal(made.magic, 0);
}

static void empty(void **state)
{
	__asm__ volatile("fninit");
	save();
	compare();
}

static void values_of_each_class(void **state)
{
	uint64_t denormal = 1;

	__asm__ volatile("fninit; fld1; fldz; fldpi");
	save();
	compare();
	__asm__ volatile("fninit; fld1; fldz; fdivrp\n\tfldz; fld1; fchs\n\t"
		"fldl2e; fldln2; fldl %0; fincstp" : : "m"(denormal));
	save();
	compare();
	__asm__ volatile("fninit; fld1; fld1; fld1; fld1; fld1; fld1; fldz;"
		"fldpi");
	save();
	compare();
}

static void there_and_back(void **state)
{
	struct fxsave before, after;
	struct fsave legacy;

	__asm__ volatile("fninit; fldpi; fldz; fld1");
	save();
	before = after = fx;
	fsave_from_fxsave(&legacy, &before);
	memset(&after, 0, offsetof(struct fxsave, mxcsr));
	memset(after.st, 0, sizeof(after.st));
	fxsave_from_fsave(&after, &legacy, 0xFFFF);
	assert_int_equal(after.control, before.control);
	assert_int_equal(after.status, before.status);
	assert_int_equal(after.tag, before.tag);
	for (int i = 0; i < 8; i++)
		assert_memory_equal(after.st[i].byte, before.st[i].byte, 10);
	assert_int_equal(after.mxcsr, before.mxcsr);
}

static void reserved_mxcsr_bits_go(void **state)
{
	struct fxsave image = { .mxcsr = 0xFFFFFFFF, .mxcsr_mask = ~0u };
	struct fsave legacy = { 0 };

	fxsave_from_fsave(&image, &legacy, MXCSR_VALID);
	assert_int_equal(image.mxcsr, MXCSR_VALID);
	assert_int_equal(image.tag, 0xFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(values_of_each_class),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(reserved_mxcsr_bits_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
