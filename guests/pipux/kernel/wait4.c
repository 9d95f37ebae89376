/* SPDX-License-Identifier: BSD-2-Clause */
/* wait4(2), waitpid(2), waitid(2). */
#include <pipux/ptrace.h>
#include <pipux/resource.h>
#include <linux/wait.h>
#include <asm-generic/siginfo.h>

#define WAIT4_OPTIONS	(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD \
	| __WCLONE | __WALL)
#define WAITID_OPTIONS	(WAIT4_OPTIONS | WEXITED | WNOWAIT)
#define STATUS_STOPPED	0x7F
#define STATUS_CONTINUED 0xFFFF

/* What a wait is for, and what it found */
struct wait {
	int type, id;		/* P_* as waitid */
	int options;
	int pid, status;	/* of the child found; status as wait4 gives it */
	int code;		/* CLD_* */
	uint32_t uid;
	struct rusage *usage;	/* NULL: not wanted */
};

static bool eligible(const struct wait *w, const struct process *p)
{
	bool clone_child = p->exit_signal != SIGCHLD;

	if (!(w->options & __WALL)
			&& clone_child != !!(w->options & __WCLONE))
		return false;
	switch (w->type) {
	case P_PID:
		return p->pid == w->id;
	case P_PGID:
		return p->pgrp == w->id;
	default:
		return true;
	}
}

static void found(struct wait *w, const struct task *t, int status, int code)
{
	w->pid = t->tid;
	w->status = status;
	w->code = code;
	w->uid = t->cred.uid;
	if (w->usage)
		rusage_fill(t->process, RUSAGE_BOTH, w->usage);
}

static bool report_continued(struct wait *w, struct process *p)
{
	if (!p->continued || p->continued_reported
			|| !(w->options & WCONTINUED))
		return false;
	found(w, p->leader, STATUS_CONTINUED, CLD_CONTINUED);
	p->continued_reported = !(w->options & WNOWAIT);
	return true;
}

/* Whether p has something to tell; tells it.  Its tracer sees its end first */
static bool report(struct wait *w, struct process *p)
{
	bool keep = w->options & WNOWAIT;

	if (p->zombie && (w->options & WEXITED) && !p->leader->ptrace) {
		found(w, p->leader, p->exit_code, exit_cause(p->exit_code));
		if (!keep)
			process_reap(p);
		return true;
	}
	if (p->stopped && !p->stop_reported && (w->options & WUNTRACED)) {
		found(w, p->leader, p->stop_signal << 8 | STATUS_STOPPED,
			CLD_STOPPED);
		p->stop_reported = !keep;
		return true;
	}
	return report_continued(w, p);
}

/* The same for a tracee, which is a thread and stops for us alone */
static bool report_tracee(struct wait *w, struct task *t)
{
	bool leader = t == t->process->leader, keep = w->options & WNOWAIT;
	const struct process *tracer = t->ptrace->tracer->process;

	if (t->state == TASK_ZOMBIE && (!leader || t->process->zombie)
			&& (w->options & WEXITED)) {
		int status = leader ? t->process->exit_code : t->exit_code;

		found(w, t, status, exit_cause(status));
		if (!keep) {
			ptrace_unlink(t);
			tracee_end(t, tracer, true);
		}
		return true;
	}
	if (t->ptrace->stopped && !t->ptrace->listening && t->exit_code) {
		found(w, t, t->exit_code << 8 | STATUS_STOPPED, CLD_TRAPPED);
		if (!keep)
			t->exit_code = 0;
		return true;
	}
	return leader && report_continued(w, t->process);
}

/* One look at a thread's tracees; result as look */
static int look_tracees(struct wait *w, struct task *tracer)
{
	struct ptrace *tr, *tmp;
	int rc = -ECHILD;

	list_for_each_safe(tr, tmp, &tracer->tracees, link) {
		if (w->type == P_PID ? tr->task->tid != w->id
				: w->type == P_PGID
				&& tr->task->process->pgrp != w->id)
			continue;
		if (report_tracee(w, tr->task))
			return 1;
		rc = 0;
	}
	return rc;
}

