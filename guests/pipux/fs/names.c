/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and removing names: mkdir, mknod, symlink, link, unlink, rmdir.
 * Every check comes first; then the file system's operation; then the cache
 * follows what it did.
 */
#include "notify.h"
#include <pipux/setting.h>

int may_create(struct dentry *dir)
{
	if (dir->unlinked)
		return -ENOENT;
	return inode_permission(DIR_OF(dir), MAY_WRITE | MAY_EXEC);
}

/* unlink(2), rmdir(2): EACCES, and EPERM in a sticky directory */
int may_delete(struct dentry *dir, struct dentry *victim)
{
	int rc = inode_permission(DIR_OF(dir), MAY_WRITE | MAY_EXEC);
	uint32_t uid = current->cred.fsuid;

	if (rc)
		return rc;
	if ((DIR_OF(dir)->mode & S_ISVTX) && uid != DIR_OF(dir)->uid
	    && uid != victim->inode->uid
	    && !capable(CAP_FOWNER))
		return -EPERM;
	return 0;
}

static void dir_done(const struct path *dir)
{
	super_unlock(dir->dentry->sb);
	path_put(dir);
}

/*
 * A name that does not exist yet, and its directory, both referenced, the
 * file system locked, until name_done.  Whether it may be made is to be asked.
 */
static struct dentry *new_name(int dfd, const char *path, bool is_dir,
		struct path *dir)
{
	struct qname q;
	struct dentry *d;
	int rc = parent_lookup(dfd, path, &q, dir);

	if (rc)
		return ERR_PTR(rc);
	if (q.kind != NAME_NORMAL) {
		path_put(dir);
		return ERR_PTR(-EEXIST);
	}
	super_lock(dir->dentry->sb);
	d = dentry_for_create(dir->dentry, &q);
	if (IS_ERR(d)) {
		dir_done(dir);
		return d;
	}
	if (d->inode)
		rc = -EEXIST;
	else if (q.slash && !is_dir)
		rc = -ENOENT;
	else
		rc = mount_read_only(dir->mnt) ? -EROFS : 0;
	if (rc == 0)
		return d;
	dentry_put(d);
	dir_done(dir);
	return ERR_PTR(rc);
}

static int name_done(struct dentry *d, const struct path *dir, int rc)
{
	dentry_put(d);
	dir_done(dir);
	return rc;
}

/* The same after the file system was asked to make the name */
static int name_made(struct dentry *d, const struct path *dir, int rc)
{
	struct qname q = { .name = d->name, .len = d->len };

	if (rc == 0)
		notify_name(DIR_OF(dir->dentry), IN_CREATE | notify_isdir(d->inode),
			&q);
	return name_done(d, dir, rc);
}

int do_mkdir(int dfd, const char *path, uint32_t mode)
{
	struct path dir;
	struct dentry *d = new_name(dfd, path, true, &dir);
	struct inode *parent;
	int rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = may_create(dir.dentry);
	if (rc)
		return name_done(d, &dir, rc);
	parent = DIR_OF(dir.dentry);
	mode &= (07777 & ~current->fs->umask) & ~(S_ISUID | S_ISGID);
	return name_made(d, &dir, !parent->ops->mkdir ? -EPERM
		: parent->ops->mkdir(parent, d, mode | S_IFDIR));
}

/* The type is one that mknod(2) makes; see sys_mknodat.  *made (NULL: not
 * wanted) is the new place, referenced */
int do_mknod(int dfd, const char *path, uint32_t mode, dev_t dev,
		struct path *made)
{
	struct path dir;
	struct dentry *d;
	struct inode *parent;
	uint32_t type = mode & S_IFMT;
	int rc;

	if (type == 0)
		type = S_IFREG;
	d = new_name(dfd, path, false, &dir);
	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = may_create(dir.dentry);
	if (rc == 0 && (type == S_IFCHR || type == S_IFBLK)
	    && !capable(CAP_MKNOD))
		rc = -EPERM;
	if (rc)
		return name_done(d, &dir, rc);
	rc = type == S_IFREG ? -EACCES : -EPERM;
	parent = DIR_OF(dir.dentry);
	mode = (mode & MODE_PERM & ~current->fs->umask) | type;
	if (type == S_IFREG && parent->ops->create)
		rc = parent->ops->create(parent, d, mode);
	else if (type != S_IFREG && parent->ops->mknod)
		rc = parent->ops->mknod(parent, d, mode, dev);
	if (rc == 0 && made)
		*made = path_get(&(struct path){ dir.mnt, d });
	return name_made(d, &dir, rc);
}

