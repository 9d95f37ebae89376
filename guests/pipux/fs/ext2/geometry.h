/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things are on an ext2 file system: the super block and the group
 * descriptors after every number in them has been looked at.  Pure.
 */
#ifndef PIPUX_EXT2_GEOMETRY_H
#define PIPUX_EXT2_GEOMETRY_H

#include <stdbool.h>
#include "ondisk.h"

struct ext2_geometry {
	uint32_t block_size, block_bits;
	uint32_t inodes, blocks, reserved, first_data_block;
	uint32_t blocks_per_group, inodes_per_group, groups;
	uint32_t inode_size, first_ino;
	uint32_t desc_blocks;		/* that hold group descriptors */
	uint32_t table_blocks;		/* of a group's inode table */
	uint32_t reserved_gdt;
	uint32_t reserved_uid;
	bool filetype, sparse_super, large_file;
	bool read_only;			/* a feature that allows no writing */
};

struct ext2_group {
	uint32_t block_bitmap, inode_bitmap, inode_table;
	uint16_t free_blocks, free_inodes, used_dirs, flags;
	bool dirty;			/* the counts differ from the disk's */
};

/*
 * From the super block of a device of so many bytes: NULL, or what is wrong.
 */
const char *ext2_geometry(const struct ext2_super *s, uint64_t bytes,
	struct ext2_geometry *g);
/* The same for the descriptor of group n */
const char *ext2_group_check(const struct ext2_geometry *g, uint32_t n,
	const struct ext2_group_desc *d);

uint32_t ext2_group_first(const struct ext2_geometry *g, uint32_t n);
uint32_t ext2_group_blocks(const struct ext2_geometry *g, uint32_t n);
/* Super block and descriptors at the start of group n, 0 if it has none */
uint32_t ext2_group_overhead(const struct ext2_geometry *g, uint32_t n);
/* A block that files may have: not one of the file system's own */
bool ext2_data_block(const struct ext2_geometry *g,
	const struct ext2_group *groups, uint32_t block);
/* The largest file that the block map and 32 bits of sectors allow */
uint64_t ext2_max_bytes(const struct ext2_geometry *g);

/*
 * The way to a file's block through the block map: indexes of the inode's
 * list and of each indirect block.  How many there are; 0: too large.
 */
unsigned ext2_block_path(const struct ext2_geometry *g, uint32_t block,
	uint32_t path[4]);

#endif
