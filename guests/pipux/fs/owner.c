/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal-driven input and output: the owner that F_SETOWN gives a file, and
 * the signal that it gets with O_ASYNC when the file becomes ready
 * (fcntl(2)).  An owner exists from the first of these calls to the file's
 * end; with O_ASYNC it waits on the file's queues.
 *
 * LIMIT: a wake-up that leaves the file ready signals again, also where
 * Linux would see nothing new.
 */
#include "poll.h"
#include <asm/siginfo.h>
#include <pipux/signal.h>

#define QUEUES_MAX	3		/* of one file */

struct file_owner {
	struct file *file;
	int type, pid, signo;		/* F_OWNER_*; signo 0: plain SIGIO */
	uint32_t uid, euid;		/* of who made it the owner */
	int fd;				/* for si_fd, from O_ASYNC's call */
	unsigned nr_waiters;
	struct async_waiter {
		struct waiter waiter;
		struct file_owner *owner;
	} waiters[QUEUES_MAX];
};

struct owner_table {
	struct poll_table table;
	struct file_owner *owner;
};

static struct file_owner *owner_get(struct file *f)
{
	if (!f->owner)
		f->owner = kzalloc(sizeof(*f->owner));
	if (f->owner)
		f->owner->file = f;
	return f->owner;
}

/* kill(2)'s rule, with the credentials of F_SETOWN's caller */
static bool may_tell(const struct file_owner *o, const struct process *p)
{
	const struct credentials *c = p->leader ? &p->leader->cred : NULL;

	return c && (o->euid == 0 || o->euid == c->suid || o->euid == c->uid
		|| o->uid == c->suid || o->uid == c->uid);
}

static void tell(struct file_owner *o, int signo, const struct ksiginfo *info)
{
	struct task *t = o->type == F_OWNER_TID ? task_by_tid(o->pid) : NULL;
	struct process *p;

	if (t && may_tell(o, t->process))
		(void)send_signal(signo, info, t);
	if (o->type == F_OWNER_TID)
		return;
	list_for_each(p, &all_processes, all_link)
		if ((o->type == F_OWNER_PID ? p->pid : p->pgrp) == o->pid
		    && may_tell(o, p))
			(void)send_signal_process(signo, info, p);
}

/* With a signal of its own the owner learns what and where, too */
static void tell_event(struct file_owner *o, int code, uint32_t band)
{
	struct ksiginfo info = { .code = SI_KERNEL };

	if (o->signo) {
		info.code = code;
		/* si_band and si_fd lie where si_pid and si_uid do */
		info.pid = band;
		info.uid = o->fd;
	}
	tell(o, o->signo ? o->signo : SIGIO, &info);
}

static bool file_woken(struct waiter *w)
{
	struct file_owner *o = container_of(w, struct async_waiter,
		waiter)->owner;
	struct poll_table ask = { 0 };
	uint32_t ready = o->file->ops->poll(o->file, &ask);

	if (!o->pid || !(ready & (POLLIN | POLLOUT)))
		return false;
	if (ready & POLLIN)
		tell_event(o, POLL_IN, POLLIN | POLLRDNORM);
	else
		tell_event(o, POLL_OUT, POLLOUT | POLLWRNORM | POLLWRBAND);
	return false;
}

void owner_message(struct file *f)
{
	tell_event(f->owner, POLL_MSG, POLLIN | POLLRDNORM | POLLMSG);
}

static void register_owner(struct poll_table *pt, struct wait_queue *q)
{
	struct file_owner *o = container_of(pt, struct owner_table,
		table)->owner;
	struct async_waiter *w;

	if (o->nr_waiters == QUEUES_MAX)
		return;
	w = &o->waiters[o->nr_waiters++];
	w->owner = o;
	wait_add_fn(q, &w->waiter, file_woken);
}

static void stop(struct file_owner *o)
{
	while (o->nr_waiters)
		wait_remove(&o->waiters[--o->nr_waiters].waiter);
}

