/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes (xattr(7)).  No file system has them, as in a Linux
 * configured so: the calls end with EOPNOTSUPP after all other errors.
 */
#include "internal.h"
#include <linux/xattr.h>

#define NAME_BYTES	(XATTR_NAME_MAX + 1)

static bool begins(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* Who may read or change one of that name: xattr(7) */
static long name_permission(struct inode *inode, const char *name, int mask)
{
	long refused = (mask & MAY_WRITE) ? -EPERM : -ENODATA;

	if (begins(name, XATTR_SECURITY_PREFIX))
		return (mask & MAY_WRITE) && !capable(CAP_SYS_ADMIN)
			? -EPERM : 0;
	if (begins(name, XATTR_SYSTEM_PREFIX))
		return 0;
	if (begins(name, XATTR_TRUSTED_PREFIX))
		return capable(CAP_SYS_ADMIN) ? 0 : refused;
	if (begins(name, XATTR_USER_PREFIX)) {
		if (!inode_is(inode, S_IFREG) && !inode_is(inode, S_IFDIR))
			return refused;
		if (inode_is(inode, S_IFDIR) && (inode->mode & S_ISVTX)
		    && (mask & MAY_WRITE) && !inode_owner(inode))
			return -EPERM;
	}
	return inode_permission(inode, mask);
}

/* The name of an attribute into name[NAME_BYTES] */
static long get_name(char *name, const char *uname)
{
	long n = strncpy_from_user(name, uname, NAME_BYTES);

	if (n == 0 || n == -ENAMETOOLONG)
		return -ERANGE;
	return n < 0 ? n : 0;
}

/* What a call is about: by path or, path NULL, by descriptor */
struct target {
	const char *path;
	int fd;
	unsigned lookup;
};

static long target_get(const struct target *t, struct path *p)
{
	struct file *f;

	if (t->path)
		return user_path(AT_FDCWD, t->path, t->lookup, 0, p);
	f = fd_get_io(t->fd);
	if (!f)
		return -EBADF;
	*p = path_get(&f->path);
	file_put(f);
	return 0;
}

static long named(const struct target *t, const char *uname, int mask)
{
	char name[NAME_BYTES];
	struct path p;
	long rc = target_get(t, &p);

	if (rc)
		return rc;
	if ((mask & MAY_WRITE) && mount_read_only(p.mnt))
		rc = -EROFS;
	if (rc == 0)
		rc = get_name(name, uname);
	if (rc == 0)
		rc = name_permission(p.dentry->inode, name, mask);
	path_put(&p);
	return rc ? rc : -EOPNOTSUPP;
}

/* LIMIT: of a value that cannot be kept only the ends are looked at */
static long value_check(const char *uvalue, size_t size)
{
	char c;

	if (!size)
		return 0;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	return get_user(c, uvalue) || get_user(c, uvalue + size - 1)
		? -EFAULT : 0;
}

static long set(const struct target *t, const char *uname, const char *uvalue,
		size_t size, int flags)
{
	char name[NAME_BYTES];
	struct path p;
	long rc = target_get(t, &p);

	if (rc)
		return rc;
	if (mount_read_only(p.mnt))
		rc = -EROFS;
	else if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		rc = -EINVAL;
	if (rc == 0)
		rc = get_name(name, uname);
	if (rc == 0)
		rc = value_check(uvalue, size);
	if (rc == 0)
		rc = name_permission(p.dentry->inode, name, MAY_WRITE);
	path_put(&p);
	return rc ? rc : -EOPNOTSUPP;
}

static long list(const struct target *t)
{
	struct path p;
	long rc = target_get(t, &p);

	if (rc == 0)
		path_put(&p);
	return rc;
}

#define FOLLOWED(u)	(&(struct target){ .path = (u), .lookup = LOOKUP_FOLLOW })
#define ITSELF(u)	(&(struct target){ .path = (u) })
#define OPEN(n)		(&(struct target){ .fd = (n) })

#define XATTR_CALLS(prefix, type, target)				\
long sys_##prefix##setxattr(type t, const char *uname, const char *uvalue, \
		size_t size, int flags)					\
{									\
	return set(target(t), uname, uvalue, size, flags);		\
}									\
									\
long sys_##prefix##getxattr(type t, const char *uname)			\
{									\
	return named(target(t), uname, MAY_READ);			\
}									\
									\
long sys_##prefix##removexattr(type t, const char *uname)		\
{									\
	return named(target(t), uname, MAY_WRITE);			\
}									\
									\
long sys_##prefix##listxattr(type t)					\
{									\
	return list(target(t));						\
}

XATTR_CALLS(, const char *, FOLLOWED)
XATTR_CALLS(l, const char *, ITSELF)
XATTR_CALLS(f, int, OPEN)
