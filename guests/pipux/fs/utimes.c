/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting time stamps: utimensat(2) and its five predecessors. */
#include "notify.h"

#ifndef UTIME_NOW
#define UTIME_NOW	((1l << 30) - 1l)
#define UTIME_OMIT	((1l << 30) - 2l)
#endif

/* Access and modification time as utimensat(2) means them */
struct times {
	struct timespec64 t[2];
};

static const struct times times_now = {
	.t = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } },
};

static bool nsec_ok(long n)
{
	return n == UTIME_NOW || n == UTIME_OMIT || (n >= 0 && n < 1000000000);
}

static void set_one(struct timespec64 *to, const struct timespec64 *from)
{
	if (from->tv_nsec == UTIME_NOW)
		*to = inode_time();
	else if (from->tv_nsec != UTIME_OMIT)
		*to = *from;
}

/* "Now" needs write permission only; anything else, ownership */
static long set_times(const struct path *p, const struct times *t)
{
	struct inode *inode = p->dentry->inode;
	long a = t->t[0].tv_nsec, m = t->t[1].tv_nsec;

	if (!nsec_ok(a) || !nsec_ok(m))
		return -EINVAL;
	if (mount_read_only(p->mnt))
		return -EROFS;
	if (inode->immutable)
		return -EPERM;
	if (!inode_owner(inode)) {
		if (a != UTIME_NOW || m != UTIME_NOW)
			return -EPERM;
		if (inode_permission(inode, MAY_WRITE))
			return -EACCES;
	}
	set_one(&inode->atime, &t->t[0]);
	set_one(&inode->mtime, &t->t[1]);
	inode->ctime = inode_time();
	inode_dirty(inode);
	notify_dentry(p->dentry, a == UTIME_OMIT ? IN_MODIFY
		: m == UTIME_OMIT ? IN_ACCESS : IN_ATTRIB);
	return 0;
}

static bool omits_both(const struct times *t)
{
	return t->t[0].tv_nsec == UTIME_OMIT && t->t[1].tv_nsec == UTIME_OMIT;
}

/* A NULL path means the descriptor itself */
static long utimes_at(int dfd, const char *upath, const struct times *t,
		int flags)
{
	struct path p;
	struct file *f;
	long rc;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!upath && dfd != AT_FDCWD) {
		if (flags)
			return -EINVAL;
		f = fd_get_io(dfd);
		if (!f)
			return -EBADF;
		rc = set_times(&f->path, t);
		file_put(f);
		return rc;
	}
	rc = user_path(dfd, upath,
		(flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, flags, &p);
	if (rc)
		return rc;
	rc = set_times(&p, t);
	path_put(&p);
	return rc;
}

long sys_utimensat_time64(int dfd, const char *upath,
		const struct __kernel_timespec *ut, int flags)
{
	struct __kernel_timespec k[2];
	struct times t = times_now;

	if (ut) {
		if (copy_from_user(k, ut, sizeof(k)))
			return -EFAULT;
		for (int i = 0; i < 2; i++)
			t.t[i] = (struct timespec64){ .tv_sec = k[i].tv_sec,
				.tv_nsec = (long)k[i].tv_nsec };
	}
	if (omits_both(&t))
		return 0;		/* even if there is no such file */
	return utimes_at(dfd, upath, &t, flags);
}

long sys_utimensat(int dfd, const char *upath, const int32_t *ut, int flags)
{
	struct times t = times_now;
	int32_t k[4];

	if (ut) {
		if (copy_from_user(k, ut, sizeof(k)))
			return -EFAULT;
		t.t[0] = (struct timespec64){ .tv_sec = k[0], .tv_nsec = k[1] };
		t.t[1] = (struct timespec64){ .tv_sec = k[2], .tv_nsec = k[3] };
	}
	if (omits_both(&t))
		return 0;
	return utimes_at(dfd, upath, &t, flags);
}

/* Two struct timeval of 32 bits */
long sys_futimesat(int dfd, const char *upath, const int32_t *ut)
{
	struct times t = times_now;
	int32_t k[4];

	if (ut) {
		if (copy_from_user(k, ut, sizeof(k)))
			return -EFAULT;
		if ((uint32_t)k[1] >= 1000000 || (uint32_t)k[3] >= 1000000)
			return -EINVAL;
		t.t[0] = (struct timespec64){ .tv_sec = k[0],
			.tv_nsec = k[1] * 1000 };
		t.t[1] = (struct timespec64){ .tv_sec = k[2],
			.tv_nsec = k[3] * 1000 };
	}
	return utimes_at(dfd, upath, &t, 0);
}

long sys_utimes(const char *upath, const int32_t *ut)
{
	return sys_futimesat(AT_FDCWD, upath, ut);
}

/* struct utimbuf: two seconds */
long sys_utime(const char *upath, const int32_t *ut)
{
	struct times t = times_now;
	int32_t k[2];

	if (ut) {
		if (copy_from_user(k, ut, sizeof(k)))
			return -EFAULT;
		t.t[0] = (struct timespec64){ .tv_sec = k[0] };
		t.t[1] = (struct timespec64){ .tv_sec = k[1] };
	}
	return utimes_at(AT_FDCWD, upath, &t, 0);
}
