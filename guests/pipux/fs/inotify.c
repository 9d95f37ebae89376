/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inotify(7): instances, their watches and their queues of events.
 *
 * Invariant: a queue holds at most setting_inotify_events and then one more, the
 * overflow event, which an instance owns from its beginning.
 */
#include "notify.h"
#include <pipux/setting.h>
#include <asm/ioctls.h>

struct event {
	struct list link;
	struct inotify_event e;		/* e.name is padded with zeros */
};

struct inotify {
	struct list link;		/* in all_instances */
	struct list watches;
	struct list events;
	uint32_t nr_watches, nr_events;
	int next_wd;
	uint32_t uid;			/* who is charged for it */
	struct wait_queue queue;
	struct event overflow;
};

int setting_inotify_instances = 128, setting_inotify_watches = 8192;
int setting_inotify_events = 16384;	/* of one instance, unread */

static struct list all_instances = LIST_INIT(all_instances);

#define NAME_UNIT	sizeof(struct inotify_event)

static size_t event_size(const struct event *ev)
{
	return sizeof(ev->e) + ev->e.len;
}

static void push(struct inotify *in, struct event *ev)
{
	list_add_tail(&in->events, &ev->link);
	in->nr_events++;
	wake_up(&in->queue);
}

static void push_overflow(struct inotify *in)
{
	if (list_empty(&in->overflow.link))
		push(in, &in->overflow);
}

/* An event equal to the last one unread is not repeated (inotify(7)) */
static bool repeated(const struct inotify *in, const struct inotify_event *e,
		const char *name, size_t len)
{
	const struct event *last;

	if (list_empty(&in->events))
		return false;
	last = list_entry(in->events.prev, struct event, link);
	return last->e.wd == e->wd && last->e.mask == e->mask
		&& last->e.len == e->len && (!len
			|| (!memcmp(last->e.name, name, len)
				&& !last->e.name[len]));
}

void inotify_queue(struct inotify_watch *w, uint32_t mask, uint32_t cookie,
		const char *name, size_t len)
{
	struct inotify *in = w->instance;
	struct inotify_event e = { .wd = w->wd, .mask = mask,
		.cookie = cookie,
		.len = len ? (len + NAME_UNIT) / NAME_UNIT * NAME_UNIT : 0 };
	struct event *ev;

	if (repeated(in, &e, name, len))
		return;
	ev = in->nr_events >= (uint32_t)setting_inotify_events ? NULL
		: kzalloc(sizeof(*ev) + e.len);
	if (!ev) {
		push_overflow(in);
		return;
	}
	ev->e = e;
	if (len)
		memcpy(ev->e.name, name, len);
	push(in, ev);
}

/* Takes a watch away from both its lists and from the inode */
static void watch_free(struct inotify_watch *w)
{
	struct inotify_watch **p = &w->inode->watches;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	list_del(&w->link);
	w->instance->nr_watches--;
	notify_watches--;
	inode_put(w->inode);
	kfree(w);
}

void inotify_watch_end(struct inotify_watch *w)
{
	inotify_queue(w, IN_IGNORED, 0, NULL, 0);
	watch_free(w);
}

struct inotify_watch *inotify_watch_on(struct super_block *sb)
{
	struct inotify_watch *w;
	struct inotify *in;

	list_for_each(in, &all_instances, link)
		list_for_each(w, &in->watches, link)
			if (w->inode->sb == sb)
				return w;
	return NULL;
}

/* The first event, out of the queue: the caller's until event_free */
static struct event *event_take(struct inotify *in)
{
	struct event *ev = list_first(&in->events, struct event, link);

	list_del(&ev->link);
	in->nr_events--;
	return ev;
}

static void event_free(struct inotify *in, struct event *ev)
{
	if (ev != &in->overflow)
		kfree(ev);
}

/* One event to the reader: -EINVAL if it does not fit.  Others may read while
 * his memory is paged in */
static long read_event(struct inotify *in, struct iov *iov)
{
	struct event *ev = list_first(&in->events, struct event, link);
	long rc;

	if (event_size(ev) > iov->len)
		return -EINVAL;
	ev = event_take(in);
	rc = iov_to(iov, &ev->e, sizeof(ev->e));
	if (rc == 0)
		rc = iov_to(iov, ev->e.name, ev->e.len);
	event_free(in, ev);
	return rc;
}

static ssize_t inotify_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct inotify *in = f->priv;
	size_t n = iov->len;
	long rc = 0;

	if (list_empty(&in->events)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event(&in->queue, !list_empty(&in->events));
		if (rc)
			return rc;
	}
	while (rc == 0 && !list_empty(&in->events))
		rc = read_event(in, iov);
	if (rc == -EFAULT || iov->len == n)
		return rc;
	return n - iov->len;
}

static uint32_t inotify_poll(struct file *f, struct poll_table *pt)
{
	struct inotify *in = f->priv;

	poll_wait(f, &in->queue, pt);
	return list_empty(&in->events) ? 0 : POLLIN | POLLRDNORM;
}

static long inotify_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct inotify *in = f->priv;
	struct event *ev;
	int n = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	list_for_each(ev, &in->events, link)
		n += event_size(ev);
	return put_user(n, (int *)arg);
}

