/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: tables that monitors read and that have little to say here:
 * vmstat, interrupts, swaps, terminal drivers, consoles.
 */
#include "proc.h"

int proc_vmstat_show(struct proc_out *o, const struct proc_node *n)
{
	uint32_t faults = 0, major = 0;
	struct process *p;

	list_for_each(p, &all_processes, all_link) {
		faults += p->min_flt + p->maj_flt;
		major += p->maj_flt;
	}
	proc_printf(o, "nr_free_pages %u\nnr_shmem %u\npgpgin 0\npgpgout 0\n"
		"pswpin 0\npswpout 0\npgfault %u\npgmajfault %u\n"
		"oom_kill 0\n", pages_free_count(), tmpfs_pages(), faults,
		major);
	return 0;
}

/* LIMIT: the VMM's interrupts are not counted */
int proc_interrupts_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%12s\n", "CPU0");
	return 0;
}

int proc_swaps_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

/* ps(1) of procps names terminals by it (proc(5)) */
int proc_tty_drivers_show(struct proc_out *o, const struct proc_node *n)
{
	static const struct {
		const char *name, *node, *minors, *type;
		int major;
	} row[] = {
		{ "/dev/tty", "/dev/tty", "0", "system:/dev/tty", 5 },
		{ "/dev/console", "/dev/console", "1", "system:console", 5 },
		{ "/dev/ptmx", "/dev/ptmx", "2", "system", 5 },
		{ "serial", "/dev/ttyS", "64", "serial", 4 },
		{ "pty_slave", "/dev/pts", "0-255", "pty:slave", 136 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		proc_printf(o, "%-20s %-8s %3d %7s %s\n", row[i].name,
			row[i].node, row[i].major, row[i].minors,
			row[i].type);
	return 0;
}

int proc_consoles_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%-21sRWU (EC p  )    4:64\n", "ttyS0");
	return 0;
}
