/* SPDX-License-Identifier: BSD-2-Clause */
/* Asynchronous I/O (io_submit(2)): what the files aio*.c share. */
#ifndef PIPUX_AIO_H
#define PIPUX_AIO_H

#include "internal.h"
#include <linux/aio_abi.h>

struct aio_context {
	struct aio_context *next;	/* of its address space's */
	int refs;			/* that list's, callers', requests' */
	bool dead;			/* io_destroy(2), the process's end */
	uint32_t promised;		/* of aio-nr */
	uint32_t busy;			/* requests that are not complete */
	struct list polls;		/* struct aio_poll */
	struct wait_queue wait;		/* for events, and for busy to be 0 */
	/* aio_ring.c */
	struct shm *ring;
	uint32_t pages, slots, tail;
};

/* A request that was accepted: where its event goes */
struct aio_request {
	struct aio_context *ctx;
	struct file *file, *resfd;	/* resfd: NULL: none */
	uint64_t data, iocb;
};

/* aio.c */
struct aio_context *aio_get(uint32_t id);	/* current's; NULL */
void aio_put(struct aio_context *ctx);

/* aio_ring.c */
/* Into current's memory; its address, which is its id, or errno */
long aio_ring_make(struct aio_context *ctx, uint32_t events);
uint32_t aio_ring_room(const struct aio_context *ctx);
void aio_ring_push(struct aio_context *ctx, const struct io_event *e);
/* At most n: how many, or -EFAULT and none is taken */
long aio_ring_take(struct aio_context *ctx, struct io_event *uevents, long n);
bool aio_ring_empty(const struct aio_context *ctx);

/* aio_submit.c: r's event; its references go */
void aio_complete(struct aio_request *r, int64_t result);

/* aio_poll.c: 0 or why not; then r is still the caller's */
long aio_poll(const struct aio_request *r, const struct iocb *io);
/* Completed, without a result: false: there is none of that iocb */
bool aio_poll_cancel(struct aio_context *ctx, uint64_t iocb);
void aio_poll_cancel_all(struct aio_context *ctx);

#endif
