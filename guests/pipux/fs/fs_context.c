/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process resolves paths with: root, working directory, umask. */
#include "internal.h"

static struct fs_context *context_new(const struct path *root,
		const struct path *cwd, uint32_t umask)
{
	struct fs_context *fs = kzalloc(sizeof(*fs));

	if (!fs)
		return NULL;
	fs->users = 1;
	fs->root = path_get(root);
	fs->cwd = path_get(cwd);
	fs->umask = umask;
	return fs;
}

struct fs_context *fs_context_copy(struct fs_context *old)
{
	return context_new(&old->root, &old->cwd, old->umask);
}

struct fs_context *fs_context_new(const struct path *root)
{
	return context_new(root, root, 022);
}

struct fs_context *fs_context_share(struct fs_context *fs)
{
	fs->users++;
	return fs;
}

void fs_context_put(struct fs_context *fs)
{
	if (--fs->users)
		return;
	path_put(&fs->root);
	path_put(&fs->cwd);
	kfree(fs);
}

/* A directory that the caller may search: 0 and a reference in *p, or errno */
static int user_directory(const char *upath, struct path *p)
{
	int rc = user_path(AT_FDCWD, upath, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
		0, p);

	if (rc)
		return rc;
	rc = inode_permission(p->dentry->inode, MAY_EXEC);
	if (rc)
		path_put(p);
	return rc;
}

long sys_chdir(const char *upath)
{
	struct path p;
	int rc = user_directory(upath, &p);

	if (rc == 0)
		path_switch(&current->fs->cwd, p);
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
		path_switch(&current->fs->cwd, path_get(&f->path));
	file_put(f);
	return rc;
}

long sys_chroot(const char *upath)
{
	struct path p;
	int rc = user_directory(upath, &p);

	if (rc)
		return rc;
	if (!capable(CAP_SYS_CHROOT)) {
		path_put(&p);
		return -EPERM;
	}
	path_switch(&current->fs->root, p);
	return 0;
}

/* What cannot be reached from the root is marked: getcwd(2), NOTES */
static char *cwd_text(char *buf, size_t size)
{
	static const char mark[] = "(unreachable)";
	bool reachable;
	char *text = path_text(&current->fs->cwd, buf, size, &reachable);

	if (IS_ERR(text) || reachable)
		return text;
	if ((size_t)(text - buf) < sizeof(mark) - 1)
		return ERR_PTR(-ENAMETOOLONG);
	text -= sizeof(mark) - 1;
	return memcpy(text, mark, sizeof(mark) - 1);
}

/* getcwd(2): the length with the NUL */
long sys_getcwd(char *ubuf, size_t size)
{
	char *buf, *path;
	size_t n;
	long rc;

	if (current->fs->cwd.dentry->unlinked)
		return -ENOENT;
	buf = kmalloc(PATH_MAX);
	if (!buf)
		return -ENOMEM;
	path = cwd_text(buf, PATH_MAX);
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
