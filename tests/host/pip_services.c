/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each service's result words, one refusal at a time, at the real sizes.
 * Every call is also held against the specification and the invariants.
 */
#include "family.h"
#include "control.h"
#include <pip/abi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define FREE	RP(40)		/* and up: free pages of the root */
#define NOWHERE	0x40000000u	/* in no prepared region */
#define LAST	0xFFFFF000u

static int setup(void **state)
{
	(void)state;
	family_make();
	return 0;
}

static void create_wants_five_own_pages(void **state)
{
	const word wrong[] = {
		0, 0x1000, NOWHERE, 0xC0000000, LAST, RP(FAMILY_PAGES),
		RP(FAMILY_READONLY), DESC_A, RP(5), RP(9), RP(20), RP(28),
	};
	word page[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned j = 0; j < 5; j++)
			page[j] = FREE + j * PAGE_BYTES;
		for (unsigned j = 0; j < sizeof(wrong) / sizeof(*wrong); j++) {
			page[i] = wrong[j];
			expect(0, S_CREATE, page[0], page[1], page[2],
				page[3], page[4], 0);
		}
		for (unsigned j = 0; j < i; j++) {
			page[i] = page[j] + 5;	/* offsets are ignored */
			expect(0, S_CREATE, page[0], page[1], page[2],
				page[3], page[4], 0);
		}
	}
	expect(1, S_CREATE, FREE | 0xFFF, RP(41), RP(42) | 1, RP(43), RP(44),
		0);
	expect(1, S_DELETE, FREE | 4, 0, 0, 0, 0, 0);
}

static void delete_gives_everything_back(void **state)
{
	(void)state;
	expect(0, S_DELETE, 0, 0, 0, 0, 0, 0);
	expect(0, S_DELETE, FREE, 0, 0, 0, 0, 0);
	expect(0, S_DELETE, RP(20), 0, 0, 0, 0, 0);	/* C is A's */
	as(part_b);
	expect(0, S_DELETE, DESC_C, 0, 0, 0, 0, 0);
	as(part_root);
	expect(1, S_DELETE, DESC_A, 0, 0, 0, 0, 0);	/* with C inside */
	expect(0, S_DELETE, DESC_A, 0, 0, 0, 0, 0);
	expect(1, S_DELETE, DESC_B, 0, 0, 0, 0, 0);
	for (unsigned i = 0; i < FAMILY_PAGES; i++)
		expect(i == FAMILY_READONLY ? PIP_PROBE_READ :
			PIP_PROBE_READ | PIP_PROBE_WRITE, S_PROBE, RP(i), 0,
			0, 0, 0, 0);
}

/* Until it is finished the child is nobody's but deletePartition's */
static void delete_goes_on_after_interrupts(void **state)
{
	unsigned calls = 0;
	word result;

	(void)state;
	sim_interrupt = true;
	do {
		result = deletePartition(DESC_A);
		calls++;
		assert_true(result == 1 || result == DELETE_AGAIN);
		assert_null(child_find(DESC_A));
		assert_int_equal(collect(DESC_A, FAMILY_CHILD), 0);
		assert_int_equal(removeVAddr(DESC_A, FAMILY_CHILD), 0);
	} while (result == DELETE_AGAIN);
	sim_interrupt = false;
	assert_true(calls > 1);
	assert_int_equal(deletePartition(DESC_A), 0);
	assert_int_equal(deletePartition(DESC_B), 1);
	for (unsigned i = 0; i < FAMILY_PAGES; i++)
		assert_int_equal(probe(RP(i)), i == FAMILY_READONLY ?
			PIP_PROBE_READ : PIP_PROBE_READ | PIP_PROBE_WRITE);
}

static void count_to_map(void **state)
{
	(void)state;
	expect(3, S_COUNT, DESC_A, NOWHERE, 0, 0, 0, 0);
	expect(3, S_COUNT, DESC_A, LAST, 0, 0, 0, 0);
	expect(3, S_COUNT, DESC_A, 0xBFFFF000, 0, 0, 0, 0);
	expect(0, S_COUNT, DESC_A, FAMILY_CHILD, 0, 0, 0, 0);
	expect(0, S_COUNT, DESC_A, 0x003FF000, 0, 0, 0, 0);
	expect(0, S_COUNT, DESC_A, 0xC0000000, 0, 0, 0, 0);
	expect(0, S_COUNT, DESC_A, 0xFFBFF000, 0, 0, 0, 0);
	expect(0, S_COUNT, FREE, NOWHERE, 0, 0, 0, 0);
	expect(0, S_COUNT, 0, NOWHERE, 0, 0, 0, 0);
}

