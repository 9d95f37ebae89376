/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/unix (proc(5)). */
#include "unix.h"
#include <linux/net.h>
#include <pipux/procfs.h>

enum { UNCONNECTED = 1, CONNECTED = 3 };	/* SS_*, as Linux shows them */

/* A NUL of an abstract name is shown as @ */
static void show_name(struct proc_out *o, const struct unix_addr *a)
{
	int n = a->len - (int)UNIX_NAME_MIN;

	if (a->sun.sun_path[0])
		n--;
	proc_printf(o, " ");
	for (int i = 0; i < n; i++)
		proc_printf(o, "%c", a->sun.sun_path[i]
			? a->sun.sun_path[i] : '@');
}

int unix_show(struct proc_out *o, const struct proc_node *n)
{
	struct unix_sock *u;

	proc_printf(o, "Num       RefCount Protocol Flags    Type St "
		"Inode Path\n");
	list_for_each(u, &unix_all, all_link) {
		proc_printf(o, "%08x: %08X %08X %08X %04X %02X %5u", 0,
			u->refs, 0,
			u->state == UNIX_LISTENING ? __SO_ACCEPTCON : 0,
			u->type, u->state == UNIX_CONNECTED ? CONNECTED
				: UNCONNECTED,
			u->socket ? u->socket->file->inode->ino : 0);
		if (u->addr)
			show_name(o, u->addr);
		proc_printf(o, "\n");
	}
	return 0;
}
