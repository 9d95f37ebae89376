/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks lab 2: the parent and its child take turns. */
#include "lab.h"

static user_ctx_t lost_context;
static uint8_t lost_stack[PIP_PAGE_SIZE];

/* The child did something else than to yield to BACK */
static void lost(void)
{
	check(false, "the child yields to the parent's context BACK");
	finish();
}

void main(pip_fpinfo_t *info)
{
	struct child c;

	lab_init(info);
	Pip_RegisterInterrupt(&lost_context, 0, lost, (uint32_t)lost_stack, 0);
	for (uint32_t v = 1; v < 256; v++)
		VIDT[v] = &lost_context;
	if (!child_new(&c, 0))
		power_off(2);
	child_start(&c, pong, 0);
	is(ping(c.desc), 0, "ping() returns 0 when the child has yielded");
	is(c.box[0], 1, "the child has run and written 1");
	check(c.ctx->eip != (uint32_t)child_entry,
		"the child saves itself at START when it yields");
	for (int i = 0; i < 9; i++)
		(void)ping(c.desc);
	is(c.box[0], 10, "after ten turns the child has counted to 10");
	is(ping((uint32_t)c.box), PIP_YIELD_NOT_CHILD,
		"ping() of what is no child returns yield's reason");
	finish();
}
