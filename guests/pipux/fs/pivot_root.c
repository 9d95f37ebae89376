/* SPDX-License-Identifier: BSD-2-Clause */
/* pivot_root(2): another mount becomes the root of everybody who had it. */
#include "internal.h"

static bool parent_shared(const struct mount *m)
{
	return m->parent ? m->parent->shared : m->shared;
}

/* In the order of the errors that Linux gives */
static int check(const struct path *new, const struct path *old,
		const struct path *root)
{
	if (old->dentry->unlinked)
		return -ENOENT;
	if (old->mnt->shared || parent_shared(new->mnt)
	    || parent_shared(root->mnt))
		return -EINVAL;
	if (!mount_is_mine(new->mnt) || !mount_is_mine(root->mnt))
		return -EINVAL;
	if (new->dentry->unlinked)
		return -ENOENT;
	if (new->mnt == root->mnt || old->mnt == root->mnt)
		return -EBUSY;
	if (root->dentry != root->mnt->root || !root->mnt->parent
	    || new->dentry != new->mnt->root || !new->mnt->parent)
		return -EINVAL;
	return path_below(*old, new) && path_below(*new, root) ? 0 : -EINVAL;
}

static void replace(struct path *slot, const struct path *from,
		const struct path *to)
{
	if (!path_same(slot, from))
		return;
	path_switch(slot, path_get(to));
}

/* Roots and working directories that are the old root become the new one */
static void move_everybody(const struct path *from, const struct path *to)
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

static void pivot(const struct path *new, const struct path *old,
		const struct path *root)
{
	struct path place = mount_detach(root->mnt);
	struct path was = mount_detach(new->mnt);

	mount_attach(root->mnt, old);
	mount_attach(new->mnt, &place);
	path_put(&place);
	path_put(&was);
	move_everybody(root, new);
}

long sys_pivot_root(const char *unew, const char *uold)
{
	const unsigned flags = LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	struct path new, old, root;
	long rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	rc = user_path(AT_FDCWD, unew, flags, 0, &new);
	if (rc)
		return rc;
	rc = user_path(AT_FDCWD, uold, flags, 0, &old);
	if (rc == 0) {
		root = path_get(&current->fs->root);
		rc = check(&new, &old, &root);
		if (rc == 0)
			pivot(&new, &old, &root);
		path_put(&root);
		path_put(&old);
	}
	path_put(&new);
	return rc;
}
