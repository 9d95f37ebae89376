/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 6: the VMM's dispatch with one more number, without a change to it. */
#include "lab.h"
#include "vmm.h"
#include "wrap.h"

void __wrap_hypercall(struct vm *vm, user_ctx_t *ctx)
{
	if (ctx->regs.eax == LAB_HC_SUM)
		ctx->regs.eax = lab_sum(vm, ctx->regs.ebx, ctx->regs.ecx);
	else
		__real_hypercall(vm, ctx);
}
