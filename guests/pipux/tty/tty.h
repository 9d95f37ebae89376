/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of tty/ only. */
#ifndef PIPUX_TTY_TTY_H
#define PIPUX_TTY_TTY_H

#include <pipux/sched.h>
#include <pipux/tty.h>
#include "ldisc.h"

/* asm/termios.h also has the structures of asm/termbits.h's readers */
struct tty {
	const struct tty_driver *driver;
	dev_t dev;
	struct tty *next;		/* tty_register */
	struct winsize winsize;
	int session, pgrp;		/* 0: nobody's terminal */
	uint32_t epoch;			/* hang-ups so far */
	bool exclusive;			/* TIOCEXCL */
	struct termios locked;		/* bits that cannot be changed */
	struct wait_queue read_wait, write_wait;
	void *priv;			/* the driver's */
	struct ldisc ldisc;
};

/* An open file's view: stale when the terminal was hung up since */
struct tty_file {
	struct tty *tty;
	uint32_t epoch;
	bool immune;			/* /dev/console survives hang-ups */
};

static inline struct tty_file *tty_file(struct file *f)
{
	return f->priv;
}

static inline bool tty_hung_up(const struct tty_file *tf)
{
	return !tf->immune && tf->epoch != tf->tty->epoch;
}

extern const struct file_ops tty_fops;

/* tty.c */
bool tty_output_held(const struct tty *tty);	/* writers wait */
void tty_event(struct tty *tty, unsigned status);	/* TIOCPKT_* */

/* tty_ioctl.c.  master: asked through the master of a pseudo-terminal */
long tty_ioctl(struct file *f, unsigned cmd, unsigned long arg);
long tty_ioctl_on(struct tty *tty, unsigned cmd, unsigned long arg,
	bool master);

/* tty_job.c: job control (termios(3), POSIX 11.1) */
/*
 * The calling process is in the background: 0 to go on all the same,
 * -ERESTARTSYS with its group signalled, -EIO.  signo: SIGTTIN or SIGTTOU
 */
long tty_check_background(struct tty *tty, int signo);
void tty_acquire(struct tty *tty);	/* becomes current's terminal */
long tty_ioctl_job(struct tty *tty, unsigned cmd, unsigned long arg,
	bool master);

/* console.c: the terminal that a device number means, ERR_PTR if none */
struct tty *console_tty(void);

/* pty.c: slave `index` of the devpts instance, ERR_PTR(-EIO) if none */
struct tty *pty_slave(unsigned index, const struct super_block *sb);

#endif
