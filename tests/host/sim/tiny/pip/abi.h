/* SPDX-License-Identifier: BSD-2-Clause */
/* The ABI for tiny pages: a VIDT of three entries in the last page. */
#ifndef SIM_TINY_ABI_H
#define SIM_TINY_ABI_H

#include_next <pip/abi.h>

#undef PIP_VIDT
#undef PIP_VIDT_MAX
#undef PIP_VIDT_SAVE_CLI
#undef PIP_VIDT_SAVE_STI
#undef PIP_VINT_DOUBLE
#undef PIP_VINT_IRQ
#define PIP_VIDT	((DIR_ENTRIES * TABLE_ENTRIES - 1) * PAGE_BYTES)
#define PIP_VIDT_MAX		2
#define PIP_VIDT_SAVE_CLI	1
#define PIP_VIDT_SAVE_STI	2
#define PIP_VINT_DOUBLE		0
#define PIP_VINT_IRQ		0

#endif
