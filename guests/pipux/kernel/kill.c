/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that send signals: kill(2), tgkill(2), rt_sigqueueinfo(2). */
#include <asm/siginfo.h>
#include <pipux/signal.h>
#include "signal_private.h"

long sys_kill(int pid, int sig);
long sys_tkill(int tid, int sig);
long sys_tgkill(int tgid, int tid, int sig);
long sys_rt_sigqueueinfo(int pid, int sig, const void *uinfo);
long sys_rt_tgsigqueueinfo(int tgid, int tid, int sig, const void *uinfo);

static bool bad_signal(int sig)
{
	return sig < 0 || sig > NSIG_MAX;
}

/* kill(2): root; the same user; SIGCONT within the session */
static bool may_signal(const struct process *p, int sig)
{
	const struct credentials *me = &current->cred, *it;

	if (capable(CAP_KILL) || p == current->process || !p->leader)
		return true;
	it = &p->leader->cred;
	if (me->euid == it->suid || me->euid == it->uid ||
			me->uid == it->suid || me->uid == it->uid)
		return true;
	return sig == SIGCONT && p->session == current->process->session;
}

static struct ksiginfo own_info(int code)
{
	return (struct ksiginfo){
		.code = code, .pid = current->process->pid,
		.uid = current->cred.uid,
	};
}

long signal_process(struct process *p, int sig,
		const struct ksiginfo *info)
{
	if (bad_signal(sig))
		return -EINVAL;
	if (!may_signal(p, sig))
		return -EPERM;
	return sig ? send_signal_process(sig, info, p) : 0;
}

/*
 * 0 if one could be signalled; otherwise why not (kill(2)).  That nobody of
 * all could be is no error, as in Linux.
 */
static long signal_many(int sig, int pgrp)
{
	struct ksiginfo info = own_info(SI_USER);
	struct process *p, *next;
	long rc = -ESRCH, one;

	list_for_each_safe(p, next, &all_processes, all_link) {
		if (pgrp ? p->pgrp != pgrp
				: p->pid == 1 || p == current->process)
			continue;
		one = signal_process(p, sig, &info);
		if (!one || rc == -ESRCH)
			rc = one;
	}
	return !pgrp && rc == -EPERM ? 0 : rc;
}

long sys_kill(int pid, int sig)
{
	struct ksiginfo info = own_info(SI_USER);
	struct task *t;

	if (pid > 0) {
		t = task_by_tid(pid);
		return t ? signal_process(t->process, sig, &info) : -ESRCH;
	}
	if (pid == -1)
		return signal_many(sig, 0);
	if (pid == INT32_MIN)
		return -ESRCH;
	return signal_many(sig, pid ? -pid : current->process->pgrp);
}

/* tgid 0: of any process */
static long signal_thread(int tgid, int tid, int sig,
		const struct ksiginfo *info)
{
	struct task *t;

	if (tid <= 0)
		return -EINVAL;
	t = task_by_tid(tid);
	if (!t || (tgid && t->process->pid != tgid))
		return -ESRCH;
	if (bad_signal(sig))
		return -EINVAL;
	if (!may_signal(t->process, sig))
		return -EPERM;
	return sig ? send_signal(sig, info, t) : 0;
}

long sys_tkill(int tid, int sig)
{
	struct ksiginfo info = own_info(SI_TKILL);

	return signal_thread(0, tid, sig, &info);
}

long sys_tgkill(int tgid, int tid, int sig)
{
	struct ksiginfo info = own_info(SI_TKILL);

	if (tgid <= 0)
		return -EINVAL;
	return signal_thread(tgid, tid, sig, &info);
}

/* Only to oneself may a program pretend to be the kernel or kill(2) */
bool signal_forged(const struct ksiginfo *info, int pid)
{
	return (info->code >= 0 || info->code == SI_TKILL) &&
		pid != current->process->pid;
}

long sys_rt_sigqueueinfo(int pid, int sig, const void *uinfo)
{
	struct ksiginfo info;
	struct process *p;

	if (siginfo_from_user(&info, uinfo))
		return -EFAULT;
	if (signal_forged(&info, pid))
		return -EPERM;
	p = process_by_pid(pid);
	return p ? signal_process(p, sig, &info) : -ESRCH;
}

long sys_rt_tgsigqueueinfo(int tgid, int tid, int sig, const void *uinfo)
{
	struct ksiginfo info;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	if (siginfo_from_user(&info, uinfo))
		return -EFAULT;
	if (signal_forged(&info, tgid))
		return -EPERM;
	return signal_thread(tgid, tid, sig, &info);
}
