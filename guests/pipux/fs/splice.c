/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splice(2), tee(2), vmsplice(2): data between pipes and files by the slot.
 * LIMIT: data is copied, except from pipe to pipe; SPLICE_F_GIFT and the
 * other hints mean nothing.
 */
#include "pipe.h"
#include <pipux/tty.h>

#define SPLICE_FLAGS	15u		/* MOVE, NONBLOCK, MORE, GIFT */
#define SPLICE_NONBLOCK	2u
#define MEM_MAJOR	1u

/* A device of memory gives its bytes to read(2) only */
static bool gives_data(const struct file *f)
{
	if (inode_is(f->inode, S_IFCHR))
		return MAJOR(f->inode->rdev) != MEM_MAJOR
			|| MINOR(f->inode->rdev) >= 8;	/* random, urandom */
	return inode_is(f->inode, S_IFREG) || inode_is(f->inode, S_IFSOCK)
		|| inode_is(f->inode, S_IFBLK);
}

/* Nothing goes from a pipe into what takes whole records only: eventfd, mq */
static bool takes_data(const struct file *f)
{
	return f->ops->write && (inode_is(f->inode, S_IFREG)
		|| inode_is(f->inode, S_IFSOCK) || inode_is(f->inode, S_IFCHR)
		|| inode_is(f->inode, S_IFBLK));
}

/* One page, or what there is: bytes, 0 at the end, or an error */
static long page_to_pipe(struct file *in, loff_t *pos, struct pipe *p,
		size_t n)
{
	struct pipe_slot s = { .page = pipe_page(p), .closed = true };
	uint32_t off = (in->mode & FMODE_SEEK) ? *pos & ~PAGE_MASK : 0;
	struct iov iov = iov_kernel(s.page, MIN(n, PAGE_SIZE - off));
	long got;

	if (!s.page)
		return -ENOMEM;
	p->reserved++;
	got = file_read(in, &iov, pos);
	p->reserved--;
	s.len = got > 0 ? got : 0;
	if (s.len)
		pipe_push(p, &s);
	else
		pipe_page_free(p, s.page);
	if (!s.len)
		pipe_wake(&p->wr);
	return got;
}

static long file_to_pipe(struct file *in, loff_t *pos, struct pipe *p,
		size_t n, bool nonblock)
{
	long done = 0, rc;

	if (!gives_data(in))
		return -EINVAL;
	rc = pipe_wait_room(p, nonblock);
	if (rc)
		return rc;
	while (n && !pipe_full(p)) {
		rc = page_to_pipe(in, pos, p, n);
		if (rc <= 0)
			break;
		done += rc;
		n -= rc;
		if (!inode_is(in->inode, S_IFREG))
			break;		/* it might wait for more */
	}
	pipe_wake(&p->rd);
	return done ? done : rc;
}

/* Takes the first slot and keeps its place: 1, 0: there is none, or errno */
static long slot_take(struct pipe *p, struct pipe_slot *s)
{
	long rc = mutex_lock_interruptible(&p->lock);

	if (rc)
		return rc;
	if (!pipe_empty(p)) {
		*s = *pipe_slot(p, p->tail++);
		p->reserved++;
		rc = 1;
	}
	mutex_unlock(&p->lock);
	return rc;
}

/* Gives back what is left of it */
static void slot_return(struct pipe *p, const struct pipe_slot *s)
{
	mutex_lock(&p->lock);
	p->reserved--;
	if (s->len)
		*pipe_slot(p, --p->tail) = *s;
	else
		pipe_page_free(p, s->page);
	mutex_unlock(&p->lock);
	if (s->len)
		pipe_wake(&p->rd);
}

