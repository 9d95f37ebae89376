/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of mounts: mount_setattr(2), and those of fsmount(2). */
#include "internal.h"

#define PLAIN	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV \
	| MOUNT_ATTR_NOEXEC)		/* as MS_* */
#define KNOWN	(PLAIN | MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME \
	| MOUNT_ATTR_NOSYMFOLLOW)
#define TYPES	(MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

struct change {
	uint32_t set, clear;		/* MS_* */
	uint32_t type;			/* MS_SHARED and so on; 0: as it is */
};

/* The flags that stay or go one by one */
static uint32_t single_flags(uint32_t attrs)
{
	return (attrs & PLAIN)
		| (attrs & MOUNT_ATTR_NODIRATIME ? MS_NODIRATIME : 0)
		| (attrs & MOUNT_ATTR_NOSYMFOLLOW ? MS_NOSYMFOLLOW : 0);
}

/* Adds what says when access times are renewed: false if nothing does */
static bool add_atime(uint32_t attrs, uint32_t *flags)
{
	switch (attrs & MOUNT_ATTR__ATIME) {
	case MOUNT_ATTR_RELATIME:
		*flags |= MS_RELATIME;
		return true;
	case MOUNT_ATTR_NOATIME:
		*flags |= MS_NOATIME;
		return true;
	}
	return (attrs & MOUNT_ATTR__ATIME) == MOUNT_ATTR_STRICTATIME;
}

/* The flags of a mount that attributes mean: false if they are invalid */
bool mount_attrs(uint32_t attrs, uint32_t *flags)
{
	*flags = single_flags(attrs);
	return !(attrs & ~KNOWN) && add_atime(attrs, flags);
}

/* LIMIT: no mount shows other owners than its file system has (IDMAP) */
static int check_idmap(const struct mount_attr *a)
{
	struct file *f;

	if (!((a->attr_set | a->attr_clr) & MOUNT_ATTR_IDMAP))
		return 0;
	if ((a->attr_clr & MOUNT_ATTR_IDMAP) || a->userns_fd > INT32_MAX)
		return -EINVAL;
	f = fd_get_io((int)a->userns_fd);
	if (!f)
		return -EBADF;
	file_put(f);
	return -EINVAL;
}

static int parse(const struct mount_attr *a, struct change *c)
{
	const uint64_t known = KNOWN | MOUNT_ATTR_IDMAP;
	uint32_t atime = a->attr_clr & MOUNT_ATTR__ATIME;

	if ((a->propagation & ~(uint64_t)TYPES)
	    || (a->propagation & (a->propagation - 1))
	    || ((a->attr_set | a->attr_clr) & ~known))
		return -EINVAL;
	*c = (struct change){ .set = single_flags(a->attr_set),
		.clear = single_flags(a->attr_clr), .type = a->propagation };
	if (!atime)
		return a->attr_set & MOUNT_ATTR__ATIME ? -EINVAL
			: check_idmap(a);
	if (atime != MOUNT_ATTR__ATIME || !add_atime(a->attr_set, &c->set))
		return -EINVAL;
	c->clear |= MS_RELATIME | MS_NOATIME;
	return check_idmap(a);
}

static struct mount *next(struct mount *m, struct mount *top, bool all)
{
	return all ? mount_next(m, top) : NULL;
}

/* Nothing is changed unless all can be */
static int change_all(struct mount *top, const struct change *c, bool all)
{
	struct mount *m;

	for (m = top; m; m = next(m, top, all))
		if ((c->set & ~m->flags & MS_RDONLY) && m->writers)
			return -EBUSY;
	for (m = top; m; m = next(m, top, all)) {
		m->flags = (m->flags & ~c->clear) | c->set;
		if (c->type)
			mount_change_type(m, c->type);
	}
	return 0;
}

static int change_at(const struct path *p, const struct change *c, bool all)
{
	const struct mount *m = p->mnt;
	bool detached = !m->parent && m->ns && m->ns->anonymous;

	if (p->dentry != m->root || (!mount_is_mine(m) && !detached))
		return -EINVAL;
	return change_all(p->mnt, c, all);
}

long sys_mount_setattr(int dfd, const char *upath, unsigned flags,
		const struct mount_attr *uattr, size_t size)
{
	struct mount_attr a;
	struct change c;
	struct path p;
	long rc;

	if (flags & ~(AT_EMPTY_PATH | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW
			| AT_NO_AUTOMOUNT))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < MOUNT_ATTR_SIZE_VER0)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	rc = tail_check((const uint8_t *)(uattr + 1), size - sizeof(a));
	rc = rc ? rc : copy_from_user(&a, uattr, sizeof(a));
	if (rc || (!a.attr_set && !a.attr_clr && !a.propagation))
		return rc;
	rc = parse(&a, &c);
	if (rc)
		return rc;
	rc = user_path(dfd, upath, flags & AT_SYMLINK_NOFOLLOW ? 0
		: LOOKUP_FOLLOW, flags, &p);
	if (rc)
		return rc;
	rc = change_at(&p, &c, flags & AT_RECURSIVE);
	path_put(&p);
	return rc;
}
