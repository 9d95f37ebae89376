/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounts and the trees that they form.  Invariants: a mount with a parent
 * refers to it and to the dentry it covers, and unless it is still to come
 * (propagation.c) it is in the chain of that dentry and among its parent's
 * children; while it is in a namespace that has a reference, and is in the
 * list of it.  Nothing here sleeps before the trees are in order.
 */
#include "internal.h"
#include <pipux/setting.h>

int setting_mount_max = 100000;

/* A mount outside of any tree, referenced; it takes over a reference on sb.
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
	list_init(&m->children);
	list_init(&m->sibling);
	list_init(&m->link);
	list_init(&m->peer);
	list_init(&m->slaves);
	list_init(&m->slave);
	list_init(&m->event);
	return m;
}

/* Nobody refers to it any more: it is in no tree and no group */
void mount_free(struct mount *m)
{
	dentry_put(m->root);
	super_put(m->sb);
	kfree(m->source);
	kfree(m);
}

/* The mount that covers exactly this place, NULL: none.  It is in two lists;
 * the look-up takes as long as the shorter */
struct mount *mount_over(const struct path *p)
{
	const struct list *here = &p->mnt->children, *l = here->next;
	struct mount *m = p->dentry->mounts, *child;

	for (; m && l != here; m = m->next_on, l = l->next) {
		if (m->parent == p->mnt)
			return m;
		child = list_entry(l, struct mount, sibling);
		if (child->point == p->dentry)
			return child;
	}
	return NULL;
}

/* Of `top` and all below, the one behind m, parents first; NULL: none */
struct mount *mount_next(struct mount *m, const struct mount *top)
{
	if (!list_empty(&m->children))
		return list_first(&m->children, struct mount, sibling);
	return mount_skip(m, top);
}

/* The same, past all that is mounted on m */
struct mount *mount_skip(struct mount *m, const struct mount *top)
{
	for (; m != top; m = m->parent)
		if (m->sibling.next != &m->parent->children)
			return list_first(&m->sibling, struct mount, sibling);
	return NULL;
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

uint32_t mounts_event;
struct wait_queue mounts_queue = WAIT_QUEUE_INIT(mounts_queue);

void mounts_changed(void)
{
	mounts_event++;
	wake_up(&mounts_queue);
}

/* Where it is going to be: nobody finds it there before mount_link */
void mount_place(struct mount *m, const struct path *on)
{
	m->parent = mount_get(on->mnt);
	m->point = dentry_get(on->dentry);
}

void mount_link(struct mount *m)
{
	m->next_on = m->point->mounts;
	m->prev_on = &m->point->mounts;
	if (m->next_on)
		m->next_on->prev_on = &m->next_on;
	m->point->mounts = m;
	list_add_tail(&m->parent->children, &m->sibling);
	/* a name that is made anew at each look-up would not be found again;
	 * a root is not looked up, and must go with its file system */
	if (m->point->parent != m->point)
		dentry_hash(m->point);
	mounts_changed();
}

void mount_attach(struct mount *m, const struct path *on)
{
	mount_place(m, on);
	mount_link(m);
}

/* Only the reference on what was covered remains */
static void unlink_mount(struct mount *m)
{
	if (list_empty(&m->sibling))
		return;
	list_del(&m->sibling);
	*m->prev_on = m->next_on;
	if (m->next_on)
		m->next_on->prev_on = m->prev_on;
	if (!m->point->mounts && !DIR_OF(m->point->parent)->ops->cacheable)
		dentry_unhash(m->point);
	mounts_changed();
}

/* Where it was, whose references are the caller's: to let go of them may
 * sleep, which has to wait until the trees are in order */
struct path mount_detach(struct mount *m)
{
	const struct path on = { m->parent, m->point };

	unlink_mount(m);
	m->parent = NULL;
	m->point = NULL;
	return on;
}

/* A tree becomes part of a namespace, which takes over the references */
void mounts_enter(struct mount *top, struct mount_namespace *ns)
{
	for (struct mount *m = top; m; m = mount_next(m, top)) {
		m->ns = ns;
		ns->count++;
		list_del(&m->link);
		list_add_tail(&ns->mounts, &m->link);
	}
	ns->pending = 0;
}

/* Is anything mounted there that current can see? */
bool dentry_is_busy(const struct dentry *d)
{
	const struct mount *m = d->mounts;

	while (m && !mount_is_mine(m))
		m = m->next_on;
	return m;
}

/*
 * The name is gone, and what others have mounted there.  Takes over the
 * reference; NULL: nothing was.  Sleeps until what ends is written, perhaps
 * by a loop device into the very file system of the name: without its lock.
 */
void dentry_uncover(struct dentry *d)
{
	if (likely(!d))
		return;
	while (d->mounts)
		mounts_leave(d->mounts, false);
	dentry_put(d);
}

/* May they enter, with those that passed before?  proc(5), mount-max */
bool mounts_fit(struct mount *top, struct mount_namespace *ns)
{
	uint32_t n = ns->pending;

	for (struct mount *m = top; m; m = mount_next(m, top))
		n++;
	if (ns->count + n > (uint32_t)setting_mount_max)
		return false;
	ns->pending = n;
	return true;
}

/* To the list of those that leave together: mounts_end */
void mount_leave(struct mount *m, struct list *gone)
{
	if (m->ns)
		m->ns->count--;
	m->ns = NULL;
	list_del(&m->link);
	list_add_tail(gone, &m->link);
}

/* All those in the list are mounted no more.  May sleep */
void mounts_end(struct list *gone)
{
	struct mount *m;

	list_for_each(m, gone, link) {
		if (m->parent)
			unlink_mount(m);
		mount_change_type(m, MS_PRIVATE);
	}
	while (!list_empty(gone)) {
		m = list_first(gone, struct mount, link);
		list_del(&m->link);
		if (m->parent) {
			struct path on = mount_detach(m);

			path_put(&on);
		}
		mount_put(m);
	}
}

/* A tree leaves its namespace; `everywhere`: and what propagated with it */
void mounts_leave(struct mount *top, bool everywhere)
{
	struct list gone = LIST_INIT(gone);

	for (struct mount *m = top; m; m = mount_next(m, top))
		mount_leave(m, &gone);
	if (everywhere)
		propagate_umount(&gone);
	mounts_end(&gone);
}

/* A tree that is not to become part of a namespace */
void mounts_drop(struct mount *top)
{
	mounts_leave(top, false);
}
