/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names in directories.  A directory's blocks are in the device's buffers; a
 * position in it is a byte in the file that it is.  An entry never moves
 * while it lives, so positions stay good.
 */
#include "dirblock.h"
#include "ext2.h"

static const uint8_t type_of_dt[] = {	/* by DT_* */
	[1] = EXT2_FT_FIFO, [2] = EXT2_FT_CHR, [4] = EXT2_FT_DIR,
	[6] = EXT2_FT_BLK, [8] = EXT2_FT_REG, [10] = EXT2_FT_SYMLINK,
	[12] = EXT2_FT_SOCK,
};

static const uint8_t dt_of_type[EXT2_FT_MAX] = {
	[EXT2_FT_REG] = 8, [EXT2_FT_DIR] = 4, [EXT2_FT_CHR] = 2,
	[EXT2_FT_BLK] = 6, [EXT2_FT_FIFO] = 1, [EXT2_FT_SOCK] = 12,
	[EXT2_FT_SYMLINK] = 10,
};

static uint8_t entry_type(const struct inode *inode)
{
	return fs_of(inode)->geo.filetype
		? type_of_dt[MODE_DT(inode->mode)] : EXT2_FT_UNKNOWN;
}

static uint32_t nr_blocks(const struct inode *dir)
{
	return (uint32_t)dir->size >> fs_of(dir)->geo.block_bits;
}

static int broken(struct inode *dir, uint32_t index)
{
	return ext2_error(fs_of(dir), "directory %u: block %u is bad",
		dir->ino, index);
}

/* A block of the directory in memory, to be put: 0 or errno.  May sleep, also
 * if all is in memory: a damaged map makes any directory a large one */
static int block_open(struct inode *dir, uint32_t index,
		struct ext2_dirblock *b, uint32_t *where)
{
	struct ext2_fs *fs = fs_of(dir);
	int rc;

	sched_point();
	rc = ext2_map(dir, index, false, where);
	if (rc)
		return rc;
	if (!*where)
		return broken(dir, index);
	b->size = fs->geo.block_size;
	b->inodes = fs->geo.inodes;
	b->data = ext2_block_get(fs, *where);
	return IS_ERR(b->data) ? PTR_ERR(b->data) : 0;
}

struct place {
	struct ext2_dirblock b;		/* to be put */
	uint32_t where, index, off;
};

/* Looks a name up: 0, -ENOENT, or errors */
static int find(struct inode *dir, const char *name, struct place *p)
{
	unsigned len = strlen(name);

	for (p->index = 0; p->index < nr_blocks(dir); p->index++) {
		int rc = block_open(dir, p->index, &p->b, &p->where);
		long off;

		if (rc)
			return rc;
		off = ext2_dirblock_find(&p->b, name, len);
		if (off >= 0) {
			p->off = (uint32_t)off;
			return 0;
		}
		buffer_put(p->b.data);
		if (off == EXT2_DIR_BAD)
			return broken(dir, p->index);
	}
	return -ENOENT;
}

int ext2_dir_find(struct inode *dir, const char *name, uint32_t *ino)
{
	struct place p;
	int rc = find(dir, name, &p);

	if (rc)
		return rc;
	*ino = ext2_dirent_at(&p.b, p.off)->inode;
	buffer_put(p.b.data);
	return 0;
}

/* The directory has changed; with a name moved away, that goes last */
static void changed(struct inode *dir, struct ext2_dirblock *b, unsigned class)
{
	struct ext2_inode *e = ext2_of(dir);

	ext2_block_dirty(fs_of(dir), b->data, class);
	e->version++;
	e->flags &= ~EXT2_INDEX_FL;	/* its hashes are not kept */
	inode_touch(dir);
}

/* A new block at the end, which holds the one name */
static int append(struct inode *dir, const char *name, struct inode *inode,
		uint32_t *where)
{
	struct ext2_fs *fs = fs_of(dir);
	struct ext2_dirblock b = {
		.size = fs->geo.block_size, .inodes = fs->geo.inodes,
	};
	uint32_t index = nr_blocks(dir);
	int rc;

	if (dir->size + b.size > INT32_MAX)
		return -ENOSPC;
	rc = ext2_map(dir, index, true, where);
	if (rc)
		return rc;
	b.data = ext2_block_new(fs, *where);
	if (IS_ERR(b.data)) {
		(void)ext2_map_cut(dir, index);
		return PTR_ERR(b.data);
	}
	ext2_dirblock_init(&b, 0, 0, 0);
	(void)ext2_dirblock_add(&b, name, strlen(name), inode->ino,
		entry_type(inode));
	dir->size += b.size;
	changed(dir, &b, CLASS_FRESH);
	buffer_put(b.data);
	return 0;
}

int ext2_dir_add(struct inode *dir, const char *name, struct inode *inode,
		uint32_t *where)
{
	struct ext2_inode *e = ext2_of(dir);

	for (uint32_t i = e->room_hint; i < nr_blocks(dir); i++) {
		struct ext2_dirblock b;
		int rc = block_open(dir, i, &b, where);

		if (rc)
			return rc;
		rc = ext2_dirblock_add(&b, name, strlen(name), inode->ino,
			entry_type(inode));
		if (rc == 0)
			changed(dir, &b, CLASS_NAME);
		buffer_put(b.data);
		if (rc == 0)
			return 0;
		if (rc == EXT2_DIR_BAD)
			return broken(dir, i);
	}
	e->room_hint = nr_blocks(dir);
	return append(dir, name, inode, where);
}

int ext2_dir_set(struct inode *dir, const char *name, struct inode *inode,
		uint32_t *where)
{
	struct ext2_dirent *e;
	struct place p;
	int rc = find(dir, name, &p);

	if (rc)
		return rc;
	e = ext2_dirent_at(&p.b, p.off);
	e->inode = inode->ino;
	e->type = entry_type(inode);
	changed(dir, &p.b, CLASS_NAME);
	buffer_put(p.b.data);
	*where = p.where;
	return 0;
}

