/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that set actions and masks, and that wait for signals. */
#include <asm/siginfo.h>
#include <pipux/signal.h>
#include "signal_private.h"

#define SA_KNOWN	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | \
				SA_ONSTACK | SA_RESTART | SA_NODEFER | \
				SA_RESETHAND | SA_RESTORER | SA_EXPOSE_TAGBITS)
#define UNBLOCKABLE	(1u << (SIGKILL - 1) | 1u << (SIGSTOP - 1))

struct old_sigaction {
	uint32_t handler, mask, flags, restorer;
};

long sys_rt_sigaction(int sig, const struct ksigaction *unew,
	struct ksigaction *uold, size_t size);
long sys_sigaction(int sig, const struct old_sigaction *unew,
	struct old_sigaction *uold);
long sys_signal(int sig, uint32_t handler);
long sys_rt_sigprocmask(int how, const ksigset_t *unew, ksigset_t *uold,
	size_t size);
long sys_sigprocmask(int how, const uint32_t *unew, uint32_t *uold);
long sys_sgetmask(void);
long sys_ssetmask(uint32_t mask);
long sys_rt_sigpending(ksigset_t *uset, size_t size);
long sys_sigpending(uint32_t *uset);
long sys_rt_sigsuspend(const ksigset_t *umask, size_t size);
long sys_sigsuspend(int unused1, int unused2, uint32_t mask);
long sys_pause(void);
long sys_rt_sigtimedwait(const ksigset_t *uwant, void *uinfo,
	const void *utimeout, size_t size);
long sys_rt_sigtimedwait_time64(const ksigset_t *uwant, void *uinfo,
	const void *utimeout, size_t size);
long sys_restart_syscall(void);

/* Also drops what is pending and now ignored (sigaction(2)) */
static void action_set(int sig, const struct ksigaction *new)
{
	struct ksigaction *sa = &current->sighand->action[sig - 1];

	*sa = *new;
	sa->mask.sig[0] &= ~UNBLOCKABLE;
	signals_drop_ignored(sig);
}

static bool bad_action(int sig, bool sets)
{
	return sig < 1 || sig > NSIG_MAX ||
		(sets && (sig == SIGKILL || sig == SIGSTOP));
}

/* rt_sigaction(2) */
long sys_rt_sigaction(int sig, const struct ksigaction *unew,
		struct ksigaction *uold, size_t size)
{
	struct ksigaction old, new;

	if (size != sizeof(ksigset_t) || bad_action(sig, unew))
		return -EINVAL;
	old = current->sighand->action[sig - 1];
	if (unew) {
		if (get_user(new, unew))
			return -EFAULT;
		new.flags &= SA_KNOWN;
		action_set(sig, &new);
	}
	return uold ? put_user(old, uold) : 0;
}

long sys_sigaction(int sig, const struct old_sigaction *unew,
		struct old_sigaction *uold)
{
	struct old_sigaction o;
	struct ksigaction old, new;

	if (bad_action(sig, unew))
		return -EINVAL;
	old = current->sighand->action[sig - 1];
	if (unew) {
		if (get_user(o, unew))
			return -EFAULT;
		new = (struct ksigaction){
			.handler = o.handler, .flags = o.flags & SA_KNOWN,
			.restorer = o.restorer, .mask = { { o.mask, 0 } },
		};
		action_set(sig, &new);
	}
	o = (struct old_sigaction){
		old.handler, old.mask.sig[0], old.flags, old.restorer,
	};
	return uold ? put_user(o, uold) : 0;
}

/* signal(2) as the kernel's own call: System V semantics */
long sys_signal(int sig, uint32_t handler)
{
	struct ksigaction new = {
		.handler = handler, .flags = SA_RESETHAND | SA_NODEFER,
	};
	uint32_t old;

	if (bad_action(sig, true))
		return -EINVAL;
	old = current->sighand->action[sig - 1].handler;
	action_set(sig, &new);
	return (long)old;
}

static long mask_change(int how, const ksigset_t *set)
{
	ksigset_t m = current->blocked;

	switch (how) {
	case SIG_BLOCK:
		m.sig[0] |= set->sig[0];
		m.sig[1] |= set->sig[1];
		break;
	case SIG_UNBLOCK:
		m.sig[0] &= ~set->sig[0];
		m.sig[1] &= ~set->sig[1];
		break;
	case SIG_SETMASK:
		m = *set;
		break;
	default:
		return -EINVAL;
	}
	sigmask_set(&m);
	return 0;
}

/* rt_sigprocmask(2) */
long sys_rt_sigprocmask(int how, const ksigset_t *unew, ksigset_t *uold,
		size_t size)
{
	ksigset_t old = current->blocked, new;
	long rc;

	if (size != sizeof(ksigset_t))
		return -EINVAL;
	if (unew) {
		if (get_user(new, unew))
			return -EFAULT;
		rc = mask_change(how, &new);
		if (rc)
			return rc;
	}
	return uold ? put_user(old, uold) : 0;
}

