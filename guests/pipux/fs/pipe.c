/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes (pipe(7)): a byte ring with readers and writers.  The same operations
 * serve FIFOs, which add only how they are opened (fifo.c).
 */
#include "pipe.h"
#include <asm/ioctls.h>

#define PIPE_PAGES	16
#define PIPE_PAGES_MAX	256		/* pipe-max-size: 1 MiB */

static inline void wake(struct wait_queue *q)
{
	if (!list_empty(&q->waiters))
		wake_up(q);
}

struct pipe *pipe_new(void)
{
	struct pipe *p = kzalloc(sizeof(*p));

	if (!p)
		return NULL;
	if (!ring_init(&p->ring, PIPE_PAGES)) {
		kfree(p);
		return NULL;
	}
	wait_queue_init(&p->rd);
	wait_queue_init(&p->wr);
	return p;
}

void pipe_free(struct pipe *p)
{
	ring_destroy(&p->ring);
	kfree(p);
}

struct pipe *file_pipe(struct file *f)
{
	return f->ops == &pipe_fops ? f->inode->pipe : NULL;
}

/* What is there, up to iov->len; some bytes or -EFAULT */
static ssize_t take(struct pipe *p, struct iov *iov)
{
	size_t want = iov->len;
	const char *src;
	uint32_t n;

	while (iov->len && (src = ring_get_at(&p->ring, &n))) {
		n = MIN(n, (uint32_t)iov->seg);
		if (iov_to(iov, src, n))
			return iov->len == want ? -EFAULT
				: (ssize_t)(want - iov->len);
		ring_get_done(&p->ring, n);
	}
	wake(&p->wr);
	return want - iov->len;
}

static ssize_t pipe_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct pipe *p = f->inode->pipe;
	long rc;

	if (unlikely(!iov->len))
		return 0;
	if (!p->ring.len) {
		if (!p->writers)
			return 0;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event(&p->rd, p->ring.len || !p->writers);
		if (rc)
			return rc;
	}
	return take(p, iov);
}

/* As much as there is room for: 0, or why not */
static long put(struct pipe *p, struct iov *iov)
{
	uint32_t n;
	char *dst;

	while (iov->len && ring_room(&p->ring)) {
		dst = ring_put_at(&p->ring, &n);
		if (!dst)
			return -ENOMEM;
		n = MIN(n, (uint32_t)iov->seg);
		if (iov_from(iov, dst, n))
			return -EFAULT;
		ring_put_done(&p->ring, n);
	}
	return 0;
}

long broken_pipe(void)
{
	struct ksiginfo info = { .signo = SIGPIPE,
		.pid = current->process->pid, .uid = current->cred.uid };

	send_signal(SIGPIPE, &info, current);
	return -EPIPE;
}

/* pipe(7): writes of PIPE_BUF bytes and less are never torn apart */
static ssize_t pipe_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct pipe *p = f->inode->pipe;
	size_t n = iov->len;
	uint32_t need = n <= PIPE_BUF ? n : 1;
	long rc = 0;

	if (unlikely(!n))
		return 0;
	for (;;) {
		if (unlikely(!p->readers)) {
			rc = broken_pipe();
			break;
		}
		if (ring_room(&p->ring) >= need) {
			rc = put(p, iov);
			wake(&p->rd);
			if (rc || !iov->len)
				break;
		}
		if (f->flags & O_NONBLOCK) {
			rc = -EAGAIN;
			break;
		}
		rc = wait_event(&p->wr, ring_room(&p->ring) >= need
			|| !p->readers);
		if (rc)
			break;
	}
	if (iov->len == n)
		return rc;
	inode_touch(f->inode);
	return n - iov->len;
}

static uint32_t pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->inode->pipe;
	uint32_t mask = 0;

	if (f->mode & FMODE_READ) {
		poll_wait(f, &p->rd, pt);
		if (p->ring.len)
			mask |= POLLIN | POLLRDNORM;
		if (!p->writers && (uintptr_t)f->priv != p->writers_seen)
			mask |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		poll_wait(f, &p->wr, pt);
		if (ring_room(&p->ring) >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	int n = f->inode->pipe->ring.len;

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
	wake(&p->rd);
	wake(&p->wr);
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

long pipe_get_size(struct pipe *p)
{
	return ring_size(&p->ring);
}

/* F_SETPIPE_SZ: a power of two of pages (fcntl(2)) */
long pipe_set_size(struct pipe *p, unsigned long size)
{
	uint32_t pages = 1;
	int rc;

	if (size > PIPE_PAGES_MAX * PAGE_SIZE)
		return size > INT32_MAX ? -EINVAL : -EPERM;
	while (pages * PAGE_SIZE < size)
		pages *= 2;
	rc = ring_resize(&p->ring, pages);
	wake(&p->wr);
	return rc ? rc : (long)ring_size(&p->ring);
}

/* Both ends of a new pipe */
static int pipe_open(struct file *end[2], uint32_t flags)
{
	struct pipe *p = pipe_new();

	if (!p)
		return -ENOMEM;
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
	int fd[2], rc;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	rc = pipe_open(end, flags & O_NONBLOCK);
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
