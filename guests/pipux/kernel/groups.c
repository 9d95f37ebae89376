/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Supplementary groups: getgroups(2), setgroups(2).  A list is shared by all
 * tasks that have it from the same setgroups.
 */
#include <pipux/sched.h>

#define OVERFLOW_ID	65534u

bool groups_have(const struct groups *g, uint32_t gid)
{
	uint32_t low = 0, high = g ? g->n : 0;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (g->id[middle] == gid)
			return true;
		if (g->id[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

struct groups *groups_get(struct groups *g)
{
	if (g)
		g->users++;
	return g;
}

void groups_put(struct groups *g)
{
	if (g && --g->users == 0)
		kfree(g);
}

static long groups_out(void *ulist, int size, bool wide)
{
	const struct groups *g = current->cred.groups;
	uint32_t n = g ? g->n : 0;

	if (size < 0 || (size && (uint32_t)size < n))
		return -EINVAL;
	if (!size || !n)
		return (long)n;
	if (wide)
		return copy_to_user(ulist, g->id, 4 * n) ? -EFAULT : (long)n;
	for (uint32_t i = 0; i < n; i++) {
		uint16_t id = g->id[i] > 0xFFFF ? OVERFLOW_ID : g->id[i];

		if (put_user(id, (uint16_t *)ulist + i))
			return -EFAULT;
	}
	return (long)n;
}

/* The heap below `root` of n elements, all else in order already */
static void sift(uint32_t *id, uint32_t root, uint32_t n)
{
	uint32_t value = id[root], child;

	while ((child = 2 * root + 1) < n) {
		if (child + 1 < n && id[child + 1] > id[child])
			child++;
		if (id[child] <= value)
			break;
		id[root] = id[child];
		root = child;
	}
	id[root] = value;
}

/* Heap sort: no list that a program thinks of takes long */
static void groups_sort(struct groups *g)
{
	uint32_t n = g->n, last;

	for (uint32_t i = n / 2; i-- > 0;)
		sift(g->id, i, n);
	while (n > 1) {
		n--;
		last = g->id[n];
		g->id[n] = g->id[0];
		g->id[0] = last;
		sift(g->id, 0, n);
	}
}

/* 0, or -EFAULT */
static long groups_copy(struct groups *g, const void *ulist, bool wide)
{
	uint16_t id;

	if (wide)
		return copy_from_user(g->id, ulist, 4 * g->n);
	for (uint32_t i = 0; i < g->n; i++) {
		if (get_user(id, (const uint16_t *)ulist + i))
			return -EFAULT;
		g->id[i] = id == 0xFFFF ? UINT32_MAX : id;
	}
	return 0;
}

static bool groups_valid(const struct groups *g)
{
	return !g->n || g->id[g->n - 1] != UINT32_MAX;
}

static long groups_in(const void *ulist, int size, bool wide)
{
	struct groups *g;
	long rc;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((uint32_t)size > GROUPS_MAX)
		return -EINVAL;
	g = kmalloc(sizeof(*g) + 4 * (size_t)size);
	if (!g)
		return -ENOMEM;
	g->users = 1;
	g->n = (uint32_t)size;
	rc = groups_copy(g, ulist, wide);
	if (!rc) {
		groups_sort(g);
		rc = groups_valid(g) ? 0 : -EINVAL;
	}
	if (rc) {
		kfree(g);
		return rc;
	}
	groups_put(current->cred.groups);
	current->cred.groups = g;
	return 0;
}

#define GROUPS(name, type, fn, wide) \
	long sys_##name(int size, type *ulist); \
	long sys_##name(int size, type *ulist) { return fn(ulist, size, wide); }

GROUPS(getgroups32, uint32_t, groups_out, true)
GROUPS(getgroups, uint16_t, groups_out, false)
GROUPS(setgroups32, const uint32_t, groups_in, true)
GROUPS(setgroups, const uint16_t, groups_in, false)
