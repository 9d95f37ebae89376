/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free blocks.  The bitmap on the disk says what is used; a block that was
 * freed since the last sync is not given out again before the next one is
 * complete, so that until then nothing on the disk that still points to it
 * finds somebody else's contents there.
 */
#include "bitmap.h"
#include "ext2.h"

static bool may_use_reserved(const struct ext2_fs *fs)
{
	return !current || capable(CAP_SYS_RESOURCE)
		|| current->cred.fsuid == fs->geo.reserved_uid;
}

/* A clear bit of group n, from bit `from` on and then from the start */
static uint32_t search(const struct ext2_fs *fs, const uint8_t *map,
		uint32_t n, uint32_t from, uint32_t size)
{
	uint32_t bit = bitmap_find_clear(map, fs->pending[n], from, size);

	if (bit == size && from)
		bit = bitmap_find_clear(map, fs->pending[n], 0, from);
	else if (bit == size)
		return size;
	return bit == from && (bitmap_test(map, bit)
		|| (fs->pending[n] && bitmap_test(fs->pending[n], bit)))
		? size : bit;
}

/* 0, -ENOSPC: none in this group, or errors */
static int alloc_in(struct ext2_fs *fs, uint32_t n, uint32_t from,
		uint32_t *block)
{
	struct ext2_group *g = fs->groups + n;
	uint32_t size = ext2_group_blocks(&fs->geo, n), bit;
	uint8_t *map;
	int rc = -ENOSPC;

	if (!g->free_blocks)
		return -ENOSPC;
	map = ext2_block_get(fs, g->block_bitmap);
	if (IS_ERR(map))
		return PTR_ERR(map);
	bit = search(fs, map, n, from, size);
	if (bit < size) {
		*block = ext2_group_first(&fs->geo, n) + bit;
		rc = ext2_data_block(&fs->geo, fs->groups, *block) ? 0
			: ext2_error(fs, "metadata block %u is marked free",
				*block);
		bitmap_set(map, bit);
		ext2_block_dirty(fs, map, CLASS_INODE);
		g->free_blocks--;
		fs->free_blocks--;
		g->dirty = true;
	} else if (!fs->pending[n]) {
		rc = ext2_error(fs, "group %u: no block of %u is free", n,
			g->free_blocks);
		fs->free_blocks -= g->free_blocks;
		g->free_blocks = 0;
		g->dirty = true;
	}
	buffer_put(map);
	return rc;
}

static int alloc_anywhere(struct ext2_fs *fs, uint32_t goal, uint32_t *block)
{
	const struct ext2_geometry *geo = &fs->geo;
	uint32_t first, n, bit;

	if (goal <= geo->first_data_block || goal >= geo->blocks)
		goal = geo->first_data_block + 1;
	first = (goal - geo->first_data_block) / geo->blocks_per_group;
	bit = (goal - geo->first_data_block) % geo->blocks_per_group;
	n = first;
	do {
		int rc = alloc_in(fs, n, bit, block);

		/* a group that contradicts itself is passed by */
		if (rc == 0 || (rc != -ENOSPC && rc != -EUCLEAN))
			return rc;
		bit = 0;
		n = n + 1 < geo->groups ? n + 1 : 0;
	} while (n != first);
	return -ENOSPC;
}

/* A block, as near behind the goal as can be: 0, -ENOSPC, -EIO, -EROFS */
int ext2_block_alloc(struct ext2_fs *fs, uint32_t goal, uint32_t *block)
{
	int rc;

	if (read_only(fs))
		return -EROFS;
	if (fs->free_blocks <= fs->geo.reserved && !may_use_reserved(fs))
		return -ENOSPC;
	rc = alloc_anywhere(fs, goal, block);
	if (rc != -ENOSPC || !fs->nr_pending)
		return rc;
	rc = ext2_sync_metadata(fs);
	return rc ? rc : alloc_anywhere(fs, goal, block);
}

static void pend(struct ext2_fs *fs, uint32_t n, uint32_t bit)
{
	if (!fs->pending[n])
		fs->pending[n] = page_alloc_zeroed();
	if (!fs->pending[n])
		return;			/* the order is lost, nothing else */
	bitmap_set(fs->pending[n], bit);
	fs->nr_pending++;
}

/* 0, -EUCLEAN if nobody can have had it, -EIO */
int ext2_block_free(struct ext2_fs *fs, uint32_t block)
{
	uint32_t n = (block - fs->geo.first_data_block)
		/ fs->geo.blocks_per_group;
	struct ext2_group *g = fs->groups + n;
	uint32_t bit = (block - fs->geo.first_data_block)
		% fs->geo.blocks_per_group;
	uint8_t *map;

	if (!ext2_data_block(&fs->geo, fs->groups, block))
		return ext2_error(fs, "block %u is no file's", block);
	map = ext2_block_get(fs, g->block_bitmap);
	if (IS_ERR(map))
		return PTR_ERR(map);
	if (!bitmap_test(map, bit)) {
		buffer_put(map);
		return ext2_error(fs, "block %u is free already", block);
	}
	bitmap_clear(map, bit);
	ext2_block_dirty(fs, map, CLASS_INODE);
	buffer_put(map);
	buffer_forget(fs->bdev, sector_of(fs, block), fs->geo.block_size);
	pend(fs, n, bit);
	g->free_blocks++;
	g->dirty = true;
	fs->free_blocks++;
	return 0;
}

/* Everything that was changed before is on the disk */
void ext2_pending_clear(struct ext2_fs *fs)
{
	for (uint32_t n = 0; fs->nr_pending && n < fs->geo.groups; n++) {
		if (!fs->pending[n])
			continue;
		page_free(fs->pending[n]);
		fs->pending[n] = NULL;
	}
	fs->nr_pending = 0;
}
