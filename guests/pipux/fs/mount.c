/* SPDX-License-Identifier: BSD-2-Clause */
/* mount(2): its five operations, and those on what is mounted. */
#include "internal.h"

#define SUPER_FLAGS	(MS_RDONLY | MS_SYNCHRONOUS | MS_DIRSYNC	\
	| MS_MANDLOCK | MS_LAZYTIME)
#define ATIME_FLAGS	(MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define MOUNT_FLAGS	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC	\
	| MS_NOSYMFOLLOW | ATIME_FLAGS)
#define PROPAGATION	(MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* The flags of a mount that mount(2)'s mean */
static uint32_t mount_flags(uint32_t flags)
{
	uint32_t kept = flags & MOUNT_FLAGS & ~MS_RELATIME;

	if (flags & MS_STRICTATIME)
		return kept & ~MS_NOATIME;
	return kept | (flags & MS_NOATIME ? 0 : MS_RELATIME);
}

/* The same for MS_REMOUNT: without a word on access times, they stay */
static uint32_t remount_flags(const struct mount *m, uint32_t flags)
{
	if (flags & (ATIME_FLAGS | MS_STRICTATIME))
		return mount_flags(flags);
	return (flags & MOUNT_FLAGS) | (m->flags & ATIME_FLAGS);
}

static bool is_mount_point(const struct path *p)
{
	return mount_is_mine(p->mnt) && p->dentry == p->mnt->root;
}

/* The very first mount; current and its fs may not exist yet */
struct mount *mount_root(void)
{
	static struct fs_type type = {
		.name = "rootfs", .nodev = true, .mount = tmpfs_mount,
	};
	struct super_block *sb = super_get(&type, NULL, 0, "mode=755");
	struct mount *m = IS_ERR(sb) ? NULL
		: mount_new(sb, sb->root, "rootfs", MS_RELATIME);

	BUG_ON(!m);
	mounts_enter(m, &first_mounts);
	first_mounts.root = m;
	return m;
}

static int mount_type(struct path *on, const char *source, const char *name,
		uint32_t flags, const char *options)
{
	struct fs_type *type = name ? fs_type_by_name(name) : NULL;
	struct super_block *sb;
	struct mount *m;
	int rc;

	if (!type)
		return name ? -ENODEV : -EINVAL;
	sb = super_get(type, source, flags & SUPER_FLAGS, options);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	m = mount_new(sb, sb->root, source, mount_flags(flags));
	if (!m) {
		super_put(sb);
		return -ENOMEM;
	}
	path_cross(on);			/* whoever was faster is covered */
	rc = is_mount_point(on) && on->mnt->sb == sb
		&& on->dentry == sb->root ? -EBUSY : mount_add(m, on);
	if (rc)
		mounts_drop(m);
	return rc;
}

static int source_lookup(const char *source, struct path *from)
{
	if (!source || !*source)
		return -EINVAL;
	return path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, from);
}

/* What is seen at `from`, or with `all` also what is mounted there, to be
 * mounted elsewhere: ERR_PTR */
struct mount *mount_copy_of(const struct path *from, bool all)
{
	struct mount *m = from->mnt;

	if (m->unbindable || mount_ns_loops(from->dentry)
	    || (!mount_is_mine(m) && !mount_ns_of(from->dentry->inode)))
		return ERR_PTR(-EINVAL);
	m = all ? mounts_copy(m, from->dentry, COPY_NS_FILES)
		: mount_clone(m, from->dentry, 0);
	return m ? m : ERR_PTR(-ENOMEM);
}

/* MS_BIND: what is seen at `source`, with MS_REC what is mounted there too */
static int mount_bind(const struct path *on, const char *source, bool all)
{
	struct path from;
	struct mount *m;
	int rc = source_lookup(source, &from);

	if (rc)
		return rc;
	m = mount_copy_of(&from, all);
	path_put(&from);
	if (IS_ERR(m))
		return PTR_ERR(m);
	rc = mount_add(m, on);
	if (rc)
		mounts_drop(m);
	return rc;
}

static int mount_moved(const struct path *on, const char *source)
{
	struct path from;
	int rc = source_lookup(source, &from);

	if (rc)
		return rc;
	rc = mount_move(&from, on);
	path_put(&from);
	return rc;
}

/* MS_REMOUNT with MS_BIND: the flags of this mount only */
static int remount_bind(const struct path *on, uint32_t flags)
{
	struct mount *m = on->mnt;

	if (!is_mount_point(on))
		return -EINVAL;
	flags = remount_flags(m, flags);
	if ((flags & ~m->flags & MS_RDONLY) && m->writers)
		return -EBUSY;
	m->flags = flags;
	mounts_changed();
	return 0;
}

