/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounting and unmounting on a mount happens as well on its peers, on their
 * slaves, on those' peers and so on (mount_namespaces(7); the kernel's
 * sharedsubtree document).  Everything that can fail comes before anything
 * that can be seen.
 */
#include "internal.h"

static void add_group(struct mount *m, struct list *reached)
{
	struct mount *p = m;

	do {
		list_add_tail(reached, &p->event);
		p = list_first(&p->peer, struct mount, peer);
	} while (p != m);
}

/* All that an event on m reaches but m itself, groups together and masters
 * before slaves; forget() to be called in the end */
static void reach(struct mount *m, struct list *reached)
{
	struct mount *t, *s;

	add_group(m, reached);
	list_for_each(t, reached, event)
		list_for_each(s, &t->slaves, slave)
			if (list_empty(&s->event))
				add_group(s, reached);
	list_del(&m->event);
}

static void forget(struct list *reached)
{
	while (!list_empty(reached)) {
		struct mount *m = list_first(reached, struct mount, event);

		list_del(&m->event);
		m->copy = NULL;
	}
}

/*
 * The copy for m of what is mounted: a peer of what its peers have got, else
 * a slave of what the nearest masters have got.  The mount where it began is
 * one of those.
 */
static struct mount *copy_for(const struct mount *m)
{
	const struct mount *from = m, *p;
	unsigned how = COPY_SHARED;

	for (;; from = from->master) {
		p = from;
		do {
			if (p->copy)
				return mounts_copy(p->copy, p->copy->root, how);
			p = list_entry(p->peer.prev, struct mount, peer);
		} while (p != from);
		how = COPY_SLAVE | (m->shared ? COPY_SHARED : 0);
	}
}

/* What is not mounted yet is new itself */
static bool receives(struct mount *m, const struct path *on)
{
	return m->ns && !m->ns->anonymous
		&& dentry_is_ancestor(m->root, on->dentry);
}

static int make_copy(struct mount *m, const struct mount *top,
		const struct path *on, struct list *copies)
{
	struct mount *copy;

	if (mount_ns_of(top->root->inode))
		return -EINVAL;
	copy = copy_for(m);
	if (!copy)
		return -ENOMEM;
	if (!mounts_fit(copy, m->ns)) {
		mounts_drop(copy);
		return -ENOSPC;
	}
	mount_place(copy, &(struct path){ m, on->dentry });
	list_add(copies, &copy->link);
	m->copy = copy;
	return 0;
}

/*
 * A tree is to be mounted on a shared mount: gathers the copies for others,
 * each with its place.  0, and the tree is shared; else an error, and
 * nothing has changed.
 */
int propagate_mount(struct mount *top, const struct path *on,
		struct list *copies)
{
	struct list reached = LIST_INIT(reached);
	struct mount *m, *next;
	int rc = 0;

	for (m = top; m; m = mount_next(m, top))
		mount_number(m);
	reach(on->mnt, &reached);
	on->mnt->copy = top;
	list_for_each(m, &reached, event)
		if (rc == 0 && receives(m, on))
			rc = make_copy(m, top, on, copies);
	forget(&reached);
	on->mnt->copy = NULL;
	if (rc) {
		list_for_each_safe(m, next, copies, link) {
			m->parent->ns->pending = 0;
			mounts_drop(m);
		}
	}
	for (m = top; m; m = mount_next(m, top)) {
		if (rc == 0)
			mount_change_type(m, MS_SHARED);
		else if (!m->shared)
			m->group = 0;
	}
	return rc;
}

/* The one mount on m, if it covers all of it */
static struct mount *cover_of(const struct mount *m)
{
	struct mount *only;

	if (list_empty(&m->children) || m->children.next != m->children.prev)
		return NULL;
	only = list_first(&m->children, struct mount, sibling);
	return only->point == m->root ? only : NULL;
}

/* Does anybody use what would be unmounted with another mount? */
static bool copy_busy(const struct mount *m)
{
	bool covered = cover_of(m);

	if (!covered && !list_empty(&m->children))
		return false;			/* it would stay */
	return m->refs > 1 + covered;
}

/* Its namespace and the caller's path refer to it; whatever else uses it */
bool mount_busy(struct mount *m)
{
	struct list reached = LIST_INIT(reached);
	struct mount *t, *other;
	bool busy = m->refs > 2;

	if (busy || !m->parent)
		return busy;
	reach(m->parent, &reached);
	list_for_each(t, &reached, event) {
		other = mount_over(&(struct path){ t, m->point });
		busy |= other && copy_busy(other);
	}
	forget(&reached);
	return busy;
}

static uint32_t pass;		/* marks those that may leave in this one */

/* Nothing stays on m but what covers all of it */
static bool may_leave(const struct mount *m)
{
	struct mount *on;

	if (!m->ns || m->pass != pass)
		return false;
	list_for_each(on, &m->children, sibling)
		if (on->ns && on->point != m->root)
			return false;
	return true;
}

/* What corresponds to m elsewhere leaves with it, and then perhaps what that
 * was mounted on, if it was asked before */
static void leave_elsewhere(struct mount *m, struct list *gone)
{
	struct list reached = LIST_INIT(reached);
	struct mount *t, *other;

	reach(m->parent, &reached);
	list_for_each(t, &reached, event) {
		other = mount_over(&(struct path){ t, m->point });
		if (!other)
			continue;
		other->pass = pass;
		for (; other && may_leave(other); other = other->parent)
			mount_leave(other, gone);
	}
	forget(&reached);
}

/* What covers a mount that leaves comes to where that was mounted */
static void sink(struct mount *m)
{
	struct path on = { m->parent, m->point }, from;

	while (!on.mnt->ns)
		on = (struct path){ on.mnt->parent, on.mnt->point };
	from = mount_detach(m);
	mount_attach(m, &on);
	path_put(&from);		/* has others: it leaves later */
}

/* The mounts in the list leave: adds to it those that leave with them */
void propagate_umount(struct list *gone)
{
	struct list *l;
	struct mount *m, *on, *next;

	pass++;
	for (l = gone->prev; l != gone; l = l->prev) {
		m = list_entry(l, struct mount, link);
		/* one that corresponds to one before reaches nothing new */
		if (m->parent && m->pass != pass)
			leave_elsewhere(m, gone);
	}
	list_for_each(m, gone, link)
		list_for_each_safe(on, next, &m->children, sibling)
			if (on->ns)
				sink(on);
}
