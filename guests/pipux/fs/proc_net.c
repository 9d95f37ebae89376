/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: /proc/net, which the protocol families fill. */
#include "proc.h"

#define FILES_MAX	32

/* The last one never gets a name */
struct proc_entry proc_net_entries[FILES_MAX + 1];

void proc_net_register(const char *name,
		int (*show)(struct proc_out *o, const struct proc_node *n))
{
	unsigned i = 0;

	while (proc_net_entries[i].name)
		i++;
	BUG_ON(i == FILES_MAX);
	proc_net_entries[i] = (struct proc_entry){ .name = name,
		.mode = S_IFREG | 0444, .show = show };
}
