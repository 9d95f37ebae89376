/* SPDX-License-Identifier: BSD-2-Clause */
/* Putting trees of mounts into place, here and wherever that propagates. */
#include "internal.h"

/* A copy comes to its place, beneath what is mounted there already */
static void settle(struct mount *copy)
{
	struct mount *over = mount_over(&(struct path){ copy->parent,
		copy->point });
	struct path was;

	if (over)
		was = mount_detach(over);
	mount_link(copy);
	mounts_enter(copy, copy->parent->ns);
	if (!over)
		return;
	mount_attach(over, &(struct path){ copy, copy->root });
	path_put(&was);			/* the copy has others */
}

/*
 * Puts the tree of m on `on`, where nothing is mounted: a new one, or one
 * that leaves its place for it.  0, and the namespace has taken over the
 * reference on a new one; -ENOMEM, -ENOSPC, and nothing has changed.
 */
int mounts_graft(struct mount *m, const struct path *on)
{
	struct list copies = LIST_INIT(copies);
	struct mount_namespace *old = m->parent ? NULL : m->ns;
	struct mount *copy, *next;
	bool moves = m->parent;
	struct path was;
	int rc = 0;

	if (!moves && !mounts_fit(m, on->mnt->ns))
		return -ENOSPC;
	if (on->mnt->shared)
		rc = propagate_mount(m, on, &copies);
	if (rc) {
		on->mnt->ns->pending = 0;
		return rc;
	}
	if (moves)
		was = mount_detach(m);
	mount_attach(m, on);
	if (!moves)
		mounts_enter(m, on->mnt->ns);
	kfree(old);			/* an anonymous one is empty now */
	list_for_each_safe(copy, next, &copies, link) {
		list_del(&copy->link);
		settle(copy);
	}
	if (moves)
		path_put(&was);
	return 0;
}

/* Where something is to be mounted: the caller stands on the top of it */
static int check_place(const struct path *on)
{
	if (!mount_is_mine(on->mnt))
		return -EINVAL;
	return on->dentry->unlinked ? -ENOENT : 0;
}

static bool same_kind(const struct dentry *a, const struct dentry *b)
{
	return inode_is(a->inode, S_IFDIR) == inode_is(b->inode, S_IFDIR);
}

/* A new tree: 0, or errno and it remains the caller's */
int mount_add(struct mount *m, const struct path *on)
{
	int rc = check_place(on);

	if (rc)
		return rc;
	if (m->root->unlinked)
		return -ENOENT;
	return same_kind(m->root, on->dentry) ? mounts_graft(m, on) : -ENOTDIR;
}

static bool has_unbindable(struct mount *top)
{
	for (struct mount *m = top; m; m = mount_next(m, top))
		if (m->unbindable)
			return true;
	return false;
}

static bool has_loop(struct mount *top)
{
	for (struct mount *m = top; m; m = mount_next(m, top))
		if (mount_ns_loops(m->root))
			return true;
	return false;
}

/* A mount of current's that is on another, or all that a descriptor of
 * open_tree(2) or fsmount(2) holds */
static bool may_move(const struct mount *m)
{
	return m->parent ? mount_is_mine(m) : m->ns && m->ns->anonymous;
}

/* As Linux orders the refusals of a move */
static int move_check(const struct path *from, const struct path *on)
{
	const struct mount *m = from->mnt, *up;

	if (on->dentry->unlinked)
		return -ENOENT;
	if (!mount_is_mine(on->mnt) || !may_move(m) || from->dentry != m->root
	    || !same_kind(from->dentry, on->dentry))
		return -EINVAL;
	if ((m->parent && m->parent->shared)
	    || (on->mnt->shared && has_unbindable(from->mnt)))
		return -EINVAL;
	if (has_loop(from->mnt))
		return -ELOOP;
	for (up = on->mnt; up; up = up->parent)
		if (up == m)
			return -ELOOP;
	return 0;
}

/* The mount at `from`, with all that is on it, comes to `on` */
int mount_move(const struct path *from, const struct path *on)
{
	int rc = move_check(from, on);

	return rc ? rc : mounts_graft(from->mnt, on);
}