void file_urgent(struct file *f)
{
	if (f->owner && f->owner->pid)
		tell(f->owner, SIGURG, NULL);
}

/* Terminals, pipes, sockets; others ignore O_ASYNC */
bool owner_signals(const struct file *f)
{
	uint32_t type = f->inode->mode & S_IFMT;

	return f->ops->poll && (type == S_IFCHR || type == S_IFIFO
		|| type == S_IFSOCK);
}

/* F_SETFL, FIOASYNC: O_ASYNC is about to change.  0 or -ENOMEM */
long owner_async(struct file *f, int fd, bool on)
{
	struct owner_table t = { .table.add = register_owner };

	if (!on && f->owner)
		stop(f->owner);
	if (!on || !owner_signals(f))
		return 0;
	t.owner = owner_get(f);
	if (!t.owner)
		return -ENOMEM;
	stop(t.owner);
	t.owner->fd = fd;
	(void)f->ops->poll(f, &t.table);
	return 0;
}

void owner_forget(struct file *f)
{
	stop(f->owner);
	kfree(f->owner);
	f->owner = NULL;
}

static bool exists(int type, int pid)
{
	struct process *p;

	if (type == F_OWNER_TID)
		return task_by_tid(pid) != NULL;
	list_for_each(p, &all_processes, all_link)
		if ((type == F_OWNER_PID ? p->pid : p->pgrp) == pid)
			return true;
	return false;
}

/* pid 0: nobody */
long owner_set(struct file *f, int type, int pid)
{
	struct file_owner *o;

	if (pid && !exists(type, pid))
		return -ESRCH;
	o = owner_get(f);
	if (!o)
		return -ENOMEM;
	o->type = type;
	o->pid = pid;
	o->uid = current->cred.uid;
	o->euid = current->cred.euid;
	return 0;
}

long owner_default(struct file *f, int fd)
{
	long rc = f->owner && f->owner->pid ? 0
		: owner_set(f, F_OWNER_PID, current->process->pid);

	if (rc == 0)
		f->owner->fd = fd;
	return rc;
}

static long set_ex(struct file *f, const struct f_owner_ex *uex)
{
	struct f_owner_ex ex;

	if (get_user(ex, uex))
		return -EFAULT;
	if (ex.type < F_OWNER_TID || ex.type > F_OWNER_PGRP)
		return -EINVAL;
	return owner_set(f, ex.type, ex.pid);
}

static long get_ex(const struct file_owner *o, struct f_owner_ex *uex)
{
	struct f_owner_ex ex = { .type = o->type, .pid = o->pid };

	return copy_to_user(uex, &ex, sizeof(ex));
}

static long set_signal(struct file *f, unsigned signo)
{
	struct file_owner *o;

	if (signo > NSIG_MAX)
		return -EINVAL;
	o = owner_get(f);
	if (!o)
		return -ENOMEM;
	o->signo = signo;
	return 0;
}

/* fcntl(2), "Managing signals" */
long owner_fcntl(struct file *f, unsigned cmd, unsigned long arg)
{
	static const struct file_owner nobody = { .type = F_OWNER_PID };
	const struct file_owner *o = f->owner ? f->owner : &nobody;
	int pid = arg;

	switch (cmd) {
	case F_SETOWN:
		if (pid == INT32_MIN)
			return -EINVAL;
		return pid < 0 ? owner_set(f, F_OWNER_PGRP, -pid)
			: owner_set(f, F_OWNER_PID, pid);
	case F_GETOWN:
		return o->type == F_OWNER_PGRP ? -o->pid : o->pid;
	case F_SETOWN_EX:
		return set_ex(f, (const void *)arg);
	case F_GETOWN_EX:
		return get_ex(o, (void *)arg);
	case F_SETSIG:
		return set_signal(f, arg);
	}
	return o->signo;		/* F_GETSIG */
}
