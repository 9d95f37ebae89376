/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals: a line discipline (tty/ldisc.c, pure, host-tested) between a
 * driver and readers.  The console is one driver, pseudo-terminals another.
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
	/* The rest may be NULL.  Writers shall wait; write_wait is woken */
	bool (*full)(const struct tty *tty);
	/* A reader made room for more input */
	void (*unthrottle)(struct tty *tty);
	/* TIOCPKT_*: flow stopped, buffers flushed, ... */
	void (*event)(struct tty *tty, unsigned status);
	int (*open)(struct tty *tty);		/* each open file: 0 or errno */
	void (*close)(struct tty *tty);		/* may free the tty */
	const char *name;
};

/* tty/tty.c */
struct tty *tty_new(const struct tty_driver *drv, dev_t dev);
/* It is a device with the node /dev/`name` from now on, for ever */
int tty_register(struct tty *tty, const char *name);
void tty_receive(struct tty *tty, const void *buf, size_t n); /* input */
void tty_hangup(struct tty *tty);
void tty_disassociate(struct process *p);	/* session leader exits */
dev_t tty_dev(struct tty *tty);			/* for /proc/PID/stat */
int tty_pgrp(struct tty *tty);			/* foreground group or -1 */
bool tty_names_group(int pgrp);			/* ... of any terminal */

/* tty/console.c */
void console_init(void);			/* registers the drivers */
void console_interrupt(void);			/* VMM_IRQ_CONSOLE */
void console_write(const char *s, size_t n);	/* raw, for printk */

/* tty/pty.c */
#define PTY_MAX		256u			/* LIMIT: minors have 8 bits */
void pty_init(void);
unsigned pty_count(void);

/* fs/devpts.c */
struct mount *devpts_of(const struct path *ptmx);	/* referenced; ERR_PTR */
unsigned devpts_max(struct super_block *sb);
/* The node of slave `index`, referenced; ERR_PTR(-ENOMEM) */
struct dentry *devpts_add(struct super_block *sb, unsigned index, dev_t dev);
void devpts_remove(struct dentry *node);	/* takes the reference */

#endif