int do_symlink(const char *to, int dfd, const char *path)
{
	struct path dir;
	struct dentry *d;
	struct inode *parent;
	int rc;

	if (!*to)
		return -ENOENT;
	d = new_name(dfd, path, false, &dir);
	if (IS_ERR(d))
		return PTR_ERR(d);
	parent = DIR_OF(dir.dentry);
	rc = may_create(dir.dentry);
	if (rc == 0)
		rc = parent->ops->symlink ? parent->ops->symlink(parent, d, to)
			: -EPERM;
	return name_made(d, &dir, rc);
}

int setting_protected_hardlinks = 1;

/* proc(5), protected_hardlinks: one's own, or what one may read and write */
static bool may_link(struct inode *inode)
{
	const uint32_t setgid = S_ISGID | S_IXGRP;

	return !setting_protected_hardlinks || inode_owner(inode)
		|| (inode_is(inode, S_IFREG) && !(inode->mode & S_ISUID)
			&& (inode->mode & setgid) != setgid
			&& !inode_permission(inode, MAY_READ | MAY_WRITE));
}

/* linkat(2), after both paths were resolved */
static int link_to(const struct path *old, const struct path *to,
		struct dentry *d)
{
	struct inode *inode = old->dentry->inode, *dir = DIR_OF(to->dentry);
	int rc;

	if (old->mnt != to->mnt)
		return -EXDEV;
	if (!may_link(inode))
		return -EPERM;
	rc = may_create(to->dentry);
	if (rc)
		return rc;
	if (inode_is(inode, S_IFDIR) || !dir->ops->link)
		return -EPERM;
	if (inode->nlink == 0 && !inode->linkable)
		return -ENOENT;
	return dir->ops->link(inode, dir, d);
}

int do_link_path(const struct path *old, int ndfd, const char *new)
{
	struct path dir;
	struct dentry *d = new_name(ndfd, new, false, &dir);
	int rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = link_to(old, &dir, d);
	if (rc == 0)
		notify_inode(old->dentry->inode, IN_ATTRIB);
	return name_made(d, &dir, rc);
}

int do_link(int odfd, const char *old, int ndfd, const char *new, int flags)
{
	struct path p;
	int rc = path_lookup(odfd, old,
		(flags & AT_SYMLINK_FOLLOW) ? LOOKUP_FOLLOW : 0, &p);

	if (rc)
		return rc;
	rc = do_link_path(&p, ndfd, new);
	path_put(&p);
	return rc;
}

/* rmdir(2) and unlink(2) of what is no ordinary name */
static int odd_name(enum name_kind kind, bool dir)
{
	if (!dir)
		return -EISDIR;
	if (kind == NAME_NONE)
		return -EBUSY;
	return kind == NAME_DOT ? -EINVAL : -ENOTEMPTY;
}

static int remove_check(struct dentry *parent, struct dentry *d, bool dir,
		bool slash)
{
	bool is_dir = inode_is(d->inode, S_IFDIR);
	int rc;

	if (slash && !is_dir)
		return -ENOTDIR;
	rc = may_delete(parent, d);
	if (rc)
		return rc;
	if (dir != is_dir)
		return dir ? -ENOTDIR : -EISDIR;
	if (unlikely(d->mounts != NULL) && dentry_is_busy(d))
		return -EBUSY;
	if (dir)
		return DIR_OF(parent)->ops->rmdir ? 0 : -EPERM;
	return DIR_OF(parent)->ops->unlink ? 0 : -EPERM;
}

/* The file system forgot it: so does the cache, and watchers hear of it */
static int name_removed(struct dentry *d, const struct path *dir,
		const struct qname *q)
{
	struct dentry *covered = d->mounts ? dentry_get(d) : NULL;
	uint32_t isdir = notify_isdir(d->inode);

	dentry_unlink(d);
	if (!isdir)
		notify_inode(d->inode, IN_ATTRIB);
	dentry_put(d);
	notify_name(DIR_OF(dir->dentry), IN_DELETE | isdir, q);
	super_unlock(dir->dentry->sb);
	dentry_uncover(covered);
	path_put(dir);
	return 0;
}

int do_unlink(int dfd, const char *path, bool dir)
{
	struct qname q;
	struct path parent;
	struct dentry *d;
	struct inode *in;
	int rc = parent_lookup(dfd, path, &q, &parent);

	if (rc)
		return rc;
	if (q.kind != NAME_NORMAL || mount_read_only(parent.mnt)) {
		path_put(&parent);
		return q.kind != NAME_NORMAL ? odd_name(q.kind, dir) : -EROFS;
	}
	super_lock(parent.dentry->sb);
	d = dentry_lookup(parent.dentry, &q);
	if (IS_ERR(d)) {
		dir_done(&parent);
		return PTR_ERR(d);
	}
	in = DIR_OF(parent.dentry);
	rc = remove_check(parent.dentry, d, dir, q.slash);
	if (rc == 0)
		rc = dir ? in->ops->rmdir(in, d) : in->ops->unlink(in, d);
	if (rc)
		return name_done(d, &parent, rc);
	return name_removed(d, &parent, &q);
}
