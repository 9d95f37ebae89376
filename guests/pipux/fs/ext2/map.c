/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block map of a file: from the number of a block in the file to its
 * number on the disk, by way of up to three indirect blocks.
 */
#include "ext2.h"

static uint32_t sectors_each(const struct ext2_fs *fs)
{
	return fs->geo.block_size >> SECTOR_SHIFT;
}

static uint32_t goal_of(const struct ext2_fs *fs, const struct inode *inode)
{
	if (ext2_of(inode)->next_goal)
		return ext2_of(inode)->next_goal;
	return ext2_group_first(&fs->geo,
		(inode->ino - 1) / fs->geo.inodes_per_group);
}

/* A block for the file; one for its map (indirect) is filled with zeros */
static int grow(struct inode *inode, bool indirect, uint32_t *block)
{
	struct ext2_fs *fs = fs_of(inode);
	int rc = ext2_block_alloc(fs, goal_of(fs, inode), block);
	void *p;

	if (rc)
		return rc;
	if (indirect) {
		p = ext2_block_new(fs, *block);
		if (IS_ERR(p)) {
			(void)ext2_block_free(fs, *block);
			return PTR_ERR(p);
		}
		ext2_block_dirty(fs, p, CLASS_FRESH);
		buffer_put(p);
	}
	ext2_of(inode)->next_goal = *block + 1;
	inode->blocks += sectors_each(fs);
	ext2_dirty(inode);
	return 0;
}

/* What the entry at `slot` points to, perhaps made: 0 and *block, or errno */
static int follow(struct inode *inode, uint32_t *slot, bool create,
		bool indirect, uint32_t *block)
{
	struct ext2_fs *fs = fs_of(inode);
	int rc = 0;

	*block = *slot;
	if (*block) {
		if (!ext2_data_block(&fs->geo, fs->groups, *block))
			rc = ext2_error(fs, "inode %u: bad block %u",
				inode->ino, *block);
	} else if (create) {
		rc = grow(inode, indirect, block);
		if (rc == 0)
			*slot = *block;
	}
	return rc;
}

int ext2_map(struct inode *inode, uint32_t index, bool create,
		uint32_t *block)
{
	struct ext2_fs *fs = fs_of(inode);
	uint32_t path[4];
	unsigned n = ext2_block_path(&fs->geo, index, path);
	int rc;

	if (!n)
		return -EFBIG;
	rc = follow(inode, &ext2_of(inode)->block[path[0]], create, n > 1,
		block);
	for (unsigned i = 1; i < n && !rc && *block; i++) {
		uint32_t *map = ext2_block_get(fs, *block), before;

		if (IS_ERR(map))
			return PTR_ERR(map);
		before = map[path[i]];
		rc = follow(inode, &map[path[i]], create, i < n - 1, block);
		if (map[path[i]] != before)
			ext2_block_dirty(fs, map, CLASS_FRESH);
		buffer_put(map);
	}
	return rc;
}

struct cut {
	struct inode *inode;
	uint64_t from;			/* the first block that goes */
};

static int free_slot(struct cut *c, uint32_t *slot)
{
	struct inode *inode = c->inode;
	int rc = ext2_block_free(fs_of(inode), *slot);

	if (rc)
		return rc;
	*slot = 0;
	inode->blocks -= MIN(inode->blocks,
		(uint64_t)sectors_each(fs_of(inode)));
	return 0;
}

/* The part of a branch whose first block is number `base` in the file */
static int cut_branch(struct cut *c, uint32_t *slot, unsigned level,
		uint64_t base)
{
	struct ext2_fs *fs = fs_of(c->inode);
	unsigned bits = fs->geo.block_bits - 2;
	uint64_t step = level ? (uint64_t)1 << bits * (level - 1) : 0;
	uint32_t *map;
	int rc = 0;

	if (!*slot || base + (level ? step << bits : 1) <= c->from)
		return 0;
	if (!level)
		return free_slot(c, slot);
	if (!ext2_data_block(&fs->geo, fs->groups, *slot))
		return ext2_error(fs, "inode %u: bad indirect block %u",
			c->inode->ino, *slot);
	map = ext2_block_get(fs, *slot);
	if (IS_ERR(map))
		return PTR_ERR(map);
	for (uint32_t i = 0; i < 1u << bits && !rc; i++)
		rc = cut_branch(c, map + i, level - 1, base + i * step);
	if (rc || base < c->from)
		ext2_block_dirty(fs, map, CLASS_FRESH);
	buffer_put(map);
	return rc || base < c->from ? rc : free_slot(c, slot);
}

