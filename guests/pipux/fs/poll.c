/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll(2): every file is asked, registering us on its queues the first time;
 * as soon as one is ready the others are only asked.  Wakers tell nothing
 * but that something changed: we ask all again.
 */
#include "poll.h"

#define DEFAULT_MASK	(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

void poll_begin(struct poll_wait *w)
{
	w->first.chunk = (struct poll_chunk){ .max = POLL_INLINE };
	w->table.chunk = w->immediate ? NULL : &w->first.chunk;
	w->table.no_memory = false;
	w->table.add = NULL;
}

static void chunk_release(struct poll_chunk *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		wait_remove(&c->entry[i].waiter);
		file_put(c->entry[i].file);
	}
}

/* The chunks hang on the table's; `first` is the oldest */
void poll_end(struct poll_wait *w)
{
	struct poll_chunk *c = w->first.chunk.older, *older;

	for (; c; c = older) {
		older = c->older;
		chunk_release(c);
		kfree(c);
	}
	chunk_release(&w->first.chunk);
}

/*
 * `first` stays the table's chunk; full chunks move behind it, so that
 * poll_end finds all from there.
 */
static bool chunk_push(struct poll_table *pt)
{
	struct poll_chunk *c = kmalloc(sizeof(*c)
		+ POLL_CHUNK * sizeof(c->entry[0]));

	if (!c)
		return false;
	c->n = 0;
	c->max = POLL_CHUNK;
	c->older = pt->chunk->older;
	pt->chunk->older = c;
	return true;
}

void poll_wait(struct file *f, struct wait_queue *q, struct poll_table *pt)
{
	struct poll_chunk *c = pt->chunk;
	struct poll_entry *e;

	if (!c) {
		if (pt->add)
			pt->add(pt, q);
		return;
	}
	if (c->n == c->max) {
		if (!c->older || c->older->n == c->older->max) {
			if (!chunk_push(pt)) {
				pt->no_memory = true;
				return;
			}
		}
		c = c->older;
	}
	e = &c->entry[c->n++];
	e->file = file_get(f);
	wait_add(q, &e->waiter);
}

uint32_t poll_fd(int fd, uint32_t mask, struct poll_table *pt)
{
	struct file *f = fd_get_io(fd);
	uint32_t ready;

	if (!f)
		return POLLNVAL;
	ready = f->ops->poll ? f->ops->poll(f, pt) : DEFAULT_MASK;
	file_put(f);
	return ready & (mask | POLLERR | POLLHUP);
}

long poll_sleep(struct poll_wait *w, long count)
{
	if (w->table.no_memory)
		return -ENOMEM;
	if (count || w->immediate)
		return 0;
	if (signal_pending())
		return -ERESTARTNOHAND;
	if (w->deadline && ktime_get() >= w->deadline)
		return 0;
	w->table.chunk = NULL;
	sleep_on(true, w->deadline);
	return 1;
}

/* One round over all descriptors; the first that is ready ends registering */
static long ask_all(struct poll_wait *w, struct pollfd *fds, unsigned n)
{
	long count = 0;

	for (unsigned i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		fds[i].revents = poll_fd(fds[i].fd, (uint16_t)fds[i].events,
			&w->table);
		if (fds[i].revents) {
			count++;
			w->table.chunk = NULL;
		}
	}
	return count;
}

static long poll_fds(struct poll_wait *w, struct pollfd *fds, unsigned n)
{
	long count, rc;

	poll_begin(w);
	do {
		count = ask_all(w, fds, n);
		rc = poll_sleep(w, count);
	} while (rc > 0);
	poll_end(w);
	return rc ? rc : count;
}

#define FDS_STACK	16

/* Only revents goes back: the rest of the array is the program's */
static long put_results(struct pollfd *ufds, const struct pollfd *fds,
		unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (put_user(fds[i].revents, &ufds[i].revents))
			return -EFAULT;
	return 0;
}

static long poll_user(struct poll_wait *w, struct pollfd *ufds, unsigned n)
{
	struct pollfd small[FDS_STACK], *fds = small;
	long rc;

	if (n > current->process->limits[RLIMIT_NOFILE].rlim_cur)
		return -EINVAL;
	if (n > FDS_STACK) {
		fds = kmalloc(n * sizeof(*fds));
		if (!fds)
			return -ENOMEM;
	}
	rc = copy_from_user(fds, ufds, n * sizeof(*fds));
	if (rc == 0)
		rc = poll_fds(w, fds, n);
	if (rc >= 0 && put_results(ufds, fds, n))
		rc = -EFAULT;
	if (fds != small)
		kfree(fds);
	return rc;
}

