/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small tree for directed tests: the root, its children A and B, and A's
 * child C, each with pages; every call goes through step().
 */
#ifndef SIM_FAMILY_H
#define SIM_FAMILY_H

#include "sim.h"

#define FAMILY_BASE	0x00800000u	/* the root's pages */
#define FAMILY_PAGES	48u
#define FAMILY_READONLY	3u		/* index of a read-only page */
#define FAMILY_CHILD	0x00C00000u	/* the children's region */

/* Root's page `i`, child's page `i` */
#define RP(i)	(FAMILY_BASE + (i) * PAGE_BYTES)
#define CP(i)	(FAMILY_CHILD + (i) * PAGE_BYTES)

#define DESC_A	RP(4)		/* RP(4)-RP(8), tables RP(9)-RP(11) */
#define DESC_B	RP(12)		/* RP(12)-RP(16), tables RP(17)-RP(19) */
#define DESC_C	CP(0)		/* in A: CP(0)-CP(4), tables CP(5)-CP(7) */

void family_make(void);
/* A call checked by step(); fails the test if anything is wrong with it */
word call(enum service service, word a0, word a1, word a2, word a3, word a4,
	word a5);
/* The same, and the result that it must have */
void expect(word result, enum service service, word a0, word a1, word a2,
	word a3, word a4, word a5);
/* Links n pages from `first` on, n >= 1, the last to `end`; returns `first` */
word list(word first, unsigned n, word end);
/* Runs as a partition */
void as(unsigned frame);
extern unsigned part_a, part_b, part_c, part_root;

#endif
