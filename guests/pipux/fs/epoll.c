/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll(7).  An item stays registered on its file's queues; a wake-up puts it
 * on the ready list, where epoll_wait asks whether it is ready indeed.  Level
 * triggered items go back on the list until they are not.
 *
 * Invariant: an item is in its epoll's `items` and in its file's `watchers`,
 * and holds a reference on neither: the end of either removes it.  A chain of
 * epolls that watch each other has at most NESTING_MAX + 1 links.  There may
 * be very many ways through such a mesh: a walk goes through each epoll once.
 */
#include "poll.h"
#include <linux/eventpoll.h>

#define QUEUES_MAX	3		/* of one file */
#define NESTING_MAX	4
#define PRIVATE_BITS	(EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE)

struct epoll {
	struct list items, ready;
	struct wait_queue queue;
	struct file *file;		/* what we are */
	uint32_t collects;		/* epoll_wait calls, numbered */
	/* the last walk that came here, and what it found */
	uint32_t wake_walk, walk;
	int found;
};

struct epoll_item {
	struct list link, ready_link;
	struct epoll_item *next;	/* of the file's watchers */
	struct epoll *ep;
	struct file *file;
	int fd;
	struct epoll_event event;
	bool disabled;			/* EPOLLONESHOT was reported */
	uint32_t collected;		/* by which call, last */
	unsigned nr_waiters;
	struct registration {
		struct waiter waiter;
		struct epoll_item *item;
	} reg[QUEUES_MAX];
};

struct item_table {			/* poll_table of a registration */
	struct poll_table table;
	struct epoll_item *item;
};

static const struct file_ops epoll_ops;

static struct epoll *epoll_of(struct file *f)
{
	return f->ops == &epoll_ops ? f->priv : NULL;
}

/* Those who wait for ep, and by other epolls.  Nothing in here sleeps */
static void wake_waiters(struct epoll *ep)
{
	static uint32_t walk;
	static unsigned depth;

	if (!depth)
		walk++;
	if (ep->wake_walk == walk)
		return;
	ep->wake_walk = walk;
	depth++;
	wake_up(&ep->queue);
	depth--;
}

/* Has it woken somebody? */
static bool set_ready(struct epoll_item *item)
{
	bool sleeps = wait_sleeps(&item->ep->queue);

	if (list_empty(&item->ready_link))
		list_add_tail(&item->ep->ready, &item->ready_link);
	wake_waiters(item->ep);
	return sleeps;
}

static bool woken(struct waiter *w)
{
	struct epoll_item *item = container_of(w, struct registration,
		waiter)->item;

	return !item->disabled && set_ready(item);
}

static void register_item(struct poll_table *pt, struct wait_queue *q)
{
	struct epoll_item *item = container_of(pt, struct item_table,
		table)->item;
	struct registration *r;

	if (item->nr_waiters == QUEUES_MAX)
		return;
	r = &item->reg[item->nr_waiters++];
	r->item = item;
	wait_add_fn(q, &r->waiter, woken);
	r->waiter.exclusive = item->event.events & EPOLLEXCLUSIVE;
}

/* What is ready of what the item asks for; `pt` perhaps registers it */
static uint32_t item_ask(struct epoll_item *item, struct poll_table *pt)
{
	uint32_t want = (item->event.events & ~PRIVATE_BITS)
		| EPOLLERR | EPOLLHUP;

	return item->disabled ? 0 : item->file->ops->poll(item->file, pt)
		& want;
}

static void item_remove(struct epoll_item *item)
{
	struct epoll_item **p = &item->file->watchers;

	while (*p != item)
		p = &(*p)->next;
	*p = item->next;
	while (item->nr_waiters)
		wait_remove(&item->reg[--item->nr_waiters].waiter);
	list_del(&item->ready_link);
	list_del(&item->link);
	kfree(item);
}

void epoll_forget(struct file *f)
{
	while (f->watchers)
		item_remove(f->watchers);
}

static void epoll_release(struct file *f)
{
	struct epoll *ep = f->priv;

	while (!list_empty(&ep->items))
		item_remove(list_first(&ep->items, struct epoll_item, link));
	kfree(ep);
}

/* Ready if one item is; those that are not any more leave the list */
static bool any_ready(struct epoll *ep)
{
	struct poll_table ask = { 0 };
	struct epoll_item *item, *next;

	list_for_each_safe(item, next, &ep->ready, ready_link) {
		if (item_ask(item, &ask))
			return true;
		list_del(&item->ready_link);
	}
	return false;
}

static uint32_t walk;			/* of asking, of measuring */

