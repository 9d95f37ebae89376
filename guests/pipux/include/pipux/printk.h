/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's ring, as dmesg and panic see it: kernel/printk.c. */
#ifndef PIPUX_PRINTK_H
#define PIPUX_PRINTK_H

#include <pipux/kernel.h>

#define LOG_SIZE	32768u		/* power of two */
#define CONSOLE_DEFAULT	5		/* levels below it are shown */
#define CONSOLE_ALL	8

/* Least level (exclusive) that the console shows; set, and the old one */
int console_loglevel(int level);
/* The return addresses in t's stack from esp up; kernel/panic.c */
struct task;
void backtrace(const uint32_t *esp, const struct task *t);
/* The function that a sleeping task waits in; NULL: unknown */
const char *task_sleeps_in(const struct task *t);
/* A panic for a fault of the kernel's own, with the registers it had */
struct user_ctx;
__attribute__((noreturn)) void panic_registers(const struct user_ctx *ctx);

/* kernel/symbols.c: the function that holds an address; NULL: unknown */
const char *symbol_find(uint32_t addr, uint32_t *offset);

#endif
