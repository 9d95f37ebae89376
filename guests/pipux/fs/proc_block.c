/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: partitions and diskstats (proc(5), Linux's iostats.rst). */
#include "proc.h"
#include <pipux/block.h>

#define NS_PER_MS	1000000u

int proc_partitions_show(struct proc_out *o, const struct proc_node *n)
{
	const struct block_device *b;

	proc_printf(o, "major minor  #blocks  name\n\n");
	list_for_each(b, &all_block_devices, link)
		if (b->sectors)
			proc_printf(o, "%4u  %7u %10llu %s\n", MAJOR(b->dev),
				MINOR(b->dev),
				(unsigned long long)b->sectors / 2, b->name);
	return 0;
}

static uint32_t ms(uint64_t ns)
{
	return ns_div(ns, NS_PER_MS);
}

/* Completed, merged, sectors, ms */
static void show_kind(struct proc_out *o, const struct block_stats *s,
		enum block_op op)
{
	proc_printf(o, " %u 0 %llu %u", s->requests[op],
		(unsigned long long)s->sectors[op], ms(s->time[op]));
}

int proc_diskstats_show(struct proc_out *o, const struct proc_node *n)
{
	const struct block_device *b;

	list_for_each(b, &all_block_devices, link) {
		const struct block_stats *s = &b->stats;
		uint32_t all = ms(s->time[BLOCK_READ] + s->time[BLOCK_WRITE]);

		proc_printf(o, "%4u %7u %s", MAJOR(b->dev), MINOR(b->dev),
			b->name);
		show_kind(o, s, BLOCK_READ);
		show_kind(o, s, BLOCK_WRITE);
		proc_printf(o, " %u %u %u 0 0 0 0 %u %u\n", s->under_way, all,
			all, s->requests[BLOCK_FLUSH],
			ms(s->time[BLOCK_FLUSH]));
	}
	return 0;
}

int proc_devices_show(struct proc_out *o, const struct proc_node *n)
{
	const struct block_device *b;

	proc_printf(o, "Character devices:\n  1 mem\n  4 ttyS\n  5 tty\n"
		" 10 misc\n136 pts\n229 hvc\n\nBlock devices:\n%3u loop\n",
		BLOCK_MAJOR_LOOP);
	list_for_each(b, &all_block_devices, link)
		if (MAJOR(b->dev) == BLOCK_MAJOR_VIRTBLK) {
			proc_printf(o, "%3u virtblk\n", BLOCK_MAJOR_VIRTBLK);
			break;
		}
	return 0;
}
