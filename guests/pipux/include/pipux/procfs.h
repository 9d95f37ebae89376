/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of /proc/net, for the protocol families and interfaces. */
#ifndef PIPUX_PROCFS_H
#define PIPUX_PROCFS_H

#include <pipux/kernel.h>

struct proc_node;

/* Text that is being made; what does not fit is counted all the same */
struct proc_out {
	char *buf;
	size_t len, size;
};

__attribute__((format(printf, 2, 3)))
void proc_printf(struct proc_out *o, const char *fmt, ...);
void proc_write(struct proc_out *o, const void *p, size_t n);

/*
 * fs/proc_net.c: a file of that name, kept by reference; `show` makes its
 * contents, each time it is read from its beginning: 0 or errno.
 */
void proc_net_register(const char *name,
	int (*show)(struct proc_out *o, const struct proc_node *n));

#endif
