/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs for others: files of /proc/net, which process a directory is of. */
#ifndef PIPUX_PROCFS_H
#define PIPUX_PROCFS_H

#include <pipux/kernel.h>

struct proc_node;
struct file;

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

/* fs/proc_pid.c: of an open /proc/PID the number; 0: it is something else */
int proc_file_pid(const struct file *f);

#endif
