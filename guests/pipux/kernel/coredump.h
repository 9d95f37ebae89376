/* SPDX-License-Identifier: BSD-2-Clause */
/* Core files: kernel/coredump.c */
#ifndef PIPUX_COREDUMP_H
#define PIPUX_COREDUMP_H

#include <pipux/signal.h>

/*
 * current's process dies of this signal: writes its core file (core(5)) where
 * one is wanted, and then says so in the process's exit code.  Other threads
 * are gone then.
 */
void core_dump(const struct ksiginfo *info);

#endif
