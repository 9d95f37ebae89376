/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of C that stubs.asm needs: compiled to assembly only, from which
 * build.mk takes the marked lines into offsets.inc.
 */
#include "slots.h"
#include <pipux/sched.h>
#include <pipux/syscall.h>
#include <pip/abi.h>
#include <vmm/guest.h>

#define EQU(name, value) \
	__asm__ volatile("\n->" #name " equ %c0" : : "i"(value))
#define TASK(field)	offsetof(struct task, field)
#define CTX(field)	offsetof(user_ctx_t, regs.field)

void offsets(void);

void offsets(void)
{
	EQU(YIELD_GATE, PIP_SEL_YIELD);
	EQU(SHARED_PENDING, VMM_SHARED + offsetof(struct vmm_shared, pending));
	EQU(RESUME_SLOT, PIP_VIDT_SAVE_CLI);
	EQU(NO_SAVE_SLOT, SLOT_NOSAVE);
	EQU(SAVE_EIP, VMM_SAVE_CTX + offsetof(user_ctx_t, eip));
	EQU(BOOT_STACK, BOOT_STACK_SIZE);
	EQU(SYSCALLS, NR_SYSCALLS);
	EQU(CTX_EAX, CTX(eax));
	EQU(CTX_EBX, CTX(ebx));
	EQU(CTX_ECX, CTX(ecx));
	EQU(CTX_EDX, CTX(edx));
	EQU(CTX_ESI, CTX(esi));
	EQU(CTX_EDI, CTX(edi));
	EQU(CTX_EBP, CTX(ebp));
	EQU(TASK_ORIG_EAX, TASK(orig_eax));
	EQU(TASK_SIG_CHECK, TASK(sig_check));
	EQU(TASK_KERNEL_TSC, TASK(kernel_tsc));
}
