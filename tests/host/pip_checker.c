/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is the checker awake?  Each line damages one thing in a good state; the
 * checker must name the property that it belongs to.  Then every bit of every
 * word of Pip's structures is flipped, and each flip must be noticed.
 */
#include "family.h"
#include <pip/abi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static uint8_t good[SIM_BYTES];
static struct view view;

static word *entry(unsigned part, word va)
{
	return slot_at(sim_partition(part), va).pte;
}

static word *sh1(unsigned part, word va)
{
	return slot_at(sim_partition(part), va).sh1;
}

static word *sh2(unsigned part, word va)
{
	return slot_at(sim_partition(part), va).sh2;
}

static word *root_word(word page, word va)
{
	return region_word(page, dir_index(va));
}

static void vertical_page_from_elsewhere(void)
{
	*entry(part_b, CP(9)) = *entry(part_root, RP(40));
	(*root_word(sim_partition(part_b)->sh1, CP(9)))++;
	*sh2(part_b, CP(9)) = RP(41);
}

static void vertical_root_lost_it(void)
{
	*entry(part_b, CP(0)) += 20 * PAGE_BYTES;
}

static void horizontal(void)
{
	*entry(part_b, CP(9)) = *entry(part_a, CP(8));
	*sh2(part_b, CP(9)) = RP(28);
	(*root_word(sim_partition(part_b)->sh1, CP(9)))++;
}

static void kernel_reachable_in_lender(void)
{
	*entry(part_root, RP(5)) |= PTE_P;
}

static void kernel_reachable_in_ancestor(void)
{
	*entry(part_root, RP(21)) |= PTE_P;
}

static void kernel_directory_entry(void)
{
	*root_word(sim_partition(part_c)->pd, 0xC0000000) |= PTE_U;
}

static void kernel_directory_entry_gone(void)
{
	*root_word(sim_partition(part_c)->pd, 0) = 0;
}

static void more_rights_than_parent(void)
{
	*entry(part_a, CP(11)) &= ~PTE_W;
	*entry(part_c, CP(1)) |= PTE_W;
	*entry(part_a, CP(9)) &= ~PTE_W;
}

static void read_only_lent(void)
{
	*entry(part_a, CP(0)) &= ~PTE_W;
}

static void structure_used_twice(void)
{
	sim_partition(part_b)->sh1 = sim_partition(part_a)->sh1;
}

static void root_lost_a_page(void)
{
	*entry(part_root, RP(40)) = 0;
	(*root_word(root->sh1, RP(40)))--;
}

static void page_out_of_reach(void)
{
	*entry(part_root, RP(40)) &= ~PTE_P;
}

static void wrong_count(void)
{
	(*root_word(sim_partition(part_a)->sh1, CP(0)))++;
}

static void endless_region_list(void)
{
	*root_word(sim_partition(part_a)->list, CP(0)) |= dir_index(CP(0));
}

static void broken_lent_chain(void)
{
	*sh1(part_root, RP(9)) = SH1_LENT;
}

static void orphan_shadow(void)
{
	*sh1(part_b, CP(9)) = SH1_LENT;
}

static void derived_by_nobody(void)
{
	*sh1(part_root, RP(40)) = DESC_B | SH1_DERIVED;
}

static void wrong_parent(void)
{
	sim_partition(part_c)->parent = page_number(sim_partition(part_b));
}

static void dead_one_runs(void)
{
	current = sim_frame(40);
}

static void dead_one_owns_fpu(void)
{
	fpu_owner = sim_frame(40);
}

static void wild_structure(void)
{
	sim_partition(part_b)->pd = 0;
}

static void too_many_ports(void)
{
	sim_partition(part_b)->nports = PORT_RANGES + 1;
}

static void stale_vidt(void)
{
	sim_partition(part_b)->vidt = page_number(sim_frame(40));
}

static void stale_child(void)
{
	sim_partition(part_b)->child_key = CP(0) | ~PAGE_MASK;
}

