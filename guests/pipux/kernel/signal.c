/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: sending, the queues, and delivery on the way out (signal(7)).
 *
 * A signal waits in its thread's queue or its process's.  sig_check of a
 * task is set whenever something it should act on before it returns to user
 * mode may be there, so that way out tests one flag.  A set bit without a
 * queue entry is a signal whose siginfo found no memory.
 */
#include <asm/siginfo.h>
#include <asm/unistd.h>
#include <pipux/ptrace.h>
#include "coredump.h"
#include "signal_private.h"

#define BIT(sig)	(1u << ((sig) - 1))
#define STOP_SIGNALS	(BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | \
				BIT(SIGTTOU))
#define IGNORED_SIGNALS	(BIT(SIGCONT) | BIT(SIGCHLD) | BIT(SIGWINCH) | \
				BIT(SIGURG))
#define FAULT_SIGNALS	(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | \
				BIT(SIGTRAP) | BIT(SIGFPE) | BIT(SIGSYS))

#define CORE_SIGNALS	(FAULT_SIGNALS | BIT(SIGQUIT) | BIT(SIGABRT) | \
				BIT(SIGXCPU) | BIT(SIGXFSZ))

#define HANDLER_DFL	0
#define HANDLER_IGN	1

static struct list sigwaiters = LIST_INIT(sigwaiters);
static uint32_t queued;			/* entries in all queues */

static bool one_of(int sig, uint32_t set)
{
	return sig < SIGRT_MIN && set & BIT(sig);
}

void sigpending_init(struct sigpending *p)
{
	p->set = (ksigset_t){ { 0 } };
	list_init(&p->queue);
}

static void queue_free(struct sigqueue *q)
{
	list_del(&q->link);
	kfree(q);
	queued--;
}

void signals_release(struct sigpending *p)
{
	struct sigqueue *q, *next;

	list_for_each_safe(q, next, &p->queue, link)
		queue_free(q);
	p->set = (ksigset_t){ { 0 } };
}

/* Takes the signals in `set` back */
static void queue_discard(struct sigpending *p, const ksigset_t *set)
{
	struct sigqueue *q, *next;

	if (!((p->set.sig[0] & set->sig[0]) | (p->set.sig[1] & set->sig[1])))
		return;
	p->set.sig[0] &= ~set->sig[0];
	p->set.sig[1] &= ~set->sig[1];
	list_for_each_safe(q, next, &p->queue, link)
		if (sigset_has(set, q->info.signo))
			queue_free(q);
}

static void process_discard_set(struct process *p, const ksigset_t *set)
{
	struct task *t;

	queue_discard(&p->pending, set);
	list_for_each(t, &p->threads, thread_link)
		queue_discard(&t->pending, set);
}

/* The same for standard signals */
static void process_discard(struct process *p, uint32_t standard)
{
	ksigset_t set = { { standard, 0 } };

	process_discard_set(p, &set);
}

static bool deliverable(const struct task *t)
{
	const ksigset_t *a = &t->pending.set, *b = &t->process->pending.set;

	return (((a->sig[0] | b->sig[0]) & ~t->blocked.sig[0]) |
		((a->sig[1] | b->sig[1]) & ~t->blocked.sig[1])) != 0;
}

bool signal_pending(void)
{
	if (likely(!current->sig_check))
		return false;
	return current->killed || deliverable(current)
		|| (current->ptrace ? ptrace_trapped(current)
			: current->process->stopped);
}

bool fatal_signal_pending(void)
{
	return current->killed || sigset_has(&current->pending.set, SIGKILL)
		|| sigset_has(&current->process->pending.set, SIGKILL);
}

void signals_recheck(struct task *t)
{
	if (deliverable(t))
		t->sig_check = true;
}

/* Makes t look at its signals soon */
static void notice(struct task *t)
{
	t->sig_check = true;
	if (t->state == TASK_SLEEPING)
		wake_task(t);
}

void signals_retarget(struct task *leaving)
{
	struct process *p = leaving->process;
	struct task *t;

	if (!(p->pending.set.sig[0] | p->pending.set.sig[1]))
		return;
	list_for_each(t, &p->threads, thread_link)
		if (t != leaving && deliverable(t))
			notice(t);
}

void sigmask_set(const ksigset_t *mask)
{
	struct task *t = current;

	t->blocked = *mask;
	t->blocked.sig[0] &= ~(BIT(SIGKILL) | BIT(SIGSTOP));
	signals_recheck(t);
	if (t->process->nr_threads > 1)
		signals_retarget(t);
}

