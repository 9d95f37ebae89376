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
static int may_open(struct dentry *d, int flags)
{
	int rc, want = access_wanted(flags);

	switch (d->inode->mode & S_IFMT) {
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
		if (d->sb->flags & MS_NODEV)
			return -EACCES;
	}
	rc = inode_permission(d->inode, want);
	if (rc)
		return rc;
	if ((flags & O_NOATIME) && !inode_owner(d->inode))
		return -EPERM;
	if ((want & MAY_WRITE) && d->inode->writers < 0)
		return -ETXTBSY;
	return 0;
}

/* The open file of a dentry; checks are done */
struct file *dentry_open(struct dentry *d, int flags)
{
	struct file *f = file_new(d, d->inode->fops, flags);
	int rc;

	if (!f)
		return ERR_PTR(-ENOMEM);
	rc = f->ops->open ? f->ops->open(d->inode, f) : 0;
	f->flags &= ~O_NOCTTY;
	if (rc == 0)
		return f;
	f->ops = &path_fops;		/* nothing to release */
	file_put(f);
	return ERR_PTR(rc);
}

static struct file *open_existing(struct dentry *d, int flags, bool created)
{
	int rc = 0;

	if ((flags & O_DIRECTORY) && !inode_is(d->inode, S_IFDIR))
		return ERR_PTR(-ENOTDIR);
	if (flags & O_PATH)
		return dentry_open(d, flags);
	if ((flags & O_CREAT) && inode_is(d->inode, S_IFDIR))
		return ERR_PTR(-EISDIR);
	if (!created)
		rc = may_open(d, flags);
	if (rc == 0 && (flags & O_TRUNC) && !created
	    && inode_is(d->inode, S_IFREG)) {
		rc = inode_truncate(d->inode, 0);
		if (rc == 0)
			notify_dentry(d, IN_MODIFY);
	}
	if (rc)
		return ERR_PTR(rc);
	return dentry_open(d, flags);
}

/* O_TMPFILE: linkat(2) may name it later, unless O_EXCL forbids that */
static struct file *open_unnamed(struct dentry *dir, int flags, uint32_t mode)
{
	int rc = inode_permission(dir->inode, MAY_WRITE | MAY_EXEC);
	struct file *f;

	if (rc)
		return ERR_PTR(rc);
	if (!(flags & (O_WRONLY | O_RDWR)))
		return ERR_PTR(-EINVAL);
	f = tmpfs_anon_file(dir->sb, "#tmpfile", flags & ~O_TMPFILE);
	if (IS_ERR(f))
		return f;
	f->inode->mode = S_IFREG | (mode & 07777 & ~current->fs->umask);
	f->inode->linkable = !(flags & O_EXCL);
	inode_inherit(f->inode, dir->inode);
	return f;
}

struct file *file_open(int dfd, const char *path, int flags, uint32_t mode)
{
	bool created = false;
	struct dentry *d;
	struct file *f;

	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		d = path_lookup(dfd, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY);
		if (IS_ERR(d))
			return ERR_PTR(PTR_ERR(d));
		f = open_unnamed(d, flags, mode);
		dentry_put(d);
		return f;
	}
	if (flags & O_CREAT) {
		if (flags & O_DIRECTORY)
			return ERR_PTR(-EINVAL);
		d = create_lookup(dfd, path, flags, mode, &created);
	} else {
		d = path_lookup(dfd, path,
			((flags & O_NOFOLLOW) ? 0 : LOOKUP_FOLLOW)
			| ((flags & O_DIRECTORY) && !(flags & O_NOFOLLOW)
				? LOOKUP_DIRECTORY : 0));
	}
	if (IS_ERR(d))
		return ERR_PTR(PTR_ERR(d));
	f = open_existing(d, flags, created);
	dentry_put(d);
	if (!IS_ERR(f) && !(flags & O_PATH))
		notify_file(f, IN_OPEN);
	return f;
}

long sys_openat(int dfd, const char *upath, int flags, uint32_t mode)
{
	char *path = getname(upath);
	struct file *f;
	int fd;

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