/* LIMIT: deleted files that are still open do not keep it writable */
int super_remount(struct super_block *sb, uint32_t flags,
		const char *options)
{
	int rc = 0;

	flags &= SUPER_FLAGS;
	if ((flags & ~sb->flags & MS_RDONLY) && sb->writers)
		return -EBUSY;
	if (sb->ops && sb->ops->remount)
		rc = sb->ops->remount(sb, flags, options);
	if (rc == 0)
		sb->flags = flags;
	return rc;
}

static int remount(const struct path *on, uint32_t flags, const char *options)
{
	struct mount *m = on->mnt;
	int rc = is_mount_point(on) ? super_remount(m->sb, flags, options)
		: -EINVAL;

	if (rc)
		return rc;
	m->flags = remount_flags(m, flags);
	mounts_changed();
	return 0;
}

static int mount_on(struct path *on, const char *source, const char *type,
		uint32_t flags, const char *options)
{
	if ((flags & MS_REMOUNT) && (flags & MS_BIND))
		return remount_bind(on, flags);
	if (flags & MS_REMOUNT)
		return remount(on, flags, options);
	if (flags & MS_BIND)
		return mount_bind(on, source, flags & MS_REC);
	if (flags & PROPAGATION)
		return is_mount_point(on) ? mounts_change_type(on->mnt,
			flags & ~MS_SILENT) : -EINVAL;
	if (flags & MS_MOVE)
		return mount_moved(on, source);
	return mount_type(on, source, type, flags, options);
}

int do_mount(const char *source, const char *target, const char *type,
		uint32_t flags, const char *options)
{
	struct path on;
	int rc = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &on);

	if (rc)
		return rc;
	rc = capable(CAP_SYS_ADMIN)
		? mount_on(&on, source, type, flags, options) : -EPERM;
	path_put(&on);
	return rc;
}

/* A string that may be absent: NULL stays NULL; one too long is invalid */
static char *optional_name(const char *u)
{
	char *s = u ? getname(u) : NULL;

	return s == ERR_PTR(-ENAMETOOLONG) ? ERR_PTR(-EINVAL) : s;
}

static long error_of(const char *s)
{
	return IS_ERR(s) ? PTR_ERR(s) : 0;
}

static void free_name(char *s)
{
	if (!IS_ERR(s))
		kfree(s);
}

long sys_mount(const char *usource, const char *utarget, const char *utype,
		uint32_t flags, const char *uoptions)
{
	char *source, *target, *type, *options;
	long rc;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	type = optional_name(utype);
	source = optional_name(usource);
	options = optional_name(uoptions);
	target = getname(utarget);
	rc = error_of(type);
	rc = rc ? rc : error_of(source);
	rc = rc ? rc : error_of(options);
	rc = rc ? rc : error_of(target);
	if (rc == 0)
		rc = do_mount(source, target, type, flags, options);
	free_name(source);
	free_name(target);
	free_name(type);
	free_name(options);
	return rc;
}

/*
 * MNT_EXPIRE (umount2(2)): true if nobody went through the mount between the
 * call before and this one, which crossed it once itself.
 */
static bool expired(struct mount *m)
{
	bool unused = m->marked && m->crossings == m->marked + 1;

	m->marked = m->crossings;
	return unused;
}

static int umount(const struct path *p, int flags)
{
	struct mount *m = p->mnt;
	bool is_root = m == current->fs->root.mnt;

	if (!is_mount_point(p) || !m->parent)
		return -EINVAL;
	if (flags & MNT_EXPIRE) {
		if (is_root || (flags & (MNT_FORCE | MNT_DETACH)))
			return -EINVAL;
		if (m->refs > 2)	/* of the tree and the caller */
			return -EBUSY;
		if (!expired(m))
			return -EAGAIN;
	}
	/* as Linux does: what cannot go is at least written to no more */
	if (is_root && !(flags & MNT_DETACH))
		return super_remount(m->sb, m->sb->flags | MS_RDONLY, NULL);
	if (!(flags & MNT_DETACH) && mount_busy(m))
		return -EBUSY;
	mounts_leave(m, true);
	return 0;
}

long sys_umount2(const char *utarget, int flags)
{
	struct path p;
	long rc;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	rc = user_path(AT_FDCWD, utarget,
		(flags & UMOUNT_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, 0, &p);
	if (rc)
		return rc;
	path_cross(&p);			/* a walk to `.` did not */
	rc = capable(CAP_SYS_ADMIN) ? umount(&p, flags) : -EPERM;
	path_put(&p);
	return rc;
}

long sys_umount(const char *utarget)
{
	return sys_umount2(utarget, 0);
}
