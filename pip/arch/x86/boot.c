/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader to the root partition: paging with the physical window,
 * tables, controllers, the root, and never back.
 */
#include "x86.h"

#define MULTIBOOT_LOADED	0x2BADB002u

/* CPUID.1:EDX, SDM vol. 2 */
#define CPU_PSE		(1u << 3)
#define CPU_TSC		(1u << 4)
#define CPU_PGE		(1u << 13)
#define CPU_FXSR	(1u << 24)
#define CPU_SSE		(1u << 25)
#define CPU_NEEDED	(CPU_PSE | CPU_TSC | CPU_PGE | CPU_FXSR | CPU_SSE)

static word boot_directory[TABLE_ENTRIES] __attribute__((aligned(4096)));

/* The kernel's part of every address space: Pip itself below 4 MiB, all
 * memory in the window; supervisor, global. */
static void kernel_entries(void)
{
	const word flags = PTE_P | PTE_W | PDE_PS | PTE_G;

	boot_directory[0] = flags;
	for (word pa = 0; pa < WINDOW_SIZE; pa += 1u << 22)
		boot_directory[dir_index(WINDOW_BASE + pa)] = pa | flags;
}

void directory_init(word pd)
{
	word *to = page_at(pd), dir = dir_index(WINDOW_BASE);
	const word *from = boot_directory;
	uint32_t count = dir_index(WINDOW_SIZE);

	to[0] = from[0];
	to += dir;
	from += dir;
	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count)
		: : "memory");
}

static void cpu_check(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx),
		"=d"(edx));
	if ((edx & CPU_NEEDED) != CPU_NEEDED)
		fatal("the processor lacks PSE, TSC, PGE, FXSR or SSE");
}

static void paging_enable(void)
{
	uint32_t cr0;

	kernel_entries();
	__asm__ volatile("movl %0, %%cr4" : : "r"(CR4_PSE | CR4_OSFXSR |
		CR4_OSXMMEXCPT));
	__asm__ volatile("movl %0, %%cr3" : : "r"(boot_directory));
	__asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
	cr0 = (cr0 & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP | CR0_PG;
	__asm__ volatile("movl %0, %%cr0" : : "r"(cr0) : "memory");
	/* SDM vol. 3, 4.10.2.4: global pages after paging */
	__asm__ volatile("movl %0, %%cr4" : : "r"(CR4_PSE | CR4_PGE |
		CR4_OSFXSR | CR4_OSXMMEXCPT));
}

/* From start.asm, paging off */
__attribute__((noreturn)) void boot(uint32_t magic, uint32_t info);

void boot(uint32_t magic, uint32_t info)
{
	if (magic != MULTIBOOT_LOADED) {
		log_init("");
		fatal("not started by a multiboot loader");
	}
	memory_init(info);
	cpu_check();
	paging_enable();
	fpu_probe();
	segments_init();
	pic_init();
	ports_init();
	root_create();
	log_at(LOG_INFO, "starting the root partition");
	enter_partition(root, PIP_ROOT_CONTEXT);
}
