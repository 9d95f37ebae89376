/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One block of a directory: a chain of entries that fills it.  Nothing in it
 * is believed before it has been looked at.  Pure.
 */
#ifndef PIPUX_EXT2_DIRBLOCK_H
#define PIPUX_EXT2_DIRBLOCK_H

#include <stdbool.h>
#include "ondisk.h"

struct ext2_dirblock {
	char *data;
	uint32_t size;
	uint32_t inodes;		/* the largest number that an entry may have */
};

static inline struct ext2_dirent *ext2_dirent_at(const struct ext2_dirblock *b,
		uint32_t off)
{
	return (struct ext2_dirent *)(b->data + off);
}

/* Whether there is an entry at `off` that lies within the block */
bool ext2_dirent_ok(const struct ext2_dirblock *b, uint32_t off);

/* Whether its name is one that a program may be shown */
bool ext2_dirent_name_ok(const struct ext2_dirent *e);

#define EXT2_DIR_NONE	(-1)		/* no such entry */
#define EXT2_DIR_BAD	(-2)		/* the chain is broken */

/* Offset of the name's entry, or one of the above */
long ext2_dirblock_find(const struct ext2_dirblock *b, const char *name,
	unsigned len);
/* 0; EXT2_DIR_NONE: no room; EXT2_DIR_BAD */
int ext2_dirblock_add(struct ext2_dirblock *b, const char *name, unsigned len,
	uint32_t ino, uint8_t type);
/* The entry at `off`, which find has found, is no more */
void ext2_dirblock_remove(struct ext2_dirblock *b, uint32_t off);
/* No name but `.` and `..`; false also if the chain is broken */
bool ext2_dirblock_empty(const struct ext2_dirblock *b);
/* An empty block; with ino its `.` and `..` */
void ext2_dirblock_init(struct ext2_dirblock *b, uint32_t ino, uint32_t parent,
	uint8_t type);

#endif