/* What the file takes of the first slot: bytes, 0: of none, or an error */
static long slot_to_file(struct pipe *p, struct file *out, loff_t *pos,
		size_t n)
{
	struct pipe_slot s;
	struct iov iov;
	long wrote = slot_take(p, &s);

	if (wrote <= 0)
		return wrote;
	iov = iov_kernel(s.page + s.off, MIN(n, (size_t)s.len));
	wrote = file_write(out, &iov, pos);
	if (wrote > 0) {
		s.off += wrote;
		s.len -= wrote;
	}
	slot_return(p, &s);
	return wrote;
}

static long pipe_to_file(struct pipe *p, struct file *out, loff_t *pos,
		size_t n, bool nonblock)
{
	long done = 0, rc;

	do {
		rc = pipe_wait_data(p, nonblock);
		while (rc >= 0 && n && !pipe_empty(p)) {
			rc = slot_to_file(p, out, pos, n);
			if (rc <= 0)
				break;
			done += rc;
			n -= rc;
		}
		/* not the end: another one was faster */
	} while (rc == 0 && !done && pipe_empty(p) && p->writers);
	pipe_wake(&p->wr);
	return done ? done : rc;
}

/* Waits for data in one and room in the other: 0 or an error */
static long both_ready(struct pipe *from, struct pipe *to, bool nonblock)
{
	long rc = 0;

	while (rc == 0 && ((pipe_empty(from) && from->writers)
			|| pipe_full(to) || !to->readers)) {
		rc = pipe_wait_data(from, nonblock);
		if (rc == 0 && pipe_empty(from))
			break;
		if (rc == 0)
			rc = pipe_wait_room(to, nonblock);
	}
	return rc;
}

/* n bytes of a slot in a page of its own; false: no memory */
static bool slot_copy(struct pipe *to, const struct pipe_slot *s, uint32_t n)
{
	struct pipe_slot copy = { .page = pipe_page(to), .len = n,
		.packet = s->packet, .closed = true };

	if (!copy.page)
		return false;
	memcpy(copy.page, s->page + s->off, n);
	pipe_push(to, &copy);
	return true;
}

/* As many slots as there are and fit: bytes, or -ENOMEM */
static long slots_move(struct pipe *from, struct pipe *to, size_t n)
{
	long done = 0;

	while (n && !pipe_empty(from) && !pipe_full(to)) {
		struct pipe_slot *s = pipe_slot(from, from->tail);
		uint32_t k = MIN(n, (size_t)s->len);

		if (k == s->len) {
			pipe_push(to, s);
			from->tail++;
		} else if (slot_copy(to, s, k)) {
			pipe_consume(from, k);
		} else {
			return done ? done : -ENOMEM;
		}
		done += k;
		n -= k;
	}
	return done;
}

static long pipe_to_pipe(struct pipe *from, struct pipe *to, size_t n,
		bool nonblock)
{
	long rc;

	do {
		rc = both_ready(from, to, nonblock);
		if (rc == 0)
			rc = mutex_lock_interruptible(&from->lock);
		if (rc)
			break;
		rc = slots_move(from, to, n);
		mutex_unlock(&from->lock);
		/* not the end: another one was faster */
	} while (rc == 0 && (from->writers || !pipe_empty(from)));
	pipe_wake(&from->wr);
	pipe_wake(&to->rd);
	return rc;
}

/* splice(2) with a file at one end; *upos is its position, if it is given */
static long splice_file(struct file *in, struct file *out, loff_t *upos,
		size_t n, bool nonblock)
{
	struct pipe *from = file_pipe(in);
	struct file *f = from ? out : in;
	loff_t pos, *at = &f->pos;
	long rc;

	if (upos) {
		if (!(f->mode & FMODE_SEEK))
			return -EINVAL;
		if (copy_from_user(&pos, upos, sizeof(pos)))
			return -EFAULT;
		if (pos < 0)
			return -EINVAL;
		at = &pos;
	}
	if (from && ((out->flags & O_APPEND) || !takes_data(out)))
		return -EINVAL;
	rc = from ? pipe_to_file(from, out, at, n, nonblock)
		: file_to_pipe(in, at, file_pipe(out), n, nonblock);
	if (rc > 0 && upos && put_user(pos, upos))
		return -EFAULT;
	return rc;
}

