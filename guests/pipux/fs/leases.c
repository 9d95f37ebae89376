/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File leases (fcntl(2)): who holds one is told by a signal before another
 * opens or truncates the file, who waits until the lease is given up or its
 * time is over.  An open file has one lease at most; it ends with the file.
 * LIMIT: executing a file does not break its lease.
 */
#include "internal.h"
#include <pipux/setting.h>

struct lease {
	struct lease *next;		/* of the same inode */
	struct file *file;
	int type;			/* F_RDLCK or F_WRLCK */
	bool unlock, downgrade;		/* what somebody waits for, until... */
	ktime_t unlock_by, downgrade_by;
};

int setting_lease_break_time = 45;	/* seconds */

/* Breaks are rare: one queue for all files */
static struct wait_queue breakers = WAIT_QUEUE_INIT(breakers);

static struct lease *lease_of(const struct file *f)
{
	struct lease *l = f->inode->leases;

	while (l && l->file != f)
		l = l->next;
	return l;
}

static void drop(struct inode *inode, struct lease *l)
{
	struct lease **p = &inode->leases;

	while (*p != l)
		p = &(*p)->next;
	*p = l->next;
	kfree(l);
	wake_up(&breakers);
}

static void change(struct lease *l, int type)
{
	l->type = type;
	l->downgrade = false;
	wake_up(&breakers);
}

/* What was not given up in time is taken */
static void expire(struct inode *inode)
{
	ktime_t now = ktime_get();
	struct lease *l, *next;

	for (l = inode->leases; l; l = next) {
		next = l->next;
		if (l->unlock && now >= l->unlock_by)
			drop(inode, l);
		else if (l->downgrade && now >= l->downgrade_by)
			change(l, F_RDLCK);
	}
}

/* The first lease in the way of an open */
static struct lease *in_the_way(struct inode *inode, bool write)
{
	struct lease *l = inode->leases;

	while (l && !write && l->type == F_RDLCK)
		l = l->next;
	return l;
}

static void ask(struct lease *l, bool write)
{
	ktime_t by = ktime_get() + setting_lease_break_time * NSEC_PER_SEC;

	if (l->unlock || (!write && l->downgrade))
		return;
	if (write) {
		l->unlock = true;
		l->unlock_by = by;
	} else {
		l->downgrade = true;
		l->downgrade_by = by;
	}
	owner_message(l->file);
}

static void ask_all(struct inode *inode, bool write)
{
	for (struct lease *l = inode->leases; l; l = l->next)
		if (write || l->type == F_WRLCK)
			ask(l, write);
}

int lease_break(struct inode *inode, uint32_t flags)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;
	struct lease *l;
	long rc = 0;

	expire(inode);
	while ((l = in_the_way(inode, write))) {
		ask_all(inode, write);
		if (flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event_until(&breakers, in_the_way(inode, write) != l,
			l->unlock ? l->unlock_by : l->downgrade_by);
		if (rc && rc != -ETIMEDOUT)
			return rc;
		expire(inode);
	}
	return 0;
}

void lease_released(struct file *f)
{
	struct lease *l = lease_of(f);

	if (l)
		drop(f->inode, l);
}

/* Others have the file open in a way that the lease would have to break */
static bool in_use(const struct file *f, int type)
{
	const struct inode *inode = f->inode;
	bool writer = f->mode & FMODE_WRITE;

	if (type == F_RDLCK)
		return inode->writers > 0;
	return inode->writers != writer
		|| inode->readers != (!writer && (f->mode & FMODE_READ));
}

/* Somebody waits for the lease to become less than that */
static bool awaited(const struct lease *l, int type)
{
	return l->unlock || (l->downgrade && type == F_WRLCK);
}

static long lease_set(struct file *f, int fd, int type)
{
	struct lease *l, *mine = lease_of(f);

	if (in_use(f, type) || (mine && awaited(mine, type)))
		return -EAGAIN;
	for (l = f->inode->leases; l; l = l->next)
		if (l != mine && (type == F_WRLCK || l->unlock))
			return -EAGAIN;
	if (mine) {
		change(mine, type);
		return 0;
	}
	l = kzalloc(sizeof(*l));
	if (!l || owner_default(f, fd)) {
		kfree(l);
		return -ENOMEM;
	}
	l->file = f;
	l->type = type;
	l->next = f->inode->leases;
	f->inode->leases = l;
	return 0;
}

long lease_fcntl(struct file *f, int fd, unsigned cmd, unsigned long type)
{
	struct lease *mine;

	expire(f->inode);
	mine = lease_of(f);
	if (cmd == F_GETLEASE)
		return !mine || mine->unlock ? F_UNLCK
			: mine->downgrade ? F_RDLCK : mine->type;
	if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK)
		return -EINVAL;
	if (current->cred.fsuid != f->inode->uid && !capable(CAP_LEASE))
		return -EACCES;
	if (!inode_is(f->inode, S_IFREG))
		return -EINVAL;
	if (type != F_UNLCK)
		return lease_set(f, fd, type);
	if (!mine)
		return -EAGAIN;
	drop(f->inode, mine);
	return 0;
}
