/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals beyond the calls in sched.h: what fork, exec, exit, poll and the
 * terminals need.  kernel/signal.c keeps the queues, kernel/sigframe.c lays
 * out user frames, kernel/jobctl.c stops and continues processes.
 */
#ifndef PIPUX_SIGNAL_H
#define PIPUX_SIGNAL_H

#include <pipux/sched.h>

struct siginfo;

#define NSIG_MAX	64
#define SIGRT_MIN	32	/* kernel's first real-time signal */

/* Bit of `sig` (1-64) in a two-word set */
static inline bool sigset_has(const ksigset_t *s, int sig)
{
	return s->sig[(sig - 1) >> 5] >> ((sig - 1) & 31) & 1;
}

static inline void sigset_add(ksigset_t *s, int sig)
{
	s->sig[(sig - 1) >> 5] |= 1u << ((sig - 1) & 31);
}

static inline void sigset_del(ksigset_t *s, int sig)
{
	s->sig[(sig - 1) >> 5] &= ~(1u << ((sig - 1) & 31));
}

/* kernel/signal.c */
void sigpending_init(struct sigpending *p);	/* fork, clone */
struct sighand *sighand_new(void);		/* all default; NULL: memory */
struct sighand *sighand_copy(struct sighand *old);	/* NULL: memory */
struct sighand *sighand_share(struct sighand *s);
void sighand_put(struct sighand *s);
/* exec: handlers become default, the alternate stack goes.  The table must
 * be unshared before: 0 or -ENOMEM, without effect then */
int signals_exec(void);
/* No handlers: what was caught is default again */
void sighand_default(struct sighand *s);
/* Recomputes t->sig_check after a change of its mask or queues */
void signals_recheck(struct task *t);
/* A thread leaves: hands group signals it was to take to another one */
void signals_retarget(struct task *leaving);
/* Sets current->blocked (never KILL, STOP) */
void sigmask_set(const ksigset_t *mask);
/*
 * ppoll, pselect, epoll_pwait: the mask at user address `umask` applies until
 * the call returns to user mode or a handler runs.  umask NULL: nothing.
 * 0, -EFAULT, -EINVAL.  On a result other than an interruption call
 * sigmask_restore, else leave it to the delivery.
 */
long sigmask_set_temporary(const void *umask, size_t size);
void sigmask_restore(bool interrupted);
/* The next signal of current in `want` taken off its queues, 0 if none */
int signal_dequeue(const ksigset_t *want, struct ksiginfo *info);
void siginfo_to_user_form(struct siginfo *to, const struct ksiginfo *from);
long siginfo_to_user(void *uinfo, const struct ksiginfo *info);

/* kernel/sigframe.c: bytes of stack that a handler's frame needs at most */
uint32_t sigframe_max(void);
/* Pushes such a frame; false: the stack is bad */
bool sigframe_push(int sig, const struct ksigaction *sa,
	const struct ksiginfo *info, const ksigset_t *mask);

/* fs/signalfd.c: woken by every signal that comes */
extern struct wait_queue signalfd_queue;

/* kernel/jobctl.c */
#define STATUS_CORE	0x80	/* in a wait status: there is a core file */
int exit_cause(int status);	/* CLD_* of who ended with it */
/*
 * Tells p's parent with p->exit_signal (SIGCHLD for stops) and wakes its
 * waiters; code is CLD_EXITED, CLD_KILLED, CLD_STOPPED or CLD_CONTINUED and
 * status comes from p->exit_code or p->stop_signal.
 */
void notify_parent(struct process *p, int code);
/* The parent wants no zombie: SIGCHLD ignored or SA_NOCLDWAIT */
bool parent_ignores_child(struct process *p);
void process_stop(int sig);		/* current's group, by default action */
void process_continue(struct process *p);	/* SIGCONT was sent */
void task_stop_here(void);		/* while its group is stopped */

/* kernel/session.c */
bool pgrp_orphaned(int pgrp, struct process *except);
bool pgrp_in_session(int pgrp, int session);
/* Exit: groups that p's going orphans and that hold stopped processes get
 * SIGHUP and SIGCONT.  Call while p's children are still its own */
void session_exit(struct process *p);

#endif
