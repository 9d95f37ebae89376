/* SPDX-License-Identifier: BSD-2-Clause */
/* stat(2) in its four sizes, and statx(2). */
#include "internal.h"

static void refresh(struct inode *inode)
{
	if (inode->ops->getattr)
		inode->ops->getattr(inode);
}

static long put_stat64(const struct inode *i, void *ubuf)
{
	struct stat64 st;

	memset(&st, 0, sizeof(st));
	st.st_dev = i->sb->dev;
	st.__st_ino = i->ino;
	st.st_mode = i->mode;
	st.st_nlink = i->nlink;
	st.st_uid = i->uid;
	st.st_gid = i->gid;
	st.st_rdev = i->rdev;
	st.st_size = i->size;
	st.st_blksize = PAGE_SIZE;
	st.st_blocks = i->blocks;
	st.st_atime = i->atime.tv_sec;
	st.st_atime_nsec = i->atime.tv_nsec;
	st.st_mtime = i->mtime.tv_sec;
	st.st_mtime_nsec = i->mtime.tv_nsec;
	st.st_ctime = i->ctime.tv_sec;
	st.st_ctime_nsec = i->ctime.tv_nsec;
	st.st_ino = i->ino;
	return copy_to_user(ubuf, &st, sizeof(st));
}

static long put_stat(const struct inode *i, void *ubuf)
{
	struct stat st;

	if (i->size > INT32_MAX)
		return -EOVERFLOW;
	memset(&st, 0, sizeof(st));
	st.st_dev = i->sb->dev;
	st.st_ino = i->ino;
	st.st_mode = i->mode;
	st.st_nlink = i->nlink;
	st.st_uid = i->uid;
	st.st_gid = i->gid;
	st.st_rdev = i->rdev;
	st.st_size = i->size;
	st.st_blksize = PAGE_SIZE;
	st.st_blocks = i->blocks;
	st.st_atime = i->atime.tv_sec;
	st.st_atime_nsec = i->atime.tv_nsec;
	st.st_mtime = i->mtime.tv_sec;
	st.st_mtime_nsec = i->mtime.tv_nsec;
	st.st_ctime = i->ctime.tv_sec;
	st.st_ctime_nsec = i->ctime.tv_nsec;
	return copy_to_user(ubuf, &st, sizeof(st));
}

static long put_oldstat(const struct inode *i, void *ubuf)
{
	struct __old_kernel_stat st;

	if (i->size > INT32_MAX)
		return -EOVERFLOW;
	memset(&st, 0, sizeof(st));
	st.st_dev = i->sb->dev;
	st.st_ino = i->ino;
	st.st_mode = i->mode;
	st.st_nlink = i->nlink;
	st.st_uid = i->uid;
	st.st_gid = i->gid;
	st.st_rdev = i->rdev;
	st.st_size = i->size;
	st.st_atime = i->atime.tv_sec;
	st.st_mtime = i->mtime.tv_sec;
	st.st_ctime = i->ctime.tv_sec;
	return copy_to_user(ubuf, &st, sizeof(st));
}

typedef long (*put_fn)(const struct inode *, void *);

static long stat_path(int dfd, const char *upath, unsigned lookup, int flags,
		put_fn put, void *ubuf)
{
	struct path p;
	long rc = user_path(dfd, upath, lookup, flags, &p);

	if (rc)
		return rc;
	refresh(p.dentry->inode);
	rc = put(p.dentry->inode, ubuf);
	path_put(&p);
	return rc;
}

static long stat_fd(int fd, put_fn put, void *ubuf)
{
	struct file *f = fd_get(fd);
	long rc;

	if (!f)
		return -EBADF;
	refresh(f->inode);
	rc = put(f->inode, ubuf);
	file_put(f);
	return rc;
}

#define STAT_CALLS(path_, link_, fd_, put)				\
long sys_##path_(const char *upath, void *ubuf)				\
{									\
	return stat_path(AT_FDCWD, upath, LOOKUP_FOLLOW, 0, put, ubuf);	\
}									\
									\
long sys_##link_(const char *upath, void *ubuf)			\
{									\
	return stat_path(AT_FDCWD, upath, 0, 0, put, ubuf);		\
}									\
									\
long sys_##fd_(int fd, void *ubuf)					\
{									\
	return stat_fd(fd, put, ubuf);					\
}

STAT_CALLS(stat64, lstat64, fstat64, put_stat64)
STAT_CALLS(stat, lstat, fstat, put_stat)
STAT_CALLS(oldstat, oldlstat, oldfstat, put_oldstat)

#define STAT_FLAGS	(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)

static unsigned lookup_of(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
}

long sys_fstatat64(int dfd, const char *upath, void *ubuf, int flags)
{
	if (flags & ~STAT_FLAGS)
		return -EINVAL;
	return stat_path(dfd, upath, lookup_of(flags), flags, put_stat64,
		ubuf);
}

static struct statx_timestamp xtime(struct timespec64 t)
{
	return (struct statx_timestamp){ .tv_sec = t.tv_sec,
		.tv_nsec = t.tv_nsec };
}

#define STATX_OWN	(STATX_ATTR_AUTOMOUNT | STATX_ATTR_MOUNT_ROOT \
	| STATX_ATTR_DAX)		/* of any file system's mask */

/* What cannot be but might: see statx(2); tmpfs and ext2 have flags */
static uint64_t attributes_known(const struct inode *i)
{
	const uint64_t flags = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND
		| STATX_ATTR_NODUMP;

	return STATX_OWN | (i->btime.tv_sec || !i->sb->type->nodev ? flags
		: 0);
}

static void fill_statx(const struct path *p, uint32_t mask, struct statx *st)
{
	const struct inode *i = p->dentry->inode;

	st->stx_mask = STATX_BASIC_STATS | STATX_MNT_ID;
	if (i->btime.tv_sec && (mask & STATX_BTIME)) {
		st->stx_mask |= STATX_BTIME;
		st->stx_btime = xtime(i->btime);
	}
	st->stx_attributes_mask = attributes_known(i);
	if (p->dentry == p->mnt->root)
		st->stx_attributes = STATX_ATTR_MOUNT_ROOT;
	st->stx_mnt_id = p->mnt->id;
	st->stx_blksize = PAGE_SIZE;
	st->stx_nlink = i->nlink;
	st->stx_uid = i->uid;
	st->stx_gid = i->gid;
	st->stx_mode = i->mode;
	st->stx_ino = i->ino;
	st->stx_size = i->size;
	st->stx_blocks = i->blocks;
	st->stx_atime = xtime(i->atime);
	st->stx_ctime = xtime(i->ctime);
	st->stx_mtime = xtime(i->mtime);
	st->stx_rdev_major = MAJOR(i->rdev);
	st->stx_rdev_minor = MINOR(i->rdev);
	st->stx_dev_major = MAJOR(i->sb->dev);
	st->stx_dev_minor = MINOR(i->sb->dev);
}

long sys_statx(int dfd, const char *upath, int flags, uint32_t mask,
		void *ubuf)
{
	struct statx st = { 0 };
	struct path p;
	long rc;

	if ((flags & ~(STAT_FLAGS | AT_STATX_SYNC_TYPE))
	    || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE
	    || (mask & STATX__RESERVED))
		return -EINVAL;
	rc = user_path(dfd, upath, lookup_of(flags), flags, &p);
	if (rc)
		return rc;
	refresh(p.dentry->inode);
	fill_statx(&p, mask, &st);
	path_put(&p);
	return copy_to_user(ubuf, &st, sizeof(st));
}