int ext2_map_cut(struct inode *inode, uint32_t index)
{
	struct cut c = { inode, index };
	unsigned bits = fs_of(inode)->geo.block_bits - 2;
	uint32_t *block = ext2_of(inode)->block;
	uint64_t base = EXT2_DIRECT;
	int rc = 0;

	for (unsigned i = 0; i < EXT2_DIRECT && !rc; i++)
		rc = cut_branch(&c, block + i, 0, i);
	for (unsigned level = 1; level <= 3 && !rc; level++) {
		rc = cut_branch(&c, block + EXT2_DIRECT + level - 1, level,
			base);
		base += (uint64_t)1 << bits * level;
	}
	ext2_of(inode)->next_goal = 0;
	ext2_dirty(inode);
	return rc;
}

/* The first block from..end that has a place on the disk, or has none */
struct seek {
	struct inode *inode;
	uint64_t from, end;
	bool data;
	uint64_t found;
};

static int seek_branch(struct seek *s, uint32_t slot, unsigned level,
	uint64_t base);

/* Below an indirect block whose entries stand for `step` blocks each */
static int seek_map(struct seek *s, uint32_t slot, unsigned level,
		uint64_t base)
{
	struct ext2_fs *fs = fs_of(s->inode);
	unsigned bits = fs->geo.block_bits - 2;
	uint64_t step = (uint64_t)1 << bits * (level - 1);
	uint32_t *map, i = s->from > base ? (s->from - base) / step : 0;
	int rc = 0;

	if (!ext2_data_block(&fs->geo, fs->groups, slot))
		return ext2_error(fs, "inode %u: bad indirect block %u",
			s->inode->ino, slot);
	sched_point();
	if (fatal_signal_pending())	/* a damaged map may have no end */
		return -EINTR;
	map = ext2_block_get(fs, slot);
	if (IS_ERR(map))
		return PTR_ERR(map);
	for (; i < 1u << bits && !rc; i++)
		rc = seek_branch(s, map[i], level - 1, base + i * step);
	buffer_put(map);
	return rc;
}

/* The part of a branch whose first block is `base`: 1 if it is there */
static int seek_branch(struct seek *s, uint32_t slot, unsigned level,
		uint64_t base)
{
	unsigned bits = fs_of(s->inode)->geo.block_bits - 2;

	if (base + ((uint64_t)1 << bits * level) <= s->from || base >= s->end)
		return 0;
	if (slot && level)
		return seek_map(s, slot, level, base);
	s->found = MAX(base, s->from);
	return s->data == (slot != 0);
}

int ext2_map_seek(struct inode *inode, bool data, uint32_t *index)
{
	const struct ext2_geometry *g = &fs_of(inode)->geo;
	struct seek s = { inode, *index, (inode->size + g->block_size - 1)
		>> g->block_bits, data, 0 };
	const uint32_t *block = ext2_of(inode)->block;
	uint64_t base = EXT2_DIRECT;
	int rc = 0;

	for (unsigned i = 0; i < EXT2_DIRECT && !rc; i++)
		rc = seek_branch(&s, block[i], 0, i);
	for (unsigned level = 1; level <= 3 && !rc; level++) {
		rc = seek_branch(&s, block[EXT2_DIRECT + level - 1], level,
			base);
		base += (uint64_t)1 << (g->block_bits - 2) * level;
	}
	*index = (uint32_t)s.found;
	return rc;
}