static void child_of_another(void)
{
	sim_partition(part_a)->child = page_number(sim_partition(part_b));
	sim_partition(part_a)->child_key = DESC_C | ~PAGE_MASK;
}

static void stale_context(void)
{
	sim_partition(part_a)->context = CP(0);
}

static const struct {
	void (*damage)(void);
	const char *property;
} damages[] = {
	{ vertical_page_from_elsewhere, "vertical sharing" },
	{ vertical_root_lost_it, "vertical sharing" },
	{ horizontal, "partitions isolation" },
	{ kernel_reachable_in_lender, "kernel-data isolation" },
	{ kernel_reachable_in_ancestor, "kernel-data isolation" },
	{ kernel_directory_entry, "kernel-data isolation" },
	{ kernel_directory_entry_gone, "kernel-data isolation" },
	{ stale_vidt, "kernel-data isolation" },
	{ stale_context, "kernel-data isolation" },
	{ stale_child, "consistency" },
	{ child_of_another, "consistency" },
	{ more_rights_than_parent, "rights" },
	{ read_only_lent, "rights" },
	{ structure_used_twice, "conservation" },
	{ root_lost_a_page, "conservation" },
	{ page_out_of_reach, "conservation" },
	{ wrong_count, "consistency" },
	{ endless_region_list, "consistency" },
	{ broken_lent_chain, "consistency" },
	{ orphan_shadow, "consistency" },
	{ derived_by_nobody, "consistency" },
	{ wrong_parent, "consistency" },
	{ dead_one_runs, "consistency" },
	{ dead_one_owns_fpu, "consistency" },
	{ wild_structure, "consistency" },
	{ too_many_ports, "consistency" },
};

static void each_damage_is_named(void **state)
{
	(void)state;
	family_make();
	memcpy(good, sim_memory, sizeof(good));
	for (unsigned i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		const char *error;

		assert_null(sim_check(&view));
		damages[i].damage();
		error = sim_check(&view);
		assert_non_null(error);
		if (strncmp(error, damages[i].property,
		    strlen(damages[i].property)))
			fail_msg("damage %u: \"%s\" is not about %s", i,
				error, damages[i].property);
		memcpy(sim_memory, good, sizeof(good));
		current = root;
		fpu_owner = NULL;
	}
}

/* In a descriptor the x87/SSE image is in nobody's eye, a context that
 * is remembered may be another good one, and a child without key is none. */
static bool in_view(unsigned frame, unsigned index)
{
	word offset = index * sizeof(word);

	return !view.part[frame].live ||
		(offset < offsetof(struct partition, ports) +
		 sizeof(view.part[frame].ports) &&
		 offset != offsetof(struct partition, context) &&
		 offset != offsetof(struct partition, child));
}

static void each_bit_is_noticed(void **state)
{
	static struct view before;
	unsigned long flips = 0;

	(void)state;
	family_make();
	assert_null(sim_check(&before));
	for (unsigned f = 0; f < SIM_FRAMES; f++) {
		word *page = sim_frame(f);

		view = before;
		if (before.frame[f].role < ROLE_DESC)
			continue;
		for (unsigned i = 0; i < PAGE_BYTES / sizeof(word); i++) {
			unsigned bit = page[i] ? 0 : (i * 7 + f) % 32;

			view = before;
			if (!in_view(f, i))
				continue;
			/* all bits where something is, one where nothing */
			do {
				page[i] ^= 1u << bit;
				if (!sim_check(&view) && !memcmp(&view,
				    &before, sizeof(view)))
					fail_msg("frame %u, role %u, word %u, "
						"bit %u", f,
						before.frame[f].role, i, bit);
				page[i] ^= 1u << bit;
				flips++;
			} while (page[i] && ++bit < 32);
		}
	}
	assert_null(sim_check(&view));
	print_message("%lu flips\n", flips);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_damage_is_named),
		cmocka_unit_test(each_bit_is_noticed),
	};

	return cmocka_run_group_tests_name("pip: the checker", tests, NULL,
		NULL);
}
