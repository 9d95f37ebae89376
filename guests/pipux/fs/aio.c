/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asynchronous I/O (io_setup(2), io_getevents(2), ...): contexts and waiting
 * for events.
 *
 * A context belongs to an address space, and ends with it.  Its id is where
 * its ring lies: the mapping found there leads to the context, wherever
 * mremap(2) has put it.
 */
#include "aio.h"
#include <pipux/setting.h>
#include <pipux/signal.h>

int setting_aio_max = 65536;

static uint32_t promised;		/* events, in all contexts */

uint32_t aio_promised(void)
{
	return promised;
}

struct aio_context *aio_get(uint32_t id)
{
	const struct vma *vma = vma_find(current->mm, id);
	struct aio_context *ctx;

	if (!vma || vma->start != id || !vma->shm)
		return NULL;
	for (ctx = current->mm->aio; ctx; ctx = ctx->next)
		if (ctx->ring == vma->shm) {
			ctx->refs++;
			return ctx;
		}
	return NULL;
}

void aio_put(struct aio_context *ctx)
{
	if (--ctx->refs)
		return;
	if (ctx->ring)
		shm_put(ctx->ring);
	kfree(ctx);
}

static long context_new(uint32_t events, struct aio_context **new)
{
	struct aio_context *ctx = kzalloc(sizeof(*ctx));
	long id;

	if (!ctx)
		return -ENOMEM;
	ctx->refs = 1;
	list_init(&ctx->polls);
	wait_queue_init(&ctx->wait);
	id = aio_ring_make(ctx, events);
	if (!IS_ERR(id) && promised + events > (uint32_t)setting_aio_max) {
		(void)do_munmap(current->mm, id, ctx->pages << PAGE_SHIFT);
		id = -EAGAIN;
	}
	if (IS_ERR(id)) {
		aio_put(ctx);
		return id;
	}
	ctx->promised = events;
	promised += events;
	*new = ctx;
	return id;
}

/* Nobody finds it any more; what still waits in it does not */
static void context_end(struct mm *mm, struct aio_context *ctx)
{
	struct aio_context **p = &mm->aio;

	if (ctx->dead)			/* another thread did it */
		return;
	while (*p != ctx)
		p = &(*p)->next;
	*p = ctx->next;
	ctx->dead = true;
	promised -= ctx->promised;
	aio_poll_cancel_all(ctx);
	wake_up(&ctx->wait);
	aio_put(ctx);
}

void aio_exit(struct mm *mm)
{
	while (mm->aio)
		context_end(mm, mm->aio);
}

long sys_io_setup(uint32_t events, uint32_t *uid)
{
	struct aio_context *ctx;
	uint32_t old;
	long id;

	if (get_user(old, uid))
		return -EFAULT;
	if (old || !events)
		return -EINVAL;
	id = context_new(events, &ctx);
	if (IS_ERR(id))
		return id;
	ctx->next = current->mm->aio;
	current->mm->aio = ctx;
	ctx->refs++;
	if (put_user((uint32_t)id, uid)) {
		if (!ctx->dead)
			(void)do_munmap(current->mm, id,
				ctx->pages << PAGE_SHIFT);
		context_end(current->mm, ctx);
		id = -EFAULT;
	}
	aio_put(ctx);
	return IS_ERR(id) ? id : 0;
}

/* Waits for requests of other threads: their buffers are free then */
long sys_io_destroy(uint32_t id)
{
	struct aio_context *ctx = aio_get(id);
	struct waiter w;

	if (!ctx)
		return -EINVAL;
	context_end(current->mm, ctx);
	(void)do_munmap(current->mm, id, ctx->pages << PAGE_SHIFT);
	wait_add(&ctx->wait, &w);
	while (ctx->busy)
		sleep_on(false, 0);
	wait_remove(&w);
	aio_put(ctx);
	return 0;
}

