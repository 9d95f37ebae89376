/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File handles (name_to_handle_at(2)): what a file system tells a file by,
 * as words, without a name.  Who may search everything may open by them.
 */
#include "internal.h"

#define TYPE_NUMBER	1		/* of a handle by an inode's number */
#define TYPE_NONE	255
#define BYTES_MAX	128u		/* MAX_HANDLE_SZ */

struct handle {
	uint32_t bytes;
	int type;
};

/* The handle, or with -EOVERFLOW how long it is */
static long handle_put(const struct path *p, struct handle *uh)
{
	struct inode *inode = p->dentry->inode;
	uint32_t words[HANDLE_WORDS], need, room;
	struct handle h;

	if (get_user(h, uh))
		return -EFAULT;
	if (h.bytes > BYTES_MAX)
		return -EINVAL;
	room = h.bytes;
	need = inode->sb->ops->handle(inode, words) * sizeof(words[0]);
	h.bytes = need;
	h.type = need > room ? TYPE_NONE : TYPE_NUMBER;
	if (put_user(h, uh))
		return -EFAULT;
	if (need > room)
		return -EOVERFLOW;
	return copy_to_user(uh + 1, words, need);
}

long sys_name_to_handle_at(int dfd, const char *upath, struct handle *uh,
		int *uid, int flags)
{
	const struct super_ops *ops;
	struct path p;
	long rc;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	rc = user_path(dfd, upath, flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW
		: 0, flags, &p);
	if (rc)
		return rc;
	ops = p.dentry->sb->ops;
	rc = ops && ops->handle ? handle_put(&p, uh) : -EOPNOTSUPP;
	if ((!rc || rc == -EOVERFLOW) && put_user((int)p.mnt->id, uid))
		rc = -EFAULT;
	path_put(&p);
	return rc;
}

/* The mount that a descriptor lies in */
static int mount_of(int fd, struct path *p)
{
	struct file *f;

	if (fd == AT_FDCWD) {
		*p = path_get(&current->fs->cwd);
		return 0;
	}
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	*p = path_get(&f->path);
	file_put(f);
	return 0;
}

/* From a place in the same mount to the file of the handle: 0 or errno */
static int handle_follow(struct path *p, const uint32_t *words, unsigned n)
{
	struct super_block *sb = p->mnt->sb;
	struct dentry *d;

	if (!sb->ops || !sb->ops->by_handle)
		return -ESTALE;
	d = sb->ops->by_handle(sb, words, n);
	if (IS_ERR(d))
		return PTR_ERR(d);
	dentry_put(p->dentry);
	p->dentry = d;
	return 0;
}

static long handle_open(const struct path *p, int flags)
{
	int fd = fd_alloc(0, flags & O_CLOEXEC);
	struct file *f;

	if (fd < 0)
		return fd;
	f = place_open(p, flags & OPEN_FLAGS);
	if (IS_ERR(f)) {
		fd_release(fd);
		return PTR_ERR(f);
	}
	fd_install(fd, f);
	return fd;
}

long sys_open_by_handle_at(int mfd, const struct handle *uh, int flags)
{
	uint32_t words[BYTES_MAX / sizeof(uint32_t)];
	struct handle h;
	struct path p;
	long rc;

	if (!capable(CAP_DAC_READ_SEARCH))
		return -EPERM;
	if (get_user(h, uh))
		return -EFAULT;
	if (!h.bytes || h.bytes > BYTES_MAX)
		return -EINVAL;
	if (copy_from_user(words, uh + 1, h.bytes))
		return -EFAULT;
	rc = mount_of(mfd, &p);
	if (rc)
		return rc;
	rc = handle_follow(&p, words, h.bytes / sizeof(words[0]));
	if (rc == 0)
		rc = handle_open(&p, flags);
	path_put(&p);
	return rc;
}