/* Interrupted by a signal without handler, poll goes on till its deadline */
static long poll_restart(struct task *t);

static long poll_till(struct pollfd *ufds, unsigned n, struct poll_wait *w)
{
	long rc = poll_user(w, ufds, n);

	if (rc != -ERESTARTNOHAND)
		return rc;
	current->restart_fn = poll_restart;
	current->restart.deadline = w->deadline;
	current->restart.arg[0] = (uintptr_t)ufds;
	current->restart.arg[1] = n;
	return -ERESTART_RESTARTBLOCK;
}

static long poll_restart(struct task *t)
{
	struct poll_wait w = { .deadline = t->restart.deadline };

	return poll_till((struct pollfd *)(uintptr_t)t->restart.arg[0],
		t->restart.arg[1], &w);
}

long sys_poll(struct pollfd *ufds, unsigned n, int timeout)
{
	struct poll_wait w;

	w.immediate = timeout == 0;
	w.deadline = timeout > 0 ? ktime_get() + timeout * 1000000ull : 0;
	return poll_till(ufds, n, &w);
}

/* select(2), ppoll(2): an all-zero time asks only; a bad one is EINVAL */
static long set_deadline(struct poll_wait *w, int64_t sec, long nsec)
{
	if (sec < 0 || (unsigned long)nsec >= NSEC_PER_SEC)
		return -EINVAL;
	w->immediate = !sec && !nsec;
	w->deadline = sec > INT32_MAX ? 0
		: ktime_get() + (uint64_t)sec * NSEC_PER_SEC + nsec;
	return 0;
}

long poll_deadline64(struct poll_wait *w, const struct __kernel_timespec *ut)
{
	struct __kernel_timespec t;

	w->immediate = false;
	w->deadline = 0;
	if (!ut)
		return 0;
	if (get_user(t, ut))
		return -EFAULT;
	return set_deadline(w, t.tv_sec, (long)t.tv_nsec);
}

/* Two words: seconds, and `unit` nanoseconds each */
long poll_deadline32(struct poll_wait *w, const int32_t *ut, long unit)
{
	int32_t t[2];

	w->immediate = false;
	w->deadline = 0;
	if (!ut)
		return 0;
	if (copy_from_user(t, ut, sizeof(t)))
		return -EFAULT;
	/* select(2) takes a second and more in its microseconds */
	if (unit != 1 && t[1] >= 0) {
		t[0] += t[1] / 1000000;
		t[1] %= 1000000;
	}
	return set_deadline(w, t[0], t[1] * unit);
}

static struct timespec64 left(const struct poll_wait *w)
{
	ktime_t now = ktime_get();

	return ns_to_timespec(!w->immediate && w->deadline > now
		? w->deadline - now : 0);
}

/* A failure to store it does not undo the call: Linux ignores it, too */
void poll_left64(struct poll_wait *w, struct __kernel_timespec *ut)
{
	struct timespec64 t;
	struct __kernel_timespec k = { 0 };

	if (!ut || (!w->deadline && !w->immediate))
		return;
	t = left(w);
	k.tv_sec = t.tv_sec;
	k.tv_nsec = t.tv_nsec;
	(void)copy_to_user(ut, &k, sizeof(k));
}

void poll_left32(struct poll_wait *w, int32_t *ut, long unit)
{
	struct timespec64 t;
	int32_t k[2];

	if (!ut || (!w->deadline && !w->immediate))
		return;
	t = left(w);
	k[0] = t.tv_sec;
	k[1] = t.tv_nsec / unit;
	(void)copy_to_user(ut, k, sizeof(k));
}

static long ppoll(struct poll_wait *w, struct pollfd *ufds, unsigned n,
		const void *umask, size_t size)
{
	long rc = sigmask_set_temporary(umask, size);

	if (rc)
		return rc;
	rc = poll_user(w, ufds, n);
	sigmask_restore(rc == -ERESTARTNOHAND);
	return rc;
}

long sys_ppoll_time64(struct pollfd *ufds, unsigned n,
		struct __kernel_timespec *ut, const void *umask, size_t size)
{
	struct poll_wait w;
	long rc = poll_deadline64(&w, ut);

	if (rc)
		return rc;
	rc = ppoll(&w, ufds, n, umask, size);
	poll_left64(&w, ut);
	return rc;
}

long sys_ppoll(struct pollfd *ufds, unsigned n, int32_t *ut,
		const void *umask, size_t size)
{
	struct poll_wait w;
	long rc = poll_deadline32(&w, ut, 1);

	if (rc)
		return rc;
	rc = ppoll(&w, ufds, n, umask, size);
	poll_left32(&w, ut, 1);
	return rc;
}
