/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files: what descriptors refer to. */
#include "notify.h"

const struct file_ops path_fops;

static uint32_t mode_of(uint32_t flags)
{
	if (flags & O_PATH)
		return FMODE_PATH;
	return (flags + 1) & O_ACCMODE;
}

/* Neither its mount nor its file system becomes read-only meanwhile */
static void count_writer(const struct file *f, int n)
{
	if (!inode_is(f->inode, S_IFREG))
		return;
	f->path.mnt->writers += n;
	f->inode->sb->writers += n;
}

struct file *file_new(const struct path *p, const struct file_ops *ops,
		uint32_t flags)
{
	struct file *f = kzalloc(sizeof(*f));

	if (!f)
		return NULL;
	f->refs = 1;
	f->flags = flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC);
	f->mode = mode_of(flags);
	f->path = path_get(p);
	f->inode = p->dentry->inode;
	f->ops = (flags & O_PATH) ? &path_fops : ops;
	if (ops->llseek && ops->llseek != noop_llseek)
		f->mode |= FMODE_SEEK;
	if (f->mode & FMODE_WRITE) {
		f->inode->writers++;
		count_writer(f, 1);
	} else if (f->mode & FMODE_READ) {
		f->inode->readers++;
	}
	return f;
}

int file_deny_write(struct file *f)
{
	if (f->inode->writers > 0)
		return -ETXTBSY;
	if (!(f->mode & FMODE_EXEC))
		f->inode->writers--;
	f->mode |= FMODE_EXEC;
	return 0;
}

/* A program that lasts keeps its text from changing, as execve(2) says */
static void writers_leave(struct file *f)
{
	if (f->mode & FMODE_WRITE) {
		f->inode->writers--;
		count_writer(f, -1);
	} else if (f->mode & FMODE_READ) {
		f->inode->readers--;
	}
	if (f->mode & FMODE_EXEC)
		f->inode->writers++;
}

/* open's counterpart; the last descriptor or mapping is gone */
void file_free(struct file *f)
{
	if (f->ops != &path_fops && !(f->mode & FMODE_PATH))
		notify_file(f, (f->mode & FMODE_WRITE) ? IN_CLOSE_WRITE
			: IN_CLOSE_NOWRITE);
	if (unlikely(f->watchers != NULL))
		epoll_forget(f);
	if (unlikely(f->owner != NULL))
		owner_forget(f);
	if (f->ops->release)
		f->ops->release(f);
	if (f->inode->locks)
		locks_released(f);
	if (unlikely(f->inode->leases != NULL))
		lease_released(f);
	if (unlikely(f->inode->dnotify != NULL))
		dnotify_released(f);
	writers_leave(f);
	path_put(&f->path);
	kfree(f);
}

/* open(2) of what /proc/PID/fd shows */
static int no_open(struct inode *inode, struct file *f)
{
	return -ENXIO;
}

static const struct file_ops unopenable = { .open = no_open };

static uint32_t anon_mode(const char *class)
{
	if (!strcmp(class, "pipe"))
		return S_IFIFO | 0600;
	if (!strcmp(class, "socket"))
		return S_IFSOCK | 0777;
	return 0600;
}

struct file *anon_file(const char *class, const struct file_ops *ops,
		void *priv, uint32_t flags)
{
	struct path p = { .mnt = anon_mount() };
	struct inode *inode = inode_new(p.mnt->sb, anon_mode(class));
	struct file *f;

	if (!inode)
		return NULL;
	p.dentry = dentry_new(p.mnt->root, class, strlen(class));
	if (!p.dentry) {
		inode_put(inode);
		return NULL;
	}
	p.dentry->inode = inode;
	inode->fops = &unopenable;
	f = file_new(&p, ops, flags);
	dentry_put(p.dentry);
	if (f)
		f->priv = priv;
	return f;
}

/* For the kernel's own use of files: exec, the initrd */
ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t pos)
{
	struct iov iov = iov_kernel(buf, n);

	return file_read(f, &iov, &pos);
}

ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t pos)
{
	struct iov iov = iov_kernel(buf, n);

	return file_write(f, &iov, &pos);
}
