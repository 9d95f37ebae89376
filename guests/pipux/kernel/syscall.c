/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system-call table, made from syscalls.def.  Calls that do not exist
 * are null; one named twice does not compile.
 */
#include <pipux/syscall.h>
#include <asm/unistd.h>

#define SYSCALL(nr, name, args)	long sys_##name(void);
#include "syscalls.def"
#undef SYSCALL

/* By way of void (*)(void): the functions take what they take */
#define SYSCALL(nr, name, args)	\
	[nr] = (syscall_fn)(void (*)(void))sys_##name,
const syscall_fn syscall_table[NR_SYSCALLS] = {
#include "syscalls.def"
};
#undef SYSCALL

#define SYSCALL(nr, name, args)	[nr] = #name,
const char *const syscall_names[NR_SYSCALLS] = {
#include "syscalls.def"
};
#undef SYSCALL

#define SYSCALL(nr, name, args)	[nr] = args,
const uint8_t syscall_args[NR_SYSCALLS] = {
#include "syscalls.def"
};
