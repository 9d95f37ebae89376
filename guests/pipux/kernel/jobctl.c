/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stopping and continuing processes, and telling parents what became of
 * their children (wait(2), signal(7)).
 *
 * A process is stopped as a whole: its `stopped` is the truth, and each
 * thread parks in TASK_STOPPED when it is about to return to user mode.
 */
#include <asm/siginfo.h>
#include <pipux/ptrace.h>
#include <pipux/resource.h>
#include <pipux/signal.h>
#include "signal_private.h"

#define NS_PER_TICK	(NSEC_PER_SEC / HZ)

static const struct ksigaction *chld_action(struct process *parent)
{
	struct task *t;

	if (list_empty(&parent->threads))
		return NULL;
	t = list_first(&parent->threads, struct task, thread_link);
	return t->sighand ? &t->sighand->action[SIGCHLD - 1] : NULL;
}

bool parent_ignores_child(struct process *p)
{
	const struct ksigaction *sa = chld_action(p->parent);

	return p->exit_signal == SIGCHLD && sa &&
		(sa->handler == 1 || sa->flags & SA_NOCLDWAIT);
}

static int status_of(const struct process *p, int code)
{
	switch (code) {
	case CLD_EXITED:
		return p->exit_code >> 8 & 0xFF;
	case CLD_STOPPED:
		return p->stop_signal;
	case CLD_CONTINUED:
		return SIGCONT;
	}
	return p->exit_code & 0x7F;
}

int exit_cause(int status)
{
	if (!(status & 0x7F))
		return CLD_EXITED;
	return status & STATUS_CORE ? CLD_DUMPED : CLD_KILLED;
}

/* To a parent or tracer: clone(2) takes any number, and one that is no signal
 * is not sent */
void child_signal(struct process *to, int sig, const struct ksiginfo *info)
{
	const struct ksigaction *sa = chld_action(to);
	bool exits = info->code <= CLD_DUMPED;

	if (sig > 0 && sig <= NSIG_MAX
			&& (exits || (sa && !(sa->flags & SA_NOCLDSTOP))))
		(void)send_signal_process(sig, info, to);
	wake_up(&to->child_wait);
}

void notify_parent(struct process *p, int code)
{
	bool exits = code != CLD_STOPPED && code != CLD_CONTINUED;
	struct ksiginfo info = {
		.code = code, .pid = p->pid, .status = status_of(p, code),
		.uid = p->leader ? p->leader->cred.uid : 0,
	};
	uint64_t utime, stime;

	if (!p->parent)
		return;
	process_times(p, &utime, &stime);
	info.utime = (int)ns_div(utime, NS_PER_TICK);
	info.stime = (int)ns_div(stime, NS_PER_TICK);
	child_signal(p->parent, exits ? p->exit_signal : SIGCHLD, &info);
}

void task_stop_here(void)
{
	struct process *p = current->process;

	while (p->stopped && !current->killed && !current->ptrace) {
		current->state = TASK_STOPPED;
		schedule();
	}
	current->exit_code = 0;	/* a tracer's, who came meanwhile */
}

/* Its tracer, if that is its parent, sees each thread stop instead */
static void tell_stop(struct process *p)
{
	if (!ptraced_by(p->leader, p->parent))
		notify_parent(p, CLD_STOPPED);
}

/* The other threads stop when they are about to return to user mode */
void process_stop(int sig)
{
	struct process *p = current->process;
	struct task *t;

	if (p->stopped) {		/* but current, for its tracer, ran */
		ptrace_group_stop(current);
		return;
	}
	p->stopped = true;
	p->stop_signal = sig;
	p->stop_reported = false;
	p->continued = false;
	list_for_each(t, &p->threads, thread_link) {
		if (t->ptrace)
			ptrace_group_stop(t);
		t->sig_check = true;
		if (t != current && t->state == TASK_SLEEPING)
			wake_task(t);
	}
	tell_stop(p);
	task_stop_here();
}

static void wake_stopped(struct process *p)
{
	struct task *t;

	p->stopped = false;
	list_for_each(t, &p->threads, thread_link)
		if (t->state == TASK_STOPPED)
			wake_task(t);
}

void process_continue(struct process *p)
{
	struct task *t;

	list_for_each(t, &p->threads, thread_link)
		if (t->ptrace)
			ptrace_group_continue(t);
	if (!p->stopped)
		return;
	wake_stopped(p);
	p->continued = true;
	p->continued_reported = false;
	notify_parent(p, CLD_CONTINUED);
}

void process_kill_stopped(struct process *p)
{
	struct task *t;

	if (p->stopped)
		wake_stopped(p);
	list_for_each(t, &p->threads, thread_link)
		if (t->state == TASK_TRACED)
			ptrace_wake(t);
}
