/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying from file to file inside the kernel: sendfile(2),
 * copy_file_range(2), by way of one page of memory.
 */
#include "internal.h"

/* NULL positions stand for the file's own */
struct transfer {
	struct file *in, *out;
	loff_t *in_pos, *out_pos;
};

static ssize_t write_all(struct transfer *t, char *buf, size_t n)
{
	struct iov iov = iov_kernel(buf, n);
	ssize_t rc = file_write(t->out, &iov, t->out_pos);

	/* what was read and not written is read again */
	if (t->in->mode & FMODE_SEEK)
		*t->in_pos -= n - (rc > 0 ? rc : 0);
	return rc;
}

static ssize_t transfer(struct transfer *t, size_t n)
{
	char *buf = page_alloc();
	size_t done = 0;
	ssize_t rc = 0;

	if (!buf)
		return -ENOMEM;
	while (done < n) {
		size_t want = MIN(n - done, (size_t)PAGE_SIZE);
		struct iov iov = iov_kernel(buf, want);
		ssize_t got;

		got = rc = file_read(t->in, &iov, t->in_pos);
		if (rc <= 0)
			break;
		rc = write_all(t, buf, rc);
		if (rc < 0)
			break;
		done += rc;
		/* what there is, is enough: a pipe or socket would wait */
		if (rc < got || got < (ssize_t)want)
			break;
		sched_point();
		if (signal_pending())
			break;
	}
	page_free(buf);
	return done ? (ssize_t)done : rc;
}

/* Fetches a position of 64 or 32 bits from user space */
static long get_pos(loff_t *pos, const void *upos, bool wide)
{
	int32_t narrow;

	if (wide)
		return copy_from_user(pos, upos, sizeof(*pos));
	if (copy_from_user(&narrow, upos, sizeof(narrow)))
		return -EFAULT;
	*pos = narrow;
	return 0;
}

static long put_pos(const loff_t *pos, void *upos, bool wide)
{
	return copy_to_user(upos, pos, wide ? sizeof(loff_t)
		: sizeof(int32_t));
}

static long send(struct file *out, struct file *in, void *upos, bool wide,
		size_t n)
{
	struct transfer t = { in, out, &in->pos, &out->pos };
	loff_t pos;
	long rc;

	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (upos && !(in->mode & FMODE_SEEK))
		return -ESPIPE;
	if ((ssize_t)n < 0)
		return -EINVAL;
	/* As Linux 6.1: a terminal's end of file would be lost in the total */
	if (!inode_is(in->inode, S_IFREG) && !inode_is(in->inode, S_IFBLK))
		return -EINVAL;
	if (out->flags & O_APPEND)
		return -EINVAL;
	if (upos) {
		if (get_pos(&pos, upos, wide))
			return -EFAULT;
		if (pos < 0)
			return -EINVAL;
		t.in_pos = &pos;
	}
	rc = transfer(&t, MIN(n, (size_t)MAX_RW));
	if (upos && put_pos(&pos, upos, wide))
		return -EFAULT;
	return rc;
}

static long send_fds(int out_fd, int in_fd, void *upos, bool wide, size_t n)
{
	struct file *in = fd_get_io(in_fd), *out = fd_get_io(out_fd);
	long rc = in && out ? send(out, in, upos, wide, n) : -EBADF;

	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return rc;
}

long sys_sendfile(int out, int in, void *upos, size_t n)
{
	return send_fds(out, in, upos, false, n);
}

long sys_sendfile64(int out, int in, void *upos, size_t n)
{
	return send_fds(out, in, upos, true, n);
}

/* copy_file_range(2), what may be copied: cuts *n to it, 0 or an error */
static int range_check(struct file *in, loff_t from, struct file *out,
		loff_t to, size_t *n)
{
	if ((uint64_t)from + *n < (uint64_t)from
	    || (uint64_t)to + *n < (uint64_t)to)
		return -EOVERFLOW;
	if (from >= in->inode->size)
		*n = 0;
	else if (from >= 0)
		*n = MIN((loff_t)*n, in->inode->size - from);
	if (to >= 0 && inode_new_size(out->inode, to + 1) && *n)
		return -EFBIG;
	if (in->inode == out->inode && from < to + (loff_t)*n
	    && to < from + (loff_t)*n)
		return -EINVAL;
	return from < 0 || to < 0 ? -EINVAL : 0;
}

static long copy_range(struct file *in, loff_t *uin, struct file *out,
		loff_t *uout, size_t n, unsigned flags)
{
	loff_t in_pos = in->pos, out_pos = out->pos;
	struct transfer t = { in, out, &in_pos, &out_pos };
	long rc;

	if ((uin && get_user(in_pos, uin)) || (uout && get_user(out_pos, uout)))
		return -EFAULT;
	if (flags)
		return -EINVAL;
	if (inode_is(in->inode, S_IFDIR) || inode_is(out->inode, S_IFDIR))
		return -EISDIR;
	if (!inode_is(in->inode, S_IFREG) || !inode_is(out->inode, S_IFREG))
		return -EINVAL;
	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE)
	    || (out->flags & O_APPEND))
		return -EBADF;
	if (in->inode->sb != out->inode->sb)
		return -EXDEV;
	rc = range_check(in, in_pos, out, out_pos, &n);
	if (rc)
		return rc;
	rc = transfer(&t, MIN(n, (size_t)MAX_RW));
	if (rc < 0)
		return rc;
	if (!uin)
		in->pos = in_pos;
	else if (put_user(in_pos, uin))
		return -EFAULT;
	if (!uout)
		out->pos = out_pos;
	else if (put_user(out_pos, uout))
		return -EFAULT;
	return rc;
}

long sys_copy_file_range(int in_fd, loff_t *uin, int out_fd, loff_t *uout,
		size_t n, unsigned flags)
{
	struct file *in, *out;
	long rc;

	in = fd_get_io(in_fd);
	out = fd_get_io(out_fd);
	rc = in && out ? copy_range(in, uin, out, uout, n, flags) : -EBADF;
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return rc;
}
