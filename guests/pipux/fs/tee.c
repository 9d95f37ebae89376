/* SPDX-License-Identifier: BSD-2-Clause */
/* tee(2) and vmsplice(2).  LIMIT: data is copied, whatever the flags say. */
#include "pipe.h"

#define SPLICE_FLAGS	15u		/* MOVE, NONBLOCK, MORE, GIFT */
#define SPLICE_NONBLOCK	2u

long sys_readv(int fd, const struct iovec *uvec, unsigned long n);
long sys_writev(int fd, const struct iovec *uvec, unsigned long n);

/* Waits until the pipe has data: 0 if it has or never will */
static long wait_for_data(struct pipe *p, bool nonblock)
{
	if (p->ring.len || !p->writers)
		return 0;
	return nonblock ? -EAGAIN
		: wait_event(&p->rd, p->ring.len || !p->writers);
}

/* From the first stretch of one pipe, which keeps it, into the other */
static long tee(struct file *in, struct file *out, size_t n, bool nonblock)
{
	struct pipe *from = file_pipe(in), *to = file_pipe(out);
	const char *src;
	struct iov iov;
	uint32_t have;
	long rc;

	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (!from || !to || from == to)
		return -EINVAL;
	rc = wait_for_data(from, nonblock || (in->flags & O_NONBLOCK));
	if (rc)
		return rc;
	src = ring_get_at(&from->ring, &have);
	if (!src || !n)
		return 0;
	/* what has room goes without sleeping, so that src stays what it is */
	n = MIN(n, have);
	if (to->readers && ring_room(&to->ring) < n)
		n = ring_room(&to->ring);
	if (!n)
		return -EAGAIN;
	iov = iov_kernel(src, n);
	return file_write(out, &iov, &out->pos);
}

/* LIMIT: a full target is EAGAIN even if it might be waited for */
long sys_tee(int in_fd, int out_fd, size_t n, unsigned flags)
{
	struct file *in, *out;
	long rc;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	in = fd_get_io(in_fd);
	out = fd_get_io(out_fd);
	rc = in && out ? tee(in, out, n, flags & SPLICE_NONBLOCK) : -EBADF;
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return rc;
}

long sys_vmsplice(int fd, const struct iovec *uvec, unsigned long n,
		unsigned flags)
{
	struct file *f;
	uint32_t mode;
	bool pipe;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	pipe = file_pipe(f) != NULL;
	mode = f->mode;
	file_put(f);
	if (!pipe)
		return -EBADF;
	return (mode & FMODE_WRITE) ? sys_writev(fd, uvec, n)
		: sys_readv(fd, uvec, n);
}