static void prepare_takes_a_list(void **state)
{
	(void)state;
	/* too short, in a circle, to itself, a page that is no more ours */
	expect(FREE, S_PREPARE, DESC_A, NOWHERE, list(FREE, 2, 0), 0, 0, 0);
	expect(FREE, S_PREPARE, DESC_A, NOWHERE, list(FREE, 2, FREE), 0, 0,
		0);
	expect(FREE, S_PREPARE, DESC_A, NOWHERE, list(FREE, 1, FREE), 0, 0,
		0);
	expect(FREE, S_PREPARE, DESC_A, NOWHERE, list(FREE, 1, RP(20)), 0, 0,
		0);
	expect(FREE, S_PREPARE, DESC_A, NOWHERE,
		list(FREE, 2, RP(FAMILY_READONLY)), 0, 0, 0);
	expect(0, S_PREPARE, DESC_A, NOWHERE, 1, 0, 0, 0);
	expect(FREE, S_PREPARE, RP(39), NOWHERE, list(FREE, 3, 0) | 1, 0, 0,
		0);
	expect(FREE, S_PREPARE, DESC_A, 0xC0000000, FREE, 0, 0, 0);
	/* done already, or the kernel's: nothing is consumed */
	expect(FREE | 1, S_PREPARE, DESC_A, FAMILY_CHILD, FREE, 0, 0, 0);
	expect(FREE | 1, S_PREPARE, DESC_A, 0x1000, FREE, 0, 0, 0);
	expect(RP(43) | 1, S_PREPARE, DESC_A, NOWHERE,
		list(FREE, 3, RP(43)), 0, 0, 0);
	expect(0, S_COUNT, DESC_A, NOWHERE, 0, 0, 0, 0);
	expect(0xDEADBEEF, S_PREPARE, DESC_A, LAST,
		list(RP(43), 3, 0xDEADBEEE), 0, 0, 0);
}

static void collect_gives_tables_back(void **state)
{
	(void)state;
	expect(0, S_COLLECT, FREE, FAMILY_CHILD, 0, 0, 0, 0);
	expect(0, S_COLLECT, DESC_A, NOWHERE, 0, 0, 0, 0);
	expect(0, S_COLLECT, DESC_A, 0, 0, 0, 0, 0);
	expect(0, S_COLLECT, DESC_A, 0xC0000000, 0, 0, 0, 0);
	expect(1, S_COLLECT, DESC_B, FAMILY_CHILD, 0, 0, 0, 0);
	expect(0, S_PROBE, RP(17), 0, 0, 0, 0, 0);	/* not empty: nothing */
	expect(1, S_PREPARE, DESC_B, NOWHERE, list(FREE, 3, 0), 0, 0, 0);
	expect(1, S_PREPARE, DESC_B, LAST, list(RP(43), 3, 0), 0, 0, 0);
	expect(1, S_COLLECT, DESC_B, NOWHERE, 0, 0, 0, 0);	/* the middle */
	expect(3, S_PROBE, FREE, 0, 0, 0, 0, 0);
	for (word i = 0; i < 4; i++)
		expect(1, S_REMOVE, DESC_B, CP(i), 0, 0, 0, 0);
	expect(1, S_COLLECT, DESC_B, FAMILY_CHILD, 0, 0, 0, 0);
	expect(3, S_PROBE, RP(17), 0, 0, 0, 0, 0);
	expect(1, S_COLLECT, DESC_B, LAST, 0, 0, 0, 0);
	expect(1, S_DELETE, DESC_B, 0, 0, 0, 0, 0);
}

static void add_checks_everything(void **state)
{
	(void)state;
	expect(0, S_ADD, FREE, FREE, CP(20), 1, 1, 1);	/* no child */
	expect(0, S_ADD, FREE, RP(20), CP(20), 1, 1, 1);	/* A's child */
	expect(0, S_ADD, FREE, DESC_A, CP(20), 0, 1, 1);
	expect(0, S_ADD, FREE, DESC_A, CP(20), 1, 1, 0);
	expect(0, S_ADD, RP(FAMILY_READONLY), DESC_A, CP(20), 1, 1, 1);
	expect(0, S_ADD, RP(32), DESC_A, CP(20), 1, 1, 1);	/* B's */
	expect(0, S_ADD, RP(20), DESC_B, CP(20), 1, 1, 1);	/* lent by A */
	expect(0, S_ADD, RP(5), DESC_A, CP(20), 1, 1, 1);	/* a table */
	expect(0, S_ADD, NOWHERE, DESC_A, CP(20), 1, 1, 1);
	expect(0, S_ADD, RP(FAMILY_PAGES), DESC_A, CP(20), 1, 1, 1);
	expect(0, S_ADD, FREE, DESC_A, CP(8), 1, 1, 1);	/* taken */
	expect(0, S_ADD, FREE, DESC_A, CP(0), 1, 1, 1);	/* lent, not free */
	expect(0, S_ADD, FREE, DESC_A, NOWHERE, 1, 1, 1);
	expect(0, S_ADD, FREE, DESC_A, 0x1000, 1, 1, 1);
	expect(0, S_ADD, FREE, DESC_A, 0xC0000000, 1, 1, 1);
	expect(1, S_ADD, FREE | 7, DESC_A | 9, CP(20) | 3, 2, 0, 8);
	expect(1, S_ADD, RP(FAMILY_READONLY), DESC_A, CP(21), 1, 0, 1);
	expect(0, S_ADD, FREE, DESC_B, CP(20), 1, 0, 1);	/* once only */
	as(part_a);
	expect(1, S_PROBE, CP(20), 0, 0, 0, 0, 0);
	expect(0, S_ADD, CP(20), DESC_C, CP(20), 1, 1, 1);	/* escalation */
	expect(1, S_ADD, CP(20), DESC_C, CP(20), 1, 0, 1);
	expect(0, S_CREATE, CP(21), CP(10), CP(11), CP(8), CP(9), 0);
}

