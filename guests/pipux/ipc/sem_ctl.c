/* SPDX-License-Identifier: BSD-2-Clause */
/* semctl(2). */
#include "sem.h"

/* GETNCNT and GETZCNT: calls that wait for this semaphore */
static long count_waiting(const struct sem_set *s, uint32_t index, bool zero)
{
	struct sem_wait *w;
	long n = 0;

	list_for_each(w, &s->waiting, link)
		n += w->blocked_by->sem_num == index
			&& (w->blocked_by->sem_op == 0) == zero;
	return n;
}

static long get_one(int id, int index, int cmd)
{
	struct sem_set *s = sem_find(id, IPC_READ);
	long rc = -EINVAL;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if ((uint32_t)index < s->n)
		rc = cmd == GETVAL ? s->sem[index].value
			: cmd == GETPID ? s->sem[index].pid
			: count_waiting(s, index, cmd == GETZCNT);
	sem_put(s);
	return rc;
}

static long set_one(int id, int index, int value)
{
	struct sem_set *s;
	long rc = 0;

	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	s = sem_find(id, 0);
	if (IS_ERR(s))
		return PTR_ERR(s);
	if ((uint32_t)index >= s->n)
		rc = -EINVAL;
	else
		rc = ipc_permission(&s->o, IPC_WRITE);
	if (rc == 0) {
		sem_undo_clear(s, index, 1);
		s->sem[index].value = value;
		s->sem[index].pid = current->process->pid;
		s->ctime = ipc_time();
		sem_changed(s);
	}
	sem_put(s);
	return rc;
}

static long get_all(const struct sem_set *s, uint16_t *uvalues)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (put_user((uint16_t)s->sem[i].value, uvalues + i))
			return -EFAULT;
	return 0;
}

static long set_all(struct sem_set *s, const uint16_t *uvalues)
{
	uint16_t *value = kmalloc(s->n * sizeof(*value));
	long rc;

	if (!value)
		return -ENOMEM;
	rc = copy_from_user(value, uvalues, s->n * sizeof(*value));
	for (uint32_t i = 0; rc == 0 && i < s->n; i++)
		if (value[i] > SEMVMX)
			rc = -ERANGE;
	for (uint32_t i = 0; rc == 0 && i < s->n; i++) {
		s->sem[i].value = value[i];
		s->sem[i].pid = current->process->pid;
	}
	kfree(value);
	if (rc)
		return rc;
	sem_undo_clear(s, 0, s->n);
	s->ctime = ipc_time();
	sem_changed(s);
	return 0;
}

static long all_values(int id, int cmd, uint16_t *uvalues)
{
	struct sem_set *s = sem_find(id, cmd == GETALL ? IPC_READ : IPC_WRITE);
	long rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = cmd == GETALL ? get_all(s, uvalues) : set_all(s, uvalues);
	sem_put(s);
	return rc;
}

static long set_stat(int id, int cmd, void *ubuf)
{
	struct sem_set *s = cmd == IPC_STAT ? ipc_find(&sem_table, id)
		: ipc_find_index(&sem_table, id);
	struct semid64_ds ds = { 0 };
	long rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = cmd == SEM_STAT_ANY ? 0 : ipc_permission(&s->o, IPC_READ);
	ipc_fill_perm(&ds.sem_perm, &s->o);
	ds.sem_otime = s->otime;
	ds.sem_ctime = s->ctime;
	ds.sem_nsems = s->n;
	if (rc == 0)
		rc = copy_to_user(ubuf, &ds, sizeof(ds)) ? -EFAULT
			: cmd == IPC_STAT ? 0 : s->o.id;
	sem_put(s);
	return rc;
}

static long set_info(int cmd, void *ubuf)
{
	struct seminfo info = { .semmni = setting_sem[SEM_MNI],
		.semmns = setting_sem[SEM_MNS], .semmsl = setting_sem[SEM_MSL],
		.semopm = setting_sem[SEM_OPM], .semvmx = SEMVMX,
		.semmnu = SEMMNU, .semmap = SEMMAP, .semume = SEMUME,
		.semusz = 20, .semaem = SEMAEM };

	if (cmd == SEM_INFO) {
		info.semusz = sem_table.used;
		info.semaem = sem_total;
	}
	if (copy_to_user(ubuf, &info, sizeof(info)))
		return -EFAULT;
	return ipc_last_index(&sem_table);
}

/* IPC_SET and IPC_RMID */
static long set_change(int id, int cmd, const void *ubuf)
{
	struct semid64_ds ds;
	struct sem_set *s;
	long rc;

	if (cmd == IPC_SET && get_user(ds, (const struct semid64_ds *)ubuf))
		return -EFAULT;
	s = sem_find(id, 0);
	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = ipc_may_control(&s->o);
	if (rc == 0 && cmd == IPC_RMID)
		sem_remove(s);
	else if (rc == 0)
		rc = ipc_set_perm(&s->o, &ds.sem_perm);
	if (rc == 0)
		s->ctime = ipc_time();
	sem_put(s);
	return rc;
}

long sys_semctl(int id, int index, int cmd, unsigned long arg)
{
	if (id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SEM_INFO:
		return set_info(cmd, (void *)arg);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return set_stat(id, cmd, (void *)arg);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		return get_one(id, index, cmd);
	case GETALL:
	case SETALL:
		return all_values(id, cmd, (uint16_t *)arg);
	case SETVAL:
		return set_one(id, index, arg);
	case IPC_SET:
	case IPC_RMID:
		return set_change(id, cmd, (void *)arg);
	}
	return -EINVAL;
}
