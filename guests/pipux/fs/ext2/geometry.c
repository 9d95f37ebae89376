/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract is in geometry.h. */
#include "geometry.h"

static bool power_of(uint32_t n, uint32_t base)
{
	while (n > base && n % base == 0)
		n /= base;
	return n == base;
}

/* With sparse_super copies are in groups 0, 1 and powers of 3, 5 and 7 */
static bool has_super(const struct ext2_geometry *g, uint32_t n)
{
	return !g->sparse_super || n <= 1 || power_of(n, 3) || power_of(n, 5)
		|| power_of(n, 7);
}

uint32_t ext2_group_overhead(const struct ext2_geometry *g, uint32_t n)
{
	return has_super(g, n) ? 1 + g->desc_blocks + g->reserved_gdt : 0;
}

uint32_t ext2_group_first(const struct ext2_geometry *g, uint32_t n)
{
	return g->first_data_block + n * g->blocks_per_group;
}

uint32_t ext2_group_blocks(const struct ext2_geometry *g, uint32_t n)
{
	uint32_t left = g->blocks - ext2_group_first(g, n);

	return left < g->blocks_per_group ? left : g->blocks_per_group;
}

static const char *check_revision(const struct ext2_super *s,
		struct ext2_geometry *g)
{
	g->inode_size = EXT2_OLD_INODE_SIZE;
	g->first_ino = EXT2_OLD_FIRST_INO;
	if (s->rev_level > 1)
		return "unknown revision";
	if (s->rev_level == 0)
		return NULL;
	if (s->incompat & ~EXT2_INCOMPAT_KNOWN)
		return "unknown incompatible features";
	g->filetype = s->incompat & EXT2_INCOMPAT_FILETYPE;
	g->sparse_super = s->ro_compat & EXT2_RO_SPARSE_SUPER;
	g->large_file = s->ro_compat & EXT2_RO_LARGE_FILE;
	g->read_only = s->ro_compat & ~EXT2_RO_KNOWN;
	g->inode_size = s->inode_size;
	g->first_ino = s->first_ino;
	g->reserved_gdt = s->reserved_gdt_blocks;
	if (g->inode_size < EXT2_OLD_INODE_SIZE
	    || g->inode_size > g->block_size
	    || (g->inode_size & (g->inode_size - 1)))
		return "bad inode size";
	if (g->first_ino < EXT2_OLD_FIRST_INO)
		return "bad first inode";
	return NULL;
}

static const char *check_groups(const struct ext2_super *s, uint64_t bytes,
		struct ext2_geometry *g)
{
	uint32_t per_block = g->block_size / sizeof(struct ext2_group_desc);
	uint32_t bits = g->block_size * 8;

	g->blocks = s->blocks_count;
	g->first_data_block = s->first_data_block;
	g->blocks_per_group = s->blocks_per_group;
	g->inodes_per_group = s->inodes_per_group;
	g->inodes = s->inodes_count;
	g->reserved = s->r_blocks_count;
	g->reserved_uid = s->def_resuid;
	if (g->first_data_block != (g->block_size == 1024))
		return "bad first data block";
	if (g->blocks_per_group < 256 || g->blocks_per_group > bits
	    || s->frags_per_group != g->blocks_per_group)
		return "bad blocks per group";
	if (g->inodes_per_group == 0 || g->inodes_per_group > bits)
		return "bad inodes per group";
	if (g->blocks <= g->first_data_block)
		return "bad number of blocks";
	if ((uint64_t)g->blocks << g->block_bits > bytes)
		return "larger than the device";
	g->groups = (g->blocks - g->first_data_block - 1)
		/ g->blocks_per_group + 1;
	if ((uint64_t)g->groups * g->inodes_per_group != g->inodes
	    || g->inodes < g->first_ino)
		return "bad number of inodes";
	g->table_blocks = (uint32_t)(((uint64_t)g->inodes_per_group
		* g->inode_size + g->block_size - 1) >> g->block_bits);
	g->desc_blocks = (g->groups + per_block - 1) / per_block;
	if (g->table_blocks + 3 > g->blocks_per_group
	    || g->desc_blocks + 1 >= ext2_group_blocks(g, 0)
	    || g->reserved_gdt > g->block_size / 4
	    || g->desc_blocks + g->reserved_gdt + 1 > g->blocks_per_group)
		return "metadata does not fit into a group";
	if (g->reserved > g->blocks)
		return "bad number of reserved blocks";
	return NULL;
}