static uint32_t epoll_poll(struct file *f, struct poll_table *pt)
{
	static unsigned depth;
	struct epoll *ep = f->priv;

	poll_wait(f, &ep->queue, pt);
	if (!depth)
		walk++;
	if (ep->walk != walk) {
		depth++;
		ep->found = any_ready(ep);
		depth--;
		ep->walk = walk;
	}
	return ep->found ? POLLIN | POLLRDNORM : 0;
}

static const struct file_ops epoll_ops = {
	.llseek = noop_llseek,
	.poll = epoll_poll,
	.release = epoll_release,
};

long sys_epoll_create1(int flags)
{
	struct epoll *ep;
	struct file *f;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep));
	if (!ep)
		return -ENOMEM;
	list_init(&ep->items);
	list_init(&ep->ready);
	wait_queue_init(&ep->queue);
	f = anon_file("anon_inode:[eventpoll]", &epoll_ops, ep, O_RDWR);
	if (!f) {
		kfree(ep);
		return -ENOMEM;
	}
	ep->file = f;
	return fd_install_new(f, flags & EPOLL_CLOEXEC);
}

long sys_epoll_create(int size)
{
	return size > 0 ? sys_epoll_create1(0) : -EINVAL;
}

/* Links of the longest chain from ep down; too many if one meets `top` */
static int chain_down(struct epoll *ep, const struct epoll *top)
{
	struct epoll_item *item;
	int longest = 0;

	if (ep == top)
		return NESTING_MAX + 1;
	if (ep->walk == walk)
		return ep->found;
	list_for_each(item, &ep->items, link)
		if (epoll_of(item->file))
			longest = MAX(longest,
				chain_down(epoll_of(item->file), top));
	ep->walk = walk;
	return ep->found = longest + 1;
}

/* The same upwards */
static int chain_up(struct epoll *ep)
{
	struct epoll_item *item;
	int longest = 0;

	if (ep->walk == walk)
		return ep->found;
	for (item = ep->file->watchers; item; item = item->next)
		longest = MAX(longest, chain_up(item->ep));
	ep->walk = walk;
	return ep->found = longest + 1;
}

/* Would there be a loop, or too long a chain? (epoll_ctl(2), ELOOP) */
static bool chain_bad(struct epoll *ep, struct epoll *inner)
{
	int up;

	walk++;
	up = chain_up(ep);
	walk++;
	return up + chain_down(inner, ep) > NESTING_MAX + 1;
}

static struct epoll_item *item_find(struct epoll *ep, struct file *f, int fd)
{
	struct epoll_item *item = f->watchers;

	while (item && (item->ep != ep || item->fd != fd))
		item = item->next;
	return item;
}

struct file *epoll_target(struct file *f, int fd, uint32_t nth)
{
	struct epoll *ep = epoll_of(f);
	struct epoll_item *item;

	if (!ep)
		return ERR_PTR(-EINVAL);
	list_for_each(item, &ep->items, link)
		if (item->fd == fd && nth-- == 0)
			return item->file;
	return ERR_PTR(-ENOENT);
}

static long item_add(struct epoll *ep, struct file *f, int fd,
		const struct epoll_event *event)
{
	struct epoll_item *item;
	struct item_table t = { .table.add = register_item };

	if (epoll_of(f) && chain_bad(ep, epoll_of(f)))
		return -ELOOP;
	item = kzalloc(sizeof(*item));
	if (!item)
		return -ENOMEM;
	item->ep = ep;
	item->file = f;
	item->fd = fd;
	item->event = *event;
	list_init(&item->ready_link);
	list_add_tail(&ep->items, &item->link);
	item->next = f->watchers;
	f->watchers = item;
	t.item = item;
	if (item_ask(item, &t.table))
		set_ready(item);
	return 0;
}

