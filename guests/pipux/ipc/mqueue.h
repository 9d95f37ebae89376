/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits of POSIX message queues; /proc/sys/fs/mqueue shows them. */
#ifndef PIPUX_IPC_MQUEUE_H
#define PIPUX_IPC_MQUEUE_H

#define MQ_QUEUES_MAX	256
#define MQ_MSG_MAX	10
#define MQ_MSGSIZE_MAX	8192

#endif
