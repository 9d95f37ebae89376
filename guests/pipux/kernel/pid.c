/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of tasks: given, looked up, counted. */
#include <pipux/sched.h>
#include <pipux/setting.h>
#include <pipux/tty.h>

#define PID_RESTART	300		/* low ones are not reused */
#define HASH_SIZE	256

int setting_pid_max = 32768;		/* numbers are below it */

struct list all_processes = LIST_INIT(all_processes);

static struct list hash[HASH_SIZE];
static int last_pid;
static bool wrapped;
static uint32_t nr_tasks;

static struct list *bucket(int tid)
{
	struct list *l = &hash[tid % HASH_SIZE];

	if (unlikely(!l->next))
		list_init(l);
	return l;
}

/*
 * A number also lives on as that of a process group or session, and as that
 * of a group that a terminal will signal though it has ended.
 */
static bool in_use(int pid)
{
	struct process *p;

	if (task_by_tid(pid) || tty_names_group(pid))
		return true;
	list_for_each(p, &all_processes, all_link)
		if (p->pid == pid || p->pgrp == pid || p->session == pid
		    || p->lost_pgrp == pid)
			return true;
	return false;
}

/* -EAGAIN when none is left */
int pid_alloc(void)
{
	for (int tries = 0; tries < setting_pid_max; tries++) {
		if (++last_pid >= setting_pid_max) {
			last_pid = PID_RESTART;
			wrapped = true;
		}
		if (!wrapped || !in_use(last_pid))
			return last_pid;
	}
	return -EAGAIN;
}

/* That number, unless it is in use (clone3(2), set_tid) */
int pid_take(int pid)
{
	if (pid < 1 || pid >= setting_pid_max)
		return -EINVAL;
	if (!capable(CAP_CHECKPOINT_RESTORE) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (in_use(pid))
		return -EEXIST;
	wrapped = true;			/* numbers ahead may be in use now */
	return pid;
}

void pid_hash(struct task *t)
{
	list_add(bucket(t->tid), &t->hash_link);
	nr_tasks++;
}

void pid_unhash(struct task *t)
{
	list_del(&t->hash_link);
	nr_tasks--;
}

struct task *task_by_tid(int tid)
{
	struct task *t;

	if (tid <= 0)
		return NULL;
	list_for_each(t, bucket(tid), hash_link)
		if (t->tid == tid)
			return t;
	return NULL;
}

struct process *process_by_pid(int pid)
{
	struct task *t = task_by_tid(pid);

	return t && t->process && t->process->leader == t ? t->process
		: NULL;
}

uint32_t process_count(void)
{
	struct process *p;
	uint32_t n = 0;

	list_for_each(p, &all_processes, all_link)
		n++;
	return n;
}

uint32_t tasks_of_user(uint32_t uid)
{
	struct process *p;
	uint32_t n = 0;

	list_for_each(p, &all_processes, all_link)
		if (p->leader->cred.uid == uid)
			n += p->nr_threads + p->nr_undead
				+ (p->leader->state == TASK_ZOMBIE);
	return n;
}

uint32_t task_count(void)
{
	return nr_tasks;
}
