/* SPDX-License-Identifier: BSD-2-Clause */
/* rename(2): the checks in Linux's order, then the move, then the cache. */
#include "notify.h"

struct rename {
	struct path opath, npath;	/* of the directories */
	struct dentry *odir, *ndir;	/* the same */
	struct qname oq, nq;		/* last components */
	struct dentry *od, *nd;		/* names; nd perhaps without inode */
	struct dentry *covered;		/* the victim, if mounts were on it */
	unsigned flags;
};

static int check_kinds(const struct rename *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;

	if ((r->flags & RENAME_NOREPLACE) && r->nd->inode)
		return -EEXIST;
	if (exchange && !r->nd->inode)
		return -ENOENT;
	if (!inode_is(r->od->inode, S_IFDIR)
	    && (r->oq.slash || (r->nq.slash && !exchange)))
		return -ENOTDIR;
	if (exchange && r->nq.slash && !inode_is(r->nd->inode, S_IFDIR))
		return -ENOTDIR;
	if (dentry_is_ancestor(r->od, r->ndir))
		return -EINVAL;
	if (dentry_is_ancestor(r->nd, r->odir))
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* May the new name be given up for the old one? */
static int check_target(const struct rename *r)
{
	bool old_dir = inode_is(r->od->inode, S_IFDIR);
	int rc;

	if (!r->nd->inode)
		return may_create(r->ndir);
	rc = may_delete(r->ndir, r->nd);
	if (rc || (r->flags & RENAME_EXCHANGE))
		return rc;
	if (old_dir != inode_is(r->nd->inode, S_IFDIR))
		return old_dir ? -ENOTDIR : -EISDIR;
	return 0;
}

/* A directory that gets another parent has its `..` rewritten */
static int check_move(const struct rename *r, struct dentry *d)
{
	if (r->odir == r->ndir || !inode_is(d->inode, S_IFDIR))
		return 0;
	return inode_permission(d->inode, MAY_WRITE);
}

static int rename_check(const struct rename *r)
{
	int rc = may_delete(r->odir, r->od);

	if (rc == 0)
		rc = check_target(r);
	if (rc == 0)
		rc = check_move(r, r->od);
	if (rc == 0 && (r->flags & RENAME_EXCHANGE))
		rc = check_move(r, r->nd);
	if (rc == 0 && (dentry_is_busy(r->od) || dentry_is_busy(r->nd)))
		rc = -EBUSY;
	if (rc == 0 && !DIR_OF(r->odir)->ops->rename)
		rc = -EPERM;
	return rc;
}

static void tell_move(struct inode *from, const struct qname *old,
		struct inode *to, const struct qname *new, struct inode *moved)
{
	uint32_t isdir = notify_isdir(moved), cookie = notify_cookie();

	notify_tell_name(from, IN_MOVED_FROM | isdir, old, cookie);
	notify_tell_name(to, IN_MOVED_TO | isdir, new, cookie);
	if (from == to)
		dnotify_tell(from, DN_RENAME);
}

static void tell_rename(const struct rename *r, struct inode *target)
{
	struct inode *odir = DIR_OF(r->odir), *ndir = DIR_OF(r->ndir);
	bool exchange = r->flags & RENAME_EXCHANGE;

	tell_move(odir, &r->oq, ndir, &r->nq, r->od->inode);
	if (target && !exchange)
		notify_inode(target, IN_ATTRIB);
	notify_inode(r->od->inode, IN_MOVE_SELF);
	if (exchange) {
		tell_move(ndir, &r->nq, odir, &r->oq, target);
		notify_inode(target, IN_MOVE_SELF);
	}
}

/*
 * RENAME_WHITEOUT (rename(2)): a second name like the old one, which goes
 * away after this: a device 0, 0.  NULL if none is wanted, or ERR_PTR.
 */
static struct dentry *whiteout_new(const struct rename *r)
{
	struct inode *dir = DIR_OF(r->odir);
	struct dentry *d;
	int rc;

	if (!(r->flags & RENAME_WHITEOUT))
		return NULL;
	if (r->odir->sb->type != &tmpfs_type)
		return ERR_PTR(-EINVAL);
	d = dentry_new(r->odir, r->oq.name, r->oq.len);
	if (!d)
		return ERR_PTR(-ENOMEM);
	rc = dir->ops->mknod(dir, d, S_IFCHR, 0);
	if (rc == 0)
		return d;
	dentry_put(d);
	return ERR_PTR(rc);
}

static void whiteout_drop(const struct rename *r, struct dentry *d)
{
	struct inode *dir = DIR_OF(r->odir);

	if (d && dir->ops->unlink(dir, d) == 0)
		dentry_unlink(d);
}

/* The file system does it, and the cache follows */
static int rename_done(struct rename *r)
{
	struct inode *odir = DIR_OF(r->odir), *ndir = DIR_OF(r->ndir);
	struct dentry *whiteout = whiteout_new(r);
	int rc;

	if (IS_ERR(whiteout))
		return PTR_ERR(whiteout);
	rc = odir->ops->rename(odir, r->od, ndir, r->nd,
		r->flags & RENAME_EXCHANGE);
	if (rc)
		whiteout_drop(r, whiteout);
	else if (r->flags & RENAME_EXCHANGE)
		dentry_exchange(r->od, r->nd);
	else
		dentry_move(r->od, r->nd);
	if (!rc && !(r->flags & RENAME_EXCHANGE) && r->nd->mounts)
		r->covered = dentry_get(r->nd);
	if (whiteout)
		dentry_put(whiteout);
	return rc;
}

static int rename_names(struct rename *r)
{
	int rc = check_kinds(r);

	/* Two names of one file stay, whoever may change them */
	if (rc || r->od->inode == r->nd->inode)
		return rc;
	rc = rename_check(r);
	if (rc == 0)
		rc = rename_done(r);
	if (rc)
		return rc;
	if (unlikely(notify_watches))
		tell_rename(r, r->nd->inode);
	return 0;
}

/* With the lock */
static int rename_locked(struct rename *r)
{
	int rc;

	r->od = dentry_lookup(r->odir, &r->oq);
	if (IS_ERR(r->od))
		return PTR_ERR(r->od);
	r->nd = dentry_for_create(r->ndir, &r->nq);
	if (IS_ERR(r->nd)) {
		dentry_put(r->od);
		return PTR_ERR(r->nd);
	}
	rc = rename_names(r);
	dentry_put(r->nd);
	dentry_put(r->od);
	return rc;
}

static int rename_within(struct rename *r)
{
	struct super_block *sb = r->odir->sb;
	int rc;

	if (r->opath.mnt != r->npath.mnt)
		return -EXDEV;
	if (r->oq.kind != NAME_NORMAL)
		return -EBUSY;
	if (r->nq.kind != NAME_NORMAL)
		return (r->flags & RENAME_NOREPLACE) ? -EEXIST : -EBUSY;
	if (mount_read_only(r->opath.mnt))
		return -EROFS;
	super_lock(sb);
	rc = rename_locked(r);
	super_unlock(sb);
	dentry_uncover(r->covered);
	return rc;
}

int do_rename(int odfd, const char *old, int ndfd, const char *new,
		unsigned flags)
{
	struct rename r = { .flags = flags };
	int rc = parent_lookup(odfd, old, &r.oq, &r.opath);

	if (rc)
		return rc;
	rc = parent_lookup(ndfd, new, &r.nq, &r.npath);
	if (rc) {
		path_put(&r.opath);
		return rc;
	}
	r.odir = r.opath.dentry;
	r.ndir = r.npath.dentry;
	rc = rename_within(&r);
	path_put(&r.npath);
	path_put(&r.opath);
	return rc;
}
