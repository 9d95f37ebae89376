/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals as files: open, read, write, poll, and input on its way from a
 * driver to the readers.  One struct tty per device, however often it is
 * opened; a hang-up makes the files open at that time stale.
 */
#include <pipux/signal.h>
#include <asm/ioctls.h>
#include "pty.h"

#define CHUNK		256u
#define TTY_DEVICE	MKDEV(5, 0)	/* /dev/tty */
#define CONSOLE_DEVICE	MKDEV(5, 1)
#define DECISECOND	(NSEC_PER_SEC / 10)

static void ldisc_out(struct ldisc *ld, const void *buf, size_t n)
{
	struct tty *tty = container_of(ld, struct tty, ldisc);

	tty->driver->write(tty, buf, n);
}

static void ldisc_signal(struct ldisc *ld, int signo)
{
	struct tty *tty = container_of(ld, struct tty, ldisc);

	if (tty->pgrp > 0)
		(void)kill_pgrp(signo, tty->pgrp);
}

static const struct ldisc_ops tty_ldisc_ops = {
	.output = ldisc_out,
	.signal = ldisc_signal,
};

struct tty *tty_new(const struct tty_driver *drv, dev_t dev)
{
	struct tty *tty = kzalloc(sizeof(*tty));

	if (!tty)
		return NULL;
	tty->driver = drv;
	tty->dev = dev;
	wait_queue_init(&tty->read_wait);
	wait_queue_init(&tty->write_wait);
	ldisc_init(&tty->ldisc, &tty_ldisc_ops);
	return tty;
}

dev_t tty_dev(struct tty *tty)
{
	return tty->dev;
}

int tty_pgrp(struct tty *tty)
{
	return tty->pgrp ? tty->pgrp : -1;
}

/* Enough input for a read to return: a line, or MIN bytes (termios(3)) */
static bool readable(const struct tty *tty)
{
	const struct ldisc *ld = &tty->ldisc;
	size_t need = 1;

	if (!LFLAG(ld, ICANON) && !ld->termios.c_cc[VTIME])
		need = MAX(ld->termios.c_cc[VMIN], (cc_t)1);
	return ldisc_available(ld) >= need;
}

void tty_event(struct tty *tty, unsigned status)
{
	if (tty->driver->event)
		tty->driver->event(tty, status);
}

bool tty_output_held(const struct tty *tty)
{
	return tty->ldisc.stopped ||
		(tty->driver->full && tty->driver->full(tty));
}

void tty_receive(struct tty *tty, const void *buf, size_t n)
{
	bool stopped = tty->ldisc.stopped;

	ldisc_receive(&tty->ldisc, buf, n);
	if (ldisc_available(&tty->ldisc))
		wake_up(&tty->read_wait);
	if (tty->ldisc.stopped != stopped)
		tty_event(tty, stopped ? TIOCPKT_START : TIOCPKT_STOP);
	if (!tty_output_held(tty))
		wake_up(&tty->write_wait);
}

static struct tty *registered;

int tty_register(struct tty *tty, const char *name)
{
	int rc = chrdev_register(tty->dev, 1, &tty_fops, name);

	if (rc)
		return rc;
	tty->next = registered;
	registered = tty;
	return 0;
}

bool tty_names_group(int pgrp)
{
	for (const struct tty *tty = registered; tty; tty = tty->next)
		if (tty->pgrp == pgrp)
			return true;
	return pty_names_group(pgrp);
}

static struct tty *tty_find(dev_t dev)
{
	struct tty *tty = registered;

	while (tty && tty->dev != dev)
		tty = tty->next;
	return tty ? tty : ERR_PTR(-ENXIO);
}

static struct tty *open_which(struct inode *inode)
{
	if (MAJOR(inode->rdev) == PTY_MAJOR)
		return pty_slave(MINOR(inode->rdev), inode->sb);
	if (inode->rdev == CONSOLE_DEVICE)
		return console_tty();
	if (inode->rdev != TTY_DEVICE)
		return tty_find(inode->rdev);
	return current->process->tty ? current->process->tty
		: ERR_PTR(-ENXIO);
}

/* A session leader without a terminal gets this one (credentials(7)) */
static bool acquires(struct inode *inode, struct file *f, struct tty *tty)
{
	struct process *p = current->process;

	return inode->rdev != TTY_DEVICE && inode->rdev != CONSOLE_DEVICE &&
		!(f->flags & O_NOCTTY) && (f->flags & O_ACCMODE) != O_WRONLY &&
		p->session == p->pid && !p->tty && !tty->session;
}

