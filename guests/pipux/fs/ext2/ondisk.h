/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2 on the disk, little-endian.  Source: "The Second Extended File
 * System" (Dave Poirier, nongnu.org/ext2-doc), and what e2fsprogs writes.
 */
#ifndef PIPUX_EXT2_ONDISK_H
#define PIPUX_EXT2_ONDISK_H

#include <stddef.h>
#include <stdint.h>

#define EXT2_MAGIC		0xEF53
#define EXT2_SUPER_OFFSET	1024u
#define EXT2_SUPER_SIZE		1024u

#define EXT2_ROOT_INO		2u
#define EXT2_OLD_FIRST_INO	11u
#define EXT2_OLD_INODE_SIZE	128u
#define EXT2_NAME_LEN		255u
#define EXT2_LINK_MAX		32000u

#define EXT2_VALID_FS		1u	/* state: unmounted cleanly */
#define EXT2_ERROR_FS		2u
#define EXT2_ERRORS_CONTINUE	1u
#define EXT2_ERRORS_RO		2u
#define EXT2_ERRORS_PANIC	3u

#define EXT2_INCOMPAT_FILETYPE	2u
#define EXT2_RO_SPARSE_SUPER	1u
#define EXT2_RO_LARGE_FILE	2u
#define EXT2_INCOMPAT_KNOWN	EXT2_INCOMPAT_FILETYPE
#define EXT2_RO_KNOWN		(EXT2_RO_SPARSE_SUPER | EXT2_RO_LARGE_FILE)

struct ext2_super {
	uint32_t inodes_count, blocks_count, r_blocks_count;
	uint32_t free_blocks_count, free_inodes_count, first_data_block;
	uint32_t log_block_size, log_frag_size;
	uint32_t blocks_per_group, frags_per_group, inodes_per_group;
	uint32_t mtime, wtime;
	uint16_t mnt_count, max_mnt_count, magic, state, errors, minor_rev;
	uint32_t lastcheck, checkinterval, creator_os, rev_level;
	uint16_t def_resuid, def_resgid;
	uint32_t first_ino;			/* from here on: revision 1 */
	uint16_t inode_size, block_group_nr;
	uint32_t compat, incompat, ro_compat;
	uint8_t uuid[16];
	char volume_name[16], last_mounted[64];
	uint32_t algorithm_bitmap;
	uint8_t prealloc_blocks, prealloc_dir_blocks;
	uint16_t reserved_gdt_blocks;
	uint8_t journal_uuid[16];
	uint32_t journal_inum, journal_dev, last_orphan;
	uint32_t rest[197];
};
_Static_assert(sizeof(struct ext2_super) == EXT2_SUPER_SIZE, "layout");
_Static_assert(offsetof(struct ext2_super, magic) == 56, "layout");
_Static_assert(offsetof(struct ext2_super, first_ino) == 84, "layout");
_Static_assert(offsetof(struct ext2_super, last_orphan) == 232, "layout");

struct ext2_group_desc {
	uint32_t block_bitmap, inode_bitmap, inode_table;
	uint16_t free_blocks, free_inodes, used_dirs, flags;
	uint32_t rest[3];
};
_Static_assert(sizeof(struct ext2_group_desc) == 32, "layout");

#define EXT2_DIRECT		12u
#define EXT2_BLOCKS		15u
#define EXT2_FAST_LINK		60u	/* shorter ones are in `block` */
#define EXT2_INDEX_FL		0x1000u	/* hashed directory */

struct ext2_raw_inode {
	uint16_t mode, uid;
	uint32_t size, atime, ctime, mtime, dtime;
	uint16_t gid, links_count;
	uint32_t blocks, flags, osd1;
	uint32_t block[EXT2_BLOCKS];
	uint32_t generation, file_acl, size_high, faddr;
	uint8_t frag, fsize;
	uint16_t pad, uid_high, gid_high;
	uint32_t osd2;
};
_Static_assert(sizeof(struct ext2_raw_inode) == EXT2_OLD_INODE_SIZE, "layout");

struct ext2_dirent {
	uint32_t inode;
	uint16_t rec_len;
	uint8_t name_len, type;
	char name[];
};
_Static_assert(sizeof(struct ext2_dirent) == 8, "layout");

/* Types in directory entries are DT_* in another order */
enum ext2_file_type {
	EXT2_FT_UNKNOWN, EXT2_FT_REG, EXT2_FT_DIR, EXT2_FT_CHR, EXT2_FT_BLK,
	EXT2_FT_FIFO, EXT2_FT_SOCK, EXT2_FT_SYMLINK, EXT2_FT_MAX,
};

/* A block of extended attributes begins so */
#define EXT2_XATTR_MAGIC	0xEA020000u

struct ext2_xattr_header {
	uint32_t magic, refcount, blocks, hash;
};

#endif
