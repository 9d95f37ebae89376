/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Controlling terminals: which session a terminal belongs to, which group is
 * in its foreground, and what happens to the others (POSIX 11.1.3-11.1.10,
 * setsid(2), ioctl_tty(2)).
 */
#include <asm/ioctls.h>
#include <pipux/signal.h>
#include "pty.h"

long tty_check_background(struct tty *tty, int signo)
{
	struct process *p = current->process;

	if (p->tty != tty || !tty->pgrp || p->pgrp == tty->pgrp)
		return 0;
	if (signal_ignored(current, signo))
		return signo == SIGTTIN ? -EIO : 0;
	if (pgrp_orphaned(p->pgrp, NULL))
		return -EIO;
	(void)kill_pgrp(signo, p->pgrp);
	current->sig_check = true;
	return -ERESTARTSYS;
}

void tty_acquire(struct tty *tty)
{
	struct process *p = current->process;

	tty->session = p->session;
	tty->pgrp = p->pgrp;
	p->tty = tty;
}

/* No process of the session keeps it */
static void session_forget(struct tty *tty)
{
	struct process *p;

	list_for_each(p, &all_processes, all_link)
		if (p->tty == tty)
			p->tty = NULL;
	tty->session = tty->pgrp = 0;
}

static void hangup_group(int pgrp)
{
	if (pgrp <= 0)
		return;
	(void)kill_pgrp(SIGHUP, pgrp);
	(void)kill_pgrp(SIGCONT, pgrp);
}

/* The leader hears of it and is left to tell its jobs: see tty_disassociate */
static void hangup_leader(struct tty *tty)
{
	struct process *leader = process_by_pid(tty->session);

	if (!tty->session || !leader || leader->exiting)
		return;
	leader->lost_pgrp = tty->pgrp;
	(void)send_signal_process(SIGHUP, NULL, leader);
	(void)send_signal_process(SIGCONT, NULL, leader);
}

void tty_hangup(struct tty *tty)
{
	tty->epoch++;
	tty->exclusive = false;
	ldisc_flush_input(&tty->ldisc);
	ldisc_start(&tty->ldisc);
	hangup_leader(tty);
	session_forget(tty);
	wake_up(&tty->read_wait);
	wake_up(&tty->write_wait);
}

/*
 * A session leader ends: its terminal is nobody's, and the foreground group
 * gets SIGHUP.  A line is hung up with that; a pseudo-terminal goes on, for
 * its master decides when it ends.  If the terminal went first, the group
 * that was in the foreground then hears of it now.
 */
void tty_disassociate(struct process *p)
{
	struct tty *tty = p->tty;
	int pgrp;

	if (!tty || tty->session != p->session) {
		hangup_group(p->lost_pgrp);
		return;
	}
	pgrp = tty->pgrp;
	if (MAJOR(tty->dev) == PTY_MAJOR)
		session_forget(tty);
	else
		tty_hangup(tty);
	if (pgrp > 0)
		(void)kill_pgrp(SIGHUP, pgrp);
}

long sys_vhangup(void);

/* vhangup(2) */
long sys_vhangup(void)
{
	struct tty *tty = current->process->tty;

	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (tty)
		tty_hangup(tty);
	return 0;
}

static long ioctl_setctty(struct tty *tty, bool steal)
{
	struct process *p = current->process;

	if (p->session == p->pid && tty->session == p->session)
		return 0;
	if (p->session != p->pid || p->tty)
		return -EPERM;
	if (tty->session) {
		if (!steal || !capable(CAP_SYS_ADMIN))
			return -EPERM;
		session_forget(tty);
	}
	tty_acquire(tty);
	return 0;
}

static long ioctl_notty(struct tty *tty)
{
	struct process *p = current->process;

	if (p->tty != tty)
		return -ENOTTY;
	if (p->session == p->pid) {
		int pgrp = tty->pgrp;

		session_forget(tty);
		hangup_group(pgrp);
	}
	p->tty = NULL;
	return 0;
}

static long ioctl_setpgrp(struct tty *tty, const int *upgrp)
{
	struct process *p = current->process;
	long rc = tty_check_background(tty, SIGTTOU);
	int pgrp;

	if (rc)
		return rc == -EIO ? -ENOTTY : rc;
	if (p->tty != tty || tty->session != p->session)
		return -ENOTTY;
	if (get_user(pgrp, upgrp))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	if (!pgrp_in_session(pgrp, 0))
		return -ESRCH;
	if (!pgrp_in_session(pgrp, p->session))
		return -EPERM;
	tty->pgrp = pgrp;
	return 0;
}

/* -ENOTTY also for what is no request of job control */
long tty_ioctl_job(struct tty *tty, unsigned cmd, unsigned long arg,
		bool master)
{
	bool ours = master || current->process->tty == tty;
	int *uint_arg = (int *)arg;

	switch (cmd) {
	case TIOCSCTTY:
		return ioctl_setctty(tty, arg == 1);
	case TIOCNOTTY:
		return ioctl_notty(tty);
	case TIOCSPGRP:
		return ioctl_setpgrp(tty, uint_arg);
	case TIOCGPGRP:
		if (!ours)
			return -ENOTTY;
		return put_user(tty->pgrp, uint_arg);
	case TIOCGSID:
		if (!ours || !tty->session)
			return -ENOTTY;
		return put_user(tty->session, uint_arg);
	}
	return -ENOTTY;
}
