/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes (pipe(7)): slots of data with readers and writers.  The same
 * operations serve FIFOs, which add only how they are opened (fifo.c).
 */
#include "pipe.h"
#include <asm/ioctls.h>

struct pipe *file_pipe(struct file *f)
{
	return f->ops == &pipe_fops ? f->inode->pipe : NULL;
}

/* What is there, up to iov->len or one packet; some bytes, or an error */
static ssize_t take(struct pipe *p, struct iov *iov)
{
	ssize_t done = mutex_lock_interruptible(&p->lock);
	bool packet = false;

	if (done)
		return done;
	while (iov->len && !pipe_empty(p) && !packet) {
		struct pipe_slot *s = pipe_slot(p, p->tail);
		uint32_t n = MIN((size_t)s->len, iov->len);

		if (iov_to(iov, s->page + s->off, n)) {
			done = done ? done : -EFAULT;
			break;
		}
		done += n;
		packet = s->packet;
		pipe_consume(p, n);
	}
	mutex_unlock(&p->lock);
	pipe_wake(&p->wr);
	return done;
}

long pipe_wait_data(struct pipe *p, bool nonblock)
{
	if (!pipe_empty(p) || !p->writers)
		return 0;
	return nonblock ? -EAGAIN
		: wait_event(&p->rd, !pipe_empty(p) || !p->writers);
}

ssize_t pipe_receive(struct pipe *p, struct iov *iov, bool nonblock)
{
	ssize_t rc;

	do {
		rc = pipe_empty(p) ? pipe_wait_data(p, nonblock) : 0;
		if (rc == 0)
			rc = take(p, iov);
	} while (rc == 0 && p->writers);	/* another one was faster */
	return rc;
}

static ssize_t pipe_read(struct file *f, struct iov *iov, loff_t *pos)
{
	if (unlikely(!iov->len))
		return 0;
	return pipe_receive(f->inode->pipe, iov, f->flags & O_NONBLOCK);
}

/*
 * What is left over of whole pages goes behind what the last slot holds, if
 * it fits there: bytes moved, 0 if it does not, or -EFAULT.
 */
static long merge(struct pipe *p, struct iov *iov)
{
	struct pipe_slot *s = pipe_slot(p, p->head - 1);
	uint32_t n = iov->len & ~PAGE_MASK;

	if (s->closed || !n || s->off + s->len + n > PAGE_SIZE)
		return 0;
	if (iov_from(iov, s->page + s->off + s->len, n))
		return -EFAULT;
	s->len += n;
	return n;
}

static long merge_any(struct pipe *p, struct iov *iov)
{
	long rc = mutex_lock_interruptible(&p->lock);

	if (rc)
		return rc;
	rc = pipe_empty(p) ? 0 : merge(p, iov);
	mutex_unlock(&p->lock);
	return rc;
}

long pipe_add(struct pipe *p, struct iov *iov, bool packet)
{
	struct pipe_slot s = {
		.page = pipe_page(p), .packet = packet, .closed = packet,
		.len = MIN(iov->len, (size_t)PAGE_SIZE),
	};
	long rc;

	if (!s.page)
		return -ENOMEM;
	p->reserved++;
	rc = iov_from(iov, s.page, s.len);
	p->reserved--;
	if (rc) {
		pipe_page_free(p, s.page);
		pipe_wake(&p->wr);
		return -EFAULT;
	}
	pipe_push(p, &s);
	return s.len;
}

long broken_pipe(void)
{
	struct ksiginfo info = { .signo = SIGPIPE,
		.pid = current->process->pid, .uid = current->cred.uid };

	send_signal(SIGPIPE, &info, current);
	return -EPIPE;
}

long pipe_wait_room(struct pipe *p, bool nonblock)
{
	long rc = 0;

	if (p->readers && pipe_full(p))
		rc = nonblock ? -EAGAIN
			: wait_event(&p->wr, !pipe_full(p) || !p->readers);
	return rc == 0 && !p->readers ? broken_pipe() : rc;
}

/* Writes of PIPE_BUF bytes and less take one slot: they are never torn */
static ssize_t pipe_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct pipe *p = f->inode->pipe;
	bool packet = f->flags & O_DIRECT;
	long rc = 0, done = 0;

	if (unlikely(!iov->len))
		return 0;
	if (unlikely(!p->readers))
		return broken_pipe();
	if (!pipe_empty(p))
		rc = done = merge_any(p, iov);
	while (rc >= 0 && iov->len) {
		if (pipe_full(p)) {
			pipe_wake(&p->rd);
			rc = pipe_wait_room(p, f->flags & O_NONBLOCK);
			if (rc)
				break;
		}
		rc = pipe_add(p, iov, packet);
		if (rc > 0)
			done += rc;
	}
	pipe_wake(&p->rd);
	if (done <= 0)
		return rc;
	inode_touch(f->inode);
	return done;
}

static uint32_t pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->inode->pipe;
	uint32_t mask = 0;

	if (f->mode & FMODE_READ) {
		poll_wait(f, &p->rd, pt);
		if (!pipe_empty(p))
			mask |= POLLIN | POLLRDNORM;
		if (!p->writers && (uintptr_t)f->priv != p->writers_seen)
			mask |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		poll_wait(f, &p->wr, pt);
		if (!pipe_full(p))
			mask |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	int n = pipe_bytes(f->inode->pipe);

	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user(n, (int *)arg);
}

void pipe_drop(struct inode *inode, uint32_t mode)
{
	struct pipe *p = inode->pipe;

	if (mode & FMODE_READ)
		p->readers--;
	if (mode & FMODE_WRITE)
		p->writers--;
	pipe_wake(&p->rd);
	pipe_wake(&p->wr);
	if (p->readers || p->writers || p->opening)
		return;
	inode->pipe = NULL;
	pipe_free(p);
}

static void pipe_release(struct file *f)
{
	pipe_drop(f->inode, f->mode);
}

const struct file_ops pipe_fops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

/* Both ends of a pipe, which is theirs or, without memory, gone */
static int pipe_open(struct pipe *p, struct file *end[2], uint32_t flags)
{
	end[0] = anon_file("pipe", &pipe_fops, NULL, O_RDONLY | flags);
	if (!end[0]) {
		pipe_free(p);
		return -ENOMEM;
	}
	end[0]->inode->pipe = p;
	end[0]->inode->fops = &fifo_fops;
	p->readers = 1;
	end[1] = file_new(&end[0]->path, &pipe_fops, O_WRONLY | flags);
	if (!end[1]) {
		file_put(end[0]);
		return -ENOMEM;
	}
	p->writers = p->writers_seen = 1;
	return 0;
}

long sys_pipe2(int *ufd, int flags)
{
	struct file *end[2];
	bool cloexec = flags & O_CLOEXEC;
	struct pipe *p;
	int fd[2], rc;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	p = pipe_new();
	if (IS_ERR(p))
		return PTR_ERR(p);
	rc = pipe_open(p, end, flags & (O_NONBLOCK | O_DIRECT));
	if (rc)
		return rc;
	fd[0] = fd_install_new(end[0], cloexec);
	if (fd[0] < 0) {
		file_put(end[1]);
		return fd[0];
	}
	fd[1] = fd_install_new(end[1], cloexec);
	rc = fd[1] < 0 ? fd[1] : copy_to_user(ufd, fd, sizeof(fd));
	if (rc) {
		fd_close(fd[0]);
		if (fd[1] >= 0)
			fd_close(fd[1]);
	}
	return rc;
}

long sys_pipe(int *ufd)
{
	return sys_pipe2(ufd, 0);
}
