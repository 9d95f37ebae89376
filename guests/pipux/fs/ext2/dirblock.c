/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract is in dirblock.h. */
#include "dirblock.h"
#include <pipux/string.h>

#define HEAD		offsetof(struct ext2_dirent, name)

static uint32_t needed(unsigned name_len)
{
	return (HEAD + name_len + 3) & ~3u;
}

bool ext2_dirent_name_ok(const struct ext2_dirent *e)
{
	return !memchr(e->name, '/', e->name_len)
		&& !memchr(e->name, 0, e->name_len);
}

bool ext2_dirent_ok(const struct ext2_dirblock *b, uint32_t off)
{
	const struct ext2_dirent *e = ext2_dirent_at(b, off);

	if (off % 4 || off > b->size - HEAD)
		return false;
	if (e->rec_len % 4 || e->rec_len < needed(e->name_len)
	    || e->rec_len > b->size - off)
		return false;
	return !e->inode || (e->inode <= b->inodes && e->name_len);
}

long ext2_dirblock_find(const struct ext2_dirblock *b, const char *name,
		unsigned len)
{
	for (uint32_t off = 0; off < b->size; ) {
		const struct ext2_dirent *e = ext2_dirent_at(b, off);

		if (!ext2_dirent_ok(b, off))
			return EXT2_DIR_BAD;
		if (e->name_len == len && e->inode
		    && !memcmp(e->name, name, len))
			return off;
		off += e->rec_len;
	}
	return EXT2_DIR_NONE;
}

/* What the entry takes of its room */
static uint32_t taken(const struct ext2_dirent *e)
{
	return e->inode ? needed(e->name_len) : 0;
}

int ext2_dirblock_add(struct ext2_dirblock *b, const char *name, unsigned len,
		uint32_t ino, uint8_t type)
{
	for (uint32_t off = 0; off < b->size; ) {
		struct ext2_dirent *e = ext2_dirent_at(b, off), *new;
		uint32_t own, room;

		if (!ext2_dirent_ok(b, off))
			return EXT2_DIR_BAD;
		own = taken(e);
		room = e->rec_len - own;
		if (room < needed(len)) {
			off += e->rec_len;
			continue;
		}
		new = ext2_dirent_at(b, off + own);
		new->inode = ino;
		new->name_len = (uint8_t)len;
		new->type = type;
		memcpy(new->name, name, len);
		new->rec_len = (uint16_t)room;
		if (own)
			e->rec_len = (uint16_t)own;
		return 0;
	}
	return EXT2_DIR_NONE;
}

void ext2_dirblock_remove(struct ext2_dirblock *b, uint32_t off)
{
	struct ext2_dirent *e = ext2_dirent_at(b, off), *prev = NULL;

	for (uint32_t at = 0; at < off; at += prev->rec_len)
		prev = ext2_dirent_at(b, at);
	if (prev)
		prev->rec_len += e->rec_len;
	e->inode = 0;
}

static bool is_dots(const struct ext2_dirent *e)
{
	return e->name_len <= 2 && e->name[0] == '.'
		&& (e->name_len == 1 || e->name[1] == '.');
}

bool ext2_dirblock_empty(const struct ext2_dirblock *b)
{
	for (uint32_t off = 0; off < b->size; ) {
		const struct ext2_dirent *e = ext2_dirent_at(b, off);

		if (!ext2_dirent_ok(b, off) || (e->inode && !is_dots(e)))
			return false;
		off += e->rec_len;
	}
	return true;
}

void ext2_dirblock_init(struct ext2_dirblock *b, uint32_t ino, uint32_t parent,
		uint8_t type)
{
	struct ext2_dirent *e = ext2_dirent_at(b, 0);

	memset(b->data, 0, b->size);
	e->rec_len = (uint16_t)b->size;
	if (!ino)
		return;
	(void)ext2_dirblock_add(b, ".", 1, ino, type);
	(void)ext2_dirblock_add(b, "..", 2, parent, type);
}
