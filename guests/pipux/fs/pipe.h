/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of a pipe, for pipe.c, pipe_slots.c, fifo.c and splice.c. */
#ifndef PIPUX_PIPE_H
#define PIPUX_PIPE_H

#include "internal.h"
#include <pipux/mutex.h>

/* One page at most of what was written */
struct pipe_slot {
	char *page;
	uint16_t off, len;
	bool packet;			/* written with O_DIRECT: read alone */
	bool closed;			/* later writes go elsewhere */
};

/*
 * Slots `tail` to `head` - 1, numbered for ever, are in use.  Reaching a
 * program's memory may sleep: who does that with a slot in his hands holds
 * the lock, and so does who takes slots away; who fills a page of his own has
 * reserved a slot, and anybody may put one at the head.
 */
struct pipe {
	struct list link;		/* of all */
	uint32_t uid;			/* who is charged for its slots */
	struct pipe_slot *slot;
	uint32_t head, tail;
	uint32_t max;			/* slots, a power of two */
	uint32_t reserved;		/* of them for who fills pages */
	struct mutex lock;		/* see below */
	char *spare;			/* the last page that became free */
	int readers, writers;		/* open files */
	int opening;			/* opens of a FIFO that wait */
	uint32_t readers_seen, writers_seen;	/* ever; for fifo(7) */
	struct wait_queue rd, wr;
};

static inline bool pipe_empty(const struct pipe *p)
{
	return p->head == p->tail;
}

static inline bool pipe_full(const struct pipe *p)
{
	return p->head - p->tail + p->reserved >= p->max;
}

static inline struct pipe_slot *pipe_slot(const struct pipe *p, uint32_t i)
{
	return &p->slot[i & (p->max - 1)];
}

/* pipe_slots.c */
char *pipe_page(struct pipe *p);		/* NULL: no memory */
void pipe_page_free(struct pipe *p, char *page);
uint32_t pipe_bytes(const struct pipe *p);
/* A slot at the head, while the pipe is not full */
void pipe_push(struct pipe *p, const struct pipe_slot *s);
/* What was read of the slot at the tail; an empty one is dropped */
void pipe_consume(struct pipe *p, uint32_t n);

static inline void pipe_wake(struct wait_queue *q)
{
	if (!list_empty(&q->waiters))
		wake_up(q);
}
/* pipe.c: these wait; 0, or -EAGAIN, -EPIPE, -ERESTARTSYS */
long pipe_wait_data(struct pipe *p, bool nonblock);	/* or no writer */
long pipe_wait_room(struct pipe *p, bool nonblock);
/* read(2), iov->len not 0 */
ssize_t pipe_receive(struct pipe *p, struct iov *iov, bool nonblock);
/* A page of it at most into a new slot: bytes moved, or an error */
long pipe_add(struct pipe *p, struct iov *iov, bool packet);
/* An open file with those FMODE_ rights goes; the last one ends the pipe */
void pipe_drop(struct inode *inode, uint32_t mode);

#endif
