/* SPDX-License-Identifier: BSD-2-Clause */
/* read, write, their vector and positioned forms, lseek. */
#include "notify.h"

static ssize_t read_noted(struct file *f, struct iov *iov, loff_t *pos)
{
	ssize_t n = f->ops->read(f, iov, pos);

	if (n > 0)
		notify_file(f, IN_ACCESS);
	return n;
}

static ssize_t write_noted(struct file *f, struct iov *iov, loff_t *pos)
{
	ssize_t n = f->ops->write(f, iov, pos);

	if (n > 0)
		notify_file(f, IN_MODIFY);
	return n;
}

ssize_t file_read(struct file *f, struct iov *iov, loff_t *pos)
{
	if (unlikely(!f->ops->read)) {
		if (!(f->mode & FMODE_READ))
			return -EBADF;
		return inode_is(f->inode, S_IFDIR) ? -EISDIR : -EINVAL;
	}
	if (unlikely(!(f->mode & FMODE_READ)))
		return -EBADF;
	if (unlikely(notify_watches))
		return read_noted(f, iov, pos);
	return f->ops->read(f, iov, pos);
}

ssize_t file_write(struct file *f, struct iov *iov, loff_t *pos)
{
	if (unlikely(!(f->mode & FMODE_WRITE)))
		return -EBADF;
	if (unlikely(!f->ops->write))
		return -EINVAL;
	if (unlikely(notify_watches))
		return write_noted(f, iov, pos);
	return f->ops->write(f, iov, pos);
}

long iov_import(struct iov *iov, const void *buf, size_t n)
{
	if (unlikely((ssize_t)n < 0))
		return -EINVAL;
	if (unlikely(!user_range_ok(buf, n)))
		return -EFAULT;
	*iov = iov_user(buf, MIN(n, (size_t)MAX_RW));
	return 0;
}

long sys_read(int fd, void *buf, size_t n)
{
	struct file *f = fd_get(fd);
	struct iov iov;
	long rc;

	if (unlikely(!f))
		return -EBADF;
	rc = iov_import(&iov, buf, n);
	if (likely(rc == 0) || !(f->mode & FMODE_READ))
		rc = file_read(f, &iov, &f->pos);
	file_put(f);
	return rc;
}

long sys_write(int fd, const void *buf, size_t n)
{
	struct file *f = fd_get(fd);
	struct iov iov;
	long rc;

	if (unlikely(!f))
		return -EBADF;
	rc = iov_import(&iov, buf, n);
	if (likely(rc == 0) || !(f->mode & FMODE_WRITE))
		rc = file_write(f, &iov, &f->pos);
	file_put(f);
	return rc;
}

/* The end of all of them: at a position of its own, or at the file's */
static long move_at(struct file *f, move_fn move, struct iov *iov, loff_t pos)
{
	if (pos < 0)
		return -EINVAL;
	if (!(f->mode & FMODE_SEEK))
		return (f->mode & FMODE_PATH) ? -EBADF : -ESPIPE;
	return move(f, iov, &pos);
}

static long move_buf(int fd, move_fn move, const void *buf, size_t n,
		loff_t pos)
{
	struct file *f;
	struct iov iov;
	long rc;

	if (pos < 0)
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	rc = f->mode & FMODE_SEEK ? iov_import(&iov, buf, n) : 0;
	if (rc == 0)
		rc = move_at(f, move, &iov, pos);
	file_put(f);
	return rc;
}


long sys_pread64(int fd, void *buf, size_t n, uint32_t lo, uint32_t hi)
{
	return move_buf(fd, file_read, buf, n, LOFF(lo, hi));
}

long sys_pwrite64(int fd, const void *buf, size_t n, uint32_t lo, uint32_t hi)
{
	return move_buf(fd, file_write, buf, n, LOFF(lo, hi));
}

/* A vector of nothing does not reach the file */
static long move_nothing(const struct file *f, move_fn move)
{
	bool reads = move == file_read;

	if (!(f->mode & (reads ? FMODE_READ : FMODE_WRITE)))
		return -EBADF;
	if (reads ? !f->ops->read : !f->ops->write)
		return inode_is(f->inode, S_IFDIR) ? 0 : -EINVAL;
	return 0;
}

/* pos NULL: at the file's own position */
static long move_vec(int fd, move_fn move, const struct iovec *uvec,
		unsigned long n, const loff_t *pos)
{
	struct file *f = fd_get(fd);
	struct iovec *vec;
	struct iov iov;
	long rc;

	if (!f)
		return -EBADF;
	rc = iovec_import(uvec, n, &vec, &iov);
	if (rc == 0) {
		rc = pos ? move_at(f, move, &iov, *pos)
			: iov.len ? move(f, &iov, &f->pos)
			: move_nothing(f, move);
		kfree(vec);
	}
	file_put(f);
	return rc;
}