static void remove_refuses_what_is_passed_on(void **state)
{
	(void)state;
	expect(0, S_REMOVE, FREE, CP(10), 0, 0, 0, 0);
	expect(0, S_REMOVE, DESC_A, CP(20), 0, 0, 0, 0);
	expect(0, S_REMOVE, DESC_A, NOWHERE, 0, 0, 0, 0);
	expect(0, S_REMOVE, DESC_A, CP(8), 0, 0, 0, 0);	/* in C */
	expect(0, S_REMOVE, DESC_A, CP(0), 0, 0, 0, 0);	/* C itself */
	expect(1, S_REMOVE, DESC_A, CP(10), 0, 0, 0, 0);
	expect(0, S_REMOVE, DESC_A, CP(10), 0, 0, 0, 0);
	expect(1, S_ADD, RP(30), DESC_B, CP(10), 1, 1, 1);
	as(part_a);
	expect(1, S_REMOVE, DESC_C, CP(0), 0, 0, 0, 0);
	as(part_root);
	expect(1, S_REMOVE, DESC_A, CP(8), 0, 0, 0, 0);
}

static void queries(void **state)
{
	(void)state;
	expect(DESC_A, S_MAPPED, RP(30), 0, 0, 0, 0, 0);
	expect(DESC_B, S_MAPPED, RP(32), 0, 0, 0, 0, 0);
	expect(DESC_A, S_MAPPED, RP(20), 0, 0, 0, 0, 0);	/* lent by A */
	expect(0, S_MAPPED, FREE, 0, 0, 0, 0, 0);
	expect(0, S_MAPPED, DESC_A, 0, 0, 0, 0, 0);
	expect(0, S_MAPPED, NOWHERE, 0, 0, 0, 0, 0);
	expect(3, S_PROBE, RP(30), 0, 0, 0, 0, 0);
	expect(1, S_PROBE, RP(FAMILY_READONLY), 0, 0, 0, 0, 0);
	expect(0, S_PROBE, RP(20), 0, 0, 0, 0, 0);
	expect(0, S_PROBE, DESC_A, 0, 0, 0, 0, 0);
	expect(0, S_PROBE, 0xC0000000, 0, 0, 0, 0, 0);
	sim_partition(part_a)->state = 7;
	assert_null(step_switch(part_root));
	expect(7, S_STATE, DESC_A, 0, 0, 0, 0, 0);
	expect(0, S_STATE, DESC_B, 0, 0, 0, 0, 0);
	expect(~0u, S_STATE, RP(20), 0, 0, 0, 0, 0);
	expect(~0u, S_STATE, 0, 0, 0, 0, 0, 0);
}

static void ports(word first, word count, bool open)
{
	assert_null(control_ports(first, count));
	assert_int_equal(ports_allowed(first, count), open);
}

