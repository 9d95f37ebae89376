/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process resolves paths with: root, working directory, umask. */
#include "internal.h"

static struct fs_context *context_new(struct dentry *root,
		struct dentry *cwd, uint32_t umask)
{
	struct fs_context *fs = kzalloc(sizeof(*fs));

	if (!fs)
		return NULL;
	fs->users = 1;
	fs->root = dentry_get(root);
	fs->cwd = dentry_get(cwd);
	fs->umask = umask;
	return fs;
}

struct fs_context *fs_context_copy(struct fs_context *old)
{
	return context_new(old->root, old->cwd, old->umask);
}

struct fs_context *fs_context_new(struct dentry *root)
{
	return context_new(root, root, 022);
}

struct fs_context *fs_context_share(struct fs_context *fs)
{
	fs->users++;
	return fs;
}

/* The last user of an unmounted file system may be one who stood in it */
static void leave(struct dentry *d)
{
	bool detached = d->sb->detached;

	dentry_put(d);
	if (unlikely(detached))
		super_reap();
}

void fs_context_put(struct fs_context *fs)
{
	if (--fs->users)
		return;
	leave(fs->root);
	leave(fs->cwd);
	kfree(fs);
}

/* Puts *slot on `d`, whose reference it takes over */
static void switch_to(struct dentry **slot, struct dentry *d)
{
	struct dentry *old = *slot;

	*slot = d;
	leave(old);
}

long sys_chdir(const char *upath)
{
	struct dentry *d = user_path(AT_FDCWD, upath,
		LOOKUP_FOLLOW | LOOKUP_DIRECTORY, 0);
	int rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = inode_permission(d->inode, MAY_EXEC);
	if (rc)
		dentry_put(d);
	else
		switch_to(&current->fs->cwd, d);
	return rc;
}

long sys_fchdir(int fd)
{
	struct file *f = fd_get(fd);
	int rc;

	if (!f)
		return -EBADF;
	rc = inode_is(f->inode, S_IFDIR)
		? inode_permission(f->inode, MAY_EXEC) : -ENOTDIR;
	if (rc == 0)
		switch_to(&current->fs->cwd, dentry_get(f->dentry));
	file_put(f);
	return rc;
}

long sys_chroot(const char *upath)
{
	struct dentry *d = user_path(AT_FDCWD, upath,
		LOOKUP_FOLLOW | LOOKUP_DIRECTORY, 0);
	int rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	rc = inode_permission(d->inode, MAY_EXEC);
	if (rc == 0 && !capable(CAP_SYS_CHROOT))
		rc = -EPERM;
	if (rc)
		dentry_put(d);
	else
		switch_to(&current->fs->root, d);
	return rc;
}

/* getcwd(2): the length with the NUL */
long sys_getcwd(char *ubuf, size_t size)
{
	char *buf, *path;
	size_t n;
	long rc;

	if (current->fs->cwd->unlinked)
		return -ENOENT;
	buf = kmalloc(PATH_MAX);
	if (!buf)
		return -ENOMEM;
	path = dentry_path(current->fs->cwd, buf, PATH_MAX);
	if (IS_ERR(path)) {
		rc = PTR_ERR(path);
	} else {
		n = strlen(path) + 1;
		rc = n > size ? -ERANGE : (long)n;
		if (rc > 0 && copy_to_user(ubuf, path, n))
			rc = -EFAULT;
	}
	kfree(buf);
	return rc;
}

long sys_umask(uint32_t mask)
{
	uint32_t old = current->fs->umask;

	current->fs->umask = mask & 0777;
	return old;
}
