/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V semaphores: semget(2) and semop(2).
 *
 * Invariant: no call in `waiting` could go on now: whoever changes a value
 * calls sem_changed, which lets them go on in the order of their coming.
 */
#include "sem.h"
#include <pipux/wait.h>

#define OPS_INLINE	8u

uint32_t sem_total;

static void set_free(struct ipc_object *o)
{
	struct sem_set *s = container_of(o, struct sem_set, o);

	sem_total -= s->n;
	kfree(s);
}

int setting_sem[SEM_SETTINGS] = { SEMMSL, SEMMNS, SEMOPM, SEMMNI };
int setting_sem_next_id = -1;
struct ipc_table sem_table = { .max = &setting_sem[SEM_MNI],
	.next_id = &setting_sem_next_id, .last = -1, .free = set_free };

void sem_put(struct sem_set *s)
{
	ipc_put(&sem_table, &s->o);
}

struct sem_set *sem_find(int id, int wanted)
{
	struct sem_set *s = ipc_find(&sem_table, id);
	int rc;

	if (IS_ERR(s))
		return s;
	rc = wanted ? ipc_permission(&s->o, wanted) : 0;
	if (rc == 0)
		return s;
	sem_put(s);
	return ERR_PTR(rc);
}

static struct ipc_object *set_make(const struct ipc_request *r)
{
	struct sem_set *s;

	if (!r->size)
		return ERR_PTR(-EINVAL);
	if (sem_total + r->size > (uint32_t)setting_sem[SEM_MNS])
		return ERR_PTR(-ENOSPC);
	s = kzalloc(sizeof(*s) + r->size * sizeof(s->sem[0]));
	if (!s)
		return ERR_PTR(-ENOMEM);
	list_init(&s->waiting);
	list_init(&s->undos);
	s->n = r->size;
	s->ctime = ipc_time();
	sem_total += r->size;
	return &s->o;
}

static int set_fits(const struct ipc_object *o, const struct ipc_request *r)
{
	const struct sem_set *s = container_of(o, struct sem_set, o);

	return r->size > s->n ? -EINVAL : 0;
}

long sys_semget(int key, int n, int flags)
{
	struct ipc_request r = { .key = key, .flags = flags, .size = n,
		.make = set_make, .fits = set_fits };

	return n < 0 || n > setting_sem[SEM_MSL] ? -EINVAL
		: ipc_get(&sem_table, &r);
}

/* Takes back the first n operations of a call */
static void revert(struct sem_set *s, const struct sem_wait *w, uint32_t n)
{
	while (n--) {
		const struct sembuf *op = &w->ops[n];

		s->sem[op->sem_num].value -= op->sem_op;
		if (op->sem_flg & SEM_UNDO)
			w->undo->adjust[op->sem_num] += op->sem_op;
	}
}

/* One operation: 0, -ERANGE, or -EAGAIN if it would wait */
static long apply(struct sem_set *s, const struct sem_wait *w,
		const struct sembuf *op)
{
	struct semaphore *sem = &s->sem[op->sem_num];
	int value = sem->value + op->sem_op, adjust;

	if ((op->sem_op == 0 && sem->value) || value < 0)
		return -EAGAIN;
	if (value > SEMVMX)
		return -ERANGE;
	if (op->sem_flg & SEM_UNDO) {
		adjust = w->undo->adjust[op->sem_num] - op->sem_op;
		if (adjust < -SEMAEM - 1 || adjust > SEMAEM)
			return -ERANGE;
		w->undo->adjust[op->sem_num] = adjust;
	}
	sem->value = value;
	return 0;
}

/* All of a call's operations or none: 0, -ERANGE, -EAGAIN, 1: must wait */
static long attempt(struct sem_set *s, struct sem_wait *w)
{
	uint32_t i;
	long rc = 0;

	for (i = 0; i < w->nops && rc == 0; i++)
		rc = apply(s, w, &w->ops[i]);
	if (rc) {
		revert(s, w, --i);
		w->blocked_by = &w->ops[i];
		return rc == -EAGAIN && !(w->ops[i].sem_flg & IPC_NOWAIT)
			? 1 : rc;
	}
	for (i = 0; i < w->nops; i++)
		s->sem[w->ops[i].sem_num].pid = w->task->process->pid;
	s->otime = ipc_time();
	return 0;
}

