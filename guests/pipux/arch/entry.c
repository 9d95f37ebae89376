/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of processes, as Pip hands them to the kernel, and the way back.
 *
 * A process can reach every slot from 48 up with `int n` and can write the
 * context that it is saved in.  So nothing here believes either: a slot says
 * only which of the four entries runs, and a forged context makes the kernel
 * do what the process could have asked for anyway.
 */
#include "slots.h"
#include <trace_hook.h>
#include <pipux/arch.h>
#include <pipux/partition.h>
#include <pipux/printk.h>
#include <pipux/ptrace.h>
#include <pipux/seccomp.h>
#include <pipux/signal.h>
#include <pipux/syscall.h>
#include <pipux/trace.h>
#include <pipux/tty.h>
#include <pipux/virtio.h>
#include <pipux/vmm.h>
#include <asm-generic/siginfo.h>

#define SYSCALL_VECTOR	0x80
#define FAULTS		32
#define VECTORS		256
#define PF_WRITE	2

#define EXC_DE	0
#define EXC_DB	1
#define EXC_BP	3
#define EXC_OF	4
#define EXC_BR	5
#define EXC_UD	6
#define EXC_NM	7
#define EXC_NP	11
#define EXC_SS	12
#define EXC_GP	13
#define EXC_PF	14
#define EXC_MF	16
#define EXC_AC	17
#define EXC_XM	19

/* #GP error code of `int 3` in a partition: vector 3, from the IDT */
#define GP_INT3		(EXC_BP << 3 | 2)
#define OPCODE_INT3	0xCC
#define INT_N_BYTES	2

void syscall_stub(void), traced_stub(void), fault_stub(void);
void interrupt_stub(void), stray_stub(void), kernel_fault_stub(void);
extern char user_restart_begin[], user_restart_end[], user_restart[];

uint32_t kstack_top;
uint32_t kernel_since;

static user_ctx_t entry[4] __attribute__((aligned(64)));

static user_ctx_t *entry_set(unsigned i, void (*stub)(void))
{
	entry[i].eip = (uint32_t)stub;
	entry[i].eflags = 2;
	return &entry[i];
}

void syscall_watch(int more)
{
	static int watchers;

	watchers += more;
	entry_set(0, watchers ? traced_stub : syscall_stub);
}

void vidt_init(void)
{
	user_ctx_t **vidt = (user_ctx_t **)PIP_VIDT;
	user_ctx_t *fault = entry_set(1, fault_stub);
	user_ctx_t *stray = entry_set(3, stray_stub);

	for (unsigned i = 0; i < FAULTS; i++)
		vidt[i] = fault;
	for (unsigned i = PIP_VIDT_SAVE_STI; i < VECTORS; i++)
		vidt[i] = stray;
	vidt[SYSCALL_VECTOR] = entry_set(0, syscall_stub);
	vidt[VMM_VINT] = entry_set(2, interrupt_stub);
	vidt[SLOT_NOSAVE] = NULL;
	vmm_shared->restart_begin = (uint32_t)user_restart_begin;
	vmm_shared->restart_end = (uint32_t)user_restart_end;
	vmm_shared->restart_eip = (uint32_t)user_restart;
	vmm_shared->fault_entry = (uint32_t)kernel_fault_stub;
}

uint32_t irq_counts[32];

void interrupts_handle(void)
{
	uint32_t pending = vmm_shared->pending;

	vmm_shared->pending = 0;
	for (uint32_t left = pending; left; left &= left - 1)
		irq_counts[__builtin_ctz(left)]++;
	if (pending & 1u << VMM_IRQ_TIMER)
		timers_run();
	if (pending & 1u << VMM_IRQ_CONSOLE)
		console_interrupt();
	if (unlikely(pending >> VMM_IRQ_VIRTIO))
		virtio_interrupt(pending >> VMM_IRQ_VIRTIO);
}

/* The only way to user mode; also entered anew by the VMM, see stubs.asm */
void exit_to_user(void)
{
	for (;;) {
		if (unlikely(vmm_shared->pending))
			interrupts_handle();
		if (unlikely(current->sig_check)) {
			if (current->killed)
				do_exit(current->process->exit_code);
			deliver_signals();
		}
		if (likely(!need_resched))
			break;
		schedule();
	}
	current->kernel_tsc += rdtsc_low() - kernel_since;
	user_resume();
}

/* Pip refuses to run a process that took its own context away */
__attribute__((noreturn)) void yield_failed(uint32_t code)
{
	kernel_since = rdtsc_low();
	printk("%s[%d]: no context to run (%u)\n", current->comm,
		current->tid, code);
	do_group_exit(SIGSEGV);
}

/* A fault of the kernel's own, on the boot stack */
__attribute__((noreturn)) void kernel_fault(void)
{
	panic_registers((const user_ctx_t *)vmm_shared->fault_context);
}

long sys_none(void)
{
	return -ENOSYS;
}

static long syscall_make(const user_ctx_t *ctx, uint32_t nr)
{
	if (nr >= NR_SYSCALLS || !syscall_table[nr])
		return -ENOSYS;
	return syscall_table[nr](ctx->regs.ebx, ctx->regs.ecx, ctx->regs.edx,
		ctx->regs.esi, ctx->regs.edi, ctx->regs.ebp);
}

/* The same for a tracer, who may change the number, the arguments and, of a
 * call that is not made, the result; and for what the task has renounced */
