/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free inodes.  A file goes into its directory's group; a directory below
 * the root into one that has much room, so that there is some for its files.
 */
#include "bitmap.h"
#include "ext2.h"

/* The group after the last one chosen with more free blocks than average */
static uint32_t roomy_group(const struct ext2_fs *fs)
{
	uint32_t groups = fs->geo.groups;
	uint32_t mean_blocks = fs->free_blocks / groups;
	uint32_t mean_inodes = fs->free_inodes / groups;

	for (uint32_t i = 1; i <= groups; i++) {
		uint32_t n = (fs->dir_group + i) % groups;
		const struct ext2_group *g = fs->groups + n;

		if (g->free_inodes && g->free_inodes >= mean_inodes
		    && g->free_blocks >= mean_blocks)
			return n;
	}
	return 0;
}

static uint32_t first_group(struct ext2_fs *fs, struct inode *dir,
		uint32_t mode)
{
	if ((mode & S_IFMT) == S_IFDIR && dir->ino == EXT2_ROOT_INO) {
		fs->dir_group = roomy_group(fs);
		return fs->dir_group;
	}
	return (dir->ino - 1) / fs->geo.inodes_per_group;
}

/* 0, -ENOSPC: none in this group, or errors */
static int alloc_in(struct ext2_fs *fs, uint32_t n, bool dir, uint32_t *ino)
{
	struct ext2_group *g = fs->groups + n;
	uint32_t size = fs->geo.inodes_per_group, bit;
	uint32_t from = n ? 0 : fs->geo.first_ino - 1;
	uint8_t *map;
	int rc = 0;

	if (!g->free_inodes || from >= size)
		return -ENOSPC;
	map = ext2_block_get(fs, g->inode_bitmap);
	if (IS_ERR(map))
		return PTR_ERR(map);
	bit = bitmap_find_clear(map, NULL, from, size);
	if (bit < size) {
		*ino = n * size + bit + 1;
		bitmap_set(map, bit);
		ext2_block_dirty(fs, map, CLASS_INODE);
		g->free_inodes--;
		fs->free_inodes--;
		g->used_dirs += dir;
		fs->dirs += dir;
	} else {
		rc = ext2_error(fs, "group %u: no inode of %u is free", n,
			g->free_inodes);
		fs->free_inodes -= g->free_inodes;
		g->free_inodes = 0;
	}
	g->dirty = true;
	buffer_put(map);
	return rc;
}

int ext2_inode_alloc(struct ext2_fs *fs, struct inode *dir, uint32_t mode,
		uint32_t *ino)
{
	uint32_t first = first_group(fs, dir, mode), n = first;

	do {
		int rc = alloc_in(fs, n, (mode & S_IFMT) == S_IFDIR, ino);

		if (rc == 0 || (rc != -ENOSPC && rc != -EUCLEAN))
			return rc;
		n = n + 1 < fs->geo.groups ? n + 1 : 0;
	} while (n != first);
	return -ENOSPC;
}

void ext2_inode_release(struct ext2_fs *fs, uint32_t ino, bool dir)
{
	uint32_t n = (ino - 1) / fs->geo.inodes_per_group;
	uint32_t bit = (ino - 1) % fs->geo.inodes_per_group;
	struct ext2_group *g = fs->groups + n;
	uint8_t *map = ext2_block_get(fs, g->inode_bitmap);

	if (IS_ERR(map))
		return;			/* e2fsck finds it */
	if (bitmap_test(map, bit)) {
		bitmap_clear(map, bit);
		ext2_block_dirty(fs, map, CLASS_INODE);
		g->free_inodes++;
		fs->free_inodes++;
		if (dir && g->used_dirs) {
			g->used_dirs--;
			fs->dirs--;
		}
		g->dirty = true;
	} else {
		(void)ext2_error(fs, "inode %u is free already", ino);
	}
	buffer_put(map);
}