const char *ext2_geometry(const struct ext2_super *s, uint64_t bytes,
		struct ext2_geometry *g)
{
	const char *wrong;

	*g = (struct ext2_geometry){ .block_bits = 10 };
	if (s->magic != EXT2_MAGIC)
		return "no ext2 file system";
	if (s->log_block_size > 2 || s->log_frag_size != s->log_block_size)
		return "unsupported block size";
	g->block_bits += s->log_block_size;
	g->block_size = 1u << g->block_bits;
	wrong = check_revision(s, g);
	return wrong ? wrong : check_groups(s, bytes, g);
}

static bool inside(uint32_t block, uint32_t first, uint32_t n)
{
	return block >= first && block - first < n;
}

/* n blocks from `block` on are in the file system */
static bool in_range(const struct ext2_geometry *g, uint32_t block, uint32_t n)
{
	return block > g->first_data_block && block < g->blocks
		&& g->blocks - block >= n;
}

/* Without flex_bg a group's bitmaps and table lie in the group itself */
const char *ext2_group_check(const struct ext2_geometry *g, uint32_t n,
		const struct ext2_group_desc *d)
{
	uint32_t first = ext2_group_first(g, n);
	uint32_t size = ext2_group_blocks(g, n);
	uint32_t own = ext2_group_overhead(g, n);

	if (own >= size)
		return "too small for its copies";
	if (!in_range(g, d->block_bitmap, 1)
	    || !inside(d->block_bitmap, first + own, size - own))
		return "block bitmap is not in its group";
	if (!in_range(g, d->inode_bitmap, 1)
	    || !inside(d->inode_bitmap, first + own, size - own))
		return "inode bitmap is not in its group";
	if (!in_range(g, d->inode_table, g->table_blocks)
	    || !inside(d->inode_table, first + own, size - own)
	    || d->inode_table - first + g->table_blocks > size)
		return "inode table is not in its group";
	if (d->block_bitmap == d->inode_bitmap
	    || inside(d->block_bitmap, d->inode_table, g->table_blocks)
	    || inside(d->inode_bitmap, d->inode_table, g->table_blocks))
		return "metadata overlaps";
	if (d->free_blocks > size || d->free_inodes > g->inodes_per_group
	    || d->used_dirs > g->inodes_per_group)
		return "bad counts";
	return NULL;
}

bool ext2_data_block(const struct ext2_geometry *g,
		const struct ext2_group *groups, uint32_t block)
{
	const struct ext2_group *group;
	uint32_t n;

	if (block <= g->first_data_block || block >= g->blocks)
		return false;
	n = (block - g->first_data_block) / g->blocks_per_group;
	group = groups + n;
	return block != group->block_bitmap && block != group->inode_bitmap
		&& !inside(block, group->inode_table, g->table_blocks)
		&& !inside(block, ext2_group_first(g, n),
			ext2_group_overhead(g, n));
}

uint64_t ext2_max_bytes(const struct ext2_geometry *g)
{
	uint64_t n = g->block_size / 4;
	uint64_t map = (EXT2_DIRECT + n + n * n + n * n * n) << g->block_bits;
	/* inode.blocks counts 512 bytes each, those of the map as well */
	uint64_t sectors = (uint64_t)UINT32_MAX << 9;
	uint64_t most = sectors - (sectors >> 8);
	uint64_t limit = g->large_file ? UINT64_MAX : INT32_MAX;

	if (map < most)
		most = map;
	return most < limit ? most : limit;
}

unsigned ext2_block_path(const struct ext2_geometry *g, uint32_t block,
		uint32_t path[4])
{
	unsigned bits = g->block_bits - 2;
	uint64_t left = block, room = 1;

	if (block < EXT2_DIRECT) {
		path[0] = block;
		return 1;
	}
	left -= EXT2_DIRECT;
	for (unsigned level = 1; level <= 3; level++) {
		room <<= bits;
		if (left >= room) {
			left -= room;
			continue;
		}
		path[0] = EXT2_DIRECT + level - 1;
		for (unsigned i = 1; i <= level; i++)
			path[i] = (uint32_t)(left >> (level - i) * bits)
				& ((1u << bits) - 1);
		return level + 1;
	}
	return 0;
}
