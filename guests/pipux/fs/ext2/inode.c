/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inodes: found in memory or on the disk, made, written, ended.
 *
 * An inode that differs from the disk is in fs->dirty, which has a reference
 * on it: its last user's going costs no write.  One without a name is in
 * fs->orphans instead, until its last user goes and its blocks with it.
 */
#include "ext2.h"

static const struct {
	uint32_t mode;
	const struct inode_ops *ops;
	const struct file_ops *fops;
} kinds[] = {
	{ S_IFREG, &ext2_file_ops, &ext2_file_fops },
	{ S_IFDIR, &ext2_dir_ops, &ext2_dir_fops },
	{ S_IFLNK, &ext2_link_ops, NULL },
	{ S_IFCHR, &ext2_special_ops, NULL },
	{ S_IFBLK, &ext2_special_ops, NULL },
	{ S_IFIFO, &ext2_special_ops, NULL },
	{ S_IFSOCK, &ext2_special_ops, NULL },
};

/* False: no such kind of file */
static bool kind_set(struct inode *inode, dev_t rdev)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!inode_is(inode, kinds[i].mode))
			continue;
		inode->ops = kinds[i].ops;
		if (kinds[i].fops)
			inode->fops = kinds[i].fops;
		else if (kinds[i].mode != S_IFLNK)
			inode_init_special(inode, inode->mode, rdev);
		return true;
	}
	return false;
}

static struct list *bucket(struct ext2_fs *fs, uint32_t ino)
{
	return &fs->hash[ino % HASH_SIZE];
}

static struct inode *find(struct ext2_fs *fs, uint32_t ino)
{
	struct ext2_inode *e;

	list_for_each(e, bucket(fs, ino), hash)
		if (e->inode->ino == ino && e->inode->refs)
			return inode_get(e->inode);
	return NULL;
}

/* An inode of nothing yet, not to be found */
static struct inode *blank(struct super_block *sb)
{
	struct inode *inode = inode_new(sb, 0);
	struct ext2_inode *e = inode ? kzalloc(sizeof(*e)) : NULL;

	if (!e) {
		kfree(inode);
		return NULL;
	}
	e->inode = inode;
	list_init(&e->hash);
	list_init(&e->dirty);
	cache_init(&e->pages);
	mutex_init(&e->write_lock);
	inode->priv = e;
	return inode;
}

static void blank_free(struct inode *inode)
{
	kfree(inode->priv);
	kfree(inode);
}

static struct timespec64 seconds(uint32_t t)
{
	return (struct timespec64){ .tv_sec = (int32_t)t };
}

static void load(struct inode *inode, const struct ext2_raw_inode *raw)
{
	struct ext2_inode *e = ext2_of(inode);

	inode->mode = raw->mode;
	inode->uid = raw->uid | (uint32_t)raw->uid_high << 16;
	inode->gid = raw->gid | (uint32_t)raw->gid_high << 16;
	inode->nlink = raw->links_count;
	inode->size = raw->size;
	if (inode_is(inode, S_IFREG))
		inode->size |= (loff_t)raw->size_high << 32;
	inode->blocks = raw->blocks;
	inode->atime = seconds(raw->atime);
	inode->mtime = seconds(raw->mtime);
	inode->ctime = seconds(raw->ctime);
	e->flags = raw->flags;
	e->generation = raw->generation;
	e->xattr_block = raw->file_acl;
	memcpy(e->block, raw->block, sizeof(e->block));
}

/* A short link's text is in the inode itself */
static bool link_is_fast(const struct inode *inode)
{
	uint32_t sectors = ext2_of(inode)->xattr_block
		? fs_of(inode)->geo.block_size >> SECTOR_SHIFT : 0;

	return inode->size < EXT2_FAST_LINK && inode->blocks <= sectors;
}

static bool size_ok(struct inode *inode)
{
	uint32_t mask = fs_of(inode)->geo.block_size - 1;

	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		return inode->size >= 0
			&& inode->size <= inode->sb->max_bytes;
	case S_IFDIR:
		return inode->size <= INT32_MAX
			&& !((uint32_t)inode->size & mask);
	case S_IFLNK:
		return inode->size > 0 && (link_is_fast(inode)
			|| inode->size < PATH_MAX);
	}
	return true;
}

