/* SPDX-License-Identifier: BSD-2-Clause */
/* IPC as the rest of the kernel sees it. */
#ifndef PIPUX_SYSVIPC_H
#define PIPUX_SYSVIPC_H

struct process;

/* ipc/sem_undo.c: the last thread is gone */
void sem_process_exit(struct process *p);
/* ipc/mq_notify.c: the same; nobody is to be told by a signal any more */
void mqueue_process_exit(struct process *p);

#endif
