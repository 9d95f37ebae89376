/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest kernel's events of stubs.asm, which is no place to gather them. */
#include "trace_hook.h"
#include <pipux/arch.h>

void trace_call(void);
void trace_exit(void);

void trace_call(void)
{
	const user_ctx_t *c = current_ctx;

	TRACE_EVENT(GUEST_CALL, c->regs.eax, current->tid, c->regs.ebx,
		c->regs.ecx, c->regs.edx, c->regs.esi);
}

void trace_exit(void)
{
	TRACE_EVENT(GUEST_EXIT, 0, current->tid, current_ctx->regs.eax,
		current_ctx->eip, 0, 0);
}