/* Looks at everything that others rely on: 0 or -EUCLEAN */
static int check(struct inode *inode, bool orphan)
{
	struct ext2_inode *e = ext2_of(inode);
	struct ext2_fs *fs = fs_of(inode);
	dev_t rdev = e->block[0] ? e->block[0] & 0xFFFF
		: e->block[1] & 0xFFFFF;

	if (!inode->nlink && !orphan)
		return ext2_error(fs, "inode %u is in use and deleted",
			inode->ino);
	if (!kind_set(inode, rdev))
		return ext2_error(fs, "inode %u: bad mode %o", inode->ino,
			inode->mode);
	if (!size_ok(inode))
		return ext2_error(fs, "inode %u: bad size", inode->ino);
	if (e->xattr_block && !ext2_data_block(&fs->geo, fs->groups,
			e->xattr_block))
		return ext2_error(fs, "inode %u: bad attribute block",
			inode->ino);
	if (inode_is(inode, S_IFLNK) && link_is_fast(inode)) {
		memcpy(e->fast_link, e->block, (size_t)inode->size);
		inode->link = e->fast_link;
	}
	return 0;
}

static bool number_ok(const struct ext2_fs *fs, uint32_t ino)
{
	return ino == EXT2_ROOT_INO
		|| (ino >= fs->geo.first_ino && ino <= fs->geo.inodes);
}

/*
 * The inode with a reference, or ERR_PTR: -EUCLEAN, -EIO, -ENOMEM.  One that
 * has no name is only for who cleans up after a crash (orphan).
 */
struct inode *ext2_iget(struct super_block *sb, uint32_t ino, bool orphan)
{
	struct ext2_fs *fs = sb->priv;
	struct ext2_raw_inode *raw;
	struct inode *inode;
	int rc;

	if (!number_ok(fs, ino))
		return ERR_PTR(ext2_error(fs, "bad inode number %u", ino));
	inode = find(fs, ino);
	if (inode)
		return inode;
	inode = blank(sb);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->ino = ino;
	raw = ext2_raw_get(fs, ino);
	rc = IS_ERR(raw) ? PTR_ERR(raw) : 0;
	if (rc == 0) {
		load(inode, raw);
		buffer_put(raw);
		rc = check(inode, orphan);
	}
	if (rc) {
		blank_free(inode);
		return ERR_PTR(rc);
	}
	inode->tracked = true;
	list_add(bucket(fs, ino), &ext2_of(inode)->hash);
	return inode;
}

bool ext2_in_use(struct super_block *sb, uint32_t ino)
{
	struct ext2_fs *fs = sb->priv;
	struct ext2_raw_inode *raw;
	struct ext2_inode *e;
	bool used;

	if (!number_ok(fs, ino))
		return false;
	list_for_each(e, bucket(fs, ino), hash)
		if (e->inode->ino == ino)
			return e->inode->refs;
	raw = ext2_raw_get(fs, ino);
	if (IS_ERR(raw))
		return false;
	used = raw->links_count && !raw->dtime;
	buffer_put(raw);
	return used;
}

/* A new inode without a name yet, as if its only name were to come; rdev is
 * 0 but for a device */
struct inode *ext2_inode_new(struct inode *dir, uint32_t mode, dev_t rdev)
{
	struct ext2_fs *fs = fs_of(dir);
	struct inode *inode = blank(dir->sb);
	struct ext2_inode *e;
	int rc;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->mode = mode;
	/* mkdir(2): the group and its bit come down from a set-gid directory */
	if (dir->mode & S_ISGID) {
		inode->gid = dir->gid;
		if (inode_is(inode, S_IFDIR))
			inode->mode |= S_ISGID;
	}
	rc = kind_set(inode, rdev) ? ext2_inode_alloc(fs, dir, mode,
		&inode->ino) : -EINVAL;
	if (rc) {
		blank_free(inode);
		return ERR_PTR(rc);
	}
	e = ext2_of(inode);
	e->block[MAJOR(rdev) < 256 ? 0 : 1] = rdev;
	e->is_new = true;
	e->generation = fs->next_generation++;
	inode->tracked = true;
	list_add(bucket(fs, inode->ino), &e->hash);
	ext2_dirty(inode);
	return inode;
}

static uint32_t clamp_time(const struct timespec64 *t)
{
	return t->tv_sec > INT32_MAX ? INT32_MAX
		: t->tv_sec < INT32_MIN ? (uint32_t)INT32_MIN
		: (uint32_t)t->tv_sec;
}

static void store(const struct inode *inode, struct ext2_raw_inode *raw)
{
	const struct ext2_inode *e = ext2_of(inode);

	raw->mode = (uint16_t)inode->mode;
	raw->uid = (uint16_t)inode->uid;
	raw->uid_high = (uint16_t)(inode->uid >> 16);
	raw->gid = (uint16_t)inode->gid;
	raw->gid_high = (uint16_t)(inode->gid >> 16);
	raw->links_count = (uint16_t)inode->nlink;
	raw->size = (uint32_t)inode->size;
	if (inode_is(inode, S_IFREG))
		raw->size_high = (uint32_t)(inode->size >> 32);
	raw->blocks = (uint32_t)inode->blocks;
	raw->atime = clamp_time(&inode->atime);
	raw->mtime = clamp_time(&inode->mtime);
	raw->ctime = clamp_time(&inode->ctime);
	raw->flags = e->flags;
	raw->generation = e->generation;
	raw->file_acl = e->xattr_block;
	memcpy(raw->block, e->block, sizeof(e->block));
}