/* Only what waits can be: the rest is complete.  Its event comes as others */
long sys_io_cancel(uint32_t id, struct iocb *uiocb, struct io_event *unused)
{
	struct aio_context *ctx;
	uint32_t key;
	bool found;

	if (get_user(key, &uiocb->aio_key))
		return -EFAULT;
	ctx = key ? NULL : aio_get(id);
	if (!ctx)
		return -EINVAL;
	found = aio_poll_cancel(ctx, (uintptr_t)uiocb);
	aio_put(ctx);
	return found ? -EINPROGRESS : -EINVAL;
}

struct patience {
	bool none;
	ktime_t deadline;		/* 0: for ever */
};

/* Linux checks nothing here, and takes a time in the past for none at all */
static struct patience patience(int64_t sec, uint32_t nsec)
{
	if (sec < 0 || sec > INT32_MAX)
		return (struct patience){ 0 };
	return (struct patience){ .none = !sec && !nsec,
		.deadline = ktime_get() + (uint64_t)sec * NSEC_PER_SEC + nsec };
}

static long patience32(struct patience *p, const int32_t *ut)
{
	int32_t t[2];

	*p = (struct patience){ 0 };
	if (!ut)
		return 0;
	if (copy_from_user(t, ut, sizeof(t)))
		return -EFAULT;
	*p = patience(t[0], t[1]);
	return 0;
}

static long patience64(struct patience *p, const struct __kernel_timespec *ut)
{
	struct __kernel_timespec t;

	*p = (struct patience){ 0 };
	if (!ut)
		return 0;
	if (get_user(t, ut))
		return -EFAULT;
	*p = patience(t.tv_sec, (uint32_t)t.tv_nsec);
	return 0;
}

/* How many came before the deadline or a signal; an error only with none */
static long events_wait(struct aio_context *ctx, long min, long n,
		struct io_event *uevents, const struct patience *p)
{
	long got = 0, rc;

	for (;;) {
		rc = aio_ring_take(ctx, uevents + got, n - got);
		if (rc > 0)
			got += rc;
		if (ctx->dead && rc >= 0)
			rc = -EINVAL;
		if (rc < 0)
			return got ? got : rc;
		if (got >= min || p->none)
			return got;
		if (wait_event_until(&ctx->wait, !aio_ring_empty(ctx)
				|| ctx->dead, p->deadline))
			return got;
	}
}

static long get_events(uint32_t id, long min, long n,
		struct io_event *uevents, const struct patience *p)
{
	struct aio_context *ctx = aio_get(id);
	long rc = -EINVAL;

	if (!ctx)
		return -EINVAL;
	if (min >= 0 && min <= n)
		rc = events_wait(ctx, min, n, uevents, p);
	aio_put(ctx);
	return rc;
}

long sys_io_getevents(uint32_t id, long min, long n,
		struct io_event *uevents, const int32_t *ut)
{
	struct patience p;
	long rc = patience32(&p, ut);

	if (rc == 0)
		rc = get_events(id, min, n, uevents, &p);
	return rc == 0 && signal_pending() ? -EINTR : rc;
}

static long get_events_masked(uint32_t id, long min, long n,
		struct io_event *uevents, const struct patience *p,
		const uint32_t *umask)
{
	uint32_t mask[2] = { 0 };	/* its address, its size */
	bool interrupted;
	long rc;

	if (umask && copy_from_user(mask, umask, sizeof(mask)))
		return -EFAULT;
	rc = sigmask_set_temporary((const void *)mask[0], mask[1]);
	if (rc)
		return rc;
	rc = get_events(id, min, n, uevents, p);
	interrupted = signal_pending();
	sigmask_restore(interrupted);
	return rc == 0 && interrupted ? -ERESTARTNOHAND : rc;
}

long sys_io_pgetevents(uint32_t id, long min, long n,
		struct io_event *uevents, const int32_t *ut,
		const uint32_t *umask)
{
	struct patience p;
	long rc = patience32(&p, ut);

	return rc ? rc : get_events_masked(id, min, n, uevents, &p, umask);
}

long sys_io_pgetevents_time64(uint32_t id, long min, long n,
		struct io_event *uevents, const struct __kernel_timespec *ut,
		const uint32_t *umask)
{
	struct patience p;
	long rc = patience64(&p, ut);

	return rc ? rc : get_events_masked(id, min, n, uevents, &p, umask);
}
