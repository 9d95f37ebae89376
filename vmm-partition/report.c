/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a guest that broke its contract: one report with the first
 * reason, its memory taken back and counted, then power-off.
 */
#include "vmm.h"

#define REASON_MAX	128
#define EXC_DF		8
#define EXC_PF		14

static const char *const fault_name[] = {
	[0] = "divide error", [1] = "debug exception", [3] = "breakpoint",
	[4] = "overflow", [5] = "bound range exceeded", [6] = "invalid opcode",
	[7] = "x87 not available", [10] = "invalid TSS",
	[11] = "segment not present", [12] = "stack fault",
	[13] = "general protection fault", [14] = "page fault",
	[16] = "x87 error", [17] = "alignment check", [18] = "machine check",
	[19] = "SSE error",
};

static __attribute__((format(printf, 1, 2))) void line(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	console_vlog("vmm:   ", format, ap);
	va_end(ap);
}

static void show_context(const user_ctx_t *ctx)
{
	line("eip %08x  eflags %08x  pipflags %08x", ctx->eip, ctx->eflags,
		ctx->pipflags);
	line("eax %08x  ebx %08x  ecx %08x  edx %08x", ctx->regs.eax,
		ctx->regs.ebx, ctx->regs.ecx, ctx->regs.edx);
	line("esi %08x  edi %08x  ebp %08x  esp %08x", ctx->regs.esi,
		ctx->regs.edi, ctx->regs.ebp, ctx->regs.esp);
	line("vector %u  error %08x  address %08x",
		ctx->nfu[PIP_NFU_VECTOR], ctx->nfu[PIP_NFU_ERROR],
		ctx->nfu[PIP_NFU_ADDRESS]);
}

/* ctx: the kernel's registers, NULL if they were not saved */
_Noreturn void vm_kill(struct vm *vm, const user_ctx_t *ctx,
		const char *format, ...)
{
	char prefix[48];
	uint32_t missing;
	va_list ap;

	(void)pip_snprintf(prefix, sizeof(prefix), "vmm: guest %u killed: ",
		vm->id);
	va_start(ap, format);
	console_vlog(prefix, format, ap);
	va_end(ap);
	if (ctx)
		show_context(ctx);
	else
		line("its registers were not saved");
	missing = vm_destroy(vm);
	if (missing)
		line("%u pages of its memory are lost", missing);
	else
		line("all of its memory is back");
	power_off(STATUS_KILLED);
}

/* Vector 0-31, from the kernel or, through vector 8, from a process */
_Noreturn void vm_fault(struct vm *vm, uint32_t vector)
{
	const user_ctx_t *ctx = guest_context(vm);
	const char *name = NULL;

	if (ctx && !ctx->valid)
		ctx = NULL;
	if (vector < sizeof(fault_name) / sizeof(*fault_name))
		name = fault_name[vector];
	if (ctx && ctx->nfu[PIP_NFU_VECTOR] == PIP_EVENT_YIELD)
		vm_kill(vm, ctx, "it yielded to the handler of fault %u",
			vector);
	if (vector == EXC_DF)
		vm_kill(vm, ctx, "no handler for an event of its process");
	if (vector == EXC_PF && ctx)
		vm_kill(vm, ctx, "page fault at address %#x",
			ctx->nfu[PIP_NFU_ADDRESS]);
	if (name)
		vm_kill(vm, ctx, "%s", name);
	vm_kill(vm, ctx, "fault %u", vector);
}

/* VMM_HC_CRASH: the guest gives its own reason, one line */
_Noreturn void vm_crash(struct vm *vm, gva_t reason, uint32_t size)
{
	char text[REASON_MAX];
	uint32_t n = 0;

	for (; n < size && n < sizeof(text) - 1; n++) {
		const char *c = guest_page(vm, reason + n, PIP_PROBE_READ);

		if (!c || *c == '\n')
			break;
		text[n] = *c >= ' ' && *c <= '~' ? *c : '?';
	}
	text[n] = 0;
	vm_kill(vm, guest_context(vm), "%s", n ? text : "it crashed");
}
