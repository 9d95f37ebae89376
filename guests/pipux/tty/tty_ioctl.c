/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioctl_tty(2), but for job control.  Output is given away at once, so
 * draining it is done before it is asked for.
 */
#include <asm/ioctls.h>
#include <linux/serial.h>
#include <pipux/signal.h>
#include "tty.h"
#include "pty.h"

static long termios_get(struct tty *tty, void *uarg, size_t size)
{
	struct termios2 t = { .c_ispeed = 38400, .c_ospeed = 38400 };

	memcpy(&t, &tty->ldisc.termios, sizeof(struct termios));
	return copy_to_user(uarg, &t, size);
}

/* ^S and ^Q are what a remote end can handle by itself (ioctl_tty(2)) */
static bool usual_flow(const struct termios *t)
{
	return (t->c_iflag & IXON) && t->c_cc[VSTOP] == ('S' & 0x1F) &&
		t->c_cc[VSTART] == ('Q' & 0x1F);
}

/* TIOCSLCKTRMIOS: what is locked stays as it is in `old` */
static void keep_locked(struct termios *t, const struct termios *old,
		const struct termios *locked)
{
	t->c_iflag ^= (t->c_iflag ^ old->c_iflag) & locked->c_iflag;
	t->c_oflag ^= (t->c_oflag ^ old->c_oflag) & locked->c_oflag;
	t->c_cflag ^= (t->c_cflag ^ old->c_cflag) & locked->c_cflag;
	t->c_lflag ^= (t->c_lflag ^ old->c_lflag) & locked->c_lflag;
	if (locked->c_line)
		t->c_line = old->c_line;
	for (size_t i = 0; i < NCCS; i++)
		if (locked->c_cc[i])
			t->c_cc[i] = old->c_cc[i];
}

static void apply_termios(struct tty *tty, struct termios *t)
{
	struct termios old = tty->ldisc.termios;

	keep_locked(t, &old, &tty->locked);
	ldisc_set_termios(&tty->ldisc, t);
	if (usual_flow(&old) != usual_flow(t))
		tty_event(tty, usual_flow(t) ? TIOCPKT_DOSTOP
			: TIOCPKT_NOSTOP);
	if ((old.c_lflag | t->c_lflag) & EXTPROC)
		tty_event(tty, TIOCPKT_IOCTL);
	wake_up(&tty->read_wait);
	wake_up(&tty->write_wait);
}

/* Who waits for room goes on */
static void flush_input(struct tty *tty)
{
	ldisc_flush_input(&tty->ldisc);
	if (tty->driver->unthrottle)
		tty->driver->unthrottle(tty);
}

/* size: of struct termios, or of termios2, whose speeds are ignored */
static long termios_set(struct tty *tty, const void *uarg, size_t size,
		bool flush)
{
	struct termios2 t;
	long rc = tty_check_background(tty, SIGTTOU);

	if (rc)
		return rc;
	if (copy_from_user(&t, uarg, size))
		return -EFAULT;
	if (flush)
		flush_input(tty);
	apply_termios(tty, (struct termios *)&t);
	return 0;
}

static long termio_get(struct tty *tty, void *uarg)
{
	const struct termios *t = &tty->ldisc.termios;
	struct termio old = {
		(uint16_t)t->c_iflag, (uint16_t)t->c_oflag,
		(uint16_t)t->c_cflag, (uint16_t)t->c_lflag, t->c_line, { 0 },
	};

	memcpy(old.c_cc, t->c_cc, NCC);
	return copy_to_user(uarg, &old, sizeof(old));
}

/* The old structure holds the low halves of the flags */
static long termio_set(struct tty *tty, const void *uarg, bool flush)
{
	struct termios t = tty->ldisc.termios;
	struct termio old;
	long rc = tty_check_background(tty, SIGTTOU);

	if (rc)
		return rc;
	if (get_user(old, uarg))
		return -EFAULT;
	t.c_iflag = (t.c_iflag & 0xFFFF0000) | old.c_iflag;
	t.c_oflag = (t.c_oflag & 0xFFFF0000) | old.c_oflag;
	t.c_cflag = (t.c_cflag & 0xFFFF0000) | old.c_cflag;
	t.c_lflag = (t.c_lflag & 0xFFFF0000) | old.c_lflag;
	memcpy(t.c_cc, old.c_cc, NCC);
	if (flush)
		flush_input(tty);
	apply_termios(tty, &t);
	return 0;
}

static long winsize_set(struct tty *tty, const void *uarg)
{
	struct winsize ws;

	if (get_user(ws, uarg))
		return -EFAULT;
	if (!memcmp(&ws, &tty->winsize, sizeof(ws)))
		return 0;
	tty->winsize = ws;
	if (tty->pgrp > 0)
		(void)kill_pgrp(SIGWINCH, tty->pgrp);
	return 0;
}

static long flush(struct tty *tty, unsigned long what)
{
	long rc = tty_check_background(tty, SIGTTOU);

	if (rc)
		return rc;
	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what != TCOFLUSH) {
		flush_input(tty);
		tty_event(tty, TIOCPKT_FLUSHREAD);
	}
	if (what != TCIFLUSH) {
		tty->ldisc.out_len = 0;
		tty_event(tty, TIOCPKT_FLUSHWRITE);
	}
	return 0;
}

