/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees of mounts by descriptors: open_tree(2), move_mount(2).  A tree that
 * is not mounted yet is in an anonymous namespace of its own; it ends with
 * its descriptor unless it is mounted by then.
 */
#include "internal.h"

static void tree_end(struct mount *top)
{
	struct mount_namespace *ns = top->ns;

	if (!ns || !ns->anonymous)
		return;
	mounts_leave(top, false);
	kfree(ns);
}

static void tree_release(struct file *f)
{
	tree_end(f->path.mnt);
}

static const struct file_ops tree_fops = { .release = tree_release };

/* A descriptor for a new tree, which it takes over */
long mount_fd(struct mount *top, bool cloexec)
{
	struct mount_namespace *ns = mount_ns_new();
	struct file *f;

	if (!ns) {
		mounts_drop(top);
		return -ENOMEM;
	}
	ns->anonymous = true;
	ns->root = top;
	mounts_enter(top, ns);
	f = path_open(&(struct path){ top, top->root }, O_PATH);
	if (IS_ERR(f)) {
		tree_end(top);
		return PTR_ERR(f);
	}
	f->ops = &tree_fops;
	return fd_install_new(f, cloexec);
}

static long open_place(const struct path *p, bool cloexec)
{
	struct file *f = path_open(p, O_PATH);

	return IS_ERR(f) ? PTR_ERR(f) : fd_install_new(f, cloexec);
}

static long open_copy(const struct path *p, bool all, bool cloexec)
{
	struct mount *m = mount_copy_of(p, all);

	return IS_ERR(m) ? PTR_ERR(m) : mount_fd(m, cloexec);
}

long sys_open_tree(int dfd, const char *upath, unsigned flags)
{
	struct path p;
	long rc;

	if (flags & ~(AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_RECURSIVE
			| AT_SYMLINK_NOFOLLOW | OPEN_TREE_CLONE
			| OPEN_TREE_CLOEXEC))
		return -EINVAL;
	if ((flags & (AT_RECURSIVE | OPEN_TREE_CLONE)) == AT_RECURSIVE)
		return -EINVAL;
	if ((flags & OPEN_TREE_CLONE) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	rc = user_path(dfd, upath, flags & AT_SYMLINK_NOFOLLOW ? 0
		: LOOKUP_FOLLOW, flags, &p);
	if (rc)
		return rc;
	rc = flags & OPEN_TREE_CLONE
		? open_copy(&p, flags & AT_RECURSIVE, flags & O_CLOEXEC)
		: open_place(&p, flags & O_CLOEXEC);
	path_put(&p);
	return rc;
}

/* MOVE_MOUNT_SET_GROUP: `to` becomes what `from` is to others */
static int set_group(const struct path *from, const struct path *to)
{
	struct mount *m = to->mnt;

	if (!from->mnt->ns || !m->ns || from->dentry != from->mnt->root
	    || to->dentry != m->root || from->mnt->sb != m->sb
	    || !dentry_is_ancestor(from->mnt->root, m->root))
		return -EINVAL;
	if (m->shared || m->master
	    || (!from->mnt->shared && !from->mnt->master))
		return -EINVAL;
	mount_join(m, from->mnt, 0);
	return 0;
}

static int move(const struct path *from, struct path *to, unsigned flags)
{
	if (flags & MOVE_MOUNT_SET_GROUP)
		return set_group(from, to);
	path_cross(to);
	return mount_move(from, to);
}

/* An end of move_mount(2); its flags for `to` are those for `from` << 4 */
static int end_lookup(int dfd, const char *upath, unsigned flags,
		struct path *p)
{
	return user_path(dfd, upath, flags & MOVE_MOUNT_F_SYMLINKS
		? LOOKUP_FOLLOW : 0, flags & MOVE_MOUNT_F_EMPTY_PATH
		? AT_EMPTY_PATH : 0, p);
}

long sys_move_mount(int from_dfd, const char *ufrom, int to_dfd,
		const char *uto, unsigned flags)
{
	struct path from, to;
	long rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~MOVE_MOUNT__MASK)
		return -EINVAL;
	rc = end_lookup(from_dfd, ufrom, flags, &from);
	if (rc)
		return rc;
	rc = end_lookup(to_dfd, uto, flags >> 4, &to);
	if (rc == 0) {
		rc = move(&from, &to, flags);
		path_put(&to);
	}
	path_put(&from);
	return rc;
}
