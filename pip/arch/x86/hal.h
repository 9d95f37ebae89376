/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pip/core needs of the machine: i386 two-level page tables, reached
 * through the physical window.
 */
#ifndef PIP_ARCH_HAL_H
#define PIP_ARCH_HAL_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t word;		/* virtual or physical address, table entry */

#define PAGE_BYTES	4096u
#define TABLE_ENTRIES	1024u

/* SDM vol. 3, 4.3: entries of 32-bit paging */
#define PTE_P		0x001u
#define PTE_W		0x002u
#define PTE_U		0x004u
#define PDE_PS		0x080u
#define PTE_G		0x100u

/* All managed memory, mapped once, supervisor only */
#define WINDOW_BASE	0xC0000000u
#define WINDOW_SIZE	0x3FC00000u	/* 1020 MiB */

#define FPU_BYTES	512u

struct partition;
extern struct partition *fpu_owner;

static inline void *page_at(word paddr)
{
	void *page = (void *)(paddr + WINDOW_BASE);

	if (!page)
		__builtin_unreachable();	/* saves callers a test */
	return page;
}

static inline word page_number(const void *page)
{
	return (word)page - WINDOW_BASE;
}

static inline word dir_index(word va)
{
	return va >> 22;
}

static inline word table_index(word va)
{
	return va >> 12 & 1023;
}

/* May partitions map pages in this region? */
static inline bool user_region(word dir)
{
	return dir && (dir < WINDOW_BASE >> 22 || dir == TABLE_ENTRIES - 1);
}

static inline void tlb_drop(word va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* A wiped descriptor can own no x87/SSE registers */
static inline void page_wipe(word paddr)
{
	void *page = page_at(paddr);
	uint32_t count = PAGE_BYTES / sizeof(word);

	if (page == fpu_owner)
		fpu_owner = 0;
	__asm__ volatile("rep stosl" : "+D"(page), "+c"(count) : "a"(0)
		: "memory");
}

/* switch.c: does a hardware interrupt wait that the caller would take? */
bool interrupted(void);

/* boot.c: the kernel's entries of a new page directory */
void directory_init(word pd);

/* The state after FNINIT with SSE exceptions masked, SDM vol. 1, 8.1, 10.2 */
static inline void fpu_init(uint8_t *fpu)
{
	*(uint16_t *)fpu = 0x037F;
	*(uint32_t *)(fpu + 24) = 0x1F80;
}

#endif
