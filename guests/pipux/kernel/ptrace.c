/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace(2): who traces whom, and the requests.
 *
 * Only the thread that attached may ask, and but for attaching and
 * interrupting only while its tracee is stopped.  Copying from and to the
 * tracer may wait for a disk, and the tracee be dead and gone after that:
 * user memory is read before the tracee is looked up for good, and written
 * when it is needed no more.
 */
#include <asm/ldt.h>
#include <asm/siginfo.h>
#include <linux/elf.h>
#include <linux/sched.h>
#include <linux/uio.h>
#include <pipux/arch.h>
#include <pipux/ptrace.h>
#include "signal_private.h"
#include "task.h"

#define OPTIONS		(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK \
	| PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC \
	| PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT \
	| PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)
#ifndef PTRACE_SYSEMU
#define PTRACE_SYSEMU		31
#define PTRACE_SYSEMU_SINGLESTEP 32
#endif

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

static void detach(struct task *t)
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
		detach(tr->task);
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
static long trace_me(void)
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

static long bad_options(uint32_t options)
{
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

static long attach(struct task *t, bool seize, uint32_t addr, uint32_t options)
{
	long rc = 0;

	if (seize && (addr || (options & ~OPTIONS)))
		return -EIO;
	if (seize)
		rc = bad_options(options);
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

/* A tracee of current that is stopped, and stays so until current sleeps */
static bool ready(const struct task *t)
{
	return t && t->ptrace && t->ptrace->tracer == current
		&& t->ptrace->stopped && !t->ptrace->listening;
}

/* Into the kernel, t meanwhile remaining what it was: 0, -EFAULT, -ESRCH */
static long fetch(struct task *t, void *to, uint32_t from, size_t n)
{
	int tid = t->tid;

	if (copy_from_user(to, (const void *)from, n))
		return -EFAULT;
	return task_by_tid(tid) == t && ready(t) ? 0 : -ESRCH;
}

static long peek(struct task *t, uint32_t addr, uint32_t to)
{
	uint32_t word;

	if (!t->mm || mm_force(t->mm, addr, &word, sizeof(word), false)
			!= sizeof(word))
		return -EIO;
	return put_user(word, (uint32_t *)to);
}

static long poke(struct task *t, uint32_t addr, uint32_t word)
{
	return t->mm && mm_force(t->mm, addr, &word, sizeof(word), true)
		== sizeof(word) ? 0 : -EIO;
}

static long peek_user(struct task *t, uint32_t offset, uint32_t to)
{
	uint32_t word;
	long rc = user_area_get(t, offset, &word);

	return rc ? rc : put_user(word, (uint32_t *)to);
}

static long get_set(struct task *t, uint32_t type, uint32_t to)
{
	_Alignas(uint32_t) uint8_t buf[REGSET_MAX];
	long n = t->mm ? regset_get(t, type, buf) : -EIO;

	return n < 0 ? n : copy_to_user((void *)to, buf, n);
}

/* The first n bytes of a set, ~0: all; the others keep their values */
static long set_set(struct task *t, uint32_t type, uint32_t from, uint32_t n)
{
	_Alignas(uint32_t) uint8_t buf[REGSET_MAX];
	long size = t->mm ? regset_get(t, type, buf) : -EIO, rc;

	if (size < 0)
		return size;
	rc = fetch(t, buf, from, MIN(n, (uint32_t)size));
	return rc ? rc : regset_set(t, type, buf);
}

static long get_vector(struct task *t, uint32_t type, uint32_t uvec)
{
	_Alignas(uint32_t) uint8_t buf[REGSET_MAX];
	struct iovec vec;
	long n = fetch(t, &vec, uvec, sizeof(vec));

	if (!n)
		n = t->mm ? regset_get(t, type, buf) : -EIO;
	if (n < 0)
		return n;
	if (vec.iov_len % sizeof(uint32_t))
		return -EINVAL;
	vec.iov_len = MIN(vec.iov_len, (uint32_t)n);
	n = copy_to_user(vec.iov_base, buf, vec.iov_len);
	return n ? n : put_user(vec.iov_len,
		&((struct iovec *)uvec)->iov_len);
}

static long set_vector(struct task *t, uint32_t type, uint32_t uvec)
{
	_Alignas(uint32_t) uint8_t buf[REGSET_MAX];
	struct iovec vec;
	long rc = fetch(t, &vec, uvec, sizeof(vec)), size;

	if (rc)
		return rc;
	size = t->mm ? regset_get(t, type, buf) : -EIO;
	if (size < 0)
		return size;
	if (vec.iov_len % sizeof(uint32_t))
		return -EINVAL;
	vec.iov_len = MIN(vec.iov_len, (uint32_t)size);
	rc = set_set(t, type, (uint32_t)vec.iov_base, vec.iov_len);
	return rc ? rc : put_user(vec.iov_len,
		&((struct iovec *)uvec)->iov_len);
}

static long get_thread_area(struct task *t, uint32_t entry, uint32_t to)
{
	struct user_desc d;
	long rc = (int)entry < 0 ? -EIO : tls_get(t, entry, &d);

	return rc ? rc : copy_to_user((void *)to, &d, sizeof(d));
}

static long set_thread_area(struct task *t, uint32_t entry, uint32_t from)
{
	struct user_desc d;
	long rc = (int)entry < 0 ? -EIO : fetch(t, &d, from, sizeof(d));

	return rc ? rc : tls_set(t, entry, &d);
}

static long get_info(const struct task *t, uint32_t to)
{
	struct ksiginfo info;

	if (!t->ptrace->info)
		return -EINVAL;
	info = *t->ptrace->info;
	return siginfo_to_user((void *)to, &info);
}

static long set_info(struct task *t, uint32_t from)
{
	struct ksiginfo info;
	int tid = t->tid;

	if (siginfo_from_user(&info, (const void *)from))
		return -EFAULT;
	if (task_by_tid(tid) != t || !ready(t))
		return -ESRCH;
	if (!t->ptrace->info)
		return -EINVAL;
	*t->ptrace->info = info;
	return 0;
}

/* The nth siginfo in a queue, NULL */
static const struct ksiginfo *queued(const struct sigpending *p, uint64_t n)
{
	const struct sigqueue *q;

	list_for_each(q, &p->queue, link)
		if (!n--)
			return &q->info;
	return NULL;
}

static long peek_info(struct task *t, uint32_t uargs, uint32_t to)
{
	struct ptrace_peeksiginfo_args args;
	const struct ksiginfo *found;
	int i = 0, tid = t->tid;
	long rc = fetch(t, &args, uargs, sizeof(args));

	if (rc)
		return rc;
	if (args.nr < 0 || (args.flags & ~PTRACE_PEEKSIGINFO_SHARED))
		return -EINVAL;
	for (; i < args.nr; i++) {
		struct ksiginfo info;

		found = queued(args.flags ? &t->process->pending
			: &t->pending, args.off + i);
		if (!found)
			break;
		info = *found;
		if (siginfo_to_user((siginfo_t *)to + i, &info))
			return i ? i : -EFAULT;
		if (task_by_tid(tid) != t || !ready(t))
			return -ESRCH;
	}
	return i;
}

static long get_mask(const struct task *t, uint32_t size, uint32_t to)
{
	if (size != sizeof(ksigset_t))
		return -EINVAL;
	return put_user(t->restore_mask ? t->saved_mask : t->blocked,
		(ksigset_t *)to);
}

static long set_mask(struct task *t, uint32_t size, uint32_t from)
{
	ksigset_t mask;
	long rc;

	if (size != sizeof(mask))
		return -EINVAL;
	rc = fetch(t, &mask, from, sizeof(mask));
	if (rc)
		return rc;
	sigset_del(&mask, SIGKILL);
	sigset_del(&mask, SIGSTOP);
	t->blocked = mask;
	t->restore_mask = false;
	signals_recheck(t);
	return 0;
}

static long set_options(struct task *t, uint32_t options)
{
	if (options & ~OPTIONS)
		return -EINVAL;
	if (bad_options(options))
		return bad_options(options);
	t->ptrace->options = options;
	return 0;
}

static long get_call_info(struct task *t, uint32_t size, uint32_t to)
{
	struct ptrace_syscall_info info;
	uint32_t n = call_info_get(t, &info);

	return copy_to_user((void *)to, &info, MIN(n, size)) ? -EFAULT
		: (long)n;
}

static long resume(struct task *t, uint32_t sig, enum ptrace_calls calls,
		bool step)
{
	struct ptrace *tr = t->ptrace;

	if (sig > NSIG_MAX)
		return -EIO;
	tr->calls = calls;
	if ((step || tr->stepping) && t->mm)
		task_step_set(t, step);
	tr->stepping = step;
	ptrace_resume(t, (int)sig);
	return 0;
}

static long detach_with(struct task *t, uint32_t sig)
{
	if (sig > NSIG_MAX)
		return -EIO;
	t->exit_code = (int)sig;
	detach(t);
	return 0;
}

/* Only in a stop of PTRACE_EVENT_STOP; what came meanwhile ends it at once */
static long listen_to(struct task *t)
{
	struct ptrace *tr = t->ptrace;

	if (!tr->seized || !tr->info || tr->info->code >> 8
			!= PTRACE_EVENT_STOP)
		return -EIO;
	tr->listening = true;
	if (tr->notify)
		ptrace_resume(t, 0);
	return 0;
}

static long interrupt(struct task *t)
{
	struct ptrace *tr = t->ptrace;

	if (!tr->seized)
		return -EIO;
	tr->trap = t->sig_check = true;
	if (tr->listening)
		ptrace_resume(t, 0);
	else if (t->state == TASK_SLEEPING)
		wake_task(t);
	return 0;
}

static long registers(int request, struct task *t, uint32_t addr,
		uint32_t data)
{
	switch (request) {
	case PTRACE_PEEKUSR:
		return peek_user(t, addr, data);
	case PTRACE_POKEUSR:
		return t->mm ? user_area_set(t, addr, data) : -EIO;
	case PTRACE_GETREGS:
		return get_set(t, NT_PRSTATUS, data);
	case PTRACE_SETREGS:
		return set_set(t, NT_PRSTATUS, data, UINT32_MAX);
	case PTRACE_GETFPREGS:
		return get_set(t, NT_PRFPREG, data);
	case PTRACE_SETFPREGS:
		return set_set(t, NT_PRFPREG, data, UINT32_MAX);
	case PTRACE_GETFPXREGS:
		return get_set(t, NT_PRXFPREG, data) ? -EIO : 0;
	case PTRACE_SETFPXREGS:
		return set_set(t, NT_PRXFPREG, data, UINT32_MAX) ? -EIO : 0;
	case PTRACE_GETREGSET:
		return get_vector(t, addr, data);
	case PTRACE_SETREGSET:
		return set_vector(t, addr, data);
	case PTRACE_GET_THREAD_AREA:
		return get_thread_area(t, addr, data);
	case PTRACE_SET_THREAD_AREA:
		return set_thread_area(t, addr, data);
	}
	return -EIO;
}

/* Of a tracee that is stopped */
static long serve(int request, struct task *t, uint32_t addr, uint32_t data)
{
	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(t, addr, data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return poke(t, addr, data);
	case PTRACE_CONT:
		return resume(t, data, CALLS_RUN, false);
	case PTRACE_SYSCALL:
		return resume(t, data, CALLS_STOP, false);
	case PTRACE_SINGLESTEP:
		return resume(t, data, CALLS_RUN, true);
	case PTRACE_SYSEMU:
		return resume(t, data, CALLS_EMULATE, false);
	case PTRACE_SYSEMU_SINGLESTEP:
		return resume(t, data, CALLS_EMULATE, true);
	case PTRACE_DETACH:
		return detach_with(t, data);
	case PTRACE_LISTEN:
		return listen_to(t);
	case PTRACE_SETOPTIONS:
		return set_options(t, data);
	case PTRACE_GETEVENTMSG:
		return put_user(t->ptrace->message, (uint32_t *)data);
	case PTRACE_GETSIGINFO:
		return get_info(t, data);
	case PTRACE_SETSIGINFO:
		return set_info(t, data);
	case PTRACE_PEEKSIGINFO:
		return peek_info(t, addr, data);
	case PTRACE_GETSIGMASK:
		return get_mask(t, addr, data);
	case PTRACE_SETSIGMASK:
		return set_mask(t, addr, data);
	case PTRACE_GET_SYSCALL_INFO:
		return get_call_info(t, addr, data);
	}
	return registers(request, t, addr, data);
}

/* LIMIT: no PTRACE_SINGLEBLOCK (EIO), nothing of seccomp's */
long sys_ptrace(int request, int pid, uint32_t addr, uint32_t data)
{
	struct task *t;

	if (request == PTRACE_TRACEME)
		return trace_me();
	t = task_by_tid(pid);
	if (!t)
		return -ESRCH;
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return attach(t, request == PTRACE_SEIZE, addr, data);
	if (!t->ptrace || t->ptrace->tracer != current)
		return -ESRCH;
	if (request == PTRACE_KILL)
		return send_signal(SIGKILL, NULL, t);
	if (request == PTRACE_INTERRUPT)
		return interrupt(t);
	return ready(t) ? serve(request, t, addr, data) : -ESRCH;
}
