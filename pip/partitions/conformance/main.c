/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance partition: one line for each row of docs/pip-abi.md. */
#include "conformance.h"

static struct registers registers_read(uint32_t cfa)
{
	struct registers r = { .cfa = cfa };

	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(r.eflags));
	__asm__ volatile("movl %%cs, %0" : "=r"(r.cs));
	__asm__ volatile("movl %%ss, %0" : "=r"(r.ss));
	__asm__ volatile("movl %%ds, %0" : "=r"(r.ds));
	__asm__ volatile("movl %%es, %0" : "=r"(r.es));
	__asm__ volatile("movl %%fs, %0" : "=r"(r.fs));
	__asm__ volatile("movl %%gs, %0" : "=r"(r.gs));
	return r;
}

void main(pip_fpinfo_t *info)
{
	struct registers r = registers_read(
		(uint32_t)__builtin_dwarf_cfa());
	static void (*const parts[])(void) = {
		check_gates, check_ports, check_partitions, check_regions,
		check_pages, check_yield, check_contexts, check_faults,
		check_interrupts, check_additions, check_rights, check_fpu,
		check_long,
	};
	uint32_t sum, pages;

	check_first_state(info, &r);
	Pip_InitPaging(info->membegin, info->memend);
	landing_init();
	for (uint32_t v = 0; v < ARRAY_SIZE(landing); v++)
		VIDT[v] = &landing[v];
	for (uint32_t line = 0; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	sum = census(info->membegin, info->memend);
	pages = Pip_FreePages();
	for (uint32_t i = 0; i < ARRAY_SIZE(parts); i++) {
		parts[i]();
		is(Pip_FreePages(), pages, "part %u: the allocator has its "
			"pages back", i);
		is(census(info->membegin, info->memend), sum,
			"part %u: all pages are whole again", i);
	}
	/* its wrappers keep no account of the pages for tables */
	check_launcher();
	is(census(info->membegin, info->memend), sum,
		"launcher: all pages are whole again");
	finish();
}
