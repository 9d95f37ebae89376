/* SPDX-License-Identifier: BSD-2-Clause */
/* The file system's own blocks: where they are, and getting at them. */
#include "ext2.h"

void *ext2_block_get(struct ext2_fs *fs, uint32_t block)
{
	return buffer_get(fs->bdev, sector_of(fs, block), fs->geo.block_size,
		true);
}

void *ext2_block_new(struct ext2_fs *fs, uint32_t block)
{
	void *p = buffer_get(fs->bdev, sector_of(fs, block),
		fs->geo.block_size, false);

	return IS_ERR(p) ? p : memset(p, 0, fs->geo.block_size);
}

void ext2_block_dirty(struct ext2_fs *fs, void *p, unsigned class)
{
	p = (void *)((uintptr_t)p & ~(uintptr_t)(fs->geo.block_size - 1));
	buffer_dirty(p, fs->geo.block_size, class);
	fs->changed = true;
	if (class == CLASS_OLD_NAME)
		fs->old_names = true;
}

struct ext2_super *ext2_super_get(struct ext2_fs *fs)
{
	return buffer_get(fs->bdev, EXT2_SUPER_OFFSET >> SECTOR_SHIFT,
		EXT2_SUPER_SIZE, true);
}

/* The inode on the disk; the number is valid */
struct ext2_raw_inode *ext2_raw_get(struct ext2_fs *fs, uint32_t ino)
{
	const struct ext2_geometry *g = &fs->geo;
	uint32_t group = (ino - 1) / g->inodes_per_group;
	uint32_t at = (ino - 1) % g->inodes_per_group * g->inode_size;
	char *p = ext2_block_get(fs, fs->groups[group].inode_table
		+ (at >> g->block_bits));

	return IS_ERR(p) ? (void *)p
		: (void *)(p + (at & (g->block_size - 1)));
}

/* Only the sectors that the inode is in need to be written */
void ext2_raw_dirty(struct ext2_fs *fs, struct ext2_raw_inode *raw)
{
	char *from = (char *)((uintptr_t)raw & ~(uintptr_t)(SECTOR_SIZE - 1));

	buffer_dirty(from, MAX(fs->geo.inode_size, SECTOR_SIZE), CLASS_INODE);
	fs->changed = true;
}

/* The block of descriptors that group n's is in */
static struct ext2_group_desc *descs_get(struct ext2_fs *fs, uint32_t n)
{
	uint32_t per_block = fs->geo.block_size / sizeof(struct ext2_group_desc);

	return ext2_block_get(fs, fs->geo.first_data_block + 1 + n / per_block);
}

static int group_load(struct ext2_fs *fs, uint32_t n,
		const struct ext2_group_desc *d)
{
	const char *wrong = ext2_group_check(&fs->geo, n, d);
	struct ext2_group *g = fs->groups + n;

	if (wrong) {
		printk("ext2: %s: group %u: %s\n", fs->bdev->name, n, wrong);
		return -EINVAL;
	}
	*g = (struct ext2_group){
		.block_bitmap = d->block_bitmap,
		.inode_bitmap = d->inode_bitmap,
		.inode_table = d->inode_table,
		.free_blocks = d->free_blocks,
		.free_inodes = d->free_inodes,
		.used_dirs = d->used_dirs,
		.flags = d->flags,
	};
	fs->free_blocks += g->free_blocks;
	fs->free_inodes += g->free_inodes;
	fs->dirs += g->used_dirs;
	return 0;
}

static void desc_store(struct ext2_group_desc *d, const struct ext2_group *g)
{
	d->free_blocks = g->free_blocks;
	d->free_inodes = g->free_inodes;
	d->used_dirs = g->used_dirs;
}

int ext2_groups_load(struct ext2_fs *fs)
{
	uint32_t per_block = fs->geo.block_size / sizeof(struct ext2_group_desc);
	int rc = 0;

	for (uint32_t n = 0; n < fs->geo.groups && !rc; n++) {
		struct ext2_group_desc *d = descs_get(fs, n);

		if (IS_ERR(d))
			return PTR_ERR(d);
		rc = group_load(fs, n, d + n % per_block);
		buffer_put(d);
	}
	return rc;
}

/* Brings the counts that changed into the buffers */
int ext2_groups_store(struct ext2_fs *fs)
{
	uint32_t per_block = fs->geo.block_size / sizeof(struct ext2_group_desc);

	for (uint32_t n = 0; n < fs->geo.groups; n++) {
		struct ext2_group_desc *d;

		if (!fs->groups[n].dirty)
			continue;
		d = descs_get(fs, n);
		if (IS_ERR(d))
			return PTR_ERR(d);
		desc_store(d + n % per_block, fs->groups + n);
		ext2_block_dirty(fs, d, CLASS_INODE);
		buffer_put(d);
		fs->groups[n].dirty = false;
	}
	return 0;
}