/* What happens to `sig` by t's action for it alone */
static bool action_ignores(const struct task *t, int sig)
{
	uint32_t handler = t->sighand->action[sig - 1].handler;

	if (handler == HANDLER_IGN)
		return true;
	if (handler != HANDLER_DFL)
		return false;
	/* Nobody but itself ends the first process (kill(2), Notes) */
	return one_of(sig, IGNORED_SIGNALS) || t->process->pid == 1;
}

void signals_drop_ignored(int sig)
{
	ksigset_t set = { { 0 } };

	if (!action_ignores(current, sig))
		return;
	sigset_add(&set, sig);
	process_discard_set(current->process, &set);
}

bool signal_ignored(struct task *t, int signo)
{
	return sigset_has(&t->blocked, signo) ||
		t->sighand->action[signo - 1].handler == HANDLER_IGN;
}

static bool wants(const struct task *t, int sig)
{
	return t->state != TASK_ZOMBIE && !sigset_has(&t->blocked, sig) &&
		((t->state != TASK_STOPPED && t->state != TASK_TRACED)
			|| sig == SIGKILL);
}

/* A thread that sleeps in sigtimedwait for this blocked signal */
static struct task *find_sigwaiter(struct process *p, struct task *t, int sig)
{
	struct sigwaiter *w;

	list_for_each(w, &sigwaiters, link) {
		if (t ? w->task != t : w->task->process != p)
			continue;
		if (sigset_has(&w->want, sig))
			return w->task;
	}
	return NULL;
}

void sigwaiter_add(struct sigwaiter *w)
{
	list_add_tail(&sigwaiters, &w->link);
}

/*
 * Tells a thread of p to look: the first that wants the signal, if it can be
 * one that is not waiting without looking at signals.  SIGKILL is for all:
 * such a wait may be one for another thread.
 */
static bool tell_any(struct process *p, int sig)
{
	struct task *t, *chosen = NULL;

	if (current->process == p && wants(current, sig)) {
		notice(current);
		return true;
	}
	list_for_each(t, &p->threads, thread_link) {
		if (!wants(t, sig))
			continue;
		if (sig == SIGKILL)
			notice(t);
		if (!chosen || chosen->state == TASK_BLOCKED)
			chosen = t;
	}
	if (chosen)
		notice(chosen);
	return chosen;
}

/* t NULL: any thread of p; it is told to look */
static void choose_thread(struct process *p, struct task *t, int sig)
{
	struct task *sleeper;

	if (!list_empty(&signalfd_queue.waiters))
		wake_up(&signalfd_queue);
	if (!t && tell_any(p, sig))
		return;
	if (t && wants(t, sig))
		notice(t);
	sleeper = find_sigwaiter(p, t, sig);
	if (sleeper && sleeper->state == TASK_SLEEPING)
		wake_task(sleeper);
}

static uint32_t queue_length(const struct sigpending *p)
{
	const struct sigqueue *q;
	uint32_t n = 0;

	list_for_each(q, &p->queue, link)
		n++;
	return n;
}

/* Entries that a user's processes have */
static uint32_t queued_for(uint32_t uid)
{
	const struct process *p;
	const struct task *t;
	uint32_t n = 0;

	list_for_each(p, &all_processes, all_link) {
		if (p->leader->cred.uid != uid)
			continue;
		n += queue_length(&p->pending);
		list_for_each(t, &p->threads, thread_link)
			n += queue_length(&t->pending);
	}
	return n;
}

/* May p's user have one more?  They are counted one by one only if there are
 * as many at all */
static bool has_room(const struct process *p)
{
	uint32_t limit = p->limits[RLIMIT_SIGPENDING].rlim_cur;

	return queued < limit || queued_for(p->leader->cred.uid) < limit;
}

/*
 * RLIMIT_SIGPENDING is for what programs queue: a standard signal of kill(2)
 * or the kernel always has room.  0, or -EAGAIN for one that has none.
 */
static int queue_add(struct sigpending *to, struct process *p, int sig,
		const struct ksiginfo *info)
{
	struct sigqueue *q = NULL;
	bool unlimited = sig < SIGRT_MIN && (!info || info->code >= 0);

	if (unlimited || has_room(p))
		q = kmalloc(sizeof(*q));
	if (!q) {
		if (sig >= SIGRT_MIN && info && info->code < 0)
			return -EAGAIN;
		return 0;
	}
	if (info)
		q->info = *info;
	else
		q->info = (struct ksiginfo){ .code = SI_KERNEL };
	q->info.signo = sig;
	list_add_tail(&to->queue, &q->link);
	queued++;
	return 0;
}

