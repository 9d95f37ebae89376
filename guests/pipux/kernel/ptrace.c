/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace(2): who traces whom.  A tracer is a thread; what it traces is in its
 * list of tracees, and is let go when it ends.
 */
#include <asm/siginfo.h>
#include <linux/sched.h>
#include <pipux/arch.h>
#include <pipux/ptrace.h>
#include "signal_private.h"

#define OPTIONS		(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK \
	| PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC \
	| PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT \
	| PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)

int ptrace_link(struct task *t, struct task *tracer)
{
	struct ptrace *tr = kzalloc(sizeof(*tr));

	if (!tr)
		return -ENOMEM;
	tr->task = t;
	tr->tracer = tracer;
	t->ptrace = tr;
	list_add_tail(&tracer->tracees, &tr->link);
	syscall_watch(1);
	return 0;
}

void ptrace_unlink(struct task *t)
{
	struct ptrace *tr = t->ptrace;

	if (!tr)
		return;
	if (tr->stepping && t->mm)
		task_step_set(t, false);
	t->ptrace = NULL;
	list_del(&tr->link);
	kfree(tr);
	syscall_watch(-1);
	t->sig_check = true;
	if (t->state == TASK_TRACED)
		wake_task(t);
}

void ptrace_detach(struct task *t)
{
	const struct process *tracer = t->ptrace->tracer->process;

	ptrace_unlink(t);
	if (t->state == TASK_ZOMBIE)
		tracee_end(t, tracer, false);
}

void ptrace_tracer_exit(struct task *tracer)
{
	while (!list_empty(&tracer->tracees)) {
		struct ptrace *tr = list_first(&tracer->tracees,
			struct ptrace, link);

		if (tr->options & PTRACE_O_EXITKILL)
			(void)send_signal(SIGKILL, NULL, tr->task);
		ptrace_detach(tr->task);
	}
}

/* The first stop of a child that is traced from its birth */
int ptrace_fork(struct task *t, uint32_t flags)
{
	const struct ptrace *tr = current->ptrace;

	if (!tr || !(ptrace_clone_event(flags) || (flags & CLONE_PTRACE)))
		return 0;
	if (ptrace_link(t, tr->tracer))
		return -ENOMEM;
	t->ptrace->options = tr->options;
	t->ptrace->seized = t->ptrace->trap = tr->seized;
	if (!tr->seized)
		sigset_add(&t->pending.set, SIGSTOP);
	t->sig_check = true;
	return 0;
}

/* The thread that made current, or another one of its parent's */
static struct task *maker(void)
{
	const struct process *p = current->process;
	struct task *t = task_by_tid(p->parent_tid);

	if (t && t->process == p->parent && t->state != TASK_ZOMBIE)
		return t;
	return list_empty(&p->parent->threads) ? NULL
		: list_first(&p->parent->threads, struct task, thread_link);
}

/* A program with more rights than its parent does not hand them over */
long ptrace_me(void)
{
	struct task *tracer = maker();

	if (current->ptrace)
		return -EPERM;
	if (!tracer || tracer->process == current->process)
		return 0;
	if ((current->cred.permitted & ~tracer->cred.permitted)
			&& !has_capability(tracer, CAP_SYS_PTRACE))
		return -EPERM;
	return ptrace_link(current, tracer);
}

long ptrace_check_options(uint32_t options)
{
	if (options & ~OPTIONS)
		return -EINVAL;
	if (options & PTRACE_O_SUSPEND_SECCOMP)
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	return 0;
}

static long attach_check(const struct task *t)
{
	if (t->process->kernel || t->process == current->process
			|| !may_look_into(t) || t->state == TASK_ZOMBIE
			|| t->ptrace)
		return -EPERM;
	return 0;
}

/* One that is stopped already is so for its tracer from now on */
static void take_over_stop(struct task *t)
{
	struct ptrace *tr = t->ptrace;
	int sig = t->process->stop_signal;

	tr->event = (struct ksiginfo){
		.signo = sig, .code = sig | PTRACE_EVENT_STOP << 8,
		.pid = t->tid, .uid = t->cred.uid,
	};
	t->state = TASK_TRACED;
	ptrace_stop_begin(t, tr->seized ? tr->event.code : sig, CLD_STOPPED,
		tr->seized ? &tr->event : NULL);
}

long ptrace_attach(struct task *t, bool seize, uint32_t addr, uint32_t options)
{
	long rc = 0;

	if (seize && (addr || (options & ~OPTIONS)))
		return -EIO;
	if (seize)
		rc = ptrace_check_options(options);
	if (!rc)
		rc = attach_check(t);
	if (!rc)
		rc = ptrace_link(t, current);
	if (rc)
		return rc;
	t->ptrace->seized = seize;
	if (seize)
		t->ptrace->options = options;
	else
		(void)send_signal(SIGSTOP, NULL, t);
	if (t->state == TASK_STOPPED)
		take_over_stop(t);
	return 0;
}
