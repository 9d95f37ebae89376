/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls that make, remove and read names. */
#include "internal.h"

/*
 * Device numbers come from programs as Linux's new_encode_dev.
 * LIMIT: minor numbers have 8 bits.
 */
static dev_t dev_decode(uint32_t dev)
{
	return MKDEV((dev & 0xFFF00) >> 8, dev & 0xFF);
}

long sys_mkdirat(int dfd, const char *upath, uint32_t mode)
{
	char *path = getname(upath);
	long rc;

	if (IS_ERR(path))
		return PTR_ERR(path);
	rc = do_mkdir(dfd, path, mode);
	kfree(path);
	return rc;
}

long sys_mkdir(const char *upath, uint32_t mode)
{
	return sys_mkdirat(AT_FDCWD, upath, mode);
}

/* Before the path is looked at: 0, or the error of this type of file */
static long type_check(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	case S_IFDIR:
		return -EPERM;
	}
	return -EINVAL;
}

long sys_mknodat(int dfd, const char *upath, uint32_t mode, uint32_t dev)
{
	long rc = type_check(mode);
	char *path;

	if (rc)
		return rc;
	path = getname(upath);
	if (IS_ERR(path))
		return PTR_ERR(path);
	/* Of other kinds a file system may keep something else in its place */
	if ((mode & S_IFMT) != S_IFCHR && (mode & S_IFMT) != S_IFBLK)
		dev = 0;
	rc = do_mknod(dfd, path, mode, dev_decode(dev), NULL);
	kfree(path);
	return rc;
}

long sys_mknod(const char *upath, uint32_t mode, uint32_t dev)
{
	return sys_mknodat(AT_FDCWD, upath, mode, dev);
}

static long unlink_user(int dfd, const char *upath, bool dir)
{
	char *path = getname(upath);
	long rc;

	if (IS_ERR(path))
		return PTR_ERR(path);
	rc = do_unlink(dfd, path, dir);
	kfree(path);
	return rc;
}

long sys_unlinkat(int dfd, const char *upath, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return unlink_user(dfd, upath, flags & AT_REMOVEDIR);
}

long sys_unlink(const char *upath)
{
	return unlink_user(AT_FDCWD, upath, false);
}

long sys_rmdir(const char *upath)
{
	return unlink_user(AT_FDCWD, upath, true);
}

/* Two paths from user space; both or neither are allocated */
static long get_names(const char *ua, const char *ub, char **a, char **b)
{
	*a = getname(ua);
	if (IS_ERR(*a))
		return PTR_ERR(*a);
	*b = getname(ub);
	if (!IS_ERR(*b))
		return 0;
	kfree(*a);
	return PTR_ERR(*b);
}

long sys_symlinkat(const char *uto, int dfd, const char *upath)
{
	char *to, *path;
	long rc = get_names(uto, upath, &to, &path);

	if (rc)
		return rc;
	rc = do_symlink(to, dfd, path);
	kfree(to);
	kfree(path);
	return rc;
}

long sys_symlink(const char *uto, const char *upath)
{
	return sys_symlinkat(uto, AT_FDCWD, upath);
}

long sys_linkat(int odfd, const char *uold, int ndfd, const char *unew,
		int flags)
{
	struct path old;
	char *new;
	long rc;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	new = getname(unew);
	if (IS_ERR(new))
		return PTR_ERR(new);
	rc = user_path(odfd, uold, (flags & AT_SYMLINK_FOLLOW)
		? LOOKUP_FOLLOW : 0, flags, &old);
	if (rc == 0) {
		rc = do_link_path(&old, ndfd, new);
		path_put(&old);
	}
	kfree(new);
	return rc;
}

long sys_link(const char *uold, const char *unew)
{
	return sys_linkat(AT_FDCWD, uold, AT_FDCWD, unew, 0);
}

long sys_renameat2(int odfd, const char *uold, int ndfd, const char *unew,
		unsigned flags)
{
	char *old, *new;
	long rc;

	if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
	    || ((flags & RENAME_EXCHANGE) && flags != RENAME_EXCHANGE))
		return -EINVAL;
	rc = get_names(uold, unew, &old, &new);
	if (rc)
		return rc;
	rc = do_rename(odfd, old, ndfd, new, flags);
	kfree(old);
	kfree(new);
	return rc;
}

long sys_renameat(int odfd, const char *uold, int ndfd, const char *unew)
{
	return sys_renameat2(odfd, uold, ndfd, unew, 0);
}

long sys_rename(const char *uold, const char *unew)
{
	return sys_renameat2(AT_FDCWD, uold, AT_FDCWD, unew, 0);
}

/* The text of a link in memory or made by the file system */
static long read_link(struct inode *inode, char *ubuf, size_t size)
{
	const char *text = inode->link;
	char *buf = NULL;
	long n;

	if (text) {
		n = strlen(text);
	} else {
		if (!inode->ops->readlink)
			return -EINVAL;
		text = buf = kmalloc(PATH_MAX);
		if (!buf)
			return -ENOMEM;
		n = inode->ops->readlink(inode, buf, PATH_MAX);
	}
	if (n > (long)size)
		n = size;
	if (n > 0 && copy_to_user(ubuf, text, n))
		n = -EFAULT;
	kfree(buf);
	return n;
}

long sys_readlinkat(int dfd, const char *upath, char *ubuf, int size)
{
	struct path p;
	long rc;
	char first;

	if (size <= 0)
		return -EINVAL;
	rc = user_path(dfd, upath, 0, AT_EMPTY_PATH, &p);
	if (rc)
		return rc;
	rc = -EINVAL;
	if (inode_is(p.dentry->inode, S_IFLNK)) {
		path_accessed(&p);
		rc = read_link(p.dentry->inode, ubuf, size);
	} else if (get_user(first, upath) == 0 && !first) {
		rc = -ENOENT;		/* readlink(2): an empty path */
	}
	path_put(&p);
	return rc;
}

long sys_readlink(const char *upath, char *ubuf, int size)
{
	return sys_readlinkat(AT_FDCWD, upath, ubuf, size);
}
