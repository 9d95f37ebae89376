/* SPDX-License-Identifier: BSD-2-Clause */
/* fcntl(2), and ioctl(2) up to the file's own operation. */
#include "internal.h"
#include <asm/ioctls.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include "tmpfs.h"

/* What F_SETFL may change */
#define FL_CHANGES	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | FASYNC)

static long dup_from(int fd, unsigned long from, bool cloexec)
{
	struct file *f;
	int new;

	if (from >= current->process->limits[RLIMIT_NOFILE].rlim_cur)
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	new = fd_alloc(from, cloexec);
	if (new < 0)
		file_put(f);
	else
		fd_install(new, f);
	return new;
}

static long set_flags(struct file *f, int fd, uint32_t flags)
{
	long rc = 0;

	if ((flags & O_NOATIME) && !inode_owner(f->inode))
		return -EPERM;
	if ((flags & O_DIRECT) && !inode_is(f->inode, S_IFIFO)
	    && !may_be_direct(f->inode))
		return -EINVAL;
	if (unlikely((f->flags ^ flags) & FASYNC))
		rc = owner_async(f, fd, flags & FASYNC);
	if (rc)
		return rc;
	f->flags = (f->flags & ~FL_CHANGES) | (flags & FL_CHANGES);
	return 0;
}

#define WRITE_SEALS	(F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

/* fcntl(2), "File sealing".  A write that was let through goes on while its
 * data is paged in: what it would change cannot be sealed yet */