/* Stop signals and SIGCONT cancel each other when sent (signal(7)) */
static void before_send(int sig, struct process *p)
{
	if (one_of(sig, STOP_SIGNALS)) {
		process_discard(p, BIT(SIGCONT));
	} else if (sig == SIGCONT) {
		process_discard(p, STOP_SIGNALS);
		process_continue(p);
	} else if (sig == SIGKILL && p->pid != 1) {
		process_kill_stopped(p);
	}
}

static int send(int sig, const struct ksiginfo *info, struct process *p,
		struct task *t)
{
	struct sigpending *to;
	const struct task *judge;
	bool timer = info && info->code == SI_TIMER;
	int rc;

	if (sig == SIGKILL)
		t = NULL;		/* it is for all of them */
	to = t ? &t->pending : &p->pending;
	judge = t ? t : list_empty(&p->threads) ? NULL
		: list_first(&p->threads, struct task, thread_link);

	if (!judge || judge->state == TASK_ZOMBIE || !judge->sighand
			|| p->kernel)
		return 0;
	before_send(sig, p);
	if (!sigset_has(&judge->blocked, sig) && action_ignores(judge, sig) &&
			(!judge->ptrace || sig == SIGKILL) &&
			!find_sigwaiter(p, t, sig))
		return 0;
	if (sig < SIGRT_MIN && sigset_has(&to->set, sig) && !timer)
		return 0;
	rc = queue_add(to, p, sig, info);
	if (rc)
		return rc;
	sigset_add(&to->set, sig);
	choose_thread(p, t, sig);
	return 0;
}

int send_signal(int signo, const struct ksiginfo *info, struct task *t)
{
	return send(signo, info, t->process, t);
}

int send_signal_process(int signo, const struct ksiginfo *info,
		struct process *p)
{
	return send(signo, info, p, NULL);
}

int kill_pgrp(int signo, int pgrp)
{
	struct process *p;
	int rc = -ESRCH;

	list_for_each(p, &all_processes, all_link) {
		if (p->pgrp != pgrp)
			continue;
		(void)send_signal_process(signo, NULL, p);
		rc = 0;
	}
	return rc;
}

/*
 * A fault of the current thread's: cannot be blocked or ignored (POSIX
 * 2.4.1 leaves it undefined; Linux kills).
 */
void force_signal_info(const struct ksiginfo *info)
{
	int signo = info->signo;
	struct ksigaction *sa = &current->sighand->action[signo - 1];

	if (signal_ignored(current, signo)) {
		sa->handler = HANDLER_DFL;
		sigset_del(&current->blocked, signo);
	}
	queue_discard(&current->pending, &(ksigset_t){ { BIT(signo), 0 } });
	(void)queue_add(&current->pending, current->process, signo, info);
	sigset_add(&current->pending.set, signo);
	current->sig_check = true;
}

void force_signal(int signo, int code, uint32_t addr)
{
	struct ksiginfo info = {
		.signo = signo, .code = code, .addr = addr,
	};

	force_signal_info(&info);
}

static int first_signal(const struct sigpending *p, const ksigset_t *want)
{
	uint32_t low = p->set.sig[0] & want->sig[0];
	uint32_t high = p->set.sig[1] & want->sig[1];

	if (low & BIT(SIGKILL))
		return SIGKILL;
	if (low & FAULT_SIGNALS)
		low &= FAULT_SIGNALS;
	if (low)
		return __builtin_ctz(low) + 1;
	return high ? __builtin_ctz(high) + 33 : 0;
}

