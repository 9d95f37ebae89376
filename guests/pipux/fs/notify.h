/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling watchers what happens to files (inotify(7), F_NOTIFY).  The functions below
 * cost one predictable test as long as nobody watches anything at all.
 */
#ifndef PIPUX_NOTIFY_H
#define PIPUX_NOTIFY_H

#include "internal.h"
#include <linux/inotify.h>

struct inotify;

/*
 * What one inotify instance wants to know of one inode, to which it holds a
 * reference.
 */
struct inotify_watch {
	struct list link;		/* in its instance's watches */
	struct inotify_watch *next;	/* of the same inode */
	struct inotify *instance;
	struct inode *inode;
	int wd;
	uint32_t mask;			/* IN_ALL_EVENTS, ONESHOT, EXCL_UNLINK */
};

/* notify.c */
extern uint32_t notify_watches;		/* all there are, of both kinds */
void notify_tell_dentry(struct dentry *d, uint32_t mask);
void notify_tell_name(struct inode *dir, uint32_t mask,
		const struct qname *q, uint32_t cookie);
void notify_tell_inode(struct inode *inode, uint32_t mask);
uint32_t notify_cookie(void);		/* joins two events of one rename */
/* The last name of an inode went and nobody uses it: watches end */
void notify_removed(struct inode *inode);
void notify_unmount(struct super_block *sb);

/* dnotify.c: to those with F_NOTIFY on this directory; IN_*, DN_* */
void dnotify_event(struct inode *dir, uint32_t mask);
void dnotify_tell(struct inode *dir, uint32_t what);

/* inotify.c: queues an event; NULL name: none */
void inotify_queue(struct inotify_watch *w, uint32_t mask, uint32_t cookie,
		const char *name, size_t len);
void inotify_watch_end(struct inotify_watch *w);	/* with IN_IGNORED */
struct inotify_watch *inotify_watch_on(struct super_block *sb);

/* To the inode's watchers, and to its directory's with the name */
static inline void notify_dentry(struct dentry *d, uint32_t mask)
{
	if (unlikely(notify_watches))
		notify_tell_dentry(d, mask);
}

/* The same for something done to an open file */
static inline void notify_file(struct file *f, uint32_t mask)
{
	notify_dentry(f->path.dentry, mask);
}

/* To the directory's watchers only: a name came or went */
static inline void notify_name(struct inode *dir, uint32_t mask,
		const struct qname *q)
{
	if (unlikely(notify_watches))
		notify_tell_name(dir, mask, q, 0);
}

/* To the inode's watchers only */
static inline void notify_inode(struct inode *inode, uint32_t mask)
{
	if (unlikely(notify_watches))
		notify_tell_inode(inode, mask);
}

/* IN_ISDIR if events about this inode carry it */
static inline uint32_t notify_isdir(const struct inode *inode)
{
	return inode_is(inode, S_IFDIR) ? IN_ISDIR : 0;
}

#endif
