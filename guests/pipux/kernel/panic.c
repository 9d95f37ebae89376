/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a kernel that met a bug of its own: the reason, the registers,
 * a backtrace, and the VMM told, so that the machine ends with a status and
 * never hangs.
 */
#include <pip/abi.h>
#include <pipux/arch.h>
#include <pipux/printk.h>
#include <pipux/sched.h>
#include <pipux/vmm.h>

#define BACKTRACE_MAX	24
#define EXC_PF		14

/* The linker script's bounds of the kernel's code */
extern const char kernel_text_start[], kernel_text_end[];

static bool in_text(uint32_t addr)
{
	return addr >= (uint32_t)kernel_text_start &&
		addr <= (uint32_t)kernel_text_end;
}

/* The instruction before `addr` is a call: E8 rel32, or FF /2 */
static bool after_call(uint32_t addr)
{
	const uint8_t *p = (const uint8_t *)addr;

	if (addr < (uint32_t)kernel_text_start + 7)
		return false;
	return p[-5] == 0xE8 || (p[-2] == 0xFF && (p[-1] & 0x38) == 0x10) ||
		(p[-3] == 0xFF && (p[-2] & 0x38) == 0x10) ||
		(p[-6] == 0xFF && (p[-5] & 0x38) == 0x10) ||
		(p[-7] == 0xFF && (p[-6] & 0x38) == 0x10);
}

static void show_address(const char *before, uint32_t addr)
{
	uint32_t offset = 0;
	const char *name = in_text(addr) ? symbol_find(addr, &offset) : NULL;

	printk(KERN_EMERG "%s[<%08x>] %s+%#x\n", before, addr,
		name ? name : "?", offset);
}

/* Where the stack that esp points into ends: t's, or that page */
static const uint32_t *stack_top(const uint32_t *esp, const struct task *t)
{
	uintptr_t base = t ? (uintptr_t)t->kstack : 0;

	if (base && (uintptr_t)esp - base < KSTACK_SIZE)
		return (const uint32_t *)(base + KSTACK_SIZE);
	return (const uint32_t *)(((uintptr_t)esp | (PAGE_SIZE - 1)) + 1);
}

/*
 * Frames have no base pointer, so every word of the stack that is a return
 * address is listed: a superset of the calls under way.
 */
void backtrace(const uint32_t *esp, const struct task *t)
{
	const uint32_t *top = stack_top(esp, t);
	int found = 0;

	for (int i = 0; esp + i < top && found < BACKTRACE_MAX; i++) {
		if (!in_text(esp[i]) || !after_call(esp[i]))
			continue;
		show_address(" ", esp[i]);
		found++;
	}
}

/*
 * The innermost function that is not the scheduler's.  LIMIT: a word left in
 * the stack by an earlier call may be taken for it.
 */
const char *task_sleeps_in(const struct task *t)
{
	static const char *const skipped[] = {
		"schedule", "sleep_on", "switch_finish", "task_begin",
		"task_start", "exit_to_user",
	};
	const uint32_t *esp = (const uint32_t *)t->ksp, *top;

	if (!t->kstack || t == current)
		return NULL;
	for (top = stack_top(esp, t); esp < top; esp++) {
		const char *name;
		uint32_t offset;
		size_t i = 0;

		if (!in_text(*esp) || !after_call(*esp))
			continue;
		name = symbol_find(*esp, &offset);
		while (i < ARRAY_SIZE(skipped) && name
				&& strcmp(name, skipped[i]))
			i++;
		if (i == ARRAY_SIZE(skipped) || !name)
			return name;
	}
	return NULL;
}

static void report(const char *reason)
{
	static bool again;

	if (again)
		vmm_crash("panic inside panic");
	again = true;
	console_loglevel(CONSOLE_ALL);
	printk(KERN_EMERG "Kernel panic: %s\n", reason);
	if (current)
		printk(KERN_EMERG "task %d (%s)\n", current->tid,
			current->comm);
}

void panic(const char *fmt, ...)
{
	static char reason[160];
	uint32_t *esp;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	__asm__ volatile("movl %%esp, %0" : "=r"(esp));
	report(reason);
	backtrace(esp, current);
	vmm_crash(reason);
}

void panic_registers(const struct user_ctx *ctx)
{
	static char reason[80];
	uint32_t vector = ctx->nfu[PIP_NFU_VECTOR];

	if (vector == EXC_PF)
		snprintf(reason, sizeof(reason),
			"page fault of the kernel at address %#x",
			ctx->nfu[PIP_NFU_ADDRESS]);
	else
		snprintf(reason, sizeof(reason), "fault %u of the kernel",
			vector);
	report(reason);
	show_address("eip ", ctx->eip);
	printk(KERN_EMERG "esp %08x eflags %08x error %x\n",
		ctx->regs.esp, ctx->eflags, ctx->nfu[PIP_NFU_ERROR]);
	printk(KERN_EMERG "eax %08x ebx %08x ecx %08x edx %08x\n",
		ctx->regs.eax, ctx->regs.ebx, ctx->regs.ecx, ctx->regs.edx);
	printk(KERN_EMERG "esi %08x edi %08x ebp %08x\n",
		ctx->regs.esi, ctx->regs.edi, ctx->regs.ebp);
	if (ctx->regs.esp >= VMM_GUEST_BASE &&
			ctx->regs.esp < vmm_info->mem_end)
		backtrace((const uint32_t *)(ctx->regs.esp & ~3u), current);
	vmm_crash(reason);
}
