/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is told that a message came to an empty queue: mq_notify(2). */
#include "mqueue.h"
#include <pipux/signal.h>
#include <pipux/socket.h>

/* Nobody is to be told any more; SIGEV_THREAD hears why: NOTIFY_* */
static void unregister(struct mqueue *q, char why)
{
	struct file *f = q->socket;

	q->notify = NULL;
	q->socket = NULL;
	if (!f)
		return;
	q->cookie[NOTIFY_COOKIE_LEN - 1] = why;
	(void)netlink_message(f, q->cookie, NOTIFY_COOKIE_LEN);
	file_put(f);
}

/* mq_notify(2): a message came to an empty queue that nobody waits at */
void mqueue_notify(struct mqueue *q)
{
	struct ksiginfo info = { .signo = q->event.sigev_signo,
		.code = SI_MESGQ, .pid = current->process->pid,
		.uid = current->cred.uid,
		.value = q->event.sigev_value.sival_int };
	struct process *p = q->notify;

	if (!p || q->count != 1 || q->sleepers)
		return;
	unregister(q, NOTIFY_WOKENUP);
	if (q->event.sigev_notify == SIGEV_SIGNAL)
		send_signal_process(info.signo, &info, p);
}

void mqueue_end(struct mqueue *q)
{
	unregister(q, NOTIFY_REMOVED);
}

/* Any close by the registered process takes its registration back */
void mqueue_flush(struct file *f)
{
	struct mqueue *q = mqueue_of(f);

	if (q->notify == current->process)
		unregister(q, NOTIFY_REMOVED);
}

static struct mqueue *registered(const struct process *p)
{
	struct mqueue *q;

	list_for_each(q, &mqueue_all, link)
		if (q->notify == p)
			return q;
	return NULL;
}

/*
 * The descriptor may live on in a table shared by CLONE_FILES.  A socket may
 * take its time to close, and queues go meanwhile.
 */
void mqueue_process_exit(struct process *p)
{
	struct mqueue *q;

	while ((q = registered(p)))
		unregister(q, NOTIFY_REMOVED);
}

static long set_notify(struct mqueue *q, const struct sigevent *ev,
		const char *cookie)
{
	struct process *p = current->process;
	struct file *f = NULL;

	if (!ev) {
		if (q->notify == p)
			unregister(q, NOTIFY_REMOVED);
		return 0;
	}
	if (ev->sigev_notify == SIGEV_THREAD) {
		f = fd_get(ev->sigev_signo);
		if (!f)
			return -EBADF;
	}
	if (q->notify || (f && !file_socket(f))) {
		if (f)
			file_put(f);
		return q->notify ? -EBUSY : -ENOTSOCK;
	}
	q->notify = p;
	q->event = *ev;
	q->socket = f;
	memcpy(q->cookie, cookie, NOTIFY_COOKIE_LEN);
	return 0;
}

long sys_mq_notify(int fd, const struct sigevent *uevent)
{
	char cookie[NOTIFY_COOKIE_LEN] = { 0 };
	struct sigevent ev;
	struct file *f;
	long rc;

	if (uevent) {
		if (get_user(ev, uevent))
			return -EFAULT;
		if (ev.sigev_notify != SIGEV_NONE
		    && ev.sigev_notify != SIGEV_THREAD
		    && ev.sigev_notify != SIGEV_SIGNAL)
			return -EINVAL;
		if (ev.sigev_notify == SIGEV_THREAD && copy_from_user(cookie,
				ev.sigev_value.sival_ptr, sizeof(cookie)))
			return -EFAULT;
		if (ev.sigev_notify == SIGEV_SIGNAL
		    && (ev.sigev_signo < 0 || ev.sigev_signo > 64))
			return -EINVAL;
	}
	f = mqueue_file(fd, 0);
	if (!f)
		return -EBADF;
	rc = set_notify(mqueue_of(f), uevent ? &ev : NULL, cookie);
	file_put(f);
	return rc;
}
