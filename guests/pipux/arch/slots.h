/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that C and assembly of arch/ share. */
#ifndef PIPUX_ARCH_SLOTS_H
#define PIPUX_ARCH_SLOTS_H

#define SLOT_NOSAVE		1000	/* zero in the VIDT: nothing is saved */
#define BOOT_STACK_SIZE		8192

#endif
