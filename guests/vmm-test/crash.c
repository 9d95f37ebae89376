/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways to break the contract, in the order of the table in
 * tests/system/test_vmm_guests.py.  Each must end this guest, with a reason.
 */
#include "test.h"

#define PAGE	4096u

#define DO(text, ...)							\
	__asm__ volatile(text : : __VA_ARGS__ : "eax", "ecx", "memory")
#define KIND(name)	static void name(void)

KIND(read_beyond) { (void)*(volatile char *)INFO->mem_end; }
KIND(write_info) { *(volatile uint32_t *)VMM_START_INFO = 0; }
KIND(read_pip) { (void)*(volatile char *)0x00100000; }
KIND(write_window) { *(volatile char *)0xC0100000 = 0; }
KIND(jump_wild) { DO("jmp *%0", "r"(0x80000000)); }
KIND(divide_error)
{
	DO("xorl %%ecx, %%ecx; divl %%ecx", "d"(0));
}
KIND(undefined) { DO("ud2", "i"(0)); }
KIND(breakpoint) { DO("int3", "i"(0)); }
KIND(overflow)
{
	DO("movb $0x7F, %%al; addb $1, %%al; into", "i"(0));
}
KIND(halt) { DO("hlt", "i"(0)); }
KIND(disable) { DO("cli", "i"(0)); }
KIND(port_in) { DO("inb $0x60, %%al", "i"(0)); }
KIND(port_out)
{
	DO("movb $0x20, %%al; outb %%al, $0x20", "i"(0));
}
KIND(load_cr3) { DO("movl %0, %%cr3", "r"(0)); }
KIND(load_idt) { DO("lidt %0", "m"(*(char *)INFO)); }
KIND(segment) { DO("movw %w0, %%ds", "r"(0x10)); }
KIND(step) { DO("pushfl; orl $0x100, (%%esp); popfl; nop", "i"(0)); }
KIND(unknown_int) { DO("int $0x99", "i"(0)); }
KIND(irq_int) { DO("int $0x20", "i"(0)); }
KIND(system_call) { DO("movl $1, %%eax; int $0x80", "i"(0)); }
KIND(no_stack) { DO("movl $0x400000, %%esp; pushl %%eax", "i"(0)); }
KIND(service_port) { Pip_Outb(0x64, 0xFE); }

/* Lends a page that the VMM needs to Pip */
static void lend(uint32_t page)
{
	uint32_t own = INFO->kernel_end;

	(void)Pip_CreatePartition(page, own, own + PAGE, own + 2 * PAGE,
			own + 3 * PAGE);
	(void)hypercall(VMM_HC_VERSION, 0, 0);
	arm_at(1);
}

KIND(lend_vidt) { lend(PIP_VIDT); }
KIND(lend_context) { lend(VMM_CTX_PAGE); }
KIND(lend_shared) { lend(VMM_SHARED); }

KIND(no_context)
{
	VIDT[PIP_VIDT_SAVE_CLI] = 0;
	(void)hypercall(VMM_HC_VERSION, 0, 0);
}

KIND(context_in_pip)
{
	VIDT[PIP_VIDT_SAVE_CLI] = 0x00100000;
	(void)hypercall(VMM_HC_VERSION, 0, 0);
}

KIND(forge_fault) { (void)Pip_Yield(0, 13, PIP_VIDT_SAVE_CLI, 0, 0); }
KIND(forge_stray) { (void)Pip_Yield(0, 200, PIP_VIDT_SAVE_CLI, 0, 0); }

/* A timer interrupt that never was, in a process that never was */
KIND(forge_timer) { (void)Pip_Yield(0, PIP_VINT_IRQ, 1000, 0, 0); }

/* A process without a code page, and no handler for its fault */
KIND(orphan)
{
	static char tables[9][PAGE] __attribute__((aligned(4096)));
	static char vidt[PAGE] __attribute__((aligned(4096)));
	uint32_t t = (uint32_t)tables, desc = t;
	user_ctx_t *ctx = (user_ctx_t *)(vidt + PAGE - sizeof(*ctx));

	(void)Pip_CreatePartition(t, t + PAGE, t + 2 * PAGE, t + 3 * PAGE,
			t + 4 * PAGE);
	*(uint32_t *)tables[5] = (uint32_t)tables[6];
	*(uint32_t *)tables[6] = (uint32_t)tables[7];
	(void)Pip_Prepare(desc, PIP_VIDT, (uint32_t)tables[5]);
	*(uint32_t *)vidt = PIP_VIDT + PAGE - sizeof(*ctx);
	ctx->eip = 0x00400000;
	(void)Pip_AddVAddr((uint32_t)vidt, desc, PIP_VIDT, 1, 1, 1);
	(void)Pip_Yield(desc, 0, 1000, 0, 0);
}

KIND(give_up)
{
	static const char reason[] = "I give up\nand more";

	(void)hypercall(VMM_HC_CRASH, (uint32_t)reason, sizeof(reason) - 1);
}

KIND(give_up_badly) { (void)hypercall(VMM_HC_CRASH, 0x00100000, 100); }

KIND(hang)
{
	(void)hypercall(VMM_HC_WATCHDOG, 20, 0);
	for (;;)
		;
}

static void (*const kinds[])(void) = {
	read_beyond, write_info, read_pip, write_window, jump_wild,
	divide_error, undefined, breakpoint, overflow, halt, disable, port_in,
	port_out, load_cr3, load_idt, segment, step, unknown_int, irq_int,
	system_call, no_stack, service_port, lend_vidt, lend_context,
	lend_shared, no_context, context_in_pip, forge_fault, forge_stray,
	forge_timer, orphan, give_up, give_up_badly, hang,
};

uint32_t crash_kinds(void)
{
	return sizeof(kinds) / sizeof(*kinds);
}

_Noreturn void crash(uint32_t kind)
{
	kinds[kind]();
	print_number("survived", kind);
	power_off(95);
}
