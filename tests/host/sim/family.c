/* SPDX-License-Identifier: BSD-2-Clause */
/* See family.h. */
#include "family.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

unsigned part_a, part_b, part_c, part_root;

word call(enum service service, word a0, word a1, word a2, word a3, word a4,
		word a5)
{
	struct call c = { service, { a0, a1, a2, a3, a4, a5 } };
	word result;
	const char *error = step(&c, &result);

	if (error)
		fail_msg("%s(%#x, %#x, %#x, ...): %s", services[service].name,
			a0, a1, a2, error);
	return result;
}

void expect(word result, enum service service, word a0, word a1, word a2,
		word a3, word a4, word a5)
{
	word got = call(service, a0, a1, a2, a3, a4, a5);

	if (got != result)
		fail_msg("%s(%#x, %#x, %#x, ...) gave %#x, not %#x",
			services[service].name, a0, a1, a2, got, result);
}

word list(word first, unsigned n, word end)
{
	for (unsigned i = 0; i < n; i++) {
		int f = view_find(&step_view, step_view.current,
			first + i * PAGE_BYTES);

		assert_true(f >= 0);
		*(word *)sim_frame(f) = i + 1 < n ?
			first + (i + 1) * PAGE_BYTES : end;
	}
	return first;
}

void as(unsigned frame)
{
	assert_null(step_switch(frame));
}

static unsigned create(word desc)
{
	word page = PAGE_BYTES;

	expect(1, S_CREATE, desc, desc + page, desc + 2 * page,
		desc + 3 * page, desc + 4 * page, 0);
	expect(1, S_PREPARE, desc, FAMILY_CHILD, list(desc + 5 * page, 3, 0),
		0, 0, 0);
	return view_child(&step_view, desc);
}

/* A: pages 20-31 at 0-11, the last read-only; B: 32-35; C: A's 8 and 9 */
void family_make(void)
{
	sim_reset();
	for (word i = 0; i < FAMILY_PAGES; i++)
		sim_root_page(RP(i), PTE_P | PTE_U |
			(i == FAMILY_READONLY ? 0 : PTE_W));
	step_begin();
	part_root = step_view.root;
	part_a = create(DESC_A);
	part_b = create(DESC_B);
	for (word i = 0; i < 12; i++)
		expect(1, S_ADD, RP(20 + i), DESC_A, CP(i), 1, i != 11, 1);
	for (word i = 0; i < 4; i++)
		expect(1, S_ADD, RP(32 + i), DESC_B, CP(i), 1, 1, 1);
	as(part_a);
	part_c = create(DESC_C);
	expect(1, S_ADD, CP(8), DESC_C, CP(0), 1, 1, 1);
	expect(1, S_ADD, CP(9), DESC_C, CP(1), 1, 0, 1);
	as(part_root);
}
