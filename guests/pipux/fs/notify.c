/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what happens to files to who watches them.  Invariant: an inode's
 * chain holds each of its watches once, and notify_watches counts them all.
 */
#include "notify.h"

uint32_t notify_watches;

/* To those who watch the inode, but not to those with IN_EXCL_UNLINK if the
 * file has no name any more */
static void send(struct inode *inode, uint32_t mask, bool unlinked,
		const char *name, size_t len, uint32_t cookie)
{
	struct inotify_watch *w, *next;

	if (inode->dnotify)
		dnotify_event(inode, mask);
	for (w = inode->watches; w; w = next) {
		next = w->next;
		if (!(w->mask & mask & IN_ALL_EVENTS)
		    || (unlinked && (w->mask & IN_EXCL_UNLINK)))
			continue;
		inotify_queue(w, mask, cookie, name, len);
		if (w->mask & IN_ONESHOT)
			inotify_watch_end(w);
	}
}

void notify_tell_dentry(struct dentry *d, uint32_t mask)
{
	struct inode *inode = inode_get(d->inode);
	struct inode *dir = d->parent == d ? NULL : DIR_OF(d->parent);

	mask |= notify_isdir(inode);
	if (dir)
		send(dir, mask, d->unlinked, d->name, d->len, 0);
	send(inode, mask, d->unlinked, NULL, 0, 0);
	inode_put(inode);
}

void notify_tell_name(struct inode *dir, uint32_t mask,
		const struct qname *q, uint32_t cookie)
{
	send(dir, mask, false, q->name, q->len, cookie);
}

void notify_tell_inode(struct inode *inode, uint32_t mask)
{
	/* "self" events never say that it is a directory */
	if (!(mask & (IN_MOVE_SELF | IN_DELETE_SELF)))
		mask |= notify_isdir(inode);
	send(inode, mask, false, NULL, 0, 0);
}

uint32_t notify_cookie(void)
{
	static uint32_t cookie;

	return ++cookie;
}

void notify_removed(struct inode *inode)
{
	send(inode, IN_DELETE_SELF, false, NULL, 0, 0);
	while (inode->watches)
		inotify_watch_end(inode->watches);
}

/* umount(2): watches do not keep a file system busy, they end with it */
void notify_unmount(struct super_block *sb)
{
	struct inotify_watch *w;

	while (notify_watches && (w = inotify_watch_on(sb))) {
		inotify_queue(w, IN_UNMOUNT | notify_isdir(w->inode), 0,
			NULL, 0);
		inotify_watch_end(w);
	}
}
