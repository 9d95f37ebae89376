/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot modules as disks.  What guests write lives until the machine ends.
 * LIMIT: the bytes behind the last whole sector are out of reach.
 */
#include "disk.h"
#include "../vmm.h"

#define INFO	((const pip_fpinfo_t *)PIP_ROOT_INFO)

static struct disk disks[PIP_INFO_MODULES];

/* Is the last part of the first word of `string` this name? */
static bool names(const char *string, const char *name, uint32_t length)
{
	const char *start = string;

	for (; *string && *string != ' '; string++)
		if (*string == '/')
			start = string + 1;
	return (uint32_t)(string - start) == length
		&& !memcmp(start, name, length);
}

struct disk *memdisk_find(const char *name, uint32_t length)
{
	for (uint32_t i = 0; i < INFO->nmodules; i++) {
		struct disk *disk = &disks[i];

		if (!names((const char *)INFO->module[i].cmdline, name,
				length))
			continue;
		disk->memory = (uint8_t *)INFO->module[i].start;
		disk->sectors = INFO->module[i].size / DISK_SECTOR;
		memcpy(disk->id, name, length < sizeof(disk->id) ? length
			: sizeof(disk->id));
		return disk;
	}
	return NULL;
}
