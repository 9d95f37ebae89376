/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of POSIX queues: mq_timedsend(3), mq_timedreceive(3), and
 * mq_getattr(3).
 */
#include "mqueue.h"
#include "../time/clock.h"

#define PRIORITY_MAX	32768u

/* CLOCK_REALTIME, absolute; 0: none */
static long deadline_get(const void *utime, bool wide, ktime_t *deadline)
{
	uint64_t ns;
	long rc;

	*deadline = 0;
	if (!utime)
		return 0;
	rc = timespec_from_user(utime, wide, &ns);
	*deadline = rc ? 0 : MAX(realtime_to_ktime(ns), (ktime_t)1);
	return rc;
}

static void enqueue(struct mqueue *q, struct message *m)
{
	struct message *at;

	list_for_each(at, &q->messages, link)
		if (at->priority < m->priority)
			break;
	list_add_tail(&at->link, &m->link);
	q->count++;
	wake_up(&q->receivers);
	mqueue_notify(q);
}

static long send(struct file *f, struct message *m, ktime_t deadline)
{
	struct mqueue *q = mqueue_of(f);
	long rc = 0;

	if (q->count >= q->max) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event_until(&q->senders, q->count < q->max,
			deadline);
	}
	if (rc == 0)
		enqueue(q, m);
	return rc;
}

static long send_text(struct file *f, const void *ubuf, size_t size,
		uint32_t priority, ktime_t deadline)
{
	struct message *m;
	long rc;

	if (size > (size_t)mqueue_of(f)->size)
		return -EMSGSIZE;
	m = kmalloc(sizeof(*m) + size);
	if (!m)
		return -ENOMEM;
	m->priority = priority;
	m->size = size;
	rc = copy_from_user(m->text, ubuf, size);
	if (rc == 0)
		rc = send(f, m, deadline);
	if (rc)
		kfree(m);
	return rc;
}

static long timed_send(int fd, const void *ubuf, size_t size,
		uint32_t priority, const void *utime, bool wide)
{
	ktime_t deadline;
	struct file *f;
	long rc = deadline_get(utime, wide, &deadline);

	if (rc)
		return rc;
	if (priority >= PRIORITY_MAX)
		return -EINVAL;
	f = mqueue_file(fd, FMODE_WRITE);
	if (!f)
		return -EBADF;
	rc = send_text(f, ubuf, size, priority, deadline);
	file_put(f);
	return rc;
}

long sys_mq_timedsend(int fd, const void *ubuf, size_t size,
		uint32_t priority, const void *utime)
{
	return timed_send(fd, ubuf, size, priority, utime, false);
}

long sys_mq_timedsend_time64(int fd, const void *ubuf, size_t size,
		uint32_t priority, const void *utime)
{
	return timed_send(fd, ubuf, size, priority, utime, true);
}

/* The first message, off the queue; ERR_PTR */
static struct message *receive(struct file *f, ktime_t deadline)
{
	struct mqueue *q = mqueue_of(f);
	struct message *m;
	long rc;

	if (!q->count) {
		if (f->flags & O_NONBLOCK)
			return ERR_PTR(-EAGAIN);
		q->sleepers++;
		rc = wait_event_until(&q->receivers, q->count, deadline);
		q->sleepers--;
		if (rc)
			return ERR_PTR(rc);
	}
	m = list_first(&q->messages, struct message, link);
	list_del(&m->link);
	q->count--;
	wake_up(&q->senders);
	return m;
}

static long receive_text(struct file *f, void *ubuf, size_t size,
		uint32_t *upriority, ktime_t deadline)
{
	struct message *m;
	long rc;

	if (size < (size_t)mqueue_of(f)->size)
		return -EMSGSIZE;
	m = receive(f, deadline);
	if (IS_ERR(m))
		return PTR_ERR(m);
	rc = m->size;
	if (copy_to_user(ubuf, m->text, m->size)
	    || (upriority && put_user(m->priority, upriority)))
		rc = -EFAULT;
	kfree(m);
	return rc;
}

static long timed_receive(int fd, void *ubuf, size_t size,
		uint32_t *upriority, const void *utime, bool wide)
{
	ktime_t deadline;
	struct file *f;
	long rc = deadline_get(utime, wide, &deadline);

	if (rc)
		return rc;
	f = mqueue_file(fd, FMODE_READ);
	if (!f)
		return -EBADF;
	rc = receive_text(f, ubuf, size, upriority, deadline);
	file_put(f);
	return rc;
}

long sys_mq_timedreceive(int fd, void *ubuf, size_t size,
		uint32_t *upriority, const void *utime)
{
	return timed_receive(fd, ubuf, size, upriority, utime, false);
}

long sys_mq_timedreceive_time64(int fd, void *ubuf, size_t size,
		uint32_t *upriority, const void *utime)
{
	return timed_receive(fd, ubuf, size, upriority, utime, true);
}

long sys_mq_getsetattr(int fd, const struct mq_attr *unew,
		struct mq_attr *uold)
{
	struct mq_attr new, old = { 0 };
	struct mqueue *q;
	struct file *f;

	if (unew) {
		if (get_user(new, unew))
			return -EFAULT;
		if (new.mq_flags & ~O_NONBLOCK)
			return -EINVAL;
	}
	f = mqueue_file(fd, 0);
	if (!f)
		return -EBADF;
	q = mqueue_of(f);
	old.mq_flags = f->flags & O_NONBLOCK;
	old.mq_maxmsg = q->max;
	old.mq_msgsize = q->size;
	old.mq_curmsgs = q->count;
	if (unew)
		f->flags = (f->flags & ~O_NONBLOCK) | new.mq_flags;
	file_put(f);
	return uold ? put_user(old, uold) : 0;
}
