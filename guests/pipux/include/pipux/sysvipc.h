/* SPDX-License-Identifier: BSD-2-Clause */
/* System V IPC as the rest of the kernel sees it. */
#ifndef PIPUX_SYSVIPC_H
#define PIPUX_SYSVIPC_H

struct process;

/* ipc/sem_undo.c: the last thread is gone */
void sem_process_exit(struct process *p);

#endif