static long flow(struct tty *tty, unsigned long action)
{
	long rc = tty_check_background(tty, SIGTTOU);

	if (rc)
		return rc;
	switch (action) {
	case TCOOFF:
		ldisc_stop(&tty->ldisc);
		tty_event(tty, TIOCPKT_STOP);
		return 0;
	case TCOON:
		ldisc_start(&tty->ldisc);
		tty_event(tty, TIOCPKT_START);
		wake_up(&tty->write_wait);
		return 0;
	case TCIOFF:
	case TCION:
		return 0;
	}
	return -EINVAL;
}

static long simulate_input(struct tty *tty, const uint8_t *uarg)
{
	uint8_t c;

	if (current->process->tty != tty && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, uarg))
		return -EFAULT;
	tty_receive(tty, &c, 1);
	return 0;
}

/* Linux's pseudo-terminals have no modem lines */
static bool is_pty(const struct tty *tty)
{
	return MAJOR(tty->dev) == PTY_MAJOR;
}

static long serial_get(struct tty *tty, void *uarg)
{
	struct serial_struct s = { .line = (int)MINOR(tty->dev) - 64 };

	return copy_to_user(uarg, &s, sizeof(s));
}

static long lock_set(struct tty *tty, const void *uarg)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return copy_from_user(&tty->locked, uarg, sizeof(tty->locked));
}

static long ioctl_termios(struct tty *tty, unsigned cmd, void *uarg)
{
	const size_t one = sizeof(struct termios);
	const size_t two = sizeof(struct termios2);

	switch (cmd) {
	case TCGETS:
		return termios_get(tty, uarg, one);
	case TCGETS2:
		return termios_get(tty, uarg, two);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return termios_set(tty, uarg, one, cmd == TCSETSF);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return termios_set(tty, uarg, two, cmd == TCSETSF2);
	case TCGETA:
		return termio_get(tty, uarg);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return termio_set(tty, uarg, cmd == TCSETAF);
	case TIOCGLCKTRMIOS:
		return copy_to_user(uarg, &tty->locked, sizeof(tty->locked));
	case TIOCSLCKTRMIOS:
		return lock_set(tty, uarg);
	}
	return -ENOTTY;
}

static long ioctl_state(struct tty *tty, unsigned cmd, unsigned long arg)
{
	int *uint_arg = (int *)arg, value;

	switch (cmd) {
	case TIOCGWINSZ:
		return put_user(tty->winsize, (struct winsize *)arg);
	case TIOCSWINSZ:
		return winsize_set(tty, (const void *)arg);
	case TIOCINQ:
		return put_user((int)ldisc_available(&tty->ldisc), uint_arg);
	case TIOCOUTQ:
		return put_user((int)tty->ldisc.out_len, uint_arg);
	case TIOCGETD:
		return put_user(0, uint_arg);
	case TIOCSETD:
		if (get_user(value, uint_arg))
			return -EFAULT;
		return value ? -EINVAL : 0;
	case TIOCEXCL:
	case TIOCNXCL:
		tty->exclusive = cmd == TIOCEXCL;
		return 0;
	case TIOCGEXCL:
		return put_user((int)tty->exclusive, uint_arg);
	case TIOCGDEV:
		return put_user(tty->dev, (uint32_t *)arg);
	case TIOCMGET:
		return is_pty(tty) ? -ENOTTY : put_user(TIOCM_DTR | TIOCM_RTS | TIOCM_CAR |
			TIOCM_DSR | TIOCM_CTS, uint_arg);
	case TIOCGSERIAL:
		return is_pty(tty) ? -ENOTTY : serial_get(tty, (void *)arg);
	}
	return -ENOTTY;
}

long tty_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct tty_file *tf = tty_file(f);

	if (tty_hung_up(tf))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	/* /dev/tty asks nobody: who may not read must not make it his */
	if (cmd == TIOCSCTTY && !(f->mode & FMODE_READ)
	    && !capable(CAP_SYS_ADMIN)
	    && tf->tty->session != current->process->session)
		return -EPERM;
	return tty_ioctl_on(tf->tty, cmd, arg, false);
}

long tty_ioctl_on(struct tty *tty, unsigned cmd, unsigned long arg,
		bool master)
{
	long rc;

	switch (cmd) {
	case TCSBRK:
	case TCSBRKP:
		return tty_check_background(tty, SIGTTOU);
	case TCXONC:
		return flow(tty, arg);
	case TCFLSH:
		return flush(tty, arg);
	case TIOCVHANGUP:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		tty_hangup(tty);
		return 0;
	case TIOCSTI:
		return simulate_input(tty, (const void *)arg);
	}
	rc = ioctl_termios(tty, cmd, (void *)arg);
	if (rc == -ENOTTY)
		rc = ioctl_state(tty, cmd, arg);
	return rc == -ENOTTY ? tty_ioctl_job(tty, cmd, arg, master) : rc;
}
