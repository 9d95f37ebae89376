/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contexts: what Pip loads when a virtual interrupt arrives.  A handler starts
 * afresh at the top of its stack page each time and never returns: it ends in
 * a yield or an endless loop.
 */
#include <pip/lib.h>

#define EFLAGS_FIXED	0x002
#define EFLAGS_IF	0x200

/* Contexts are never freed; a page holds 64 of them.  NULL: no memory. */
user_ctx_t *Pip_AllocContext(void)
{
	static user_ctx_t *next, *end;

	if (next == end) {
		next = Pip_AllocPage();
		if (!next)
			return end = NULL;
		memset(next, 0, PIP_PAGE_SIZE);
		end = next + PIP_PAGE_SIZE / sizeof(*next);
	}
	return next++;
}

/* stack: the page whose end becomes the handler's stack */
void Pip_RegisterInterrupt(user_ctx_t *context, uint32_t vint,
		void (*handler)(void), uint32_t stack, uint32_t pipflags)
{
	/* Room for a return address that leaves the caller's part aligned */
	uint32_t top = stack + PIP_PAGE_SIZE - 16 - 4;

	*context = (user_ctx_t){
		.eip = (uint32_t)handler,
		.pipflags = pipflags,
		.eflags = EFLAGS_FIXED | EFLAGS_IF,
		.regs = { .esp = top, .ebp = 0 },
		.valid = 1,
	};
	VIDT[vint] = context;
}
