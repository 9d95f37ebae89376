/* SPDX-License-Identifier: BSD-2-Clause */
/* siginfo_t of programs from and to the kernel's own form. */
#include <asm/siginfo.h>
#include <linux/audit.h>
#include <pipux/signal.h>
#include "signal_private.h"

static bool is_fault(const struct ksiginfo *k)
{
	switch (k->signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
		/* ... but not what a tracer is told of events */
		return k->code > 0 && k->code < SI_KERNEL &&
			!(k->signo == SIGTRAP && k->code == SIGTRAP);
	}
	return false;
}

/* Which union member is meant follows from signal and code (sigaction(2)) */
void siginfo_to_user_form(siginfo_t *to, const struct ksiginfo *k)
{
	memset(to, 0, sizeof(*to));
	to->si_signo = k->signo;
	to->si_errno = k->errno_;
	to->si_code = k->code;
	if (is_fault(k)) {
		to->si_addr = (void *)k->addr;
	} else if (k->signo == SIGSYS && k->code == SYS_SECCOMP) {
		to->si_call_addr = (void *)k->addr;
		to->si_syscall = (int)k->value;
		to->si_arch = AUDIT_ARCH_I386;
	} else if (k->code == SI_TIMER) {
		to->si_tid = k->pid;
		to->si_overrun = k->status;
		to->si_ptr = (void *)k->value;
	} else if (k->signo == SIGCHLD && k->code > 0 &&
			k->code != SI_KERNEL) {
		to->si_pid = k->pid;
		to->si_uid = k->uid;
		to->si_status = k->status;
		to->si_utime = k->utime;
		to->si_stime = k->stime;
	} else {
		to->si_pid = k->pid;
		to->si_uid = k->uid;
		to->si_ptr = (void *)k->value;
	}
}

long siginfo_to_user(void *uinfo, const struct ksiginfo *k)
{
	siginfo_t info;

	siginfo_to_user_form(&info, k);
	return copy_to_user(uinfo, &info, sizeof(info));
}

/* 0 or -EFAULT */
long siginfo_from_user(struct ksiginfo *k, const void *uinfo)
{
	siginfo_t info;

	if (get_user(info, uinfo))
		return -EFAULT;
	*k = (struct ksiginfo){
		.signo = info.si_signo, .errno_ = info.si_errno,
		.code = info.si_code, .pid = info.si_pid, .uid = info.si_uid,
		.addr = (uint32_t)info.si_addr, .status = info.si_status,
		.utime = (int)info.si_utime, .stime = (int)info.si_stime,
		.value = (uint32_t)info.si_ptr,
	};
	if (k->code == SI_TIMER) {
		k->pid = info.si_tid;
		k->status = info.si_overrun;
	}
	if (k->signo == SIGSYS && k->code == SYS_SECCOMP) {
		k->addr = (uint32_t)info.si_call_addr;
		k->value = (uint32_t)info.si_syscall;
	}
	return 0;
}
