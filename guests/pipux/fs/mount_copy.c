/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of mounts: they show the same part of the same file system. */
#include "internal.h"

/* Like m, from `root` down, in no tree; NULL: out of memory */
struct mount *mount_clone(struct mount *m, struct dentry *root, unsigned how)
{
	struct mount *new = mount_new(m->sb, root, m->source, m->flags);

	if (!new)
		return NULL;
	m->sb->refs++;
	mount_join(new, m, how);
	return new;
}

static bool is_ns_file(const struct mount *m)
{
	return mount_ns_of(m->root->inode);
}

/* Not seen from `root`, or not to be copied, with all that is on it */
static bool left_out(const struct mount *m, const struct mount *top,
		struct dentry *root, unsigned how)
{
	if (m->unbindable && !(how & COPY_UNBINDABLE))
		return true;
	if (!(how & COPY_NS_FILES) && is_ns_file(m))
		return true;
	return m->parent == top && !dentry_is_ancestor(root, m->point);
}

/* The same with all that is mounted below */
struct mount *mounts_copy(struct mount *top, struct dentry *root, unsigned how)
{
	struct mount *new = mount_clone(top, root, how), *copy = new;
	struct mount *m = mount_next(top, top), *last = top;

	while (m && new) {
		if (left_out(m, top, root, how)) {
			m = mount_skip(m, top);
			continue;
		}
		for (; last != m->parent; last = last->parent)
			copy = copy->parent;
		last = m;
		m = mount_clone(last, last->root, how);
		if (!m) {
			mounts_drop(new);
			return NULL;
		}
		mount_attach(m, &(struct path){ copy, last->point });
		copy = m;
		m = mount_next(last, top);
	}
	return new;
}

/*
 * A place in the tree of `top` becomes the one in `new`, which mounts_copy
 * made of all of it with COPY_UNBINDABLE.  Elsewhere it stays.
 */
void path_to_copy(struct path *p, struct mount *top, struct mount *new)
{
	struct mount *m = top, *copy = new;

	while (m && m != p->mnt) {
		do
			m = m == top || !is_ns_file(m) ? mount_next(m, top)
				: mount_skip(m, top);
		while (m && is_ns_file(m));
		copy = mount_next(copy, new);
	}
	if (m)
		path_switch(p, path_get(&(struct path){ copy, p->dentry }));
}
