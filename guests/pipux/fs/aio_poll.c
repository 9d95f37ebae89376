/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOCB_CMD_POLL: a poll of one file that answers once.
 *
 * Invariant: a request is in its context's `polls` and registered on its
 * file's queues, until its event is made.  Who wakes a queue may not touch
 * it: whether the file is ready indeed is asked by the worker.
 */
#include "aio.h"
#include <pipux/work.h>
#include <asm/poll.h>

#define QUEUES_MAX	3		/* of one file */

struct aio_poll {
	struct aio_request request;
	struct list link;
	uint32_t events;
	struct work work;
	unsigned nr_waiters;
	struct registration {
		struct waiter waiter;
		struct aio_poll *poll;
	} reg[QUEUES_MAX];
};

struct aio_table {			/* poll_table of a registration */
	struct poll_table table;
	struct aio_poll *poll;
};

static bool woken(struct waiter *w)
{
	work_schedule(&container_of(w, struct registration, waiter)
		->poll->work);
	return false;
}

static void register_poll(struct poll_table *pt, struct wait_queue *q)
{
	struct aio_poll *p = container_of(pt, struct aio_table, table)->poll;
	struct registration *r;

	if (p->nr_waiters == QUEUES_MAX)
		return;
	r = &p->reg[p->nr_waiters++];
	r->poll = p;
	wait_add_fn(q, &r->waiter, woken);
}

static uint32_t ask(const struct file *f, uint32_t events,
		struct poll_table *pt)
{
	const uint32_t always = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

	return (f->ops->poll ? f->ops->poll((struct file *)f, pt) : always)
		& events;
}

static void forget(struct aio_poll *p)
{
	while (p->nr_waiters)
		wait_remove(&p->reg[--p->nr_waiters].waiter);
	work_cancel(&p->work);
	list_del(&p->link);
	kfree(p);
}

static void answer(struct aio_poll *p, uint32_t events)
{
	struct aio_request r = p->request;

	forget(p);
	aio_complete(&r, events);
}

static void look_again(struct work *w)
{
	struct aio_poll *p = container_of(w, struct aio_poll, work);
	struct poll_table none = { 0 };
	uint32_t ready = ask(p->request.file, p->events, &none);

	if (ready)
		answer(p, ready);
}

/*
 * A file that is not ready and has nothing to wait on never will be.  Nobody
 * cancels any more what comes to a context that has ended.
 */
static long poll_begin_waiting(struct aio_poll *p)
{
	struct aio_table t = { .table.add = register_poll, .poll = p };
	uint32_t ready = ask(p->request.file, p->events, &t.table);

	if (ready || p->request.ctx->dead) {
		answer(p, ready);
	} else if (!p->nr_waiters) {
		forget(p);
		return -EINVAL;
	}
	return 0;
}

long aio_poll(const struct aio_request *r, const struct iocb *io)
{
	struct aio_poll *p;

	if (io->aio_buf > UINT16_MAX || io->aio_offset || io->aio_nbytes
			|| io->aio_rw_flags)
		return -EINVAL;
	p = kzalloc(sizeof(*p));
	if (!p)
		return -EAGAIN;
	p->request = *r;
	p->events = (uint32_t)io->aio_buf | POLLERR | POLLHUP;
	p->work = (struct work)WORK_INIT(p->work, look_again);
	list_add_tail(&r->ctx->polls, &p->link);
	return poll_begin_waiting(p);
}

bool aio_poll_cancel(struct aio_context *ctx, uint64_t iocb)
{
	struct aio_poll *p;

	list_for_each(p, &ctx->polls, link)
		if (p->request.iocb == iocb) {
			answer(p, 0);
			return true;
		}
	return false;
}

void aio_poll_cancel_all(struct aio_context *ctx)
{
	while (!list_empty(&ctx->polls))
		answer(list_first(&ctx->polls, struct aio_poll, link), 0);
}