static void restrict_takes_rights(void **state)
{
	(void)state;
	expect(0, S_RESTRICT, FREE, PIP_RESTRICT_SERVICES, 0, 0, 0, 0);
	expect(0, S_RESTRICT, DESC_A, 3, 0, 0, 0, 0);
	expect(0, S_RESTRICT, DESC_A, PIP_RESTRICT_ADD_PORTS, 1, 2, 0, 0);
	expect(0, S_RESTRICT, DESC_A, PIP_RESTRICT_PORTS, 0, 0x10000, 0, 0);
	as(part_c);
	ports(0xFFFF, 1, true);
	as(part_root);
	expect(1, S_RESTRICT, DESC_A, PIP_RESTRICT_PORTS, 0x3F8, 0x3FF, 0, 0);
	expect(0, S_RESTRICT, DESC_A, PIP_RESTRICT_ADD_PORTS, 2, 1, 0, 0);
	for (word i = 1; i < PORT_RANGES; i++)
		expect(1, S_RESTRICT, DESC_A, PIP_RESTRICT_ADD_PORTS, i, i, 0,
			0);
	expect(0, S_RESTRICT, DESC_A, PIP_RESTRICT_ADD_PORTS, 99, 99, 0, 0);
	as(part_c);
	ports(0x3F7, 1, false);
	ports(0x3F8, 4, true);
	ports(0x3FD, 4, false);
	ports(0x400, 1, false);
	ports(7, 1, true);
	ports(8, 1, false);
	as(part_a);
	expect(1, S_RESTRICT, DESC_C, PIP_RESTRICT_PORTS, 0, 0xFFFF, 0, 0);
	as(part_c);
	ports(0x3F7, 1, false);		/* no more than its parent */
	as(part_root);
	expect(1, S_RESTRICT, DESC_A, PIP_RESTRICT_PORTS, 1, 0, 0, 0);
	as(part_c);
	ports(0x3F8, 1, false);
	as(part_root);
	expect(1, S_RESTRICT, DESC_A, PIP_RESTRICT_SERVICES, 0, 0, 0, 0);
}

static word *vidt(unsigned part)
{
	int f = view_find(&step_view, part, PIP_VIDT);

	assert_true(f >= 0);
	return sim_frame(f);
}

static void yield_gives(word code, word desc, word vint, word save)
{
	word result;

	assert_null(control_yield(desc, vint, save, &result));
	assert_int_equal(result, code);
}

static void yield_codes_in_order(void **state)
{
	(void)state;
	yield_gives(1, DESC_A, 1023, 1023);
	yield_gives(2, 0, 0, 1023);
	yield_gives(3, 0, 0, 0);
	yield_gives(4, FREE, 0, 0);
	yield_gives(6, DESC_A, 0, 0);		/* before the target's: 5 */
	/* give the root a VIDT: a new world with one */
	sim_reset();
	for (word i = 0; i < FAMILY_PAGES; i++)
		sim_root_page(RP(i), PTE_P | PTE_U | PTE_W);
	sim_root_page(PIP_VIDT, PTE_P | PTE_U | PTE_W);
	step_begin();
	expect(1, S_CREATE, RP(4), RP(5), RP(6), RP(7), RP(8), 0);
	yield_gives(5, DESC_A, 0, 0);
	expect(1, S_PREPARE, DESC_A, PIP_VIDT, list(RP(9), 3, 0), 0, 0, 0);
	yield_gives(5, DESC_A, 0, 0);
	expect(1, S_ADD, RP(20), DESC_A, PIP_VIDT, 1, 1, 1);
	yield_gives(8, DESC_A, 0, 0);
	unsigned a = view_child(&step_view, DESC_A);

	vidt(a)[0] = 0x1000;			/* the kernel's */
	yield_gives(8, DESC_A, 0, 0);
	vidt(a)[0] = PIP_VIDT - 32;		/* begins in no page */
	yield_gives(8, DESC_A, 0, 0);
	vidt(a)[0] = PIP_VIDT + PAGE_BYTES - 32;	/* wraps */
	yield_gives(8, DESC_A, 0, 0);
	vidt(a)[0] = PIP_VIDT + PAGE_BYTES - 64;
	yield_gives(0, DESC_A, 0, 1022);
	vidt(part_root)[1022] = RP(5);		/* lent */
	yield_gives(9, DESC_A, 0, 1022);
	vidt(part_root)[1022] = RP(3) + PAGE_BYTES - 32;	/* into it */
	yield_gives(9, DESC_A, 0, 1022);
	vidt(part_root)[1022] = RP(30) + PAGE_BYTES - 32;	/* two pages */
	yield_gives(0, DESC_A, 0, 1022);
	as(a);
	yield_gives(8, 0, 0, 0);
	assert_null(control_event(13));
	assert_null(control_irq(32));
}

int main(void)
{
#define TEST(f)	cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(create_wants_five_own_pages),
		TEST(delete_gives_everything_back),
		TEST(delete_goes_on_after_interrupts),
		TEST(count_to_map),
		TEST(prepare_takes_a_list),
		TEST(collect_gives_tables_back),
		TEST(add_checks_everything),
		TEST(remove_refuses_what_is_passed_on),
		TEST(queries),
		TEST(restrict_takes_rights),
		TEST(yield_codes_in_order),
	};

	return cmocka_run_group_tests_name("pip: services", tests, NULL, NULL);
}
