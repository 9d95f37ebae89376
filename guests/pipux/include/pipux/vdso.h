/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vDSO (vdso(7)): one page of code in every process, with what it needs
 * to read the clocks.  struct vdso_data is the contract between the kernel
 * and that code; it lies at VDSO_DATA in the page.
 */
#ifndef PIPUX_VDSO_H
#define PIPUX_VDSO_H

#include <stdbool.h>
#include <stdint.h>

#define VDSO_DATA	0xFE0

struct vdso_data {
	uint32_t sequence;		/* differs after each change */
	uint32_t ns_per_tick;		/* FACTOR_SHIFT bits after the point */
	uint64_t tsc_boot;
	uint64_t realtime_offset;	/* ns between the two clocks */
};

#define VDSO_FACTOR_SHIFT	28

struct mm;
struct vma;

/* mm/vdso.c */
void vdso_init(void);
/* Into a new address space: its address, 0 if there was no room */
uint32_t vdso_map(struct mm *mm, uint32_t program);
uint32_t vdso_entry(uint32_t base);
bool vdso_is(const struct vma *vma);
/* mremap(2) moved it: the caller goes on in the new place */
void vdso_moved(uint32_t from, uint32_t to);
/* The clock's constants changed */
void vdso_update(void);

/* time/clock.c */
void clock_vdso(struct vdso_data *d);

#endif
