/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timerfd_create(2): a timer whose expirations are read from a file.  A
 * periodic one that has expired stands still until it is looked at, and then
 * counts what it has missed: unread it costs nothing, whatever its period.
 */
#include "internal.h"
#include <linux/timerfd.h>

struct timerfd {
	struct ktimer timer;
	struct wait_queue queue;
	struct clock_watch watch;	/* of a real-time one */
	bool realtime, absolute;
	bool cancel, cancelled;		/* TFD_TIMER_CANCEL_ON_SET */
	bool expired;			/* a periodic one, not yet restarted */
	ktime_t expires;		/* monotonic; 0: disarmed */
	uint64_t interval;		/* ns, 0: once */
	uint64_t ticks;			/* not yet read */
};

static void fired(struct ktimer *k)
{
	struct timerfd *t = container_of(k, struct timerfd, timer);

	t->ticks++;
	t->expired = t->interval != 0;
	if (!t->expired)
		t->expires = 0;
	wake_up(&t->queue);
}

/* Counts the periods since the one that `fired` saw, and starts the next */
static void catch_up(struct timerfd *t)
{
	ktime_t now = ktime_get();
	uint64_t missed;

	if (!t->expired)
		return;
	t->expired = false;
	missed = t->expires <= now ? (now - t->expires) / t->interval : 0;
	t->ticks += missed;
	t->expires += (missed + 1) * t->interval;
	ktimer_start(&t->timer, t->expires);
}

static void stepped(struct clock_watch *w, int64_t by)
{
	struct timerfd *t = container_of(w, struct timerfd, watch);

	if (t->absolute && t->expires) {
		t->expires = ktime_stepped(t->expires, by);
		if (!t->expired)
			ktimer_start(&t->timer, t->expires);
	}
	if (!t->cancel)
		return;
	t->cancelled = true;
	t->ticks++;
	wake_up(&t->queue);
}

static ssize_t timer_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct timerfd *t = f->priv;
	uint64_t n;
	long rc;

	if (iov->len < sizeof(n))
		return -EINVAL;
	if (!t->ticks) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event(&t->queue, t->ticks);
		if (rc)
			return rc;
	}
	if (t->cancelled) {
		t->cancelled = false;
		t->ticks = 0;
		if (t->expired)		/* it stands until it is set again */
			t->expires = 0;
		t->expired = false;
		return -ECANCELED;
	}
	catch_up(t);
	n = t->ticks;
	t->ticks = 0;
	return iov_to(iov, &n, sizeof(n)) ? -EFAULT : (ssize_t)sizeof(n);
}

static uint32_t timer_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *t = f->priv;

	poll_wait(f, &t->queue, pt);
	return t->ticks ? POLLIN | POLLRDNORM : 0;
}

static void timer_release(struct file *f)
{
	struct timerfd *t = f->priv;

	ktimer_cancel(&t->timer);
	if (t->realtime)
		list_del(&t->watch.link);
	kfree(t);
}

static const struct file_ops timer_ops = {
	.read = timer_read,
	.llseek = noop_llseek,
	.poll = timer_poll,
	.release = timer_release,
};

static bool is_alarm(int clock)
{
	return clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

long sys_timerfd_create(int clock, int flags)
{
	struct timerfd *t;
	struct file *f;

	if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
	    || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC
		&& clock != CLOCK_BOOTTIME && !is_alarm(clock)))
		return -EINVAL;
	if (is_alarm(clock) && !capable(CAP_WAKE_ALARM))
		return -EPERM;
	t = kzalloc(sizeof(*t));
	if (!t)
		return -ENOMEM;
	ktimer_init(&t->timer, fired);
	wait_queue_init(&t->queue);
	t->realtime = clock == CLOCK_REALTIME
		|| clock == CLOCK_REALTIME_ALARM;
	f = anon_file("anon_inode:[timerfd]", &timer_ops, t,
		O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(t);
		return -ENOMEM;
	}
	t->watch.stepped = stepped;
	if (t->realtime)
		clock_watch(&t->watch);
	return fd_install_new(f, flags & TFD_CLOEXEC);
}

/* An itimerspec as two times in ns: interval, value */
struct setting {
	uint64_t interval, value;
};

static size_t spec_size(bool wide)
{
	return wide ? sizeof(struct __kernel_timespec) : 2 * sizeof(long);
}

static long put_setting(void *uspec, bool wide, struct timerfd *t)
{
	ktime_t now;
	uint64_t left;
	long rc = timespec_to_user(uspec, wide, t->interval);

	catch_up(t);
	now = ktime_get();
	left = !t->expires ? 0 : t->expires > now ? t->expires - now : 1;
	return rc ? rc : timespec_to_user((char *)uspec + spec_size(wide),
		wide, left);
}

static void arm(struct timerfd *t, const struct setting *s, int flags)
{
	bool absolute = flags & TFD_TIMER_ABSTIME;
	ktime_t now = ktime_get();

	ktimer_cancel(&t->timer);
	t->ticks = 0;
	t->absolute = absolute;
	t->cancel = absolute && (flags & TFD_TIMER_CANCEL_ON_SET);
	t->cancelled = t->expired = false;
	t->interval = s->interval;
	t->expires = 0;
	if (!s->value)
		return;
	if (!absolute) {
		t->expires = now + s->value;
	} else if (t->realtime) {
		uint64_t offset = realtime_get() - now;

		t->expires = s->value > offset ? s->value - offset : 1;
	} else {
		t->expires = s->value;
	}
	ktimer_start(&t->timer, t->expires);
}

static struct file *timer_file(int fd, long *rc)
{
	struct file *f = fd_get_io(fd);

	*rc = -EBADF;
	if (f && f->ops != &timer_ops) {
		file_put(f);
		*rc = -EINVAL;
		return NULL;
	}
	return f;
}

static long timer_set(int fd, int flags, const void *unew, void *uold,
		bool wide)
{
	struct setting s;
	struct file *f;
	long rc;

	if (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
		return -EINVAL;
	rc = timespec_from_user(unew, wide, &s.interval);
	if (rc == 0)
		rc = timespec_from_user((const char *)unew + spec_size(wide),
			wide, &s.value);
	if (rc)
		return rc;
	f = timer_file(fd, &rc);
	if (!f)
		return rc;
	rc = uold ? put_setting(uold, wide, f->priv) : 0;
	if (rc == 0)
		arm(f->priv, &s, flags);
	file_put(f);
	return rc;
}

static long timer_get(int fd, void *uspec, bool wide)
{
	long rc;
	struct file *f = timer_file(fd, &rc);

	if (!f)
		return rc;
	rc = put_setting(uspec, wide, f->priv);
	file_put(f);
	return rc;
}

long sys_timerfd_settime(int fd, int flags, const void *unew, void *uold)
{
	return timer_set(fd, flags, unew, uold, false);
}

long sys_timerfd_settime64(int fd, int flags, const void *unew, void *uold)
{
	return timer_set(fd, flags, unew, uold, true);
}

long sys_timerfd_gettime(int fd, void *uspec)
{
	return timer_get(fd, uspec, false);
}

long sys_timerfd_gettime64(int fd, void *uspec)
{
	return timer_get(fd, uspec, true);
}
