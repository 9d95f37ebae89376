/* SPDX-License-Identifier: BSD-2-Clause */
/* open(2) and its relatives. */
#include "notify.h"

static int access_wanted(int flags)
{
	static const uint8_t mask[4] = {
		MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
		MAY_READ | MAY_WRITE,
	};

	return mask[flags & O_ACCMODE]
		| ((flags & O_TRUNC) ? MAY_WRITE : 0);
}

/* May an existing file be opened so? */
static int may_open(const struct path *p, int flags)
{
	struct inode *inode = p->dentry->inode;
	int rc, want = access_wanted(flags);

	switch (inode->mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if (want & MAY_WRITE)
			return -EISDIR;
		break;
	case S_IFSOCK:
		return -ENXIO;
	case S_IFCHR:
	case S_IFBLK:
		if (p->mnt->flags & MS_NODEV)
			return -EACCES;
	}
	rc = inode_permission(inode, want);
	if (rc)
		return rc;
	if ((flags & O_NOATIME) && !inode_owner(inode))
		return -EPERM;
	if ((want & MAY_WRITE) && inode_is(inode, S_IFREG)) {
		if (mount_read_only(p->mnt))
			return -EROFS;
		if (inode->writers < 0)
			return -ETXTBSY;
	}
	return 0;
}

bool may_be_direct(const struct inode *inode)
{
	return inode_is(inode, S_IFBLK)
		|| (inode_is(inode, S_IFREG) && !inode->sb->type->nodev);
}

/* The open file of a place; checks are done */
struct file *path_open(const struct path *p, int flags)
{
	struct inode *inode = p->dentry->inode;
	struct file *f = file_new(p, inode->fops, flags);
	int rc;

	if (!f)
		return ERR_PTR(-ENOMEM);
	if ((flags & O_DIRECT) && !may_be_direct(inode))
		rc = -EINVAL;
	else
		rc = f->ops->open ? f->ops->open(inode, f) : 0;
	f->flags &= ~O_NOCTTY;
	if (rc == 0)
		return f;
	f->ops = &path_fops;		/* nothing to release */
	file_put(f);
	return ERR_PTR(rc);
}

static struct file *open_existing(const struct path *p, int flags,
		bool created)
{
	struct inode *inode = p->dentry->inode;
	int rc = 0;

	if ((flags & O_DIRECTORY) && !inode_is(inode, S_IFDIR))
		return ERR_PTR(-ENOTDIR);
	if (flags & O_PATH)
		return path_open(p, flags);
	if ((flags & O_CREAT) && inode_is(inode, S_IFDIR))
		return ERR_PTR(-EISDIR);
	if (!created)
		rc = may_open(p, flags);
	if (rc == 0 && unlikely(inode->leases != NULL))
		rc = lease_break(inode, flags);
	if (rc == 0 && (flags & O_TRUNC) && !created
	    && inode_is(inode, S_IFREG)) {
		rc = inode_truncate(inode, 0);
		if (rc == 0)
			notify_dentry(p->dentry, IN_MODIFY);
	}
	if (rc)
		return ERR_PTR(rc);
	return path_open(p, flags);
}

/* O_TMPFILE: linkat(2) may name it later, unless O_EXCL forbids that */
static struct file *open_unnamed(const struct path *dir, int flags,
		uint32_t mode)
{
	struct inode *inode = dir->dentry->inode;
	struct file *f;
	int rc;

	if (!inode_is(inode, S_IFDIR))
		return ERR_PTR(-ENOTDIR);
	rc = mount_read_only(dir->mnt) ? -EROFS
		: inode_permission(inode, MAY_WRITE | MAY_EXEC);
	if (rc)
		return ERR_PTR(rc);
	f = tmpfs_anon_file(dir->mnt, "#tmpfile", flags);
	if (IS_ERR(f))
		return f;
	f->inode->mode = S_IFREG | (mode & 07777 & ~current->fs->umask);
	f->inode->linkable = !(flags & O_EXCL);
	inode_inherit(f->inode, inode);
	return f;
}

/* The place that open(2) is about, made if that is asked for */
static int open_lookup(int dfd, const char *path, int flags, uint32_t mode,
		bool *created, struct path *p)
{
	unsigned lookup = (flags & O_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;

	if (flags & O_CREAT)
		return create_lookup(dfd, path, flags, mode, created, p);
	if ((flags & O_DIRECTORY) && !(flags & O_NOFOLLOW))
		lookup |= LOOKUP_DIRECTORY;
	return path_lookup(dfd, path, lookup, p);
}

/* Flags that matter, or -EINVAL */
static int open_flags(int flags)
{
	if (flags & O_PATH)
		return flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return -EINVAL;
	if ((flags & O_TMPFILE) == O_TMPFILE && !(flags & O_ACCMODE))
		return -EINVAL;
	return flags & OPEN_FLAGS;
}

static struct file *open_found(const struct path *p, int flags, uint32_t mode,
		bool created)
{
	struct file *f = (flags & O_TMPFILE) == O_TMPFILE
		? open_unnamed(p, flags, mode)
		: open_existing(p, flags, created);

	if (!IS_ERR(f) && !(flags & O_PATH))
		notify_file(f, IN_OPEN);
	return f;
}

struct file *file_open(int dfd, const char *path, int flags, uint32_t mode)
{
	bool created = false;
	struct file *f;
	struct path p;
	int rc;

	rc = open_lookup(dfd, path, flags, mode, &created, &p);
	if (rc)
		return ERR_PTR(rc);
	f = open_found(&p, flags, mode, created);
	path_put(&p);
	return f;
}

struct file *place_open(const struct path *p, int flags)
{
	flags = open_flags(flags);
	if (flags < 0)
		return ERR_PTR(flags);
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return ERR_PTR(-EEXIST);
	return open_found(p, flags, 0, false);
}

long sys_openat(int dfd, const char *upath, int flags, uint32_t mode)
{
	struct file *f;
	char *path;
	int fd;

	flags = open_flags(flags);
	if (flags < 0)
		return flags;
	path = getname(upath);
	if (IS_ERR(path))
		return PTR_ERR(path);
	fd = fd_alloc(0, flags & O_CLOEXEC);
	if (fd >= 0) {
		f = file_open(dfd, path, flags, mode);
		if (IS_ERR(f)) {
			fd_release(fd);
			fd = PTR_ERR(f);
		} else {
			fd_install(fd, f);
		}
	}
	kfree(path);
	return fd;
}

long sys_open(const char *upath, int flags, uint32_t mode)
{
	return sys_openat(AT_FDCWD, upath, flags, mode);
}

long sys_creat(const char *upath, uint32_t mode)
{
	return sys_openat(AT_FDCWD, upath, O_CREAT | O_WRONLY | O_TRUNC,
		mode);
}
