/* SPDX-License-Identifier: BSD-2-Clause */
/* A disk that a block device stands for: ATA (../ata.c) or memory. */
#ifndef VMM_DISK_H
#define VMM_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_SECTOR	512u
#define DISK_RUN	64u	/* sectors in one transfer at most */

struct disk {
	uint64_t sectors;	/* 0: there is no such disk */
	bool read_only;
	bool taken;		/* by a guest */
	char id[20];		/* serial number, padded with zeros */

	uint8_t *memory;	/* or, NULL: */
	/* count is 1 to DISK_RUN; false: it failed */
	bool (*transfer)(struct disk *disk, uint64_t sector, uint32_t count,
			void *buffer, bool write);
	bool (*flush)(struct disk *disk);
};

/* Disk `unit`, 0 or 1, of the primary channel; NULL: none (../ata.c) */
struct disk *ata_disk(uint32_t unit);

/* The module of this name, or NULL (memdisk.c) */
struct disk *memdisk_find(const char *name, uint32_t length);

#endif
