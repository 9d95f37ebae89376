/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The master of a pseudo-terminal as a file: what /dev/ptmx opens.  Requests
 * about terminal settings are answered by the slave, as with Linux.
 */
#include <asm/ioctls.h>
#include <pipux/signal.h>
#include "pty.h"

#define CHUNK	256u

static struct pty *master_pty(const struct file *f)
{
	return f->priv;
}

static int master_open(struct inode *inode, struct file *f)
{
	struct mount *devpts = devpts_of(&f->path);
	struct pty *pty;

	if (IS_ERR(devpts))
		return PTR_ERR(devpts);
	pty = pty_new(devpts);
	if (IS_ERR(pty)) {
		mount_put(devpts);
		return PTR_ERR(pty);
	}
	f->priv = pty;
	return 0;
}

static void master_release(struct file *f)
{
	pty_master_closed(master_pty(f));
}

/* 0, -EIO when all of the slave is closed, -EAGAIN, -ERESTARTSYS */
static long wait_output(struct file *f)
{
	struct pty *pty = master_pty(f);

	if (pty->out.len || (pty->packet && pty->status))
		return 0;
	if (pty->left)
		return -EIO;
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event(&pty->read_wait, pty->out.len || pty->left ||
		(pty->packet && pty->status));
}

/* Bytes moved, or -EFAULT if there was none */
static ssize_t take_output(struct pty *pty, struct iov *iov)
{
	ssize_t total = 0;
	uint32_t n;

	while (iov->len) {
		const char *from = ring_get_at(&pty->out, &n);

		n = MIN(n, iov->len);
		if (!n)
			break;
		if (iov_to(iov, from, n)) {
			total = total ? total : -EFAULT;
			break;
		}
		ring_get_done(&pty->out, n);
		total += n;
	}
	if (!tty_output_held(pty->slave))
		wake_up(&pty->slave->write_wait);
	return total;
}

/* A packet: its status byte, or a zero and data; 0: there is none */
static ssize_t read_packet(struct pty *pty, struct iov *iov)
{
	uint8_t status = pty->status;
	ssize_t n;

	if (!status && !pty->out.len)
		return 0;
	pty->status = 0;
	if (iov_to(iov, &status, 1))
		return -EFAULT;
	if (status)
		return 1;
	n = take_output(pty, iov);
	return n < 0 ? n : n + 1;
}

static ssize_t master_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct pty *pty = master_pty(f);
	long rc;

	if (!iov->len)
		return 0;
	do {
		rc = wait_output(f);
		if (rc)
			return rc;
		mutex_lock(&pty->reading);
		rc = pty->packet ? read_packet(pty, iov)
			: take_output(pty, iov);
		mutex_unlock(&pty->reading);
	} while (!rc);
	return rc;
}

static ssize_t master_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct pty *pty = master_pty(f);
	struct ldisc *ld = &pty->slave->ldisc;
	size_t total = 0, n;
	uint8_t chunk[CHUNK];
	long rc = 0;

	while (!rc && iov->len) {
		n = MIN(CHUNK, ldisc_room(ld));
		if (n) {
			n = MIN(n, iov->len);
			rc = iov_from(iov, chunk, n);
			if (rc)
				break;
			tty_receive(pty->slave, chunk, n);
			total += n;
		} else if (f->flags & O_NONBLOCK) {
			rc = -EAGAIN;
		} else {
			rc = wait_event(&pty->write_wait, ldisc_room(ld));
		}
	}
	return total ? (ssize_t)total : rc;
}

static uint32_t master_poll(struct file *f, struct poll_table *pt)
{
	struct pty *pty = master_pty(f);
	uint32_t ready = 0;

	poll_wait(f, &pty->read_wait, pt);
	poll_wait(f, &pty->write_wait, pt);
	if (pty->out.len)
		ready |= POLLIN | POLLRDNORM;
	if (pty->packet && pty->status)
		ready |= POLLPRI | POLLIN | POLLRDNORM;
	if (pty->left)
		ready |= POLLHUP;
	if (ldisc_room(&pty->slave->ldisc))
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

static long set_packet(struct pty *pty, const int *uarg)
{
	int on;

	if (get_user(on, uarg))
		return -EFAULT;
	if (on && !pty->packet)
		pty->status = 0;
	pty->packet = on;
	return 0;
}

static long set_lock(struct pty *pty, const int *uarg)
{
	int on;

	if (get_user(on, uarg))
		return -EFAULT;
	pty->locked = on;
	return 0;
}

/* TIOCGPTPEER (ioctl_tty(2)): the slave, without looking for its name */
static long open_peer(struct pty *pty, int flags)
{
	struct file *f = path_open(&pty->node, flags);

	return IS_ERR(f) ? PTR_ERR(f) : fd_install_new(f, flags & O_CLOEXEC);
}

static long send_to_foreground(struct pty *pty, int signo)
{
	if (signo != SIGINT && signo != SIGQUIT && signo != SIGTSTP)
		return -EINVAL;
	if (pty->slave->pgrp > 0)
		(void)kill_pgrp(signo, pty->slave->pgrp);
	return 0;
}

static long flush(struct pty *pty, unsigned long what)
{
	uint32_t n;

	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what != TCIFLUSH)
		ldisc_flush_input(&pty->slave->ldisc);
	if (what == TCOFLUSH)
		return 0;
	mutex_lock(&pty->reading);
	while (ring_get_at(&pty->out, &n))
		ring_get_done(&pty->out, n);
	mutex_unlock(&pty->reading);
	wake_up(&pty->slave->write_wait);
	return 0;
}

static long master_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct pty *pty = master_pty(f);
	int *uint_arg = (int *)arg;

	switch (cmd) {
	case TIOCGPTN:
		return put_user(pty->index, (unsigned *)arg);
	case TIOCSPTLCK:
		return set_lock(pty, uint_arg);
	case TIOCGPTLCK:
		return put_user((int)pty->locked, uint_arg);
	case TIOCPKT:
		return set_packet(pty, uint_arg);
	case TIOCGPKT:
		return put_user((int)pty->packet, uint_arg);
	case TIOCGPTPEER:
		return open_peer(pty, (int)arg);
	case TIOCSIG:
		return send_to_foreground(pty, (int)arg);
	case TIOCINQ:
		return put_user((int)pty->out.len, uint_arg);
	case TIOCOUTQ:
		return put_user(0, uint_arg);
	case TIOCGDEV:
		return put_user(MKDEV(5, 2), (uint32_t *)arg);
	case TCFLSH:
		return flush(pty, arg);
	case TIOCNOTTY:
		return -ENOTTY;
	}
	return tty_ioctl_on(pty->slave, cmd, arg, true);
}

const struct file_ops pty_master_fops = {
	.open = master_open,
	.release = master_release,
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.ioctl = master_ioctl,
};
