/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directory notification: fcntl(2), F_NOTIFY.  The signal that F_SETSIG
 * chose goes to the open directory's owner when something happens to what
 * is in the directory, once, or for DN_MULTISHOT each time.
 *
 * Invariant: an inode's list has at most one entry for each open file and
 * table of descriptors, which ends when that table closes the file and at
 * the latest with the file; notify_watches counts it.
 */
#include "notify.h"
#include <pipux/sched.h>

struct dnotify {
	struct dnotify *next;		/* of the same inode */
	struct file *file;		/* the directory, as it was opened */
	const struct files *table;	/* who asked */
	uint32_t mask;			/* DN_* */
};

/* What the events of inotify are here */
static const struct { uint32_t in, dn; } kinds[] = {
	{ IN_ACCESS, DN_ACCESS }, { IN_MODIFY, DN_MODIFY },
	{ IN_CREATE | IN_MOVED_TO, DN_CREATE },
	{ IN_DELETE | IN_MOVED_FROM, DN_DELETE },
	{ IN_ATTRIB, DN_ATTRIB },
};

static void drop(struct dnotify **at)
{
	struct dnotify *dn = *at;

	*at = dn->next;
	kfree(dn);
	notify_watches--;
}

void dnotify_tell(struct inode *dir, uint32_t what)
{
	struct dnotify **at = &dir->dnotify;

	while (*at) {
		struct dnotify *dn = *at;

		if (dn->mask & what) {
			owner_message(dn->file);
			if (!(dn->mask & DN_MULTISHOT)) {
				drop(at);
				continue;
			}
		}
		at = &dn->next;
	}
}

void dnotify_event(struct inode *dir, uint32_t mask)
{
	uint32_t what = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (mask & kinds[i].in)
			what |= kinds[i].dn;
	if (what)
		dnotify_tell(dir, what);
}

/* The entry of the file and the table, or where one may be added */
static struct dnotify **place(struct file *f, const struct files *table)
{
	struct dnotify **at = &f->inode->dnotify;

	while (*at && ((*at)->file != f || (*at)->table != table))
		at = &(*at)->next;
	return at;
}

void dnotify_closed(struct file *f, const struct files *table)
{
	struct dnotify **at = place(f, table);

	if (*at)
		drop(at);
}

void dnotify_released(struct file *f)
{
	struct dnotify **at = &f->inode->dnotify;

	while (*at)
		if ((*at)->file == f)
			drop(at);
		else
			at = &(*at)->next;
}

static long add(struct file *f, uint32_t mask)
{
	struct dnotify *new = kzalloc(sizeof(*new)), **at;

	if (!new)
		return -ENOMEM;
	at = place(f, current->files);
	if (*at) {
		(*at)->mask |= mask;
		kfree(new);
		return 0;
	}
	new->file = f;
	new->table = current->files;
	new->mask = mask;
	*at = new;
	notify_watches++;
	return 0;
}

/* mask without an event: the end of it */
long dnotify_fcntl(struct file *f, int fd, uint32_t mask)
{
	long rc;

	if (!(mask & ~DN_MULTISHOT)) {
		dnotify_closed(f, current->files);
		return 0;
	}
	if (!inode_is(f->inode, S_IFDIR))
		return -ENOTDIR;
	rc = owner_default(f, fd);
	return rc ? rc : add(f, mask);
}
