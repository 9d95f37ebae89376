/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lab 8: a system call.  docs/tour/labs/8-syscall.md
 *
 * long sys_children(int *pids, size_t max) writes the numbers of at most
 * `max` children of the caller, those that died included as long as nobody
 * waited for them, and returns how many children there are.  -EFAULT.
 */
#include <pipux/mm.h>
#include <pipux/sched.h>
