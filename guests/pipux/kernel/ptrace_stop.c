/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stops for a tracer (ptrace(2), "Stopped states").
 *
 * A task that has stopped sleeps in TASK_TRACED.  Its exit_code is what
 * wait4 tells the tracer, 0 once told, and what the tracer puts there on
 * letting it go is the signal that it goes on with.  The tracer, the
 * tracer's end and SIGKILL let it go, nothing else.
 */
#include <asm/siginfo.h>
#include <linux/sched.h>
#include <pipux/arch.h>
#include <pipux/ptrace.h>
#include "signal_private.h"

#define SYSGOOD		0x80

void ptrace_tell(struct task *t, int code, int status)
{
	struct ksiginfo info = {
		.code = code, .pid = t->tid, .uid = t->cred.uid,
		.status = status,
	};

	child_signal(t->ptrace->tracer->process, SIGCHLD, &info);
}

void ptrace_stop_begin(struct task *t, int code, int why,
		struct ksiginfo *info)
{
	struct ptrace *tr = t->ptrace;

	tr->stopped = true;
	tr->listening = tr->trap = false;
	if (info && info->code >> 8 == PTRACE_EVENT_STOP)
		tr->notify = false;
	tr->info = info;
	t->exit_code = code;
	ptrace_tell(t, why, code & 0x7F);
}

/* The signal to go on with, 0: none.  Who is to die does not stop */
static int stop(int code, int why, uint32_t message, struct ksiginfo *info)
{
	struct task *t = current;

	if (fatal_signal_pending())
		return code;
	t->ptrace->message = message;
	ptrace_stop_begin(t, code, why, info);
	while (t->ptrace && t->ptrace->stopped) {
		t->state = TASK_TRACED;
		schedule();
	}
	code = t->exit_code;
	t->exit_code = 0;
	if (t->ptrace) {
		t->ptrace->info = NULL;
		t->ptrace->message = 0;
		t->ptrace->listening = false;
	}
	t->sig_check = true;
	return code;
}

/* A stop that is no signal's has a siginfo all the same */
static int notify(int sig, int code, int why, uint32_t message)
{
	struct ptrace *tr = current->ptrace;

	tr->event = (struct ksiginfo){
		.signo = sig, .code = code, .pid = current->tid,
		.uid = current->cred.uid,
	};
	return stop(code, why, message, &tr->event);
}

/* An exec that is no event is a signal, for tracers as old as that */
void ptrace_event(int event, uint32_t message)
{
	const struct ptrace *tr = current->ptrace;
	struct ksiginfo info = {
		.code = SI_USER, .pid = current->process->pid,
		.uid = current->cred.uid,
	};

	if (!tr)
		return;
	if (tr->options & 1u << event) {
		if (event == PTRACE_EVENT_EXIT)
			current->killed = false;	/* it is on its way */
		(void)notify(SIGTRAP, SIGTRAP | event << 8, CLD_TRAPPED,
			message);
	} else if (event == PTRACE_EVENT_EXEC && !tr->seized) {
		(void)send_signal(SIGTRAP, &info, current);
	}
}

int ptrace_clone_event(uint32_t flags)
{
	const struct ptrace *tr = current->ptrace;
	int event = PTRACE_EVENT_FORK;

	if (!tr || (flags & CLONE_UNTRACED))
		return 0;
	if (flags & CLONE_VFORK)
		event = PTRACE_EVENT_VFORK;
	else if ((flags & CSIGNAL) != SIGCHLD)
		event = PTRACE_EVENT_CLONE;
	return tr->options & 1u << event ? event : 0;
}

/* ptrace(2), "Group-stop" and "PTRACE_EVENT stops" */
void ptrace_trap(void)
{
	struct ptrace *tr = current->ptrace;
	struct process *p = current->process;
	int sig = p->stopped || !tr->seized ? p->stop_signal : SIGTRAP;

	tr->trap = tr->notify = false;
	if (tr->seized)
		(void)notify(sig, sig | PTRACE_EVENT_STOP << 8, CLD_STOPPED, 0);
	else
		(void)stop(sig, CLD_STOPPED, 0, NULL);
}

/* "Signal-delivery-stop"; another signal than the first is the tracer's */
int ptrace_signal(int sig, struct ksiginfo *info)
{
	struct task *t = current;
	const struct task *tracer = t->ptrace->tracer;
	struct ksiginfo own = {
		.code = SI_USER, .pid = tracer->process->pid,
		.uid = tracer->cred.uid,
	};

	sig = stop(sig, CLD_TRAPPED, 0, info);
	if (!sig || fatal_signal_pending())
		return 0;
	if (sig != info->signo) {
		*info = own;
		info->signo = sig;
	}
	if (!sigset_has(&t->blocked, sig))
		return sig;
	(void)send_signal(sig, info, t);
	return 0;
}

void ptrace_step_done(void)
{
	if (current->ptrace)
		(void)notify(SIGTRAP, SIGTRAP, CLD_TRAPPED, 0);
}

/* "Syscall-stops".  LIMIT: who was traced only after a call had begun does
 * not stop at its end */
static void call_stop(uint32_t message)
{
	uint32_t good = current->ptrace->options & PTRACE_O_TRACESYSGOOD;
	int sig = notify(SIGTRAP, SIGTRAP | (good ? SYSGOOD : 0), CLD_TRAPPED,
		message);

	if (sig > 0 && sig <= NSIG_MAX)
		(void)send_signal(sig, NULL, current);
}

bool ptrace_call_enter(void)
{
	enum ptrace_calls calls = current->ptrace->calls;

	if (calls == CALLS_RUN)
		return true;
	call_stop(PTRACE_EVENTMSG_SYSCALL_ENTRY);
	return calls == CALLS_STOP && !fatal_signal_pending()
		&& current->orig_eax != (uint32_t)-1;
}

/* A step over the call's instruction ends where the call does */
void ptrace_call_exit(void)
{
	const struct ptrace *tr = current->ptrace;

	if (!tr || tr->calls == CALLS_EMULATE)
		return;
	if (tr->stepping)
		force_signal(SIGTRAP, TRAP_BRKPT, current_ctx->eip);
	else if (tr->calls == CALLS_STOP)
		call_stop(PTRACE_EVENTMSG_SYSCALL_EXIT);
}

void ptrace_resume(struct task *t, int sig)
{
	t->exit_code = sig;
	t->ptrace->stopped = false;
	if (t->state == TASK_TRACED)
		wake_task(t);
}

void ptrace_wake(struct task *t)
{
	if (t->ptrace)
		t->ptrace->stopped = false;
	wake_task(t);
}

void ptrace_group_stop(struct task *t)
{
	t->ptrace->trap = true;
	t->ptrace->notify = t->ptrace->seized;
}

void ptrace_group_continue(struct task *t)
{
	struct ptrace *tr = t->ptrace;

	tr->notify = tr->seized;
	tr->trap = false;
	if (!tr->notify)
		return;
	t->sig_check = true;
	if (tr->listening)
		ptrace_resume(t, 0);
	else if (t->state == TASK_SLEEPING)
		wake_task(t);
}
