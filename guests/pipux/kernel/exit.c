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
#include <pipux/ptrace.h>
#include <pipux/resource.h>
#include <pipux/seccomp.h>
#include <pipux/signal.h>
#include <pipux/tty.h>
#include "task.h"
#include <linux/sched.h>

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
		ptrace_wake(t);
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
	ptrace_unlink(old);
	task_free(old);
}

int group_leave_others(void)
{
	struct process *p = current->process;
	struct waiter w;

	if (current->killed)		/* by another one that came first */
		return -EINTR;
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
	ptrace_unlink(p->leader);
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

/* The parent learns of a zombie; true: it does not care, p can go */
static bool tell_parent(struct process *p)
{
	bool ignored = parent_ignores_child(p);

	notify_parent(p, exit_cause(p->exit_code));
	return ignored;
}

static void tell_tracer(struct task *t, int status)
{
	int sig = status & 0x7F;

	ptrace_tell(t, exit_cause(status), sig ? sig : status >> 8);
}

/* Nothing of p remains but its leader, and a tracer is told of that first */
static bool process_dead(struct process *p)
{
	struct task *t = p->leader;

	p->stopped = p->continued = false;
	p->zombie = true;
	pidfd_process_exit();
	if (!t->ptrace)
		return tell_parent(p);
	if (ptraced_by(t, p->parent))
		notify_parent(p, exit_cause(p->exit_code));
	else
		tell_tracer(t, p->exit_code);
	return false;
}

static void thread_reap(struct task *t)
{
	struct process *p = t->process;

	pid_unhash(t);
	task_free(t);
	if (--p->nr_undead || p->nr_threads)
		return;
	if (process_dead(p))
		process_reap(p);
}

void tracee_end(struct task *t, const struct process *tracer, bool seen)
{
	struct process *p = t->process;

	if (t != p->leader)
		thread_reap(t);
	else if (!p->zombie)
		return;
	else if (tracer == p->parent ? seen || parent_ignores_child(p)
			: tell_parent(p))
		process_reap(p);
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
		if (!child->zombie || child->leader->ptrace)
			continue;
		if (tell_parent(child))
			process_reap(child);
	}
}

/* The last thread is gone */
static void process_exit(struct process *p)
{
	itimers_release(p);
	posix_timers_release(p);
	sem_process_exit(p);
	mqueue_process_exit(p);
	session_exit(p);
	if (p->session == p->pid)
		tty_disassociate(p);
	reparent_children(p);
	if (p->nr_undead || !process_dead(p))
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
	seccomp_release(t);
	t->state = TASK_ZOMBIE;
	if (t != p->leader) {
		sighand_put(t->sighand);
		t->sighand = NULL;
	}
	if (t != p->leader && t->ptrace) {
		p->nr_undead++;
		tell_tracer(t, t->exit_code);
	} else if (t != p->leader) {
		pid_unhash(t);
		task_free_later(t);
	}
	p->nr_threads--;
	wake_up(&p->child_wait);
}

/* Others look at them through t, and putting the last use may sleep */
static void leave_files(struct task *t)
{
	struct files *files = t->files;
	struct fs_context *fs = t->fs;
	struct mount_namespace *ns = t->mount_ns;

	t->files = NULL;
	files_put(files);
	t->fs = NULL;
	fs_context_put(fs);
	t->mount_ns = NULL;
	mount_ns_put(ns);
}

void do_exit(int code)
{
	struct task *t = current;
	struct process *p = t->process;

	if (p == init_process && p->nr_threads == 1)
		machine_off((code & 0x7F) ? 128 + (code & 0x7F) : code >> 8);
	ptrace_event(PTRACE_EVENT_EXIT, (uint32_t)code);
	t->exit_code = code;
	if (!p->exiting && (p->nr_threads == 1 || t == p->leader))
		p->exit_code = code;
	vfork_finish();
	leave_mm();
	leave_files(t);
	ptrace_tracer_exit(t);	/* nothing sleeps from here on: no new tracees */
	if (unlikely(t->deadline != NULL))
		sched_set_policy(t, SCHED_NORMAL, 0);
	leave_group(t);
	if (p->nr_threads == 0)
		process_exit(p);
	schedule();
	panic("a dead task runs");
}

void do_group_exit(int code)
{
	struct process *p = current->process;

	if (!p->exiting && !current->killed) {
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
