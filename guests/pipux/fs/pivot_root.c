/* SPDX-License-Identifier: BSD-2-Clause */
/* pivot_root(2): another mount becomes the root of everybody who had it. */
#include "internal.h"

/* `d` is `top` or below it, across mounts */
static bool reachable(struct dentry *d, struct dentry *top)
{
	while (d != top) {
		d = d->parent == d ? d->covers : d->parent;
		if (!d)
			return false;
	}
	return true;
}

/* In the order of the errors that Linux gives */
static int check(struct dentry *new, struct dentry *old, struct dentry *root)
{
	if (new->sb->detached || root->sb->detached)
		return -EINVAL;
	if (new->unlinked || old->unlinked)
		return -ENOENT;
	if (new->sb == root->sb || old->sb == root->sb)
		return -EBUSY;
	if (!is_mount_root(root) || !root->covers || !is_mount_root(new))
		return -EINVAL;
	if (!reachable(old, new) || !reachable(new, root) || old->mounted)
		return -EINVAL;
	return 0;
}

static void replace(struct dentry **slot, struct dentry *from,
		struct dentry *to)
{
	if (*slot != from)
		return;
	*slot = dentry_get(to);
	dentry_put(from);
}

/* Roots and working directories that are the old root become the new one */
static void move_everybody(struct dentry *from, struct dentry *to)
{
	struct process *p;
	struct task *t;

	list_for_each(p, &all_processes, all_link) {
		list_for_each(t, &p->threads, thread_link) {
			if (!t->fs)
				continue;
			replace(&t->fs->root, from, to);
			replace(&t->fs->cwd, from, to);
		}
	}
}

static void pivot(struct dentry *new, struct dentry *old, struct dentry *root)
{
	struct dentry *place = dentry_get(root->covers);

	mount_detach(new->sb);
	mount_detach(root->sb);
	mount_attach(root->sb, old);
	mount_attach(new->sb, place);
	dentry_put(place);
	move_everybody(root, new);
}

long sys_pivot_root(const char *unew, const char *uold)
{
	const unsigned flags = LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	struct dentry *new, *old, *root;
	long rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	new = user_path(AT_FDCWD, unew, flags, 0);
	if (IS_ERR(new))
		return PTR_ERR(new);
	old = user_path(AT_FDCWD, uold, flags, 0);
	if (IS_ERR(old)) {
		dentry_put(new);
		return PTR_ERR(old);
	}
	root = dentry_get(current->fs->root);
	rc = check(new, old, root);
	if (rc == 0)
		pivot(new, old, root);
	dentry_put(root);
	dentry_put(old);
	dentry_put(new);
	return rc;
}
