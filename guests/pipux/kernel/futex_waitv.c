/* SPDX-License-Identifier: BSD-2-Clause */
/* futex_waitv(2): sleeping on several words at once. */
#include "futex_private.h"

#define FLAGS_KNOWN	(FUTEX_32 | FUTEX_PRIVATE_FLAG)

long sys_futex_waitv(const struct futex_waitv *uv, uint32_t n, uint32_t flags,
	const void *utimeout, int clock);

/* What is waited for, on its way to being so; of an address the low half */
struct words {
	struct futex_waitv *v;
	struct futex_waiter *w;
	uint32_t n;
};

static long check(const struct words *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if ((s->v[i].flags & ~FLAGS_KNOWN) || s->v[i].__reserved
				|| !(s->v[i].flags & FUTEX_32))
			return -EINVAL;
	return 0;
}

/* The first word that was woken, or -1 */
static long first_woken(const struct words *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (list_empty(&s->w[i].link))
			return (long)i;
	return -1;
}

/* 0: all are on their lists; errno, some may be */
static long enqueue(const struct words *s)
{
	long rc;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct futex_waitv *v = &s->v[i];

		rc = futex_key((uint32_t)v->uaddr,
			v->flags & FUTEX_PRIVATE_FLAG, false, &s->w[i].key);
		if (rc)
			return rc;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		rc = futex_expect((uint32_t)s->v[i].uaddr,
			(uint32_t)s->v[i].val);
		if (rc)
			return rc;
		s->w[i].task = current;
		s->w[i].bitset = FUTEX_BITSET_MATCH_ANY;
		list_add_tail(futex_bucket(&s->w[i].key), &s->w[i].link);
	}
	return 0;
}

static long sleep_on_all(const struct words *s, ktime_t deadline)
{
	while (first_woken(s) < 0) {
		if (deadline && ktime_get() >= deadline)
			return -ETIMEDOUT;
		if (signal_pending())
			return -ERESTARTSYS;
		sleep_on(true, deadline);
	}
	return first_woken(s);
}

static void dequeue(const struct words *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->w[i].link.next)
			list_del(&s->w[i].link);
}

static long wait_words(const struct words *s, const struct futex_waitv *uv,
		ktime_t deadline)
{
	long rc;

	if (copy_from_user(s->v, uv, s->n * sizeof(*uv)))
		return -EFAULT;
	rc = check(s);
	if (!rc)
		rc = enqueue(s);
	if (!rc)
		rc = sleep_on_all(s, deadline);
	else if (first_woken(s) >= 0)	/* while the next words were read */
		rc = first_woken(s);
	dequeue(s);
	return rc;
}

/* A point in time on one of two clocks; 0: never */
static long deadline_get(const void *utimeout, int clock, ktime_t *deadline)
{
	uint64_t ns;
	long rc;

	*deadline = 0;
	if (!utimeout)
		return 0;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return -EINVAL;
	rc = timespec_from_user(utimeout, true, &ns);
	if (rc)
		return rc;
	if (clock == CLOCK_REALTIME)
		ns = realtime_to_ktime(ns);
	*deadline = MAX(ns, (uint64_t)1);
	return 0;
}

long sys_futex_waitv(const struct futex_waitv *uv, uint32_t n, uint32_t flags,
		const void *utimeout, int clock)
{
	struct words s = { .n = n };
	ktime_t deadline;
	long rc;

	if (flags || !n || n > FUTEX_WAITV_MAX || !uv)
		return -EINVAL;
	rc = deadline_get(utimeout, clock, &deadline);
	if (rc)
		return rc;
	s.v = kmalloc(n * sizeof(*s.v));
	s.w = kzalloc(n * sizeof(*s.w));
	rc = s.v && s.w ? wait_words(&s, uv, deadline) : -ENOMEM;
	kfree(s.v);
	kfree(s.w);
	return rc;
}
