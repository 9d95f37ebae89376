/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making, removing and moving names.  The VFS has made its checks and holds
 * the lock.  What a name points to is changed before the name is made, and
 * after it is removed.
 */
#include "ext2.h"

static int begin(struct inode *dir)
{
	return read_only(fs_of(dir)) ? -EROFS : ext2_throttle(fs_of(dir));
}

/* inode_ops.lookup */
static struct inode *ext2_lookup(struct inode *dir, const char *name)
{
	struct ext2_fs *fs = fs_of(dir);
	struct inode *inode;
	uint32_t ino;
	int rc = ext2_dir_find(dir, name, &ino);

	if (rc)
		return ERR_PTR(rc);
	inode = ext2_iget(dir->sb, ino, false);
	if (IS_ERR(inode))
		return inode;
	if (!inode->nlink)
		rc = ext2_error(fs, "inode %u is in use and deleted", ino);
	else if (inode_is(inode, S_IFDIR)) {
		uint32_t *parent = &ext2_of(inode)->parent;

		if (!*parent)
			*parent = dir->ino;
		if (*parent != dir->ino || ino == EXT2_ROOT_INO)
			rc = ext2_error(fs, "directory %u has two names",
				ino);
	}
	if (rc == 0)
		return inode;
	inode_put(inode);
	return ERR_PTR(rc);
}

static void changed(struct inode *inode)
{
	inode->ctime = inode_time();
	ext2_dirty(inode);
}

/* The inode has a name less */
static void drop_link(struct inode *inode, bool all)
{
	if (inode->nlink)
		inode->nlink = all ? 0 : inode->nlink - 1;
	changed(inode);
	ext2_unlinked(inode);
}

/* The new inode gets its name, or ends */
static int enter(struct inode *dir, struct dentry *d, struct inode *inode,
		int rc)
{
	uint32_t where;

	if (rc == 0)
		rc = ext2_dir_add(dir, d->name, inode, &where);
	if (rc == 0) {
		dentry_attach(d, inode);
		return 0;
	}
	drop_link(inode, true);
	inode_put(inode);
	return rc;
}

static int ext2_mknod(struct inode *dir, struct dentry *d, uint32_t mode,
		dev_t rdev)
{
	struct inode *inode;
	int rc = begin(dir);

	if (rc)
		return rc;
	inode = ext2_inode_new(dir, mode, rdev);
	return IS_ERR(inode) ? PTR_ERR(inode) : enter(dir, d, inode, 0);
}

static int ext2_create(struct inode *dir, struct dentry *d, uint32_t mode)
{
	return ext2_mknod(dir, d, mode, 0);
}

static int ext2_mkdir(struct inode *dir, struct dentry *d, uint32_t mode)
{
	struct inode *inode;
	int rc = begin(dir);

	if (rc == 0 && dir->nlink >= EXT2_LINK_MAX)
		rc = -EMLINK;
	if (rc)
		return rc;
	inode = ext2_inode_new(dir, mode, 0);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->nlink = 2;
	ext2_of(inode)->parent = dir->ino;
	rc = enter(dir, d, inode, ext2_dir_make(inode, dir));
	if (rc == 0) {
		dir->nlink++;
		changed(dir);
	}
	return rc;
}

static int link_write(struct inode *inode, const char *to, size_t len)
{
	struct ext2_inode *e = ext2_of(inode);
	struct ext2_fs *fs = fs_of(inode);
	uint32_t where;
	char *p;
	int rc;

	inode->size = len;
	if (len < EXT2_FAST_LINK) {
		memcpy(e->block, to, len);
		memcpy(e->fast_link, to, len);
		inode->link = e->fast_link;
		return 0;
	}
	rc = ext2_map(inode, 0, true, &where);
	if (rc)
		return rc;
	p = ext2_block_new(fs, where);
	if (IS_ERR(p))
		return PTR_ERR(p);
	memcpy(p, to, len);
	ext2_block_dirty(fs, p, CLASS_FRESH);
	buffer_put(p);
	return 0;
}

static int ext2_symlink(struct inode *dir, struct dentry *d, const char *to)
{
	size_t len = strlen(to);
	struct inode *inode;
	int rc = begin(dir);

	if (rc == 0 && len >= fs_of(dir)->geo.block_size)
		rc = -ENAMETOOLONG;
	if (rc)
		return rc;
	inode = ext2_inode_new(dir, S_IFLNK | 0777, 0);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	return enter(dir, d, inode, link_write(inode, to, len));
}

static int ext2_readlink(struct inode *inode, char *buf, size_t size)
{
	struct ext2_fs *fs = fs_of(inode);
	size_t n = (size_t)inode->size;
	uint32_t where;
	char *p;
	int rc;

	mutex_lock(&inode->sb->lock);
	rc = ext2_map(inode, 0, false, &where);
	if (rc == 0 && (!where || n >= fs->geo.block_size))
		rc = ext2_error(fs, "inode %u: bad link", inode->ino);
	p = rc ? ERR_PTR(rc) : ext2_block_get(fs, where);
	mutex_unlock(&inode->sb->lock);
	if (IS_ERR(p))
		return PTR_ERR(p);
	n = MIN(n, size);
	memcpy(buf, p, n);
	buffer_put(p);
	return (int)n;
}

