/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a kernel that met a bug of its own: the reason, the registers,
 * a backtrace, and the VMM told, so that the machine ends with a status and
 * never hangs.
 */
#include <pip/abi.h>
#include <pipux/printk.h>
#include <pipux/sched.h>
#include <pipux/vmm.h>

#define BACKTRACE_WORDS	512	/* of the stack looked at */
#define BACKTRACE_MAX	24

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

/*
 * Frames have no base pointer, so every word of the stack page pair that is
 * a return address is listed: a superset of the calls under way.
 */
void backtrace(const uint32_t *esp)
{
	uintptr_t top = ((uintptr_t)esp | (2 * PAGE_SIZE - 1)) + 1;
	int found = 0;

	for (int i = 0; i < BACKTRACE_WORDS && found < BACKTRACE_MAX; i++) {
		if ((uintptr_t)(esp + i + 1) > top)
			break;
		if (!in_text(esp[i]) || !after_call(esp[i]))
			continue;
		printk(KERN_EMERG " [<%08x>]\n", esp[i]);
		found++;
	}
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
	backtrace(esp);
	vmm_crash(reason);
}

void panic_registers(const char *reason, const struct user_ctx *ctx)
{
	report(reason);
	printk(KERN_EMERG "eip %08x esp %08x eflags %08x cr2 %08x error %x\n",
		ctx->eip, ctx->regs.esp, ctx->eflags,
		ctx->nfu[PIP_NFU_ADDRESS], ctx->nfu[PIP_NFU_ERROR]);
	printk(KERN_EMERG "eax %08x ebx %08x ecx %08x edx %08x\n",
		ctx->regs.eax, ctx->regs.ebx, ctx->regs.ecx, ctx->regs.edx);
	printk(KERN_EMERG "esi %08x edi %08x ebp %08x\n",
		ctx->regs.esi, ctx->regs.edi, ctx->regs.ebp);
	if (ctx->regs.esp >= VMM_GUEST_BASE &&
			ctx->regs.esp < vmm_info->mem_end)
		backtrace((const uint32_t *)(ctx->regs.esp & ~3u));
	vmm_crash(reason);
}