/* One look at all children: 1 found, 0 none yet, -ECHILD */
static int look(struct wait *w)
{
	struct process *p, *tmp;
	int rc = -ECHILD;
	struct task *t;

	list_for_each_safe(p, tmp, &current->process->children, sibling) {
		if (!eligible(w, p) || ptraced_by(p->leader, current->process))
			continue;
		if (report(w, p))
			return 1;
		rc = 0;
	}
	list_for_each(t, &current->process->threads, thread_link) {
		int mine = list_empty(&t->tracees)
			|| ((w->options & __WNOTHREAD) && t != current)
			? -ECHILD : look_tracees(w, t);

		if (mine > 0)
			return 1;
		if (!mine)
			rc = 0;
	}
	return rc;
}

/* 1, 0 with WNOHANG, or negative errno */
static int do_wait(struct wait *w)
{
	struct waiter waiter;
	int rc;

	rc = look(w);
	if (rc || (w->options & WNOHANG))
		return rc;
	wait_add(&current->process->child_wait, &waiter);
	while (!(rc = look(w))) {
		if (signal_pending()) {
			rc = -ERESTARTSYS;
			break;
		}
		sleep_on(true, 0);
	}
	wait_remove(&waiter);
	return rc;
}

long sys_wait4(int pid, int *ustatus, int options, struct rusage *uusage)
{
	struct rusage usage;
	struct wait w = {
		.type = pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID,
		.id = pid > 0 ? pid : pid == 0 ? current->process->pgrp : -pid,
		.options = options | WEXITED,
		.usage = uusage ? &usage : NULL,
	};
	int rc;

	if (options & ~WAIT4_OPTIONS)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	rc = do_wait(&w);
	if (rc <= 0)
		return rc;
	if (ustatus && put_user(w.status, ustatus))
		return -EFAULT;
	if (uusage && copy_to_user(uusage, &usage, sizeof(usage)))
		return -EFAULT;
	return w.pid;
}

long sys_waitpid(int pid, int *ustatus, int options)
{
	return sys_wait4(pid, ustatus, options, NULL);
}

static long waitid_info(siginfo_t *uinfo, const struct wait *w, int rc)
{
	struct ksiginfo info = { 0 };

	if (rc > 0) {
		info.signo = SIGCHLD;
		info.code = w->code;
		info.pid = w->pid;
		info.uid = w->uid;
		info.status = w->code == CLD_EXITED ? w->status >> 8
			: w->code == CLD_CONTINUED ? SIGCONT
			: w->code == CLD_STOPPED || w->code == CLD_TRAPPED
			? w->status >> 8
			: w->status & 0x7F;
	}
	return siginfo_to_user(uinfo, &info);
}

long sys_waitid(int type, int id, siginfo_t *uinfo, int options,
		struct rusage *uusage)
{
	struct rusage usage;
	struct wait w = {
		.type = type, .id = id, .options = options,
		.usage = uusage ? &usage : NULL,
	};
	bool nonblock = false;
	int rc;

	if ((options & ~WAITID_OPTIONS)
			|| !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (type == P_PIDFD) {
		w.type = type = P_PID;
		w.id = id = id < 0 ? -EINVAL : pidfd_pid(id, &nonblock);
		if (id < 0)
			return id;
		if (nonblock)
			w.options |= WNOHANG;
	}
	if (type == P_PGID && id == 0)
		w.id = current->process->pgrp;
	if ((type != P_ALL && type != P_PID && type != P_PGID)
			|| (type == P_PID && id <= 0)
			|| (type == P_PGID && w.id < 0))
		return -EINVAL;
	rc = do_wait(&w);
	if (rc == 0 && nonblock && !(options & WNOHANG))
		return -EAGAIN;
	if (rc < 0)
		return rc;
	if (uinfo && waitid_info(uinfo, &w, rc))
		return -EFAULT;
	if (rc > 0 && uusage && copy_to_user(uusage, &usage, sizeof(usage)))
		return -EFAULT;
	return 0;
}
