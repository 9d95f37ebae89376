/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: tables that monitors read and that have little to say here:
 * vmstat, interrupts, slabs, swaps, terminal drivers, consoles.
 */
#include "proc.h"
#include <pipux/arch.h>
#include <pipux/vmm.h>

#define KIB	1024u

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

uint32_t interrupt_count(void)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(irq_counts); i++)
		sum += irq_counts[i];
	return sum;
}

/* Those of the VMM, by bit of what it has for this guest */
int proc_interrupts_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%15s\n", "CPU0");
	for (uint32_t i = 0; i < ARRAY_SIZE(irq_counts); i++) {
		if (!irq_counts[i])
			continue;
		proc_printf(o, "%3u: %10u  VMM  ", i, irq_counts[i]);
		if (i >= VMM_IRQ_VIRTIO)
			proc_printf(o, "virtio%u\n", i - VMM_IRQ_VIRTIO);
		else
			proc_printf(o, "%s\n", i == VMM_IRQ_TIMER ? "timer"
				: "console");
	}
	return 0;
}

/* "kmalloc-64", "kmalloc-4k", "kmalloc-2M" */
static void show_slab_name(struct proc_out *o, uint32_t size)
{
	char name[24];

	if (size < 2 * KIB)
		snprintf(name, sizeof(name), "kmalloc-%u", size);
	else if (size < KIB * KIB)
		snprintf(name, sizeof(name), "kmalloc-%uk", size / KIB);
	else
		snprintf(name, sizeof(name), "kmalloc-%uM",
			size / (KIB * KIB));
	proc_printf(o, "%-17s", name);
}

/* slabinfo(5), version 2.1: objects of one size are one cache */
int proc_slabinfo_show(struct proc_out *o, const struct proc_node *n)
{
	struct kmalloc_usage u;

	proc_printf(o, "slabinfo - version: 2.1\n"
		"# name            <active_objs> <num_objs> <objsize> "
		"<objperslab> <pagesperslab> : tunables <limit> <batchcount> "
		"<sharedfactor> : slabdata <active_slabs> <num_slabs> "
		"<sharedavail>\n");
	for (unsigned i = 0; kmalloc_usage(i, &u); i++) {
		uint32_t each = (PAGE_SIZE << u.order) / u.size;

		show_slab_name(o, u.size);
		proc_printf(o, " %6u %6u %6u %4u %4u : tunables %4u %4u %4u"
			" : slabdata %6u %6u %6u\n", u.objects,
			u.blocks * each, u.size, each, 1 << u.order, 0, 0, 0,
			u.blocks, u.blocks, 0);
	}
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
