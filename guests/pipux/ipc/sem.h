/* SPDX-License-Identifier: BSD-2-Clause */
/* System V semaphores, among sem.c, sem_undo.c, sem_ctl.c, /proc/sysvipc. */
#ifndef PIPUX_IPC_SEM_H
#define PIPUX_IPC_SEM_H

#include "object.h"
#include <linux/sem.h>

struct semaphore {
	int16_t value;
	int pid;			/* of the last operation */
};

struct sem_set {
	struct ipc_object o;		/* first: tables hold its address */
	struct list waiting;		/* struct sem_wait, oldest first */
	struct list undos;
	uint32_t n, otime, ctime;
	struct semaphore sem[];
};

/* What a process's end adds to the semaphores of one set (SEM_UNDO) */
struct sem_undo {
	struct list set_link;
	struct process *process;
	struct sem_undo *next;		/* of the same process */
	struct sem_set *set;
	int16_t adjust[];
};

/* One call that cannot go on yet */
struct sem_wait {
	struct list link;		/* empty once it is decided */
	struct task *task;
	const struct sembuf *ops;
	uint32_t nops;
	struct sem_undo *undo;		/* NULL: no operation has SEM_UNDO */
	const struct sembuf *blocked_by;
	long rc;
};

/* sem.c */
struct sem_set *sem_find(int id, int wanted);	/* with a reference */
void sem_put(struct sem_set *s);
void sem_remove(struct sem_set *s);
/* Values changed: lets those go on who can */
void sem_changed(struct sem_set *s);
extern uint32_t sem_total;		/* semaphores in all sets */

/* sem_undo.c */
struct sem_undo *sem_undo_get(struct sem_set *s);	/* current's, made */
void sem_undo_clear(struct sem_set *s, uint32_t first, uint32_t n);
void sem_undo_drop(struct sem_set *s);	/* the set goes */

#endif
