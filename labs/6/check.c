/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks lab 6: a guest that asks for sums, of memory that it has or not. */
#include "lib.h"
#include "lab.h"

#include <pip/call.h>

#define LENT	5u
#define EFAULT	(-(uint32_t)VMM_EFAULT)

static uint8_t bytes[2 * PAGE_SIZE] PAGE_ALIGNED;
static uint8_t lent[LENT][PAGE_SIZE] PAGE_ALIGNED;
static uint32_t passed, failed;

static void is(uint32_t got, uint32_t want, const char *name)
{
	print(got == want ? "ok - " : "not ok - ");
	print(name);
	print("\n");
	passed += got == want;
	failed += got != want;
}

static uint32_t sum(uint32_t at, uint32_t size)
{
	return hypercall(LAB_HC_SUM, at, size, 0, 0);
}

/* Pages that are Pip's for now: the VMM has no access either */
static void check_lent(void)
{
	uint32_t p[LENT];

	for (uint32_t i = 0; i < LENT; i++)
		p[i] = (uint32_t)lent[i];
	is(Pip_CreatePartition(p[0], p[1], p[2], p[3], p[4]), 1,
		"a partition of the guest's own");
	is(sum(p[2], 4), EFAULT, "memory lent to Pip is refused");
	(void)Pip_DeletePartition(p[0]);
}

void guest_main(void)
{
	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	is(sum((uint32_t)bytes, 10), 45, "the sum of ten bytes");
	is(sum((uint32_t)bytes, 0), 0, "the sum of none is 0");
	is(sum((uint32_t)bytes + PAGE_SIZE - 2, 4), 78 + 79 + 80 + 81,
		"a range across two pages");
	is(sum(0, 4), EFAULT, "an address below the guest's memory is refused");
	is(sum(INFO->mem_end - 2, 4), EFAULT,
		"a range across the end of memory is refused");
	is(sum(0xFFFFF000u, 4), EFAULT, "the VIDT is refused");
	is(sum((uint32_t)bytes, 0xFFFFFFFFu), EFAULT,
		"a range around the end of addresses is refused");
	check_lent();
	is(hypercall(VMM_HC_VERSION, 0, 0, 0, 0), VMM_ABI_VERSION,
		"the other hypercalls are still there");
	print_number(passed);
	print(" passed, ");
	print_number(failed);
	print(" failed\n");
	power_off(failed != 0);
}
