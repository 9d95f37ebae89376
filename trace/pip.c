/* SPDX-License-Identifier: BSD-2-Clause */
/* Pip's events, from the hooks in entry.asm (hooks.inc). */
#include "trace_hook.h"
#include <x86.h>

void trace_pip(uint32_t what, uint32_t a, uint32_t b, uint32_t c)
	__attribute__((used, externally_visible));

void trace_pip(uint32_t what, uint32_t a, uint32_t b, uint32_t c)
{
	trace_put(what, (uint32_t)current, a, b, c, current->parent);
}
