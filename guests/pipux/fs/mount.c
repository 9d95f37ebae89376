/* SPDX-License-Identifier: BSD-2-Clause */
/* mount(2), umount2(2), pivot_root(2) and statfs(2). */
#include "internal.h"

/* A string that may be absent: NULL stays NULL */
static char *optional_name(const char *u)
{
	return u ? getname(u) : NULL;
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
	source = optional_name(usource);
	target = getname(utarget);
	type = optional_name(utype);
	options = optional_name(uoptions);
	if (IS_ERR(source) || IS_ERR(target) || IS_ERR(type)
	    || IS_ERR(options))
		rc = IS_ERR(target) ? PTR_ERR(target) : -EFAULT;
	else
		rc = do_mount(source, target, type, flags, options);
	free_name(source);
	free_name(target);
	free_name(type);
	free_name(options);
	return rc;
}

long sys_umount2(const char *utarget, int flags)
{
	struct dentry *d;
	long rc;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	d = user_path(AT_FDCWD, utarget,
		(flags & UMOUNT_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, 0);
	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = !capable(CAP_SYS_ADMIN) ? -EPERM : (flags & MNT_EXPIRE)
		&& (flags & (MNT_FORCE | MNT_DETACH)) ? -EINVAL : 0;
	if (rc) {
		dentry_put(d);
		return rc;
	}
	return do_umount(d, flags);
}

long sys_umount(const char *utarget)
{
	return sys_umount2(utarget, 0);
}

static void fill_statfs(struct super_block *sb, struct statfs64 *st)
{
	memset(st, 0, sizeof(*st));
	st->f_bsize = st->f_frsize = PAGE_SIZE;
	st->f_namelen = NAME_MAX;
	st->f_fsid.val[0] = sb->dev;
	st->f_flags = 0x20 /* ST_VALID */ | (sb->flags & 0xF);
	if (sb->ops && sb->ops->statfs)
		sb->ops->statfs(sb, st);
}

static long statfs64_out(struct super_block *sb, size_t size, void *ubuf)
{
	struct statfs64 st;

	if (size != sizeof(st))
		return -EINVAL;
	fill_statfs(sb, &st);
	return copy_to_user(ubuf, &st, sizeof(st));
}

static long statfs_out(struct super_block *sb, void *ubuf)
{
	struct statfs64 w;
	struct statfs st = { 0 };

	fill_statfs(sb, &w);
	st.f_type = w.f_type;
	st.f_bsize = w.f_bsize;
	st.f_blocks = w.f_blocks;
	st.f_bfree = w.f_bfree;
	st.f_bavail = w.f_bavail;
	st.f_files = w.f_files;
	st.f_ffree = w.f_ffree;
	st.f_fsid = w.f_fsid;
	st.f_namelen = w.f_namelen;
	st.f_frsize = w.f_frsize;
	st.f_flags = w.f_flags;
	return copy_to_user(ubuf, &st, sizeof(st));
}

long sys_statfs64(const char *upath, size_t size, void *ubuf)
{
	struct dentry *d = user_path(AT_FDCWD, upath, LOOKUP_FOLLOW, 0);
	long rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = statfs64_out(d->sb, size, ubuf);
	dentry_put(d);
	return rc;
}

long sys_fstatfs64(int fd, size_t size, void *ubuf)
{
	struct file *f = fd_get(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = statfs64_out(f->dentry->sb, size, ubuf);
	file_put(f);
	return rc;
}

long sys_statfs(const char *upath, void *ubuf)
{
	struct dentry *d = user_path(AT_FDCWD, upath, LOOKUP_FOLLOW, 0);
	long rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = statfs_out(d->sb, ubuf);
	dentry_put(d);
	return rc;
}

long sys_fstatfs(int fd, void *ubuf)
{
	struct file *f = fd_get(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = statfs_out(f->dentry->sb, ubuf);
	file_put(f);
	return rc;
}
