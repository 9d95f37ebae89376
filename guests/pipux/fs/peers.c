/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How mounts belong together (mount_namespaces(7)): peers tell each other of
 * what is mounted on them, a master tells its slaves.  Invariants: a mount is
 * shared or alone in its ring of peers; all in a ring have the same number,
 * and slaves of the same ring as masters; a slave is in the list of its
 * master, which outlives that or hands its slaves on.
 */
#include "internal.h"

#define TYPES	(MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* What it needs to become shared */
void mount_number(struct mount *m)
{
	static uint32_t last;

	if (!m->group)
		m->group = ++last;
}

static void make_shared(struct mount *m)
{
	mount_number(m);
	m->shared = true;
	m->unbindable = false;
}

/* How a fresh copy of `old` belongs to it: COPY_* */
void mount_join(struct mount *m, struct mount *old, unsigned how)
{
	m->unbindable = old->unbindable;
	if (how & COPY_SLAVE) {
		m->master = old;
		list_add(&old->slaves, &m->slave);
	} else {
		m->master = old->master;
		if (old->master)
			list_add(&old->slave, &m->slave);
		if (!old->shared && !(how & COPY_SHARED))
			return;
		m->group = old->group;
		list_add(&old->peer, &m->peer);
		make_shared(m);
	}
	if (how & COPY_SHARED)
		make_shared(m);
}

/* A peer to depend on, rather one that shows the same; NULL: there is none */
static struct mount *best_peer(const struct mount *m)
{
	struct mount *p;

	if (list_empty(&m->peer))
		return NULL;
	list_for_each(p, &m->peer, peer)
		if (p->root == m->root)
			return p;
	return list_first(&m->peer, struct mount, peer);
}

static void set_master(struct mount *m, struct mount *master)
{
	list_del(&m->slave);
	m->master = master;
	if (master)
		list_add(&master->slaves, &m->slave);
}

/* No peer any more, but the slave of one, or of the master it had; its own
 * slaves follow */
static void make_slave(struct mount *m)
{
	struct mount *peer = best_peer(m);
	struct mount *master = peer ? peer : m->master;

	list_del(&m->peer);
	m->group = 0;
	m->shared = false;
	while (!list_empty(&m->slaves))
		set_master(list_first(&m->slaves, struct mount, slave),
			master);
	if (peer)
		set_master(m, peer);
}

/* One of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE */
void mount_change_type(struct mount *m, uint32_t type)
{
	if (type == MS_SHARED) {
		make_shared(m);
		return;
	}
	make_slave(m);
	if (type == MS_SLAVE)
		return;
	set_master(m, NULL);
	m->unbindable = type == MS_UNBINDABLE;
}

/* mount(2), MS_SHARED and its like: of m, with MS_REC of all below it */
int mounts_change_type(struct mount *top, uint32_t flags)
{
	uint32_t type = flags & ~MS_REC;
	struct mount *m = top;

	if ((type & ~TYPES) || (type & (type - 1)))
		return -EINVAL;
	for (; m; m = (flags & MS_REC) ? mount_next(m, top) : NULL)
		mount_change_type(m, type);
	return 0;
}

static bool seen_below(const struct mount *m, const struct path *root)
{
	return path_below((struct path){ (struct mount *)m, m->root }, root);
}

/* proc(5), propagate_from: the nearest group up the masters of m that who
 * has this root can see a member of; 0: none */
uint32_t mount_dominator(const struct mount *m, const struct path *root)
{
	const struct mount *master = m->master, *p;

	for (; master; master = master->master) {
		p = master;
		do {
			if (p->ns == m->ns && seen_below(p, root))
				return p->group;
			p = list_first(&p->peer, struct mount, peer);
		} while (p != master);
	}
	return 0;
}
