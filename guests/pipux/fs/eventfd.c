/* SPDX-License-Identifier: BSD-2-Clause */
/* eventfd(2): a 64-bit counter to wait for. */
#include "internal.h"

#define EFD_SEMAPHORE	1
#define COUNT_MAX	(UINT64_MAX - 1)

struct eventfd {
	uint64_t count;
	bool semaphore;
	struct wait_queue queue;	/* for both sides: they are few */
};

static ssize_t event_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct eventfd *e = f->priv;
	uint64_t n;
	long rc;

	if (iov->len < sizeof(n))
		return -EINVAL;
	if (!e->count) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event(&e->queue, e->count);
		if (rc)
			return rc;
	}
	n = e->semaphore ? 1 : e->count;
	e->count -= n;
	wake_up(&e->queue);
	return iov_to(iov, &n, sizeof(n)) ? -EFAULT : (ssize_t)sizeof(n);
}

static ssize_t event_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct eventfd *e = f->priv;
	uint64_t n;
	long rc;

	if (iov->len < sizeof(n))
		return -EINVAL;
	if (iov_from(iov, &n, sizeof(n)))
		return -EFAULT;
	if (n == UINT64_MAX)
		return -EINVAL;
	if (n > COUNT_MAX - e->count) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event(&e->queue, n <= COUNT_MAX - e->count);
		if (rc)
			return rc;
	}
	e->count += n;
	wake_up(&e->queue);
	return sizeof(n);
}

static uint32_t event_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->priv;

	poll_wait(f, &e->queue, pt);
	return (e->count ? POLLIN | POLLRDNORM : 0)
		| (e->count < COUNT_MAX ? POLLOUT | POLLWRNORM : 0);
}

static void event_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops event_ops = {
	.read = event_read,
	.write = event_write,
	.llseek = noop_llseek,
	.poll = event_poll,
	.release = event_release,
};

struct file *eventfd_get(int fd)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return ERR_PTR(-EBADF);
	if (f->ops == &event_ops)
		return f;
	file_put(f);
	return ERR_PTR(-EINVAL);
}

void eventfd_signal(struct file *f)
{
	struct eventfd *e = f->priv;

	if (e->count <= COUNT_MAX)
		e->count++;
	wake_up(&e->queue);
}

long sys_eventfd2(unsigned count, int flags)
{
	struct eventfd *e;
	struct file *f;

	if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	wait_queue_init(&e->queue);
	f = anon_file("anon_inode:[eventfd]", &event_ops, e,
		O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(e);
		return -ENOMEM;
	}
	return fd_install_new(f, flags & O_CLOEXEC);
}

long sys_eventfd(unsigned count)
{
	return sys_eventfd2(count, 0);
}