static int tty_open(struct inode *inode, struct file *f)
{
	struct tty *tty = open_which(inode);
	struct tty_file *tf;
	int rc;

	if (IS_ERR(tty))
		return (int)PTR_ERR(tty);
	if (tty->exclusive && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	tf = kmalloc(sizeof(*tf));
	if (!tf)
		return -ENOMEM;
	rc = tty->driver->open ? tty->driver->open(tty) : 0;
	if (rc) {
		kfree(tf);
		return rc;
	}
	tf->tty = tty;
	tf->epoch = tty->epoch;
	tf->immune = inode->rdev == CONSOLE_DEVICE;
	f->priv = tf;
	if (acquires(inode, f, tty))
		tty_acquire(tty);
	return 0;
}

static void tty_release(struct file *f)
{
	struct tty *tty = tty_file(f)->tty;

	kfree(f->priv);
	if (tty->driver->close)
		tty->driver->close(tty);
}

/* 0, -ERESTARTSYS, -ETIMEDOUT, -EAGAIN; returns early when things change */
static long wait_input(struct file *f, struct tty *tty, ktime_t deadline)
{
	struct tty_file *tf = tty_file(f);
	cc_t *cc = tty->ldisc.termios.c_cc;
	tcflag_t mode = LFLAG(&tty->ldisc, ICANON);

	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_until(&tty->read_wait,
		ldisc_available(&tty->ldisc) || tty_hung_up(tf) ||
		LFLAG(&tty->ldisc, ICANON) != mode ||
		(!mode && !cc[VMIN] && !cc[VTIME]), deadline);
}

/*
 * When a read that has got `got` bytes ends: *least, the bytes to wait for,
 * and *deadline, how long for the next one (termios(3), "Canonical and
 * noncanonical mode").  false: not at all, without waiting.
 */
static bool read_limits(const struct ldisc *ld, size_t got, size_t *least,
		ktime_t *deadline)
{
	uint32_t min = ld->termios.c_cc[VMIN], time = ld->termios.c_cc[VTIME];

	*deadline = 0;
	*least = 1;
	if (LFLAG(ld, ICANON))
		return true;
	if (min)
		*least = min;
	if (time && (!min || got))
		*deadline = ktime_get() + time * DECISECOND;
	return min || time;
}

/* Moves what is there: bytes, 0 with *done for a line's end, -EFAULT */
static ssize_t take_input(struct tty *tty, struct iov *iov, bool *done)
{
	uint8_t chunk[CHUNK];
	size_t n, total = 0;

	*done = false;
	do {
		n = ldisc_read(&tty->ldisc, chunk, MIN(iov->len, CHUNK),
			done);
		if (iov_to(iov, chunk, n))
			return -EFAULT;
		total += n;
	} while (n && iov->len && !*done);
	if (LFLAG(&tty->ldisc, ICANON) && total)
		*done = true;
	if (tty->driver->unthrottle)
		tty->driver->unthrottle(tty);
	return (ssize_t)total;
}

static ssize_t tty_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct tty_file *tf = tty_file(f);
	struct tty *tty = tf->tty;
	size_t total = 0, least;
	ktime_t deadline;
	bool done, waits;
	ssize_t n;
	long rc;

	rc = tty_hung_up(tf) ? 0 : tty_check_background(tty, SIGTTIN);
	if (rc || tty_hung_up(tf) || !iov->len)
		return rc;
	for (;;) {
		waits = read_limits(&tty->ldisc, total, &least, &deadline);
		if (ldisc_available(&tty->ldisc)) {
			n = take_input(tty, iov, &done);
			if (n < 0)
				return total ? (ssize_t)total : n;
			total += (size_t)n;
			if (done || total >= least || !iov->len)
				return (ssize_t)total;
			continue;
		}
		if (!waits || tty_hung_up(tf))
			return (ssize_t)total;
		rc = wait_input(f, tty, deadline);
		if (rc == -ETIMEDOUT)
			return (ssize_t)total;
		if (rc)
			return total ? (ssize_t)total : rc;
	}
}

static long wait_output(struct file *f, struct tty *tty)
{
	struct tty_file *tf = tty_file(f);

	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event(&tty->write_wait,
		!tty_output_held(tty) || tty_hung_up(tf));
}

static ssize_t tty_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct tty_file *tf = tty_file(f);
	struct tty *tty = tf->tty;
	size_t total = 0, n;
	uint8_t chunk[CHUNK];
	long rc = 0;

	if (!tty_hung_up(tf) && LFLAG(&tty->ldisc, TOSTOP))
		rc = tty_check_background(tty, SIGTTOU);
	while (!rc && iov->len) {
		n = MIN(iov->len, CHUNK);
		rc = iov_from(iov, chunk, n);	/* may sleep */
		if (!rc && tty_output_held(tty))
			rc = wait_output(f, tty);
		if (tty_hung_up(tf))
			rc = -EIO;
		if (!rc) {
			ldisc_write(&tty->ldisc, chunk, n);
			total += n;
		}
	}
	return total ? (ssize_t)total : rc;
}

static uint32_t tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty_file *tf = tty_file(f);
	struct tty *tty = tf->tty;
	uint32_t ready = 0;

	poll_wait(f, &tty->read_wait, pt);
	poll_wait(f, &tty->write_wait, pt);
	if (tty_hung_up(tf))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM |
			POLLWRNORM;
	if (readable(tty))
		ready |= POLLIN | POLLRDNORM;
	if (!tty_output_held(tty))
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

const struct file_ops tty_fops = {
	.open = tty_open,
	.release = tty_release,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
};
