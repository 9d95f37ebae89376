/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A check of each row of docs/pip-abi.md, by a root partition.  Each file
 * takes one part of it and leaves the pages that it used free again.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <harness.h>

struct registers {		/* as main() finds them */
	uint32_t eflags, cs, ss, ds, es, fs, gs, cfa;
};

void check_first_state(const pip_fpinfo_t *info, const struct registers *r);
void check_gates(void);
void check_ports(void);
void check_partitions(void);
void check_regions(void);
void check_pages(void);
void check_yield(void);
void check_contexts(void);
void check_faults(void);
void check_interrupts(void);
void check_additions(void);
void check_rights(void);
void check_fpu(void);
void check_long(void);
void check_launcher(void);

/* stubs.asm: children in assembly */
extern uint8_t stub_regs[], stub_flags[], stub_ud[], stub_int[], stub_gp[],
	stub_page[], stub_divide[], stub_int3[], stub_overflow[],
	stub_bound[], stub_loop[], stub_yield[], stub_segments[],
	stub_gs[], stub_step[], stub_step_1[], stub_fault_ip[];

#endif
