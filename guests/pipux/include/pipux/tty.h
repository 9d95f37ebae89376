/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals: a line discipline (tty/ldisc.c, pure, host-tested) between a
 * driver and readers.  The console is one driver; ptys will be another.
 */
#ifndef PIPUX_TTY_H
#define PIPUX_TTY_H

#include <pipux/fs.h>
#include <asm/termbits.h>
#include <asm/termios.h>

struct tty;

struct tty_driver {
	/* Takes all n bytes (already post-processed); never sleeps */
	void (*write)(struct tty *tty, const void *buf, size_t n);
	/* A reader made room for more input; may be NULL */
	void (*unthrottle)(struct tty *tty);
	const char *name;
};

/* tty/tty.c */
struct tty *tty_new(const struct tty_driver *drv, dev_t dev);
void tty_receive(struct tty *tty, const void *buf, size_t n); /* input */
void tty_hangup(struct tty *tty);
void tty_disassociate(struct process *p);	/* session leader exits */
dev_t tty_dev(struct tty *tty);			/* for /proc/PID/stat */
int tty_pgrp(struct tty *tty);			/* foreground group or -1 */

/* tty/console.c */
void console_init(void);			/* registers the drivers */
void console_interrupt(void);			/* VMM_IRQ_CONSOLE */
void console_write(const char *s, size_t n);	/* raw, for printk */

#endif
