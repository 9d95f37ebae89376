/* SPDX-License-Identifier: BSD-2-Clause */
/* A System V message queue, for msg.c and /proc/sysvipc. */
#ifndef PIPUX_IPC_MSG_H
#define PIPUX_IPC_MSG_H

#include "object.h"
#include <pipux/wait.h>
#include <linux/msg.h>

struct msg_queue {
	struct ipc_object o;		/* first: tables hold its address */
	struct list messages;
	uint32_t bytes, count, max_bytes;
	uint32_t stime, rtime, ctime;
	int sender, receiver;		/* processes that did it last */
	struct wait_queue senders, receivers;
};

#endif
