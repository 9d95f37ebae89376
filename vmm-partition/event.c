/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways into the VMM.  Pip loads a context of the VMM's VIDT for each
 * event: a C function, its argument in EAX, on a stack that is empty anew
 * each time.  Every entry ends in vm_resume(), sched_next(), or the end of
 * the machine; interrupts stay off throughout.
 *
 * The running guest can enter each of these at will by a yield to its
 * parent: an entry believes nothing but the state it finds.
 */
#include <trace_hook.h>
#include "ne2k.h"
#include "vmm.h"

#define EFLAGS_FIXED	0x2
#define FAULTS		32
#define LINES		16
#define LINE_TIMER	0
#define LINE_COM2	3
#define LINE_COM1	4

typedef void event_t(uint32_t vector) __attribute__((regparm(1)));

static user_ctx_t fault_context[FAULTS];
static user_ctx_t line_context[LINES];
static user_ctx_t hypercall_context, stray_context;

/* Handles a hardware interrupt, in whoever's time it came */
void event_irq(uint32_t vector)
{
	switch (vector - PIP_VINT_IRQ) {
	case LINE_TIMER:
		timer_irq();
		break;
	case LINE_COM1:
		console_input();
		break;
	case LINE_COM2:
		com2_irq();
		break;
	case NE2K_LINE:
		ne2k_irq();
		break;
	}
}

__attribute__((regparm(1))) static void on_line(uint32_t vector)
{
	struct vm *vm = running;

	TRACE_EVENT(VMM_LINE, vector, vm->id, 0, 0, 0, 0);
	vm->stat.irqs++;
	event_irq(vector);
	if (sched_wanted)
		sched_next();
	vm_resume(vm, vm_context(vm));
}

__attribute__((regparm(1))) static void on_hypercall(uint32_t vector)
{
	struct vm *vm = running;
	user_ctx_t *ctx = vm_context(vm);
	uint32_t number;

	(void)vector;
	if (!ctx->valid)
		vm_kill(vm, NULL, "hypercall without a save context");
	number = ctx->regs.eax;
	TRACE_EVENT(VMM_CALL, number, vm->id, ctx->regs.ebx, ctx->regs.ecx,
		ctx->regs.edx, ctx->regs.esi);
	vm->stat.hypercalls[number < VMM_HC_MAX ? number : VMM_HC_MAX]++;
	hypercall(vm, ctx);
	if (sched_wanted)
		sched_next();
	vm_resume(vm, ctx);
}

__attribute__((regparm(1))) static void on_fault(uint32_t vector)
{
	TRACE_EVENT(VMM_FAULT, vector, running->id, 0, 0, 0, 0);
	vm_fault(running, vector);
}

/* A software interrupt that means nothing here */
__attribute__((regparm(1))) static void on_stray(uint32_t vector)
{
	user_ctx_t *ctx = guest_context(running);

	(void)vector;
	if (ctx && !ctx->valid)
		ctx = NULL;
	if (ctx && ctx->nfu[PIP_NFU_VECTOR] != PIP_EVENT_YIELD)
		vm_kill(running, ctx, "int %#x means nothing to the VMM",
			ctx->nfu[PIP_NFU_VECTOR]);
	vm_kill(running, ctx, "it entered the VMM where nothing is");
}

static void set(uint32_t vint, user_ctx_t *ctx, event_t *handler)
{
	*ctx = (user_ctx_t){
		.eip = (uint32_t)handler,
		.eflags = EFLAGS_FIXED,
		.regs = { .esp = EVENT_STACK, .eax = vint },
	};
	VIDT[vint] = ctx;
}

/* Fills the VIDT, and masks the lines that nobody here handles */
void event_init(void)
{
	set(PIP_VIDT_SAVE_CLI, &stray_context, on_stray);
	for (uint32_t vint = PIP_VIDT_SAVE_CLI; vint < 256; vint++)
		VIDT[vint] = &stray_context;
	for (uint32_t i = 0; i < FAULTS; i++)
		set(i, &fault_context[i], on_fault);
	for (uint32_t i = 0; i < LINES; i++) {
		set(PIP_VINT_IRQ + i, &line_context[i], on_line);
		if (i != LINE_TIMER && i != LINE_COM1 && i != LINE_COM2)
			(void)Pip_Irq(i, PIP_IRQ_MASK);
	}
	set(VMM_HYPERCALL, &hypercall_context, on_hypercall);
}