static void decide(struct sem_wait *w, long rc)
{
	w->rc = rc;
	list_del(&w->link);
	wake_task(w->task);
}

void sem_changed(struct sem_set *s)
{
	struct sem_wait *w, *next;
	bool again;
	long rc;

	do {
		again = false;
		list_for_each_safe(w, next, &s->waiting, link) {
			rc = attempt(s, w);
			if (rc == 1)
				continue;
			decide(w, rc);
			again |= rc == 0;
		}
	} while (again);
}

void sem_remove(struct sem_set *s)
{
	sem_undo_drop(s);
	while (!list_empty(&s->waiting))
		decide(list_first(&s->waiting, struct sem_wait, link), -EIDRM);
	ipc_remove(&sem_table, &s->o);
}

/* Sleeps until somebody decides, a signal comes or the time is over */
static long wait_decided(struct sem_set *s, struct sem_wait *w,
		ktime_t deadline)
{
	list_add_tail(&s->waiting, &w->link);
	while (!list_empty(&w->link)) {
		if (signal_pending())
			w->rc = -EINTR;		/* semop(2): never restarted */
		else if (deadline && ktime_get() >= deadline)
			w->rc = -EAGAIN;
		else {
			sleep_on(true, deadline);
			continue;
		}
		list_del(&w->link);
	}
	return w->rc;
}

/* The operations look right for the set: 0, -EFBIG, -EACCES */
static long check_ops(const struct sem_set *s, const struct sem_wait *w,
		bool *undo)
{
	int wanted = IPC_READ;

	*undo = false;
	for (uint32_t i = 0; i < w->nops; i++) {
		if (w->ops[i].sem_num >= s->n)
			return -EFBIG;
		if (w->ops[i].sem_op)
			wanted = IPC_WRITE;
		*undo |= !!(w->ops[i].sem_flg & SEM_UNDO);
	}
	return ipc_permission(&s->o, wanted);
}

static long operate(struct sem_set *s, struct sem_wait *w, ktime_t deadline)
{
	bool undo;
	long rc = check_ops(s, w, &undo);

	if (rc)
		return rc;
	if (undo && !(w->undo = sem_undo_get(s)))
		return -ENOMEM;
	rc = attempt(s, w);
	if (rc == 0)
		sem_changed(s);
	return rc == 1 ? wait_decided(s, w, deadline) : rc;
}

static long timed_op(int id, const struct sembuf *uops, unsigned n,
		const void *utime, bool wide)
{
	struct sembuf inline_ops[OPS_INLINE], *ops = inline_ops;
	struct sem_wait w = { .task = current, .nops = n };
	struct sem_set *s;
	ktime_t deadline;
	long rc;

	if (n < 1 || id < 0)
		return -EINVAL;
	if (n > (uint32_t)setting_sem[SEM_OPM])
		return -E2BIG;
	if (n > OPS_INLINE && !(ops = kmalloc(n * sizeof(*ops))))
		return -ENOMEM;
	w.ops = ops;
	list_init(&w.link);
	rc = copy_from_user(ops, uops, n * sizeof(*ops));
	if (rc == 0)
		rc = deadline_from_user(utime, wide, &deadline);
	if (rc == 0) {
		s = sem_find(id, 0);
		rc = PTR_ERR(s);
		if (!IS_ERR(s)) {
			rc = operate(s, &w, deadline);
			sem_put(s);
		}
	}
	if (ops != inline_ops)
		kfree(ops);
	return rc;
}

long sys_semtimedop(int id, const struct sembuf *uops, unsigned n,
		const void *utime)
{
	return timed_op(id, uops, n, utime, false);
}

long sys_semtimedop_time64(int id, const struct sembuf *uops, unsigned n,
		const void *utime)
{
	return timed_op(id, uops, n, utime, true);
}
