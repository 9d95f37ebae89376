/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace(2): the requests.
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
#include <linux/uio.h>
#include <pipux/ptrace.h>
#include "signal_private.h"
#include "task.h"

#ifndef PTRACE_SYSEMU
#define PTRACE_SYSEMU		31
#define PTRACE_SYSEMU_SINGLESTEP 32
#endif

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

/* A program that became secret while it was traced stays so */
static bool has_memory(const struct task *t)
{
	return t->mm && (t->process->dumpable || capable(CAP_SYS_PTRACE));
}

static long peek(struct task *t, uint32_t addr, uint32_t to)
{
	uint32_t word;

	if (!has_memory(t) || mm_force(t->mm, addr, &word, sizeof(word), false)
			!= sizeof(word))
		return -EIO;
	return put_user(word, (uint32_t *)to);
}

static long poke(struct task *t, uint32_t addr, uint32_t word)
{
	return has_memory(t) && mm_force(t->mm, addr, &word, sizeof(word), true)
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
	long rc = ptrace_check_options(options);

	if (!rc)
		t->ptrace->options = options;
	return rc;
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
	ptrace_detach(t);
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
		return ptrace_me();
	t = task_by_tid(pid);
	if (!t)
		return -ESRCH;
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return ptrace_attach(t, request == PTRACE_SEIZE, addr, data);
	if (!t->ptrace || t->ptrace->tracer != current)
		return -ESRCH;
	if (request == PTRACE_KILL)
		return send_signal(SIGKILL, NULL, t);
	if (request == PTRACE_INTERRUPT)
		return interrupt(t);
	return ready(t) ? serve(request, t, addr, data) : -ESRCH;
}
