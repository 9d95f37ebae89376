/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How mounts belong together (mount_namespaces(7)): peer groups and masters.
 * LIMIT: they are kept and shown, but mounting and unmounting in one of a
 * group does not reach the others; there is one tree, without name spaces.
 */
#include "internal.h"

#define TYPES	(MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* The lowest number that nobody uses */
static uint32_t new_group(void)
{
	struct mount *m;
	uint32_t group = 1;

again:
	list_for_each(m, &all_mounts, link) {
		if (m->group == group || m->master == group) {
			group++;
			goto again;
		}
	}
	return group;
}

static bool has_peers(const struct mount *m)
{
	struct mount *other;

	list_for_each(other, &all_mounts, link)
		if (other != m && other->group == m->group)
			return true;
	return false;
}

static void change(struct mount *m, uint32_t type)
{
	m->unbindable = type == MS_UNBINDABLE;
	if (type == MS_SHARED) {
		if (!m->group)
			m->group = new_group();
		return;
	}
	if (m->group && has_peers(m))
		m->master = m->group;
	m->group = 0;
	if (type != MS_SLAVE)
		m->master = 0;
}

static bool mount_below(const struct mount *m, const struct mount *top)
{
	while (m && m != top)
		m = m->parent;
	return m != NULL;
}

/* mount(2), MS_SHARED and its like: of m, with MS_REC of all below it */
int mount_propagation(struct mount *m, uint32_t flags)
{
	uint32_t type = flags & ~MS_REC;
	struct mount *other;

	if ((type & ~TYPES) || (type & (type - 1)))
		return -EINVAL;
	if (!(flags & MS_REC)) {
		change(m, type);
		return 0;
	}
	list_for_each(other, &all_mounts, link)
		if (mount_below(other, m))
			change(other, type);
	return 0;
}
