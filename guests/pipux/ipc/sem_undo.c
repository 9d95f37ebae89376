/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SEM_UNDO (semop(2)): what a process did to semaphores is taken back when
 * it ends.  Records belong to the process, whose threads share them; a new
 * process has none.
 */
#include "sem.h"
#include <pipux/sysvipc.h>

struct sem_undo *sem_undo_get(struct sem_set *s)
{
	struct process *p = current->process;
	struct sem_undo *u = p->sem_undo;

	while (u && u->set != s)
		u = u->next;
	if (u)
		return u;
	u = kzalloc(sizeof(*u) + s->n * sizeof(u->adjust[0]));
	if (!u)
		return NULL;
	u->set = s;
	u->process = p;
	u->next = p->sem_undo;
	p->sem_undo = u;
	list_add_tail(&s->undos, &u->set_link);
	return u;
}

void sem_undo_clear(struct sem_set *s, uint32_t first, uint32_t n)
{
	struct sem_undo *u;

	list_for_each(u, &s->undos, set_link)
		memset(u->adjust + first, 0, n * sizeof(u->adjust[0]));
}

static void undo_free(struct sem_undo *u)
{
	struct sem_undo **p = &u->process->sem_undo;

	while (*p != u)
		p = &(*p)->next;
	*p = u->next;
	list_del(&u->set_link);
	kfree(u);
}

void sem_undo_drop(struct sem_set *s)
{
	struct sem_undo *u, *next;

	list_for_each_safe(u, next, &s->undos, set_link)
		undo_free(u);
}

static void undo(struct sem_set *s, const struct sem_undo *u, int pid)
{
	for (uint32_t i = 0; i < s->n; i++) {
		int value = s->sem[i].value + u->adjust[i];

		if (!u->adjust[i])
			continue;
		value = MIN(value, SEMVMX);
		s->sem[i].value = MAX(value, 0);
		s->sem[i].pid = pid;
	}
	s->otime = ipc_time();
	sem_changed(s);
}

void sem_process_exit(struct process *p)
{
	struct sem_undo *u;

	while ((u = p->sem_undo)) {
		undo(u->set, u, p->pid);
		undo_free(u);
	}
}
