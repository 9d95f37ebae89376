/* SPDX-License-Identifier: BSD-2-Clause */
/* GDT, IDT and TSS: SDM vol. 3, 3.4.5, 5.8.3, 6.11, 7.2. */
#include "x86.h"

#define GDT_ENTRIES	(PIP_SEL_IDLE / 8 + 1)
#define VECTORS		256
#define FIRST_USER_INT	48

#define DPL_USER	(3u << 13)
#define SEG_PRESENT	(1u << 15)
#define TYPE_GATE_CALL	(0xCu << 8)
#define TYPE_GATE_INT	(0xEu << 8)

struct descriptor {
	uint32_t low, high;
};

static struct descriptor gdt[GDT_ENTRIES];
static struct descriptor idt[VECTORS];

struct tss tss;

_Static_assert(offsetof(struct tss, ports) == 104, "32-bit TSS");

static struct descriptor segment(uint32_t base, uint32_t limit,
		uint32_t flags)
{
	return (struct descriptor){
		(base << 16) | (limit & 0xFFFF),
		(base & 0xFF000000) | (base >> 16 & 0xFF) | flags |
			(limit & 0xF0000),
	};
}

static struct descriptor gate(uint32_t entry, uint32_t flags)
{
	return (struct descriptor){
		SEL_KERNEL_CS << 16 | (entry & 0xFFFF),
		(entry & 0xFFFF0000) | SEG_PRESENT | flags,
	};
}

/* Base of PIP_SEL_THREAD, flat otherwise */
void thread_base_set(uint32_t base)
{
	gdt[PIP_SEL_THREAD / 8] = segment(base, 0xFFFFF, 0x00C0F200);
}

static void load(void)
{
	struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) gdtr = { sizeof(gdt) - 1, (uint32_t)gdt },
		idtr = { sizeof(idt) - 1, (uint32_t)idt };

	__asm__ volatile(
		"lgdt %0\n\t"
		"lidt %1\n\t"
		"ljmp %2, $1f\n"
		"1:\tmovl %3, %%eax\n\t"
		"movl %%eax, %%ss\n\t"
		"movl %4, %%eax\n\t"		/* IRET to ring 3 nulls others */
		"movl %%eax, %%ds\n\t"
		"movl %%eax, %%es\n\t"
		"movl %5, %%eax\n\t"
		"ltr %%ax\n\t"
		"xorl %%eax, %%eax\n\t"	/* after reset: 64 KiB at 0 */
		"lldt %%ax"
		: : "m"(gdtr), "m"(idtr), "i"(SEL_KERNEL_CS),
		"i"(SEL_KERNEL_DS), "i"(PIP_SEL_USER_DS), "i"(PIP_SEL_TSS)
		: "eax", "memory");
}

void segments_init(void)
{
	const struct gate *g;

	tss.esp0 = (uint32_t)kernel_stack_top;
	tss.ss0 = SEL_KERNEL_DS;
	tss.ports[PORTS / 8] = 0xFF;	/* for accesses across the end */
	gdt[SEL_KERNEL_CS / 8] = segment(0, 0xFFFFF, 0x00C09A00);
	gdt[SEL_KERNEL_DS / 8] = segment(0, 0xFFFFF, 0x00C09200);
	gdt[PIP_SEL_USER_CS / 8] = segment(0, 0xFFFFF, 0x00C0FA00);
	gdt[PIP_SEL_USER_DS / 8] = segment(0, 0xFFFFF, 0x00C0F200);
	gdt[PIP_SEL_TSS / 8] = segment((uint32_t)&tss, sizeof(tss) - 1,
		0x00008900);
	thread_base_set(0);
	for (g = gate_table; g < gate_table_end; g++)
		gdt[g->selector / 8] = gate(g->entry,
			TYPE_GATE_CALL | DPL_USER | g->nargs);
	for (uint32_t v = 0; v < VECTORS; v++)
		idt[v] = gate((uint32_t)event_table + 16 * v,
			TYPE_GATE_INT | (v < FIRST_USER_INT ? 0 : DPL_USER));
	load();
}