long sys_readv(int fd, const struct iovec *uvec, unsigned long n)
{
	return move_vec(fd, file_read, uvec, n, NULL);
}

long sys_writev(int fd, const struct iovec *uvec, unsigned long n)
{
	return move_vec(fd, file_write, uvec, n, NULL);
}

long sys_preadv(int fd, const struct iovec *uvec, unsigned long n,
		uint32_t lo, uint32_t hi)
{
	loff_t pos = LOFF(lo, hi);

	return move_vec(fd, file_read, uvec, n, &pos);
}

long sys_pwritev(int fd, const struct iovec *uvec, unsigned long n,
		uint32_t lo, uint32_t hi)
{
	loff_t pos = LOFF(lo, hi);

	return move_vec(fd, file_write, uvec, n, &pos);
}

/* The error of a flag that is not accepted, which comes last (preadv2(2)) */
static long flags_refused(int fd, move_fn move, loff_t pos)
{
	struct file *f = fd_get_io(fd);
	long rc = -EOPNOTSUPP;

	if (!f)
		return -EBADF;
	if (pos != -1 && !(f->mode & FMODE_SEEK))
		rc = -ESPIPE;
	else if (!(f->mode & (move == file_read ? FMODE_READ : FMODE_WRITE)))
		rc = -EBADF;
	file_put(f);
	return rc;
}

/* pwritev2(2): at the end; the file's own position moves if it is used */
static ssize_t write_append(struct file *f, struct iov *iov, loff_t *pos)
{
	if (f->mode & FMODE_SEEK)
		*pos = f->inode->size;
	return file_write(f, iov, pos);
}

static ssize_t write_sync(struct file *f, struct iov *iov, loff_t *pos)
{
	ssize_t n = file_write(f, iov, pos);
	int rc = n > 0 && f->ops->fsync ? f->ops->fsync(f) : 0;

	return rc ? rc : n;
}

static ssize_t write_append_sync(struct file *f, struct iov *iov, loff_t *pos)
{
	if (f->mode & FMODE_SEEK)
		*pos = f->inode->size;
	return write_sync(f, iov, pos);
}

move_fn write_as(int flags)
{
	static const move_fn how[2][2] = {
		{ file_write, write_sync },
		{ write_append, write_append_sync },
	};

	return how[!!(flags & RWF_APPEND)][!!(flags & (RWF_SYNC | RWF_DSYNC))];
}

/* RWF_NOWAIT is refused, as by those file systems of Linux that lack it */
static long move_vec2(int fd, move_fn move, const struct iovec *uvec,
		unsigned long n, loff_t pos, int flags)
{
	if (flags & ~RWF_ACCEPTED)
		return flags_refused(fd, move, pos);
	if (pos < -1)
		return -EINVAL;
	return move_vec(fd, move, uvec, n, pos == -1 ? NULL : &pos);
}

long sys_preadv2(int fd, const struct iovec *uvec, unsigned long n,
		uint32_t lo, uint32_t hi, int flags)
{
	return move_vec2(fd, file_read, uvec, n, LOFF(lo, hi), flags);
}

long sys_pwritev2(int fd, const struct iovec *uvec, unsigned long n,
		uint32_t lo, uint32_t hi, int flags)
{
	return move_vec2(fd, write_as(flags), uvec, n, LOFF(lo, hi), flags);
}

static loff_t file_seek(int fd, loff_t off, int whence)
{
	struct file *f = fd_get_io(fd);
	loff_t rc = -ESPIPE;

	if (!f)
		return -EBADF;
	if ((unsigned)whence > SEEK_MAX)
		rc = -EINVAL;
	else if (f->ops->llseek)
		rc = f->ops->llseek(f, off, whence);
	file_put(f);
	return rc;
}

long sys_lseek(int fd, long off, int whence)
{
	loff_t pos = file_seek(fd, off, whence);

	return pos > INT32_MAX ? -EOVERFLOW : (long)pos;
}

long sys__llseek(int fd, uint32_t hi, uint32_t lo, loff_t *uresult, int whence)
{
	loff_t pos = file_seek(fd, LOFF(lo, hi), whence);

	if (pos < 0)
		return pos;
	return copy_to_user(uresult, &pos, sizeof(pos));
}