/*
 * Brings the inode into its buffer.  `dtime` is when it was deleted, or the
 * next of the list of orphans, or 0.
 */
int ext2_inode_store(struct inode *inode, uint32_t dtime)
{
	struct ext2_fs *fs = fs_of(inode);
	struct ext2_raw_inode *raw = ext2_raw_get(fs, inode->ino);

	if (IS_ERR(raw))
		return PTR_ERR(raw);
	if (ext2_of(inode)->is_new)
		memset(raw, 0, fs->geo.inode_size);
	ext2_of(inode)->is_new = false;
	store(inode, raw);
	ext2_of(inode)->stored = true;
	raw->dtime = dtime;
	ext2_raw_dirty(fs, raw);
	buffer_put(raw);
	return 0;
}

/* super_ops.dirty; the list's reference keeps it until it is written */
void ext2_dirty(struct inode *inode)
{
	struct ext2_inode *e = ext2_of(inode);

	e->stored = false;
	if (e->is_dirty || e->is_orphan || read_only(fs_of(inode)))
		return;
	e->is_dirty = true;
	(void)inode_get(inode);
	list_add_tail(&fs_of(inode)->dirty, &e->dirty);
}

void ext2_clean(struct inode *inode)
{
	struct ext2_inode *e = ext2_of(inode);

	if (!e->is_dirty)
		return;
	e->is_dirty = false;
	list_del(&e->dirty);
	inode_put(inode);
}

void ext2_unlinked(struct inode *inode)
{
	struct ext2_inode *e = ext2_of(inode);
	bool was_dirty = e->is_dirty;

	if (inode->nlink || e->is_orphan)
		return;
	list_del(&e->dirty);
	e->is_dirty = false;
	e->is_orphan = true;
	list_add(&fs_of(inode)->orphans, &e->dirty);
	if (was_dirty)
		inode_put(inode);
}

/* A block of attributes may be shared by several inodes */
static void xattr_release(struct inode *inode)
{
	struct ext2_fs *fs = fs_of(inode);
	uint32_t block = ext2_of(inode)->xattr_block;
	struct ext2_xattr_header *h = ext2_block_get(fs, block);
	uint32_t refs;

	if (IS_ERR(h))
		return;
	refs = h->magic == EXT2_XATTR_MAGIC ? h->refcount : 0;
	if (refs > 1) {
		h->refcount--;
		ext2_block_dirty(fs, h, CLASS_INODE);
	}
	buffer_put(h);
	if (refs == 1)
		(void)ext2_block_free(fs, block);
	else if (refs == 0)
		(void)ext2_error(fs, "inode %u: bad attribute block",
			inode->ino);
	ext2_of(inode)->xattr_block = 0;
	inode->blocks = 0;
}

/* The file and all that it has are no more */
void ext2_inode_delete(struct inode *inode)
{
	struct ext2_fs *fs = fs_of(inode);
	struct ext2_inode *e = ext2_of(inode);
	struct timespec64 now = inode_time();
	bool has_map = inode_is(inode, S_IFREG) || inode_is(inode, S_IFDIR)
		|| (inode_is(inode, S_IFLNK) && !inode->link);

	e->is_orphan = true;		/* nothing makes it dirty any more */
	cache_cut(&e->pages, 0, UINT32_MAX);
	if (has_map)
		(void)ext2_map_cut(inode, 0);
	if (e->xattr_block)
		xattr_release(inode);
	inode->size = 0;
	(void)ext2_inode_store(inode, MAX(clamp_time(&now), 1u));
	ext2_inode_release(fs, inode->ino, inode_is(inode, S_IFDIR));
}

/*
 * super_ops.evict: nobody refers to it, in memory.  What is on the disk is
 * the same, except of one without a name: nobody may find that before it is
 * gone there, too.
 */
void ext2_evict(struct inode *inode)
{
	struct super_block *sb = inode->sb;
	struct ext2_inode *e = ext2_of(inode);

	if (inode->nlink)
		list_del(&e->hash);
	mutex_lock(&sb->lock);
	if (!inode->nlink && !read_only(sb->priv))
		ext2_inode_delete(inode);
	list_del(&e->hash);
	list_del(&e->dirty);
	cache_cut(&e->pages, 0, UINT32_MAX);
	mutex_unlock(&sb->lock);
	kfree(e);
}