static void queue_take(struct sigpending *p, int sig, struct ksiginfo *info)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;

	list_for_each(q, &p->queue, link) {
		if (q->info.signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		sigset_del(&p->set, sig);
	if (found) {
		*info = found->info;
		queue_free(found);
	} else {
		*info = (struct ksiginfo){ .signo = sig, .code = SI_USER };
	}
}

int signal_dequeue(const ksigset_t *want, struct ksiginfo *info)
{
	struct sigpending *from = &current->process->pending;
	int sig = first_signal(from, want);

	/* One's own come first, but for SIGKILL, which is the process's */
	if (sig != SIGKILL && first_signal(&current->pending, want)) {
		from = &current->pending;
		sig = first_signal(from, want);
	}
	if (!sig)
		return 0;
	queue_take(from, sig, info);
	if (info->code == SI_TIMER)
		posix_timer_delivered(info);
	return sig;
}

/* The entry of a POSIX timer that still waits in a queue, or NULL */
struct ksiginfo *signal_find_timer(struct sigpending *p, int timer_id)
{
	struct sigqueue *q;

	list_for_each(q, &p->queue, link)
		if (q->info.code == SI_TIMER && q->info.pid == timer_id)
			return &q->info;
	return NULL;
}

/* Not that of a fault: those end even the first process */
static bool first_process_spared(const struct ksiginfo *info)
{
	return current->process->pid == 1 &&
		!(one_of(info->signo, FAULT_SIGNALS) && info->code > 0);
}

static void default_action(const struct ksiginfo *info)
{
	int sig = info->signo;

	if (one_of(sig, IGNORED_SIGNALS) || first_process_spared(info))
		return;
	if (one_of(sig, CORE_SIGNALS))
		core_dump(info);
	if (!one_of(sig, STOP_SIGNALS))
		do_group_exit(sig);
	if (sig == SIGSTOP || !pgrp_orphaned(current->process->pgrp, NULL))
		process_stop(sig);
}

/* The interrupted call goes on from its beginning: its `int` has 2 bytes */
static void restart_call(user_ctx_t *ctx, uint32_t nr)
{
	ctx->regs.eax = nr;
	ctx->eip -= 2;
}

/* signal(7), "Interruption of system calls"; sa NULL: no handler runs */
static void finish_call(user_ctx_t *ctx, const struct ksigaction *sa)
{
	uint32_t nr = current->orig_eax;

	if (nr == (uint32_t)-1)
		return;
	switch (-(int)ctx->regs.eax) {
	case ERESTART_RESTARTBLOCK:
		if (sa)
			ctx->regs.eax = -EINTR;
		else
			restart_call(ctx, __NR_restart_syscall);
		break;
	case ERESTARTNOHAND:
		if (sa)
			ctx->regs.eax = -EINTR;
		else
			restart_call(ctx, nr);
		break;
	case ERESTARTSYS:
		if (sa && !(sa->flags & SA_RESTART)) {
			ctx->regs.eax = -EINTR;
			break;
		}
		/* fall through */
	case ERESTARTNOINTR:
		restart_call(ctx, nr);
		break;
	}
	current->orig_eax = (uint32_t)-1;
}

/* A handler's frame does not fit its stack: SIGSEGV, and that is final if
 * it is SIGSEGV itself that failed */
static void bad_frame(int sig)
{
	if (sig == SIGSEGV)
		current->sighand->action[sig - 1].handler = HANDLER_DFL;
	force_signal(SIGSEGV, SI_KERNEL, 0);
}

static void run_handler(int sig, struct ksigaction *action,
		const struct ksiginfo *info)
{
	struct task *t = current;
	struct ksigaction sa = *action;
	ksigset_t mask = t->restore_mask ? t->saved_mask : t->blocked;
	ksigset_t blocked = t->blocked;
	bool stepping = t->ptrace && t->ptrace->stepping;

	finish_call(task_ctx(t), &sa);
	if (stepping)
		task_step_set(t, false);
	if (sa.flags & SA_RESETHAND)
		action->handler = HANDLER_DFL;
	if (!sigframe_push(sig, &sa, info, &mask)) {
		bad_frame(sig);
		return;
	}
	t->restore_mask = false;
	blocked.sig[0] |= sa.mask.sig[0];
	blocked.sig[1] |= sa.mask.sig[1];
	if (!(sa.flags & SA_NODEFER))
		sigset_add(&blocked, sig);
	sigmask_set(&blocked);
	if (stepping)
		ptrace_step_done();
}

/* false: nothing is left to do */
static bool deliver_one(void)
{
	struct task *t = current;
	ksigset_t want = { { ~t->blocked.sig[0], ~t->blocked.sig[1] } };
	struct ksiginfo info;
	struct ksigaction *sa;
	int sig;

	if (t->killed)
		do_exit(t->process->exit_code);
	if (t->ptrace ? ptrace_trapped(t) : t->process->stopped) {
		if (t->ptrace)
			ptrace_trap();
		else
			task_stop_here();
		return true;
	}
	sig = signal_dequeue(&want, &info);
	if (!sig)
		return false;
	if (unlikely(t->ptrace) && sig != SIGKILL) {
		sig = ptrace_signal(sig, &info);
		if (!sig)
			return true;
	}
	sa = &t->sighand->action[sig - 1];
	if (sa->handler == HANDLER_DFL)
		default_action(&info);
	else if (sa->handler != HANDLER_IGN)
		run_handler(sig, sa, &info);
	return true;
}

/*
 * Acts on everything that waits.  Each handler gets a frame, so that the
 * one of the last runs first, as on Linux.
 */
void deliver_signals(void)
{
	struct task *t = current;

	do {
		while (deliver_one())
			;
		finish_call(task_ctx(t), NULL);
		t->sig_check = false;
		if (t->restore_mask) {
			t->restore_mask = false;
			sigmask_set(&t->saved_mask);
		}
	} while (t->sig_check);
}
