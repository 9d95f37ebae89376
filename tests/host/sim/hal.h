/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pip/core's machine for host tests: an array as physical memory.  The sizes
 * are those of i386 unless the build says otherwise; tiny ones make every
 * reachable state countable.
 */
#ifndef SIM_HAL_H
#define SIM_HAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef SIM_PAGE_SHIFT
#define SIM_PAGE_SHIFT	12
#define SIM_TABLE_BITS	10
#define SIM_DIR_BITS	10
#define SIM_KERNEL_DIR	768	/* from here up, but not the last */
#endif
#ifndef SIM_FRAMES
#define SIM_FRAMES	512
#endif
#ifndef FPU_BYTES
#define FPU_BYTES	512u
#endif

typedef uint32_t word;

#define PAGE_BYTES	(1u << SIM_PAGE_SHIFT)
#define TABLE_ENTRIES	(1u << SIM_TABLE_BITS)
#define DIR_ENTRIES	(1u << SIM_DIR_BITS)

#define PTE_P		0x001u
#define PTE_W		0x002u
#define PTE_U		0x004u

/* Not 0, which means "no page" */
#define SIM_BASE	0x00100000u
#define SIM_BYTES	(SIM_FRAMES * PAGE_BYTES)

struct partition;
extern struct partition *fpu_owner;
extern uint8_t sim_memory[SIM_BYTES];

__attribute__((noreturn)) void sim_wild(word paddr);
void sim_tlb_drop(word va);

/* The window's bounds are checked here: the hardware would not */
__attribute__((returns_nonnull))
static inline void *page_at(word paddr)
{
	if (paddr - SIM_BASE >= SIM_BYTES || paddr % PAGE_BYTES)
		sim_wild(paddr);
	return sim_memory + (paddr - SIM_BASE);
}

static inline word page_number(const void *page)
{
	return (word)((const uint8_t *)page - sim_memory) + SIM_BASE;
}

static inline word dir_index(word va)
{
	return va >> (SIM_PAGE_SHIFT + SIM_TABLE_BITS) & (DIR_ENTRIES - 1);
}

static inline word table_index(word va)
{
	return va >> SIM_PAGE_SHIFT & (TABLE_ENTRIES - 1);
}

static inline bool user_region(word dir)
{
	return dir && (dir < SIM_KERNEL_DIR || dir == DIR_ENTRIES - 1);
}

static inline void tlb_drop(word va)
{
	sim_tlb_drop(va);
}

/* Nothing interrupts the simulation, but the test of just that */
extern bool sim_interrupt;
static inline bool interrupted(void)
{
	return sim_interrupt;
}

static inline void page_wipe(word paddr)
{
	void *page = page_at(paddr);

	if (page == fpu_owner)
		fpu_owner = 0;
	memset(page, 0, PAGE_BYTES);
}

void directory_init(word pd);

static inline void fpu_init(uint8_t *fpu)
{
	fpu[0] = 0x7F;
}

#endif