static int ext2_link(struct inode *inode, struct inode *dir, struct dentry *d)
{
	uint32_t where;
	int rc = begin(dir);

	if (rc == 0 && inode->nlink >= EXT2_LINK_MAX)
		rc = -EMLINK;
	if (rc == 0)
		rc = ext2_dir_add(dir, d->name, inode, &where);
	if (rc)
		return rc;
	inode->nlink++;
	changed(inode);
	dentry_attach(d, inode_get(inode));
	return 0;
}

static int ext2_unlink(struct inode *dir, struct dentry *d)
{
	int rc = begin(dir);

	if (rc == 0)
		rc = ext2_dir_remove(dir, d->name, 0);
	if (rc == 0)
		drop_link(d->inode, false);
	return rc;
}

static void parent_lost(struct inode *dir)
{
	if (dir->nlink > 1)
		dir->nlink--;
	changed(dir);
}

static int ext2_rmdir(struct inode *dir, struct dentry *d)
{
	int rc = begin(dir);

	if (rc == 0)
		rc = ext2_dir_empty(d->inode);
	if (rc == 0)
		rc = ext2_dir_remove(dir, d->name, 0);
	if (rc)
		return rc;
	d->inode->size = 0;
	drop_link(d->inode, true);
	parent_lost(dir);
	return 0;
}

/* A directory goes from one parent to another */
static int reparent(struct inode *from, struct inode *to, struct inode *inode)
{
	uint32_t where;
	int rc;

	if (from == to || !inode_is(inode, S_IFDIR))
		return 0;
	rc = ext2_dir_set(inode, "..", to, &where);
	if (rc)
		return rc;
	ext2_of(inode)->parent = to->ino;
	parent_lost(from);
	to->nlink++;
	changed(to);
	return 0;
}

static int exchange(struct inode *odir, struct dentry *od, struct inode *ndir,
		struct dentry *nd)
{
	uint32_t where;
	int rc = ext2_dir_set(ndir, nd->name, od->inode, &where);

	if (rc == 0)
		rc = ext2_dir_set(odir, od->name, nd->inode, &where);
	if (rc == 0)
		rc = reparent(odir, ndir, od->inode);
	if (rc == 0)
		rc = reparent(ndir, odir, nd->inode);
	changed(od->inode);
	changed(nd->inode);
	return rc;
}

/* The new name points to what the old one does */
static int name_anew(struct inode *ndir, struct dentry *nd,
		struct inode *inode, uint32_t *where)
{
	struct inode *victim = nd->inode;
	bool dir = victim && inode_is(victim, S_IFDIR);
	int rc;

	if (!victim)
		return ext2_dir_add(ndir, nd->name, inode, where);
	rc = dir ? ext2_dir_empty(victim) : 0;
	if (rc == 0)
		rc = ext2_dir_set(ndir, nd->name, inode, where);
	if (rc)
		return rc;
	if (dir) {
		victim->size = 0;
		parent_lost(ndir);
	}
	drop_link(victim, dir);
	return 0;
}

/*
 * The block with the new name is written before the one with the old; if it
 * is itself one of those that come last, it is written now.
 */
static int order(struct ext2_fs *fs, uint32_t where)
{
	void *p = fs->old_names ? ext2_block_get(fs, where) : NULL;
	bool last;

	if (IS_ERR(p) || !p)
		return PTR_ERR(p);
	last = buffer_class(p) == CLASS_OLD_NAME;
	buffer_put(p);
	return last ? ext2_sync_metadata(fs) : 0;
}

static int ext2_rename(struct inode *odir, struct dentry *od,
		struct inode *ndir, struct dentry *nd, uint32_t flags)
{
	struct inode *inode = od->inode;
	uint32_t where;
	int rc = begin(odir);

	if (rc == 0 && odir != ndir && inode_is(inode, S_IFDIR)
	    && ndir->nlink >= EXT2_LINK_MAX)
		rc = -EMLINK;
	if (rc)
		return rc;
	if (flags & RENAME_EXCHANGE)
		return exchange(odir, od, ndir, nd);
	rc = name_anew(ndir, nd, inode, &where);
	if (rc == 0)
		rc = order(fs_of(odir), where);
	if (rc == 0)
		rc = ext2_dir_remove(odir, od->name, where);
	if (rc == 0)
		rc = reparent(odir, ndir, inode);
	changed(inode);
	return rc;
}

const struct inode_ops ext2_dir_ops = {
	.lookup = ext2_lookup,
	.create = ext2_create,
	.mkdir = ext2_mkdir,
	.mknod = ext2_mknod,
	.symlink = ext2_symlink,
	.link = ext2_link,
	.unlink = ext2_unlink,
	.rmdir = ext2_rmdir,
	.rename = ext2_rename,
	.cacheable = true,
};

const struct inode_ops ext2_link_ops = {
	.readlink = ext2_readlink,
};

const struct inode_ops ext2_special_ops;
