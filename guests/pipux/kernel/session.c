/* SPDX-License-Identifier: BSD-2-Clause */
/* Process groups and sessions: setpgid(2), setsid(2), credentials(7). */
#include <pipux/signal.h>

long sys_setpgid(int pid, int pgid);
long sys_getpgid(int pid);
long sys_getpgrp(void);
long sys_setsid(void);
long sys_getsid(int pid);

static bool has_stopped(int pgrp)
{
	struct process *p;

	list_for_each(p, &all_processes, all_link)
		if (p->pgrp == pgrp && p->stopped && !p->zombie)
			return true;
	return false;
}

/*
 * No member has a parent outside of the group but in the session, who could
 * continue it (POSIX 3.264).  `except` counts neither as member nor parent.
 */
bool pgrp_orphaned(int pgrp, struct process *except)
{
	struct process *p;

	list_for_each(p, &all_processes, all_link) {
		if (p->pgrp != pgrp || p == except || p->zombie)
			continue;
		if (p->parent && p->parent != except &&
				p->parent->pgrp != pgrp &&
				p->parent->session == p->session)
			return false;
	}
	return true;
}

bool pgrp_in_session(int pgrp, int session)
{
	struct process *p;

	list_for_each(p, &all_processes, all_link)
		if (p->pgrp == pgrp && (!session || p->session == session))
			return true;
	return false;
}

static void release_orphans(int pgrp, struct process *leaving)
{
	if (!has_stopped(pgrp) || !pgrp_orphaned(pgrp, leaving))
		return;
	(void)kill_pgrp(SIGHUP, pgrp);
	(void)kill_pgrp(SIGCONT, pgrp);
}

/* Also tells the children that asked to know (PR_SET_PDEATHSIG) */
void session_exit(struct process *p)
{
	struct process *child;

	if (p->parent && p->parent->pgrp != p->pgrp &&
			p->parent->session == p->session)
		release_orphans(p->pgrp, p);
	list_for_each(child, &p->children, sibling) {
		if (child->leader && child->leader->pdeath_signal)
			(void)send_signal_process(child->leader->pdeath_signal,
				NULL, child);
		if (child->pgrp != p->pgrp && child->session == p->session)
			release_orphans(child->pgrp, p);
	}
}

/* The process that setpgid may change, or why not */
static long setpgid_target(int pid, struct process **target)
{
	struct process *p = pid ? process_by_pid(pid) : current->process;

	if (!p)
		return task_by_tid(pid) ? -EINVAL : -ESRCH;
	*target = p;
	if (p->session == p->pid)
		return p == current->process || p->parent == current->process
			? -EPERM : -ESRCH;
	if (p == current->process)
		return 0;
	if (p->parent != current->process)
		return -ESRCH;
	if (p->session != current->process->session)
		return -EPERM;
	return p->did_exec ? -EACCES : 0;
}

long sys_setpgid(int pid, int pgid)
{
	struct process *p;
	long rc;

	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	rc = setpgid_target(pid, &p);
	if (rc)
		return rc;
	if (!pgid)
		pgid = p->pid;
	if (pgid != p->pid && !pgrp_in_session(pgid, p->session))
		return -EPERM;
	p->pgrp = pgid;
	return 0;
}

long sys_getpgid(int pid)
{
	const struct task *t = pid ? task_by_tid(pid) : current;

	return t ? t->process->pgrp : -ESRCH;
}

long sys_getpgrp(void)
{
	return current->process->pgrp;
}

long sys_setsid(void)
{
	struct process *p = current->process;

	if (pgrp_in_session(p->pid, 0))
		return -EPERM;
	p->session = p->pgrp = p->pid;
	p->tty = NULL;
	return p->pid;
}

long sys_getsid(int pid)
{
	const struct task *t = pid ? task_by_tid(pid) : current;

	return t ? t->process->session : -ESRCH;
}
