/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pip/core's machine for Frama-C: real sizes, and a few pages whose contents
 * nobody knows, each an object of its own, so that leaving one is an error.
 *
 * ASSUMPTION: every physical address in Pip's structures is some page.  The
 * exploration and the random tests check it (sim/hal.h: page_at), not this.
 */
#ifndef SIM_FRAMA_HAL_H
#define SIM_FRAMA_HAL_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t word;

#define PAGE_BYTES	4096u
#define TABLE_ENTRIES	1024u
#define PTE_P		0x001u
#define PTE_W		0x002u
#define PTE_U		0x004u
#define FPU_BYTES	512u

struct page {
	word at[TABLE_ENTRIES];
};

extern struct page page_0, page_1, page_2;

static inline void *page_at(word paddr)
{
	switch (paddr >> 12 & 3) {
	case 0: return &page_0;
	case 1: return &page_1;
	default: return &page_2;
	}
}

/*@ assigns \result \from \nothing;
    ensures (\result & 4095) == 0; */
word page_number(const void *page);

/*@ assigns \nothing;
    ensures \result < 1024; */
static inline word dir_index(word va)
{
	return va >> 22;
}

/*@ assigns \nothing;
    ensures \result < 1024; */
static inline word table_index(word va)
{
	return va >> 12 & 1023;
}

/* At any moment, or never */
/*@ assigns \nothing;
    ensures \result == 0 || \result == 1; */
bool interrupted(void);

/*@ assigns \nothing; */
static inline bool user_region(word dir)
{
	return dir && (dir < 768 || dir == TABLE_ENTRIES - 1);
}

static inline void tlb_drop(word va)
{
	(void)va;
}

static inline void page_wipe(word paddr)
{
	word *at = page_at(paddr);

	for (word i = 0; i < TABLE_ENTRIES; i++)
		at[i] = 0;
}

static inline void directory_init(word pd)
{
	word *at = page_at(pd);

	at[0] = at[TABLE_ENTRIES - 2] = PTE_P | PTE_W;
}

static inline void fpu_init(uint8_t *fpu)
{
	*(uint16_t *)fpu = 0x037F;
	*(uint32_t *)(fpu + 24) = 0x1F80;
}

#endif
