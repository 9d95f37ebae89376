/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes (xattr(7)).  tmpfs keeps those of the trusted and the
 * security name space; for all others the calls end with EOPNOTSUPP after all
 * other errors.
 *
 * LIMIT: security.capability is EOPNOTSUPP: execve gives no file's rights.
 */
#include "xattr_store.h"
#include "notify.h"
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

static bool nameless(const char *name, const char *prefix)
{
	return begins(name, prefix) && !name[strlen(prefix)];
}

/* Has the file system a place for it?  0, -EOPNOTSUPP, -EINVAL */
static long storable(const struct inode *inode, const char *name)
{
	if (!inode->sb->keeps_xattrs || !strcmp(name, XATTR_NAME_CAPS))
		return -EOPNOTSUPP;
	if (nameless(name, XATTR_TRUSTED_PREFIX)
	    || nameless(name, XATTR_SECURITY_PREFIX))
		return -EINVAL;
	return begins(name, XATTR_TRUSTED_PREFIX)
		|| begins(name, XATTR_SECURITY_PREFIX) ? 0 : -EOPNOTSUPP;
}

/* What a call is about: by path or by descriptor */
struct target {
	bool open;			/* by descriptor */
	const char *path;
	int fd;
	unsigned lookup;
};

static long target_get(const struct target *t, struct path *p)
{
	struct file *f;

	if (!t->open)
		return user_path(AT_FDCWD, t->path, t->lookup, 0, p);
	f = fd_get_io(t->fd);
	if (!f)
		return -EBADF;
	*p = path_get(&f->path);
	file_put(f);
	return 0;
}

/*
 * The file and the name of the attribute, in name[NAME_BYTES], once all is
 * permitted: 0, *p referenced; or errno
 */
static long named(const struct target *t, const char *uname, int mask,
		char *name, struct path *p)
{
	long rc = target_get(t, p);

	if (rc)
		return rc;
	if ((mask & MAY_WRITE) && mount_read_only(p->mnt))
		rc = -EROFS;
	if (rc == 0)
		rc = get_name(name, uname);
	if (rc == 0)
		rc = name_permission(p->dentry->inode, name, mask);
	if (rc == 0)
		rc = storable(p->dentry->inode, name);
	if (rc)
		path_put(p);
	return rc;
}

/* Stores, or with value NULL takes away, and tells it */
static long change(const struct path *p, const char *name, const void *value,
		size_t size, int flags)
{
	struct inode *inode = p->dentry->inode;
	long rc = xattr_store(inode, name, value, size, flags);

	if (rc == 0) {
		inode->ctime = inode_time();
		notify_dentry(p->dentry, IN_ATTRIB);
	}
	return rc;
}

/* The value in kernel memory, to be freed; ERR_PTR */
static void *get_value(const void *uvalue, size_t size)
{
	void *value;

	if (size > XATTR_SIZE_MAX)
		return ERR_PTR(-E2BIG);
	value = kmalloc(size + 1);
	if (!value)
		return ERR_PTR(-ENOMEM);
	if (!size || !copy_from_user(value, uvalue, size))
		return value;
	kfree(value);
	return ERR_PTR(-EFAULT);
}

static long set_on(const struct path *p, const char *uname,
		const void *uvalue, size_t size, int flags)
{
	char name[NAME_BYTES];
	void *value;
	long rc;

	if (mount_read_only(p->mnt))
		return -EROFS;
	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	rc = get_name(name, uname);
	if (rc)
		return rc;
	value = get_value(uvalue, size);
	if (IS_ERR(value))
		return PTR_ERR(value);
	rc = name_permission(p->dentry->inode, name, MAY_WRITE);
	if (rc == 0)
		rc = storable(p->dentry->inode, name);
	if (rc == 0)
		rc = change(p, name, value, size, flags);
	kfree(value);
	return rc;
}

static long set(const struct target *t, const char *uname, const void *uvalue,
		size_t size, int flags)
{
	struct path p;
	long rc = target_get(t, &p);

	if (rc)
		return rc;
	rc = set_on(&p, uname, uvalue, size, flags);
	path_put(&p);
	return rc;
}

/* To the user; a copy, as the attribute may go while he is paged in */
static long give(void *ubuf, size_t room, const void *value, size_t size)
{
	void *copy;
	long rc;

	if (!room)
		return size;
	if (size > room)
		return -ERANGE;
	copy = kmalloc(size + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, value, size);
	rc = copy_to_user(ubuf, copy, size) ? -EFAULT : (long)size;
	kfree(copy);
	return rc;
}

static long get(const struct target *t, const char *uname, void *ubuf,
		size_t room)
{
	char name[NAME_BYTES];
	const struct xattr *x;
	struct path p;
	long rc = named(t, uname, MAY_READ, name, &p);

	if (rc)
		return rc;
	x = xattr_find(p.dentry->inode, name);
	rc = x ? give(ubuf, room, x->value, x->size) : -ENODATA;
	path_put(&p);
	return rc;
}

static long take_away(const struct target *t, const char *uname)
{
	char name[NAME_BYTES];
	struct path p;
	long rc = named(t, uname, MAY_WRITE, name, &p);

	if (rc)
		return rc;
	rc = change(&p, name, NULL, 0, XATTR_REPLACE);
	path_put(&p);
	return rc;
}

/* The names one after the other into buf if it is not NULL; how long */
static size_t names(const struct inode *inode, char *buf)
{
	bool all = capable(CAP_SYS_ADMIN);
	size_t n = 0;

	for (const struct xattr *x = inode->xattrs; x; x = x->next) {
		size_t length = strlen(x->name) + 1;

		if (begins(x->name, XATTR_TRUSTED_PREFIX) && !all)
			continue;
		if (buf)
			memcpy(buf + n, x->name, length);
		n += length;
	}
	return n;
}

static long list(const struct target *t, void *ubuf, size_t room)
{
	struct path p;
	char *buf;
	long rc = target_get(t, &p);

	if (rc)
		return rc;
	rc = names(p.dentry->inode, NULL);
	if (rc && room) {
		buf = kmalloc(rc);
		if (buf)
			names(p.dentry->inode, buf);
		rc = buf ? give(ubuf, room, buf, rc) : -ENOMEM;
		kfree(buf);
	}
	path_put(&p);
	return rc;
}

#define FOLLOWED(u)	(&(struct target){ .path = (u),		\
				.lookup = LOOKUP_FOLLOW })
#define ITSELF(u)	(&(struct target){ .path = (u) })
#define OPEN(n)		(&(struct target){ .open = true, .fd = (n) })

#define XATTR_CALLS(prefix, type, target)				\
long sys_##prefix##setxattr(type t, const char *uname, const void *uvalue, \
		size_t size, int flags)					\
{									\
	return set(target(t), uname, uvalue, size, flags);		\
}									\
									\
long sys_##prefix##getxattr(type t, const char *uname, void *ubuf,	\
		size_t room)						\
{									\
	return get(target(t), uname, ubuf, room);			\
}									\
									\
long sys_##prefix##removexattr(type t, const char *uname)		\
{									\
	return take_away(target(t), uname);				\
}									\
									\
long sys_##prefix##listxattr(type t, void *ubuf, size_t room)		\
{									\
	return list(target(t), ubuf, room);				\
}

XATTR_CALLS(, const char *, FOLLOWED)
XATTR_CALLS(l, const char *, ITSELF)
XATTR_CALLS(f, int, OPEN)
