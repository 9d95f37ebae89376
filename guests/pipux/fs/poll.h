/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for several files at once, for poll.c, select.c and epoll.c. */
#ifndef PIPUX_POLL_H
#define PIPUX_POLL_H

#include "internal.h"
#include <pipux/signal.h>
#include <linux/poll.h>

#define POLL_INLINE	8		/* registrations on the stack */
#define POLL_CHUNK	64

struct poll_entry {
	struct waiter waiter;
	struct file *file;
};

struct poll_chunk {
	struct poll_chunk *older;
	uint32_t n, max;
	struct poll_entry entry[];
};

/* A wait in progress: begin, then ask, sleep and ask again, then end */
struct poll_wait {
	struct poll_table table;
	ktime_t deadline;		/* 0: none */
	bool immediate;			/* deadline is now */
	struct {
		struct poll_chunk chunk;
		struct poll_entry entry[POLL_INLINE];
	} first;
};

void poll_begin(struct poll_wait *w);
void poll_end(struct poll_wait *w);
/*
 * Decides after a round of asking that found `count`: 1 ask again, 0 it is
 * over, -ERESTARTNOHAND, -ENOMEM.
 */
long poll_sleep(struct poll_wait *w, long count);
/* Relative time as a deadline: ERR on a bad one; NULL: none */
long poll_deadline64(struct poll_wait *w, const struct __kernel_timespec *ut);
long poll_deadline32(struct poll_wait *w, const int32_t *ut, long unit);
/* Writes back what is left (select(2), ppoll(2)) */
void poll_left64(struct poll_wait *w, struct __kernel_timespec *ut);
void poll_left32(struct poll_wait *w, int32_t *ut, long unit);
/* What of `mask` and the unmaskable is ready; POLLNVAL without a file */
uint32_t poll_fd(int fd, uint32_t mask, struct poll_table *pt);

#endif