static long item_modify(struct epoll_item *item,
		const struct epoll_event *event)
{
	struct poll_table ask = { 0 };

	if ((item->event.events | event->events) & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->event = *event;
	item->disabled = false;
	if (item_ask(item, &ask))
		set_ready(item);
	return 0;
}

static long control(struct file *epf, int op, struct file *f, int fd,
		const struct epoll_event *event)
{
	struct epoll *ep = epoll_of(epf);
	struct epoll_item *item;

	if (!ep || f == epf)
		return -EINVAL;
	if (!f->ops->poll)
		return -EPERM;
	if (op == EPOLL_CTL_ADD && (event->events & EPOLLEXCLUSIVE)
	    && epoll_of(f))
		return -EINVAL;
	item = item_find(ep, f, fd);
	switch (op) {
	case EPOLL_CTL_ADD:
		return item ? -EEXIST : item_add(ep, f, fd, event);
	case EPOLL_CTL_MOD:
		return item ? item_modify(item, event) : -ENOENT;
	case EPOLL_CTL_DEL:
		if (!item)
			return -ENOENT;
		item_remove(item);
		return 0;
	}
	return -EINVAL;
}

long sys_epoll_ctl(int epfd, int op, int fd, const struct epoll_event *uev)
{
	struct epoll_event event = { 0 };
	struct file *epf, *f;
	long rc;

	if (op != EPOLL_CTL_DEL && get_user(event, uev))
		return -EFAULT;
	epf = fd_get_io(epfd);
	f = fd_get_io(fd);
	rc = epf && f ? control(epf, op, f, fd, &event) : -EBADF;
	if (epf)
		file_put(epf);
	if (f)
		file_put(f);
	return rc;
}

/* The program did not get it.  The item may be gone, or another one be there */
static void report_again(struct epoll *ep, struct epoll_item *lost)
{
	struct epoll_item *item;

	list_for_each(item, &ep->items, link)
		if (item == lost) {
			item->disabled = false;
			set_ready(item);
			return;
		}
}

/*
 * One ready item to the program: 1, 0 if it is not ready, -EFAULT.  Copying
 * may sleep, and the item may not be touched any more.
 */
static long report(struct epoll_item *item, struct epoll_event *uev)
{
	struct poll_table ask = { 0 };
	struct epoll_event e = { .data = item->event.data };
	struct epoll *ep = item->ep;

	list_del(&item->ready_link);
	e.events = item_ask(item, &ask);
	if (!e.events)
		return 0;
	if (item->event.events & EPOLLONESHOT)
		item->disabled = true;
	else if (!(item->event.events & EPOLLET))
		list_add_tail(&ep->ready, &item->ready_link);
	if (!copy_to_user(uev, &e, sizeof(e)))
		return 1;
	report_again(ep, item);
	return -EFAULT;
}

/* Those that are ready, each once */
static long collect(struct epoll *ep, struct epoll_event *uev, int max)
{
	uint32_t now = ++ep->collects;
	long count = 0;

	while (!list_empty(&ep->ready) && count < max) {
		struct epoll_item *item = list_first(&ep->ready,
			struct epoll_item, ready_link);
		long rc;

		if (item->collected == now)
			break;
		item->collected = now;
		rc = report(item, uev + count);
		if (rc < 0)
			return count ? count : rc;
		count += rc;
	}
	return count;
}

static long epoll_wait_till(struct epoll *ep, struct epoll_event *uev,
		int max, ktime_t deadline, bool immediate)
{
	for (;;) {
		long n = collect(ep, uev, max);

		if (n || immediate)
			return n;
		n = wait_event_until(&ep->queue, !list_empty(&ep->ready),
			deadline);
		if (n == -ETIMEDOUT)
			return 0;
		if (n)
			return -EINTR;
	}
}

static long wait_fd(int epfd, struct epoll_event *uev, int max,
		ktime_t deadline, bool immediate)
{
	struct file *f;
	long rc;

	if (max <= 0 || max > (int)(INT32_MAX / sizeof(*uev)))
		return -EINVAL;
	if (!user_range_ok(uev, max * sizeof(*uev)))
		return -EFAULT;
	f = fd_get_io(epfd);
	if (!f)
		return -EBADF;
	rc = epoll_of(f) ? epoll_wait_till(f->priv, uev, max, deadline,
		immediate) : -EINVAL;
	file_put(f);
	return rc;
}

static ktime_t from_now(int ms)
{
	return ms > 0 ? ktime_get() + ms * 1000000ull : 0;
}

long sys_epoll_wait(int epfd, struct epoll_event *uev, int max, int timeout)
{
	return wait_fd(epfd, uev, max, from_now(timeout), timeout == 0);
}

long sys_epoll_pwait(int epfd, struct epoll_event *uev, int max, int timeout,
		const void *umask, size_t size)
{
	long rc = sigmask_set_temporary(umask, size);

	if (rc)
		return rc;
	rc = wait_fd(epfd, uev, max, from_now(timeout), timeout == 0);
	sigmask_restore(rc == -EINTR);
	return rc;
}

long sys_epoll_pwait2(int epfd, struct epoll_event *uev, int max,
		const struct __kernel_timespec *ut, const void *umask,
		size_t size)
{
	struct poll_wait w;
	long rc = poll_deadline64(&w, ut);

	if (rc == 0)
		rc = sigmask_set_temporary(umask, size);
	if (rc)
		return rc;
	rc = wait_fd(epfd, uev, max, w.deadline, w.immediate);
	sigmask_restore(rc == -EINTR);
	return rc;
}
