/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-terminals: what pty.c (the pair) and pty_master.c share. */
#ifndef PIPUX_TTY_PTY_H
#define PIPUX_TTY_PTY_H

#include "../fs/ring.h"
#include "tty.h"
#include <pipux/mutex.h>

#define PTY_MAJOR	136u
#define PTY_PAGES	4u		/* of the ring */
#define PTY_FULL	8192u		/* bytes that make writers wait; echo
					 * may take the rest of the ring */

struct pty {
	struct tty *slave;
	struct path node;		/* in devpts; NULL: master closed */
	struct ring out;		/* written by the slave */
	struct mutex reading;		/* who takes from it: copying may sleep */
	unsigned index, slaves;		/* open files of the slave */
	bool master;			/* the master is open */
	bool locked;			/* TIOCSPTLCK */
	bool left;			/* the last slave was closed */
	bool packet;			/* TIOCPKT */
	uint8_t status;			/* TIOCPKT_* bits not yet read */
	struct wait_queue read_wait, write_wait;	/* of the master */
};

static inline struct pty *pty_of(const struct tty *tty)
{
	return tty->priv;
}

/* pty.c: ERR_PTR(-ENOSPC) at the limit, ERR_PTR(-ENOMEM) */
struct pty *pty_new(struct mount *devpts);	/* takes the reference */
void pty_free(struct pty *pty);
void pty_master_closed(struct pty *pty);
bool pty_names_group(int pgrp);		/* in the foreground of a slave */

/* pty_master.c */
extern const struct file_ops pty_master_fops;

#endif