static void inotify_free(struct inotify *in)
{
	while (!list_empty(&in->watches))
		watch_free(list_first(&in->watches, struct inotify_watch,
			link));
	while (!list_empty(&in->events))
		event_free(in, event_take(in));
	list_del(&in->link);
	kfree(in);
}

static void inotify_release(struct file *f)
{
	inotify_free(f->priv);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read,
	.llseek = noop_llseek,
	.poll = inotify_poll,
	.ioctl = inotify_ioctl,
	.release = inotify_release,
};

/* What the user has of both, for the limits */
static void usage(uint32_t uid, uint32_t *instances, uint32_t *watches)
{
	struct inotify *in;

	*instances = *watches = 0;
	list_for_each(in, &all_instances, link)
		if (in->uid == uid) {
			++*instances;
			*watches += in->nr_watches;
		}
}

static struct inotify *inotify_new(void)
{
	struct inotify *in = kzalloc(sizeof(*in));

	if (!in)
		return NULL;
	list_init(&in->watches);
	list_init(&in->events);
	list_init(&in->overflow.link);
	in->overflow.e.wd = -1;
	in->overflow.e.mask = IN_Q_OVERFLOW;
	in->next_wd = 1;
	in->uid = current->cred.uid;
	wait_queue_init(&in->queue);
	list_add_tail(&all_instances, &in->link);
	return in;
}

long sys_inotify_init1(int flags)
{
	uint32_t instances, watches;
	struct inotify *in;
	struct file *f;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	usage(current->cred.uid, &instances, &watches);
	if (instances >= (uint32_t)setting_inotify_instances)
		return -EMFILE;
	in = inotify_new();
	if (!in)
		return -ENOMEM;
	f = anon_file("anon_inode:inotify", &inotify_ops, in,
		O_RDONLY | (flags & O_NONBLOCK));
	if (!f) {
		inotify_free(in);
		return -ENOMEM;
	}
	return fd_install_new(f, flags & IN_CLOEXEC);
}

long sys_inotify_init(void)
{
	return sys_inotify_init1(0);
}

#define MASK_KEPT	(IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK)
#define MASK_VALID	(MASK_KEPT | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED \
	| IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD | IN_MASK_CREATE | IN_ISDIR)

static long watch_new(struct inotify *in, struct inode *inode, uint32_t mask)
{
	uint32_t instances, watches;
	struct inotify_watch *w;

	usage(in->uid, &instances, &watches);
	if (watches >= (uint32_t)setting_inotify_watches || in->next_wd < 0)
		return -ENOSPC;
	w = kzalloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->instance = in;
	w->inode = inode_get(inode);
	w->mask = mask & MASK_KEPT;
	w->wd = in->next_wd++;
	w->next = inode->watches;
	inode->watches = w;
	list_add_tail(&in->watches, &w->link);
	in->nr_watches++;
	notify_watches++;
	return w->wd;
}

/* The instance's watch of this inode becomes `mask`, or is made */
static long watch_set(struct inotify *in, struct inode *inode, uint32_t mask)
{
	struct inotify_watch *w = inode->watches;

	while (w && w->instance != in)
		w = w->next;
	if (!w)
		return watch_new(in, inode, mask);
	if (mask & IN_MASK_CREATE)
		return -EEXIST;
	w->mask = (mask & MASK_KEPT) | ((mask & IN_MASK_ADD) ? w->mask : 0);
	return w->wd;
}

/* The instance behind fd, whose file the caller puts; ERR_PTR */
static struct file *inotify_file(int fd)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return ERR_PTR(-EBADF);
	if (f->ops == &inotify_ops)
		return f;
	file_put(f);
	return ERR_PTR(-EINVAL);
}

static long watch_path(struct inotify *in, const char *upath, uint32_t mask)
{
	struct path p;
	long rc = user_path(AT_FDCWD, upath,
		((mask & IN_DONT_FOLLOW) ? 0 : LOOKUP_FOLLOW)
		| ((mask & IN_ONLYDIR) ? LOOKUP_DIRECTORY : 0), 0, &p);

	if (rc)
		return rc;
	rc = inode_permission(p.dentry->inode, MAY_READ);
	if (rc == 0)
		rc = watch_set(in, p.dentry->inode, mask);
	path_put(&p);
	return rc;
}

long sys_inotify_add_watch(int fd, const char *upath, uint32_t mask)
{
	struct file *f;
	long rc;

	if (!mask || (mask & ~MASK_VALID))
		return -EINVAL;
	f = inotify_file(fd);
	if (IS_ERR(f))
		return PTR_ERR(f);
	rc = (mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE) ? -EINVAL
		: watch_path(f->priv, upath, mask);
	file_put(f);
	return rc;
}

long sys_inotify_rm_watch(int fd, int wd)
{
	struct file *f = inotify_file(fd);
	struct inotify_watch *w;
	long rc = -EINVAL;

	if (IS_ERR(f))
		return PTR_ERR(f);
	list_for_each(w, &((struct inotify *)f->priv)->watches, link)
		if (w->wd == wd) {
			inotify_watch_end(w);
			rc = 0;
			break;
		}
	file_put(f);
	return rc;
}