static long splice(struct file *in, loff_t *uin, struct file *out,
		loff_t *uout, size_t n, unsigned flags)
{
	struct pipe *from = file_pipe(in), *to = file_pipe(out);
	bool nonblock = flags & SPLICE_NONBLOCK;
	loff_t dummy;

	if ((uin && from) || (uout && to))
		return -ESPIPE;
	if ((uin && get_user(dummy, uin)) || (uout && get_user(dummy, uout)))
		return -EFAULT;
	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (from == to)			/* neither is a pipe, or both one */
		return -EINVAL;
	n = MIN(n, (size_t)MAX_RW);
	nonblock |= (from && (in->flags & O_NONBLOCK))
		|| (to && (out->flags & O_NONBLOCK));
	return from && to ? pipe_to_pipe(from, to, n, nonblock)
		: splice_file(in, out, from ? uout : uin, n, nonblock);
}

long sys_splice(int in_fd, loff_t *uin, int out_fd, loff_t *uout, size_t n,
		unsigned flags)
{
	struct file *in, *out;
	long rc;

	if (!n)
		return 0;
	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	in = fd_get_io(in_fd);
	out = fd_get_io(out_fd);
	rc = in && out ? splice(in, uin, out, uout, n, flags) : -EBADF;
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return rc;
}

/* tee(2): the other pipe gets copies of the first slots */
static long tee(struct file *in, struct file *out, size_t n, bool nonblock)
{
	struct pipe *from = file_pipe(in), *to = file_pipe(out);
	long done = 0, rc;

	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (!from || !to || from == to)
		return -EINVAL;
	nonblock |= (in->flags | out->flags) & O_NONBLOCK;
	rc = both_ready(from, to, nonblock);
	for (uint32_t i = from->tail; rc == 0 && n && i != from->head
			&& !pipe_full(to); i++) {
		const struct pipe_slot *s = pipe_slot(from, i);
		uint32_t k = MIN(n, (size_t)s->len);

		if (!slot_copy(to, s, k))
			rc = -ENOMEM;
		else
			done += k;
		n -= k;
	}
	pipe_wake(&to->rd);
	return done ? done : rc;
}

long sys_tee(int in_fd, int out_fd, size_t n, unsigned flags)
{
	struct file *in, *out;
	long rc;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	if (!n)
		return 0;
	in = fd_get_io(in_fd);
	out = fd_get_io(out_fd);
	rc = in && out ? tee(in, out, n, flags & SPLICE_NONBLOCK) : -EBADF;
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return rc;
}

/* What fits goes; to the memory of current, or from there */
static long vmsplice(struct pipe *p, bool out, struct iov *iov, bool nonblock)
{
	long done = 0, rc;

	if (!iov->len)
		return 0;
	if (!out)
		return pipe_receive(p, iov, nonblock);
	rc = pipe_wait_room(p, nonblock);
	while (rc >= 0 && iov->len && !pipe_full(p)) {
		rc = pipe_add(p, iov, false);
		if (rc < 0)
			break;
		pipe_slot(p, p->head - 1)->closed = true;
		done += rc;
	}
	pipe_wake(&p->rd);
	return done ? done : rc;
}

long sys_vmsplice(int fd, const struct iovec *uvec, unsigned long n,
		unsigned flags)
{
	struct file *f;
	struct iovec *vec;
	struct iov iov;
	long rc;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	rc = iovec_import(uvec, n, &vec, &iov);
	if (rc == 0) {
		rc = !file_pipe(f) ? -EBADF : vmsplice(file_pipe(f),
			f->mode & FMODE_WRITE, &iov, flags & SPLICE_NONBLOCK);
		kfree(vec);
	}
	file_put(f);
	return rc;
}
