/* SPDX-License-Identifier: BSD-2-Clause */
/* A child as the launcher of "Get Started with Pip" makes it, 3.2, and a
 * parent whose handlers are registered as there. */
#include "conformance.h"

#define STACK_TOP	0xFFFFE000u

extern uint8_t launcher_child[];

static user_ctx_t woken;

static user_ctx_t *fill_stack(uint32_t stack)
{
	user_ctx_t *ctx = (user_ctx_t *)(stack + 4096 - sizeof(*ctx));

	ctx->valid = 0;
	ctx->eip = PIP_ROOT_BASE;
	ctx->pipflags = 0;
	ctx->eflags = 0x202;
	ctx->regs.ebp = STACK_TOP + 4096;
	ctx->regs.esp = ctx->regs.ebp - sizeof(*ctx);
	ctx->valid = 1;
	return ctx;
}

void check_launcher(void)
{
	uint32_t code, p[5], base = page_new(), stack = page_new();
	uint32_t *vidt = (uint32_t *)page_new();
	user_ctx_t *ctx = fill_stack(stack);

	for (int i = 0; i < 5; i++)
		p[i] = page_new();
	memcpy((void *)base, launcher_child, 4096);
	create(p);
	is(Pip_MapPageWrapper(base, p[0], PIP_ROOT_BASE), PIP_MAP_OK,
		"launcher: the image");
	is(Pip_MapPageWrapper(stack, p[0], STACK_TOP), PIP_MAP_OK,
		"launcher: the stack");
	vidt[0] = vidt[48] = vidt[49] = 0xFFFFEFC0;
	is(Pip_MapPageWrapper((uint32_t)vidt, p[0], PIP_VIDT), PIP_MAP_OK,
		"launcher: the VIDT");
	VIDT[49] = &woken;
	printf("# launcher's child prints: ");
	code = Pip_Yield(p[0], 0, 49, 0, 0);
	putchar('\n');
	is(code, 0, "launcher: the parent wakes up");
	is(ctx->eip - PIP_ROOT_BASE < 4096, 1, "launcher: saved at index 0");
	code = Pip_Yield(p[0], 0, 49, 0, 0);
	putchar('\n');
	is(code, 0, "launcher: the parent wakes up again");
	VIDT[49] = &landing[49];
	for (int i = 0; i < 3; i++) {
		static const uint32_t va[] = { PIP_ROOT_BASE, STACK_TOP,
			PIP_VIDT };

		is(Pip_RemoveVAddr(p[0], va[i]), 1, "nanny: page removed");
	}
	is(Pip_Collect(p[0], PIP_ROOT_BASE), 1, "nanny: table collected");
	is(Pip_Collect(p[0], STACK_TOP), 1, "nanny: other table collected");
	is(Pip_DeletePartition(p[0]), 1, "nanny: partition deleted");
}
