/* SPDX-License-Identifier: BSD-2-Clause */
/* signalfd(2): blocked signals read from a file. */
#include "internal.h"
#include <pipux/signal.h>
#include <linux/signalfd.h>

struct signalfd {
	ksigset_t mask;
};

struct wait_queue signalfd_queue = WAIT_QUEUE_INIT(signalfd_queue);

static bool pending(const struct signalfd *s)
{
	const ksigset_t *own = &current->pending.set;
	const ksigset_t *group = &current->process->pending.set;

	return ((own->sig[0] | group->sig[0]) & s->mask.sig[0])
		|| ((own->sig[1] | group->sig[1]) & s->mask.sig[1]);
}

static void convert(struct signalfd_siginfo *to, const struct ksiginfo *i)
{
	memset(to, 0, sizeof(*to));
	to->ssi_signo = i->signo;
	to->ssi_errno = i->errno_;
	to->ssi_code = i->code;
	to->ssi_pid = i->pid;
	to->ssi_uid = i->uid;
	to->ssi_status = i->status;
	to->ssi_int = i->value;
	to->ssi_ptr = i->value;
	to->ssi_utime = i->utime;
	to->ssi_stime = i->stime;
	to->ssi_addr = i->addr;
}

static ssize_t signal_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct signalfd *s = f->priv;
	struct signalfd_siginfo si;
	struct ksiginfo info;
	size_t n = iov->len;
	long rc;

	if (n < sizeof(si))
		return -EINVAL;
	if (!pending(s)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event(&signalfd_queue, pending(s));
		if (rc)
			return rc;
	}
	while (iov->len >= sizeof(si) && signal_dequeue(&s->mask, &info)) {
		convert(&si, &info);
		if (iov_to(iov, &si, sizeof(si)))
			return -EFAULT;
	}
	return n - iov->len;
}

static uint32_t signal_poll(struct file *f, struct poll_table *pt)
{
	poll_wait(f, &signalfd_queue, pt);
	return pending(f->priv) ? POLLIN | POLLRDNORM : 0;
}

static void signal_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops signal_ops = {
	.read = signal_read,
	.llseek = noop_llseek,
	.poll = signal_poll,
	.release = signal_release,
};

static long signalfd_new(const ksigset_t *mask, int flags)
{
	struct signalfd *s = kmalloc(sizeof(*s));
	struct file *f;

	if (!s)
		return -ENOMEM;
	s->mask = *mask;
	f = anon_file("anon_inode:[signalfd]", &signal_ops, s,
		O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(s);
		return -ENOMEM;
	}
	return fd_install_new(f, flags & O_CLOEXEC);
}

long sys_signalfd4(int fd, const ksigset_t *umask, size_t size, int flags)
{
	ksigset_t mask;
	struct file *f;
	long rc = fd;

	if (size != sizeof(mask) || (flags & ~(O_CLOEXEC | O_NONBLOCK)))
		return -EINVAL;
	if (get_user(mask, umask))
		return -EFAULT;
	sigset_del(&mask, SIGKILL);
	sigset_del(&mask, SIGSTOP);
	if (fd == -1)
		return signalfd_new(&mask, flags);
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	if (f->ops == &signal_ops)
		((struct signalfd *)f->priv)->mask = mask;
	else
		rc = -EINVAL;
	file_put(f);
	return rc;
}

long sys_signalfd(int fd, const ksigset_t *umask, size_t size)
{
	return sys_signalfd4(fd, umask, size, 0);
}