int ext2_dir_remove(struct inode *dir, const char *name, uint32_t moved_to)
{
	struct place p;
	int rc = find(dir, name, &p);

	if (rc)
		return rc;
	ext2_dirblock_remove(&p.b, p.off);
	changed(dir, &p.b, moved_to && moved_to != p.where ? CLASS_OLD_NAME
		: CLASS_NAME);
	ext2_of(dir)->room_hint = MIN(ext2_of(dir)->room_hint, p.index);
	buffer_put(p.b.data);
	return 0;
}

/* The first block of a new directory */
int ext2_dir_make(struct inode *inode, struct inode *parent)
{
	struct ext2_fs *fs = fs_of(inode);
	struct ext2_dirblock b = {
		.size = fs->geo.block_size, .inodes = fs->geo.inodes,
	};
	uint32_t where;
	int rc = ext2_map(inode, 0, true, &where);

	if (rc)
		return rc;
	b.data = ext2_block_new(fs, where);
	if (IS_ERR(b.data))
		return PTR_ERR(b.data);
	ext2_dirblock_init(&b, inode->ino, parent->ino, entry_type(inode));
	inode->size = b.size;
	changed(inode, &b, CLASS_FRESH);
	buffer_put(b.data);
	return 0;
}

int ext2_dir_empty(struct inode *dir)
{
	for (uint32_t i = 0; i < nr_blocks(dir); i++) {
		struct ext2_dirblock b;
		uint32_t where;
		int rc = block_open(dir, i, &b, &where);

		if (rc)
			return rc;
		if (!ext2_dirblock_empty(&b))
			rc = -ENOTEMPTY;
		buffer_put(b.data);
		if (rc)
			return rc;
	}
	return 0;
}

/* An entry as it is shown, taken out of the block */
struct shown {
	uint32_t ino;
	uint8_t type, len;
	loff_t next;
	char name[EXT2_NAME_LEN];
};

/*
 * The first entry in use at `pos` or later in its block: 1, 0 at the end.
 * same: nothing has changed since an entry was found to end at pos.
 */
static int entry_in_block(struct inode *dir, struct ext2_dirblock *b,
		loff_t start, loff_t pos, bool same, struct shown *s)
{
	uint32_t off = same ? (uint32_t)(pos - start) : 0;

	while (off < b->size) {
		const struct ext2_dirent *e = ext2_dirent_at(b, off);

		if (!ext2_dirent_ok(b, off)
		    || (e->inode && !ext2_dirent_name_ok(e)))
			return broken(dir, (uint32_t)(start
				>> fs_of(dir)->geo.block_bits));
		off += e->rec_len;
		if (!e->inode || start + off <= pos)
			continue;
		if (start + off - e->rec_len < pos)
			continue;	/* pos is inside an entry that grew */
		s->ino = e->inode;
		s->len = e->name_len;
		s->type = e->type < EXT2_FT_MAX ? dt_of_type[e->type] : 0;
		s->next = start + off;
		memcpy(s->name, e->name, e->name_len);
		return 1;
	}
	return 0;
}

/* The same for the whole directory */
static int next_entry(struct inode *dir, loff_t pos, bool same,
		struct shown *s)
{
	uint32_t size = fs_of(dir)->geo.block_size;

	while (pos < dir->size) {
		loff_t start = pos & ~(loff_t)(size - 1);
		struct ext2_dirblock b;
		uint32_t where;
		int rc = fatal_signal_pending() ? -EINTR : block_open(dir,
			(uint32_t)(start >> fs_of(dir)->geo.block_bits),
			&b, &where);

		if (rc)
			return rc;
		rc = entry_in_block(dir, &b, start, pos, same, s);
		buffer_put(b.data);
		if (rc)
			return rc;
		pos = start + size;
		same = false;
	}
	return 0;
}

int ext2_dir_name(struct inode *dir, uint32_t ino, char *name)
{
	struct shown s;
	loff_t pos = 0;
	int rc;

	while ((rc = next_entry(dir, pos, false, &s)) > 0) {
		bool dots = s.name[0] == '.' && (s.len == 1
			|| (s.len == 2 && s.name[1] == '.'));

		pos = s.next;
		if (s.ino != ino || dots)
			continue;
		memcpy(name, s.name, s.len);
		name[s.len] = 0;
		return 0;
	}
	return rc ? rc : -ESTALE;
}

#define NO_VERSION	((void *)-1)

static void *version_of(const struct inode *dir)
{
	return (void *)(uintptr_t)(ext2_of(dir)->version & 0x7FFFFFFF);
}

/* file.priv: the version of the directory when an entry ended at f->pos */
static int ext2_iterate(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = f->inode;
	struct shown s;
	int rc;

	for (;;) {
		mutex_lock(&dir->sb->lock);
		rc = next_entry(dir, f->pos, f->priv == version_of(dir), &s);
		mutex_unlock(&dir->sb->lock);
		if (rc <= 0)
			break;
		if (!ctx->emit(ctx, s.name, s.len, s.ino, s.type, s.next))
			break;
		f->pos = s.next;
		f->priv = version_of(dir);
	}
	file_accessed(f);
	return MIN(rc, 0);
}

static loff_t ext2_dir_llseek(struct file *f, loff_t off, int whence)
{
	f->priv = NO_VERSION;
	return dir_llseek(f, off, whence);
}

const struct file_ops ext2_dir_fops = {
	.iterate = ext2_iterate,
	.llseek = ext2_dir_llseek,
	.fsync = ext2_fsync,
};
