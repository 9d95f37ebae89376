/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system-call table: `kernel/syscalls.def` has one line per call,
 *	SYSCALL(number, name, arguments)
 * and every call is `long sys_name(...)` with up to six word-sized
 * arguments (64-bit ones arrive as two words, low first), returning a result
 * or a negative errno.  The table's prototypes are untyped; each .c file that
 * defines a sys_ function defines it with its real types.
 */
#ifndef PIPUX_SYSCALL_H
#define PIPUX_SYSCALL_H

#include <pipux/kernel.h>

#define NR_SYSCALLS	460

typedef long (*syscall_fn)(long, long, long, long, long, long);

extern const syscall_fn syscall_table[NR_SYSCALLS];
extern const char *const syscall_names[NR_SYSCALLS];
extern const uint8_t syscall_args[NR_SYSCALLS];

#endif