/* The old mask is of 32 signals and leaves the others as they are */
long sys_sigprocmask(int how, const uint32_t *unew, uint32_t *uold)
{
	uint32_t old = current->blocked.sig[0];
	ksigset_t new = { { 0, 0 } };
	long rc;

	if (unew) {
		if (get_user(new.sig[0], unew))
			return -EFAULT;
		if (how == SIG_SETMASK)
			new.sig[1] = current->blocked.sig[1];
		rc = mask_change(how, &new);
		if (rc)
			return rc;
	}
	return uold ? put_user(old, uold) : 0;
}

long sys_sgetmask(void)
{
	return (long)current->blocked.sig[0];
}

long sys_ssetmask(uint32_t mask)
{
	ksigset_t new = { { mask, current->blocked.sig[1] } };
	uint32_t old = current->blocked.sig[0];

	sigmask_set(&new);
	return (long)old;
}

static ksigset_t pending_blocked(void)
{
	const struct task *t = current;
	ksigset_t set;

	for (int i = 0; i < NSIG_WORDS; i++)
		set.sig[i] = (t->pending.set.sig[i] |
			t->process->pending.set.sig[i]) & t->blocked.sig[i];
	return set;
}

/* rt_sigpending(2): the kernel accepts a shorter set */
long sys_rt_sigpending(ksigset_t *uset, size_t size)
{
	ksigset_t set = pending_blocked();

	if (size > sizeof(set))
		return -EINVAL;
	return copy_to_user(uset, &set, size);
}

long sys_sigpending(uint32_t *uset)
{
	return put_user(pending_blocked().sig[0], uset);
}

static long suspend(void)
{
	while (!signal_pending())
		sleep_on(true, 0);
	return -ERESTARTNOHAND;
}

static void mask_set_temporary(const ksigset_t *mask)
{
	struct task *t = current;

	t->saved_mask = t->blocked;
	t->restore_mask = true;
	t->sig_check = true;
	sigmask_set(mask);
}

/* rt_sigsuspend(2) */
long sys_rt_sigsuspend(const ksigset_t *umask, size_t size)
{
	ksigset_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, umask))
		return -EFAULT;
	mask_set_temporary(&mask);
	return suspend();
}

/* sigsuspend(2) of old: the mask is the third argument */
long sys_sigsuspend(int unused1, int unused2, uint32_t mask)
{
	ksigset_t set = { { mask, 0 } };

	mask_set_temporary(&set);
	return suspend();
}

long sys_pause(void)
{
	return suspend();
}

long sigmask_set_temporary(const void *umask, size_t size)
{
	ksigset_t mask;

	if (!umask)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, umask, sizeof(mask)))
		return -EFAULT;
	mask_set_temporary(&mask);
	return 0;
}

void sigmask_restore(bool interrupted)
{
	struct task *t = current;

	if (interrupted || !t->restore_mask)
		return;
	t->restore_mask = false;
	sigmask_set(&t->saved_mask);
}

/* The signal, or 0 at the deadline, or -EINTR by one that is not wanted */
static long wait_wanted(const ksigset_t *want, ktime_t deadline,
		struct ksiginfo *info)
{
	struct sigwaiter w = { .task = current, .want = *want };
	long rc;

	sigwaiter_add(&w);
	for (;;) {
		rc = signal_dequeue(want, info);
		if (rc)
			break;
		if (deadline && ktime_get() >= deadline)
			break;
		if (signal_pending()) {
			rc = -EINTR;
			break;
		}
		sleep_on(true, deadline);
	}
	list_del(&w.link);
	return rc;
}

static long sigtimedwait(const ksigset_t *uwant, void *uinfo,
		const void *utimeout, size_t size, bool wide)
{
	struct ksiginfo info;
	ktime_t deadline;
	ksigset_t want;
	long rc;

	if (size != sizeof(want))
		return -EINVAL;
	if (get_user(want, uwant))
		return -EFAULT;
	want.sig[0] &= ~UNBLOCKABLE;
	rc = deadline_from_user(utimeout, wide, &deadline);
	if (rc)
		return rc;
	rc = wait_wanted(&want, deadline, &info);
	if (rc > 0 && uinfo && siginfo_to_user(uinfo, &info))
		return -EFAULT;
	return rc ? rc : -EAGAIN;
}

/* sigtimedwait(2) */
long sys_rt_sigtimedwait(const ksigset_t *uwant, void *uinfo,
		const void *utimeout, size_t size)
{
	return sigtimedwait(uwant, uinfo, utimeout, size, false);
}

long sys_rt_sigtimedwait_time64(const ksigset_t *uwant, void *uinfo,
		const void *utimeout, size_t size)
{
	return sigtimedwait(uwant, uinfo, utimeout, size, true);
}

/* restart_syscall(2) */
long sys_restart_syscall(void)
{
	long (*fn)(struct task *) = current->restart_fn;

	current->restart_fn = NULL;
	return fn ? fn(current) : -EINTR;
}
