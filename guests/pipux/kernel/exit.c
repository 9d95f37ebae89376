/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of threads and processes.
 *
 * A thread gives back everything but its stack, on which it still runs; the
 * next task frees that.  A group leader stays, as the zombie that its parent
 * waits for, until the process is reaped.
 */
#include <pipux/sysvipc.h>
#include <pipux/arch.h>
#include <pipux/fs.h>
#include <pipux/futex.h>
#include <pipux/resource.h>
#include <pipux/signal.h>
#include <pipux/tty.h>
#include "task.h"

void vfork_finish(void)
{
	struct wait_queue *done = current->vfork_done;

	if (done) {
		current->vfork_done = NULL;
		wake_up(done);
	}
}

static void leave_mm(void)
{
	struct mm *mm = current->mm;

	if (!mm)
		return;
	futex_exit();
	ctx_abandon();
	current->mm = NULL;
	usage_peak(current->process, mm);
	mm_put(mm);
}

/* Other threads of the group leave as soon as they run */
static void kill_others(void)
{
	struct task *t;

	list_for_each(t, &current->process->threads, thread_link) {
		if (t == current)
			continue;
		t->killed = true;
		t->sig_check = true;
		wake_task(t);
	}
}

/* The leader's place and number: an exec by another thread takes them */
static void become_leader(void)
{
	struct process *p = current->process;
	struct task *old = p->leader;

	pid_unhash(old);
	pid_unhash(current);
	current->tid = p->pid;
	pid_hash(current);
	p->leader = current;
	sighand_put(old->sighand);
	task_free(old);
}

int group_leave_others(void)
{
	struct process *p = current->process;
	struct waiter w;

	if (p->nr_threads > 1) {
		kill_others();
		wait_add(&p->child_wait, &w);
		while (p->nr_threads > 1 && !current->killed)
			sleep_on(false, 0);
		wait_remove(&w);
		if (current->killed)
			return -EINTR;
	}
	if (p->leader != current)
		become_leader();
	return 0;
}

/* Nothing refers to a process any more but what is freed here */
static void process_unlink(struct process *p)
{
	list_del(&p->sibling);
	list_del(&p->all_link);
	pid_unhash(p->leader);
	sighand_put(p->leader->sighand);
	signals_release(&p->pending);
}

void process_reap(struct process *p)
{
	usage_inherit(p);
	process_unlink(p);
	task_free(p->leader);
	process_free(p);
}

/* prctl(2), PR_SET_CHILD_SUBREAPER: the nearest one above, or the first */
static struct process *reaper_of(const struct process *p)
{
	struct process *up = p->parent;

	while (up != init_process
			&& (!up->subreaper || up->exiting || up->zombie))
		up = up->parent;
	return up;
}

/* Orphans become children of their reaper */
static void reparent_children(struct process *p)
{
	struct process *child, *tmp, *reaper = reaper_of(p);

	list_for_each_safe(child, tmp, &p->children, sibling) {
		list_del(&child->sibling);
		child->parent = reaper;
		child->exit_signal = SIGCHLD;
		list_add_tail(&reaper->children, &child->sibling);
		if (!child->zombie)
			continue;
		if (parent_ignores_child(child))
			process_reap(child);
		else
			notify_parent(child, exit_cause(child));
	}
}

/* The last thread is gone */
static void process_exit(struct process *p)
{
	bool ignored;

	itimers_release(p);
	posix_timers_release(p);
	sem_process_exit(p);
	mqueue_process_exit(p);
	session_exit(p);
	if (p->session == p->pid)
		tty_disassociate(p);
	reparent_children(p);
	p->stopped = p->continued = false;
	p->zombie = true;
	pidfd_process_exit();
	ignored = parent_ignores_child(p);
	notify_parent(p, exit_cause(p));
	if (!ignored)
		return;
	process_unlink(p);
	if (p->leader != current)
		task_free(p->leader);
	task_free_later(current);
	process_free_later(p);
}

static void leave_group(struct task *t)
{
	struct process *p = t->process;

	task_account(t);
	p->utime += t->utime;
	p->stime += t->stime;
	t->utime = t->stime = 0;
	p->switches += t->switches;
	p->preempted += t->preempted;
	signals_retarget(t);
	signals_release(&t->pending);
	list_del(&t->thread_link);
	t->state = TASK_ZOMBIE;
	if (t != p->leader) {
		pid_unhash(t);
		sighand_put(t->sighand);
		t->sighand = NULL;
		task_free_later(t);
	}
	p->nr_threads--;
	wake_up(&p->child_wait);
}

void do_exit(int code)
{
	struct task *t = current;
	struct process *p = t->process;

	if (p == init_process && p->nr_threads == 1)
		machine_off((code & 0x7F) ? 128 + (code & 0x7F) : code >> 8);
	if (!p->exiting && (p->nr_threads == 1 || t == p->leader))
		p->exit_code = code;
	vfork_finish();
	leave_mm();
	files_put(t->files);
	fs_context_put(t->fs);
	t->files = NULL;
	t->fs = NULL;
	leave_group(t);
	if (p->nr_threads == 0)
		process_exit(p);
	schedule();
	panic("a dead task runs");
}

void do_group_exit(int code)
{
	struct process *p = current->process;

	if (!p->exiting) {
		p->exiting = true;
		p->exit_code = code;
		kill_others();
	}
	do_exit(p->exit_code);
}

long sys_exit(int status)
{
	do_exit((status & 0xFF) << 8);
}

long sys_exit_group(int status)
{
	do_group_exit((status & 0xFF) << 8);
}
