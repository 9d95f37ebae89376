/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounts and the tree that they form.  Invariants: a mount with a parent is
 * in the chain of the dentry it covers, and refers to both; it is in
 * all_mounts, and has a reference for that, while it is part of the tree.
 */
#include "internal.h"

struct list all_mounts = LIST_INIT(all_mounts);

/* A mount outside of the tree, referenced; it takes over a reference on sb.
 * NULL: out of memory, and nothing was taken over */
struct mount *mount_new(struct super_block *sb, struct dentry *root,
		const char *source, uint32_t flags)
{
	static uint32_t next_id = 1;
	struct mount *m = kzalloc(sizeof(*m));

	if (!m)
		return NULL;
	m->source = kstrdup(source ? source : "none");
	if (!m->source) {
		kfree(m);
		return NULL;
	}
	m->refs = 1;
	m->sb = sb;
	m->root = dentry_get(root);
	m->flags = flags;
	m->id = next_id++;
	list_init(&m->link);
	list_init(&m->copies);
	return m;
}

/* Nobody refers to it any more: it has left the tree */
void mount_free(struct mount *m)
{
	dentry_put(m->root);
	super_put(m->sb);
	kfree(m->source);
	kfree(m);
}

/* The same part of the same file system once more, from `root` down */
struct mount *mount_clone(const struct mount *m, struct dentry *root)
{
	struct mount *new = mount_new(m->sb, root, m->source, m->flags);

	if (!new)
		return NULL;
	m->sb->refs++;
	new->group = m->group;
	new->master = m->master;
	return new;
}

/* The mount that covers exactly this place, NULL: none */
struct mount *mount_over(const struct path *p)
{
	struct mount *m = p->dentry->mounts;

	while (m && m->parent != p->mnt)
		m = m->next_on;
	return m;
}

/* Steps up to the root of what is mounted here, and on that, and so on */
void path_cross(struct path *p)
{
	struct mount *m;

	while ((m = mount_over(p))) {
		struct path old = *p;

		m->crossings++;
		p->mnt = mount_get(m);
		p->dentry = dentry_get(m->root);
		path_put(&old);
	}
}

/*
 * One step up, without references: off the root of a mount to what it
 * covers, or from a name to its directory.  False at the top.
 */
bool path_up(struct path *p)
{
	if (p->dentry == p->mnt->root) {
		if (!p->mnt->parent)
			return false;
		*p = (struct path){ p->mnt->parent, p->mnt->point };
		return true;
	}
	if (p->dentry->parent == p->dentry)
		return false;		/* it has left what the mount shows */
	p->dentry = p->dentry->parent;
	return true;
}

bool path_below(struct path p, const struct path *top)
{
	while (!path_same(&p, top))
		if (!path_up(&p))
			return false;
	return true;
}

void mount_attach(struct mount *m, const struct path *on)
{
	m->parent = mount_get(on->mnt);
	m->point = dentry_get(on->dentry);
	m->next_on = m->point->mounts;
	m->point->mounts = m;
	/* a name that is made anew at each look-up would not be found again */
	dentry_hash(m->point);
}

void mount_detach(struct mount *m)
{
	const struct path on = { m->parent, m->point };
	struct mount **p = &m->point->mounts;

	while (*p != m)
		p = &(*p)->next_on;
	*p = m->next_on;
	if (!m->point->mounts && !DIR_OF(m->point->parent)->ops->cacheable)
		dentry_unhash(m->point);
	m->parent = NULL;
	m->point = NULL;
	path_put(&on);
}

/* Becomes part of the tree, which takes over the reference */
void mount_enter(struct mount *m)
{
	m->in_tree = true;
	list_add_tail(&all_mounts, &m->link);
}

/* Those that mounts_copy gathered in m->copies, and m, the first of them */
void mounts_enter(struct mount *m)
{
	struct mount *copy, *next;

	mount_enter(m);
	list_for_each_safe(copy, next, &m->copies, link) {
		list_del(&copy->link);
		mount_enter(copy);
	}
}

/* The same if they do not become part of the tree */
void mounts_drop(struct mount *m)
{
	struct mount *copy, *next;

	list_for_each_safe(copy, next, &m->copies, link) {
		list_del(&copy->link);
		mount_detach(copy);
		mount_put(copy);
	}
	mount_put(m);
}

static bool to_be_copied(const struct mount *m)
{
	const struct mount *up = m->parent;

	return up && up->copy && !m->copy && !m->unbindable
		&& dentry_is_ancestor(up->copy->root, m->point);
}

/* Copies all that is mounted below `old` and seen in its copy `new` */
int mounts_copy(struct mount *old, struct mount *new)
{
	struct mount *m;
	bool more = true;
	int rc = 0;

	old->copy = new;
	while (more && rc == 0) {
		more = false;
		list_for_each(m, &all_mounts, link) {
			if (!to_be_copied(m))
				continue;
			m->copy = mount_clone(m, m->root);
			if (!m->copy) {
				rc = -ENOMEM;
				break;
			}
			mount_attach(m->copy, &(struct path){ m->parent->copy,
				m->point });
			list_add_tail(&new->copies, &m->copy->link);
			more = true;
		}
	}
	list_for_each(m, &all_mounts, link)
		m->copy = NULL;
	return rc;
}

/* Takes a mount out of the tree; what is mounted below goes with it */
void mounts_leave(struct mount *m)
{
	struct list gone = LIST_INIT(gone);
	struct mount *next;
	bool more = true;

	m->in_tree = false;
	while (more) {
		more = false;
		list_for_each_safe(m, next, &all_mounts, link) {
			if (m->in_tree && (!m->parent || m->parent->in_tree))
				continue;
			m->in_tree = false;
			list_del(&m->link);
			list_add_tail(&gone, &m->link);
			more = true;
		}
	}
	list_for_each_safe(m, next, &gone, link) {
		list_del(&m->link);
		mount_detach(m);
		mount_put(m);
	}
}