static long add_seals(struct file *f, uint32_t seals)
{
	uint32_t *have = tmpfs_seals(f->inode);

	if (!(f->mode & FMODE_WRITE))
		return -EPERM;
	if (!have || (seals & ~(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW
			| F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EINVAL;
	if (*have & F_SEAL_SEAL)
		return -EPERM;
	if ((seals & ~*have & F_SEAL_WRITE) && mapped_for_writing(f->inode))
		return -EBUSY;
	if ((seals & ~*have & WRITE_SEALS) && tmpfs_is_written(f->inode))
		return -EBUSY;
	*have |= seals;
	return 0;
}

static long get_seals(struct file *f)
{
	uint32_t *have = tmpfs_seals(f->inode);

	return have ? (long)*have : -EINVAL;
}

static long pipe_fcntl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct pipe *p = file_pipe(f);

	if (!p)
		return -EBADF;
	return cmd == F_GETPIPE_SZ ? pipe_get_size(p) : pipe_set_size(p, arg);
}

/* How long what is written will live, which nothing here cares for */
static long write_hint(struct file *f, unsigned cmd, uint64_t *uhint)
{
	uint64_t hint = f->inode->write_hint;

	if (cmd == F_GET_RW_HINT)
		return put_user(hint, uhint);
	if (get_user(hint, uhint))
		return -EFAULT;
	if (hint > RWH_WRITE_LIFE_EXTREME)
		return -EINVAL;
	f->inode->write_hint = hint;
	return 0;
}

static long file_fcntl(struct file *f, int fd, unsigned cmd,
		unsigned long arg)
{
	switch (cmd) {
	case F_SETFL:
		return set_flags(f, fd, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_GETLK64:
	case F_SETLK64:
	case F_SETLKW64:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return lock_fcntl(f, fd, cmd, arg);
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return pipe_fcntl(f, cmd, arg);
	case F_SETLEASE:
	case F_GETLEASE:
		return lease_fcntl(f, fd, cmd, arg);
	case F_NOTIFY:
		return dnotify_fcntl(f, fd, arg);
	case F_GET_RW_HINT:
	case F_SET_RW_HINT:
		return write_hint(f, cmd, (uint64_t *)arg);
	case F_ADD_SEALS:
		return add_seals(f, arg);
	case F_GET_SEALS:
		return get_seals(f);
	case F_SETOWN:
	case F_GETOWN:
	case F_SETOWN_EX:
	case F_GETOWN_EX:
	case F_SETSIG:
	case F_GETSIG:
		return owner_fcntl(f, cmd, arg);
	}
	return -EINVAL;
}

long sys_fcntl64(int fd, unsigned cmd, unsigned long arg)
{
	struct file *f = fd_get(fd);
	long rc;

	if (!f)
		return -EBADF;
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		rc = dup_from(fd, arg, cmd == F_DUPFD_CLOEXEC);
		break;
	case F_GETFD:
		rc = fd_cloexec(fd) ? FD_CLOEXEC : 0;
		break;
	case F_SETFD:
		fd_set_cloexec(fd, arg & FD_CLOEXEC);
		rc = 0;
		break;
	case F_GETFL:
		rc = f->flags;
		break;
	default:
		rc = (f->mode & FMODE_PATH) ? -EBADF
			: file_fcntl(f, fd, cmd, arg);
	}
	file_put(f);
	return rc;
}

long sys_fcntl(int fd, unsigned cmd, unsigned long arg)
{
	if (cmd == F_GETLK64 || cmd == F_SETLK64 || cmd == F_SETLKW64)
		return -EINVAL;
	return sys_fcntl64(fd, cmd, arg);
}

static long set_nonblock(struct file *f, unsigned long arg)
{
	int on;

	if (get_user(on, (int *)arg))
		return -EFAULT;
	if (on)
		f->flags |= O_NONBLOCK;
	else
		f->flags &= ~O_NONBLOCK;
	return 0;
}

/* ioctl(2) on any file, then on regular ones */
static long size_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct inode *inode = f->inode;
	int block = PAGE_SIZE;

	if (cmd == FIGETBSZ)
		return f->path.mnt == anon_mount() ? -EINVAL
			: put_user(block, (int *)arg);
	if (cmd == FIOQSIZE)
		return inode_is_special(inode) ? -ENOTTY
			: copy_to_user((void *)arg, &inode->size,
				sizeof(inode->size));
	return inode_is(inode, S_IFREG) ? -EINVAL : -ENOTTY;
}

/* As F_SETFL's O_ASYNC, but ENOTTY where there is nothing to tell */
static long set_async(struct file *f, int fd, unsigned long arg)
{
	long rc;
	int on;

	if (get_user(on, (int *)arg))
		return -EFAULT;
	if (!on == !(f->flags & FASYNC))
		return 0;
	rc = owner_signals(f) ? owner_async(f, fd, on) : -ENOTTY;
	if (rc == 0)
		f->flags ^= FASYNC;
	return rc;
}

/* What is left to read of a regular file */
static long readable(struct file *f, unsigned long arg)
{
	loff_t left = f->inode->size - f->pos;
	int n = left < 0 ? 0 : MIN(left, (loff_t)INT32_MAX);

	return put_user(n, (int *)arg);
}

/* ioctl_ficlonerange(2): no file system here shares blocks of files */
static long refuse_clone(struct file *to, int from_fd)
{
	struct file *from = fd_get_io(from_fd);
	long rc = -EOPNOTSUPP;

	if (!from)
		return -EBADF;
	if (from->inode->sb != to->inode->sb)
		rc = -EXDEV;
	else if (inode_is(from->inode, S_IFDIR) || inode_is(to->inode, S_IFDIR))
		rc = -EISDIR;
	else if (!inode_is(from->inode, S_IFREG)
	    || !inode_is(to->inode, S_IFREG))
		rc = -EINVAL;
	else if (!(from->mode & FMODE_READ) || !(to->mode & FMODE_WRITE)
	    || (to->flags & O_APPEND))
		rc = -EBADF;
	file_put(from);
	return rc;
}

/* What Linux knows of all files and no file system here can do */
static long refuse(struct file *f, unsigned cmd, unsigned long arg)
{
	struct file_clone_range range;

	switch (cmd) {
	case FICLONE:
		return refuse_clone(f, arg);
	case FICLONERANGE:
		if (copy_from_user(&range, (const void *)arg, sizeof(range)))
			return -EFAULT;
		return refuse_clone(f, range.src_fd);
	case FIFREEZE:
	case FITHAW:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		return cmd == FIFREEZE ? -EOPNOTSUPP : -EINVAL;
	}
	return -EOPNOTSUPP;
}

static long file_ioctl(struct file *f, int fd, unsigned cmd,
		unsigned long arg)
{
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		fd_set_cloexec(fd, cmd == FIOCLEX);
		return 0;
	case FIONBIO:
		return set_nonblock(f, arg);
	case FIGETBSZ:
	case FIOQSIZE:
	case FIBMAP:
		return size_ioctl(f, cmd, arg);
	case FIOASYNC:
		return set_async(f, fd, arg);
	case FICLONE:
	case FICLONERANGE:
	case FIFREEZE:
	case FITHAW:
	case FS_IOC_FIEMAP:
		return refuse(f, cmd, arg);
	case FIONREAD:
		if (inode_is(f->inode, S_IFREG) && f->inode->ops->get_page)
			return readable(f, arg);
	}
	return f->ops->ioctl ? f->ops->ioctl(f, cmd, arg) : -ENOTTY;
}

long sys_ioctl(int fd, unsigned cmd, unsigned long arg)
{
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = file_ioctl(f, fd, cmd, arg);
	file_put(f);
	return rc;
}