static long syscall_checked(user_ctx_t *ctx)
{
	ctx->regs.eax = (uint32_t)-ENOSYS;
	if (current->ptrace && !ptrace_call_enter())
		return (long)ctx->regs.eax;
	if (current->seccomp_mode && !seccomp_check())
		return (long)ctx->regs.eax;
	return syscall_make(ctx, current->orig_eax);
}

/* What syscall_stub does, with a line in the log, for a tracer or seccomp(2) */
__attribute__((noreturn)) void syscall_traced(void)
{
	user_ctx_t *ctx = current_ctx;
	uint32_t nr = ctx->regs.eax;
	struct trace t;
	long result;

	kernel_since = rdtsc_low();
	TRACE_EVENT(GUEST_CALL, nr, current->tid, ctx->regs.ebx,
		ctx->regs.ecx, ctx->regs.edx, ctx->regs.esi);
	current->orig_eax = nr;
	trace_enter(&t, ctx);
	result = current->ptrace || current->seccomp_mode
		? syscall_checked(ctx) : syscall_make(ctx, nr);
	/* execve and clone may have put another context in place */
	current_ctx->regs.eax = result;
	trace_leave(&t, result);
	ptrace_call_exit();
	exit_to_user();
}

/* Linux goes on after a breakpoint: one byte, or two as `int $3` */
static void breakpoint(user_ctx_t *ctx)
{
	uint8_t opcode = OPCODE_INT3;

	(void)get_user(opcode, (const uint8_t *)ctx->eip);
	ctx->eip += opcode == OPCODE_INT3 ? 1 : 2;
	force_signal(SIGTRAP, SI_KERNEL_, 0);
}

/* #PF: memory that comes now, or a signal, or nothing to be had */
static void page_fault(uint32_t va, uint32_t error)
{
	int rc = mm_fault(current->mm, va, error & PF_WRITE);

	current->process->min_flt++;
	switch (rc) {
	case 0:
		break;
	case -ENOMEM:
		out_of_memory();
		break;
	case -EIO:
		force_signal(SIGBUS, BUS_ADRERR, va);
		break;
	default:
		force_signal(SIGSEGV, rc == -EACCES ? SEGV_ACCERR
			: SEGV_MAPERR, va);
	}
}

/* What the unmasked exceptions of the x87 or SSE unit were, as an FPE_* code;
 * bits as in SDM vol. 1, 8.1.3 and 10.2.3 */
static int fpu_code(bool sse)
{
	uint32_t raised = fpu_exceptions(sse);

	if (raised & 0x01)
		return FPE_FLTINV;
	if (raised & 0x04)
		return FPE_FLTDIV;
	if (raised & 0x08)
		return FPE_FLTOVF;
	if (raised & 0x12)
		return FPE_FLTUND;
	return raised & 0x20 ? FPE_FLTRES : FPE_FLTINV;
}

/* As Linux maps i386 exceptions to signals, arch/x86/kernel/traps.c */
static void exception(const user_ctx_t *ctx, uint32_t vector)
{
	switch (vector) {
	case EXC_DE:
		force_signal(SIGFPE, FPE_INTDIV, ctx->eip);
		break;
	case EXC_DB:
		force_signal(SIGTRAP, TRAP_TRACE, ctx->eip);
		break;
	case EXC_UD:
		force_signal(SIGILL, ILL_ILLOPN, ctx->eip);
		break;
	case EXC_NP:
	case EXC_SS:
		force_signal(SIGBUS, SI_KERNEL_, 0);
		break;
	case EXC_MF:
	case EXC_XM:
		force_signal(SIGFPE, fpu_code(vector == EXC_XM), ctx->eip);
		break;
	case EXC_AC:
		force_signal(SIGBUS, BUS_ADRALN, 0);
		break;
	default:
		force_signal(SIGSEGV, SI_KERNEL_, 0);
	}
}

__attribute__((noreturn)) void fault_entry(void)
{
	user_ctx_t *ctx = current_ctx;
	uint32_t vector = ctx->nfu[PIP_NFU_VECTOR];
	uint32_t error = ctx->nfu[PIP_NFU_ERROR];

	kernel_since = rdtsc_low();
	TRACE_EVENT(GUEST_FAULT, vector, current->tid,
		ctx->nfu[PIP_NFU_ADDRESS], error, ctx->eip, 0);
	current->orig_eax = -1;
	if (likely(vector == EXC_PF)) {
		page_fault(ctx->nfu[PIP_NFU_ADDRESS], error);
	} else if (vector == EXC_GP && error == GP_INT3) {
		breakpoint(ctx);
	} else {
		exception(ctx, vector);
	}
	exit_to_user();
}

/* `int n` that means nothing: a general-protection fault on real Linux */
static void stray_interrupt(void)
{
	current_ctx->eip -= INT_N_BYTES;
	force_signal(SIGSEGV, SI_KERNEL_, 0);
}

/* The VMM interrupted a process, or it said `int 64` itself */
__attribute__((noreturn)) void interrupt_entry(void)
{
	kernel_since = rdtsc_low();
	TRACE_EVENT(GUEST_IRQ, 0, current->tid, vmm_shared->pending, 0, 0, 0);
	current->orig_eax = -1;
	if (current_ctx->nfu[PIP_NFU_VECTOR] == VMM_VINT)
		stray_interrupt();
	exit_to_user();
}

__attribute__((noreturn)) void stray_entry(void)
{
	kernel_since = rdtsc_low();
	current->orig_eax = -1;
	stray_interrupt();
	exit_to_user();
}
