/* SPDX-License-Identifier: BSD-2-Clause */
/* Between mqueue.c, mq_message.c and mq_notify.c. */
#ifndef PIPUX_MQUEUE_H
#define PIPUX_MQUEUE_H

#include "../fs/internal.h"
#include <pipux/sysvipc.h>
#include <linux/mqueue.h>
#include <asm/siginfo.h>

struct message {
	struct list link;
	uint32_t priority, size;
	char text[];
};

struct mqueue {
	struct list link;		/* in all_queues */
	struct list messages;		/* highest priority first, then oldest */
	long max, size, count;
	uint32_t uid, bytes;		/* who pays, and how much */
	struct wait_queue senders, receivers;
	uint32_t sleepers;		/* receivers that wait */
	struct process *notify;		/* NULL: nobody registered */
	struct sigevent event;
	struct file *socket;		/* SIGEV_THREAD: what is told, and how */
	char cookie[NOTIFY_COOKIE_LEN];
};

/* mqueue.c */
extern struct list mqueue_all;
/* The queue's file open for what FMODE_ says; NULL */
struct file *mqueue_file(int fd, uint32_t mode);
static inline struct mqueue *mqueue_of(const struct file *f)
{
	return f->inode->priv;
}

/* mq_notify.c: a message came; a descriptor is closed; the queue goes */
void mqueue_notify(struct mqueue *q);
void mqueue_flush(struct file *f);
void mqueue_end(struct mqueue *q);

#endif
