/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a guest that broke its contract: one report with the first
 * reason; life.c takes its memory back.
 */
#include "vmm.h"

#define REASON_MAX	160
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

static void show_context(const user_ctx_t *ctx)
{
	vmm_log_more("eip %08x  eflags %08x  pipflags %08x", ctx->eip,
		ctx->eflags, ctx->pipflags);
	vmm_log_more("eax %08x  ebx %08x  ecx %08x  edx %08x", ctx->regs.eax,
		ctx->regs.ebx, ctx->regs.ecx, ctx->regs.edx);
	vmm_log_more("esi %08x  edi %08x  ebp %08x  esp %08x", ctx->regs.esi,
		ctx->regs.edi, ctx->regs.ebp, ctx->regs.esp);
	vmm_log_more("vector %u  error %08x  address %08x",
		ctx->nfu[PIP_NFU_VECTOR], ctx->nfu[PIP_NFU_ERROR],
		ctx->nfu[PIP_NFU_ADDRESS]);
}

/* ctx: the kernel's registers, NULL if they were not saved */
static void report(struct vm *vm, const user_ctx_t *ctx, const char *format,
		va_list ap)
{
	char reason[REASON_MAX];

	sched_account();
	(void)pip_vsnprintf(reason, sizeof(reason), format, ap);
	vmm_log(LOG_REPORT, "guest %u killed: %s", vm->id, reason);
	if (ctx)
		show_context(ctx);
	else
		vmm_log_more("its registers were not saved");
	sched_charge(vm);
	vm_stop(vm, END_CRASH, STATUS_KILLED);
}

/* Ends any guest */
void vm_report(struct vm *vm, const user_ctx_t *ctx, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	report(vm, ctx, format, ap);
	va_end(ap);
}

/* Ends the running guest */
_Noreturn void vm_kill(struct vm *vm, const user_ctx_t *ctx,
		const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	report(vm, ctx, format, ap);
	va_end(ap);
	sched_next();
}

/*
 * A kernel that faulted and named an entry for that gets the processor once
 * more, there, to say what it was about; its next fault is its end.
 */
static void last_word(struct vm *vm, user_ctx_t *ctx)
{
	struct vmm_shared *shared = vm_shared(vm);

	if (!shared->fault_entry)
		return;
	_Static_assert(sizeof(shared->fault_context) == sizeof(*ctx), "size");
	memcpy(shared->fault_context, ctx, sizeof(*ctx));
	ctx->eip = shared->fault_entry;
	shared->fault_entry = 0;
	vm_resume(vm, ctx);
}

/* Vector 0-31, from the kernel or, through vector 8, from a process */
_Noreturn void vm_fault(struct vm *vm, uint32_t vector)
{
	user_ctx_t *ctx = guest_context(vm);
	const char *name = NULL;

	if (ctx && !ctx->valid)
		ctx = NULL;
	if (vector < sizeof(fault_name) / sizeof(*fault_name))
		name = fault_name[vector];
	if (ctx && ctx->nfu[PIP_NFU_VECTOR] == PIP_EVENT_YIELD)
		vm_kill(vm, ctx, "it yielded to the handler of fault %u",
			vector);
	if (ctx && vector != EXC_DF)
		last_word(vm, ctx);
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
