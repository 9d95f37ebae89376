/* SPDX-License-Identifier: BSD-2-Clause */
/* Partition tables, MBR and GPT: pure, also built on the host. */
#ifndef PIPUX_BLOCK_TABLE_H
#define PIPUX_BLOCK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_MAX	15	/* partitions with a number */
#define TABLE_SECTOR	512u

struct extent {
	uint64_t start, sectors;	/* sectors 0: no such partition */
};

struct table {
	struct extent part[TABLE_MAX + 1];	/* by number, from 1 */
};

/* The disk: reads a sector that it has; false: it cannot */
struct table_disk {
	uint64_t sectors;
	bool (*read)(struct table_disk *disk, uint64_t sector,
		uint8_t buf[TABLE_SECTOR]);
};

/*
 * Fills `t`.  true: there is a table, maybe without partitions.  What it says
 * is not believed: every extent lies within the disk, and the number of
 * reads is bounded.
 */
bool table_read(struct table *t, struct table_disk *disk);

#endif
