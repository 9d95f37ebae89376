/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(2), vfork(2), clone(2).  The new task is complete before anybody can
 * see it; what fails before that is undone in reverse.
 */
#include <pipux/arch.h>
#include <pipux/fs.h>
#include <pipux/partition.h>
#include <pipux/ptrace.h>
#include <pipux/resource.h>
#include <pipux/seccomp.h>
#include <pipux/setting.h>
#include <pipux/signal.h>
#include "task.h"
#include <linux/sched.h>

#define FORK_PAGES	128	/* that have to be free */
#define TASKS_FOR_ROOT	8	/* of them */

#define CLONE_NO_NAMESPACE (CLONE_NEWCGROUP | CLONE_NEWUTS \
	| CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static uint64_t forks;
int setting_threads_max;

/* RLIMIT_NPROC counts the tasks of a user; root is held by memory alone */
static bool too_many(void)
{
	uint32_t max = setting_threads_max;

	if (capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN))
		return task_count() >= max;
	return task_count() + TASKS_FOR_ROOT >= max
		|| tasks_of_user(current->cred.uid)
			>= rlimit_get(RLIMIT_NPROC);
}

/* What the kernel needs for a child; its pages are a matter of faults */
static bool no_room(void)
{
	return pages_available() < pages_reserve() + FORK_PAGES;
}

/* The child's address space; its registers go where they belong */
static int copy_mm(struct task *t, uint32_t flags)
{
	if (!current->mm)
		return 0;
	t->saved_ctx = *current_ctx;
	if (!(flags & CLONE_VM)) {
		if (no_room())
			return -ENOMEM;
		t->mm = mm_copy(current->mm);
		return t->mm ? fpu_copy(t) : -ENOMEM;
	}
	if (fpu_share(t))
		return -ENOMEM;
	t->mm = mm_get(current->mm);
	return 0;
}

static int copy_resources(struct task *t, uint32_t flags)
{
	t->fs = flags & CLONE_FS ? fs_context_share(current->fs)
		: fs_context_copy(current->fs);
	t->files = flags & CLONE_FILES ? files_share(current->files)
		: files_copy(current->files);
	t->sighand = flags & CLONE_SIGHAND ? sighand_share(current->sighand)
		: sighand_copy(current->sighand);
	if (!t->fs || !t->files || !t->sighand)
		return -ENOMEM;
	t->mount_ns = flags & CLONE_NEWNS
		? mount_ns_copy(current->mount_ns, t->fs)
		: mount_ns_get(current->mount_ns);
	if (!t->mount_ns)
		return -ENOMEM;
	return copy_mm(t, flags);
}

static void release_resources(struct task *t)
{
	if (t->mm)
		mm_put(t->mm);
	if (t->sighand)
		sighand_put(t->sighand);
	if (t->files)
		files_put(t->files);
	if (t->fs)
		fs_context_put(t->fs);
	if (t->mount_ns)
		mount_ns_put(t->mount_ns);
}

/* A thread group of its own: child of current's, or its sister */
static struct process *copy_process(uint32_t flags)
{
	struct process *p = process_alloc(), *me = current->process;

	if (!p)
		return NULL;
	p->pgrp = me->pgrp;
	p->session = me->session;
	p->tty = me->tty;
	p->personality = me->personality;
	p->dumpable = me->dumpable;
	p->thp_disable = me->thp_disable;
	p->memory_errors = me->memory_errors;
	p->io_flusher = me->io_flusher;
	p->oom_score_adj = me->oom_score_adj;
	p->parent = flags & CLONE_PARENT ? me->parent : me;
	p->parent_tid = flags & CLONE_PARENT ? me->parent_tid : current->tid;
	memcpy(p->limits, me->limits, sizeof(p->limits));
	p->start_time = ktime_get();
	p->exit_signal = flags & CLONE_PARENT ? me->exit_signal :
		(int)(flags & CSIGNAL);
	return p;
}

static void copy_task(struct task *t)
{
	t->cred = current->cred;
	(void)groups_get(t->cred.groups);
	memcpy(t->comm, current->comm, sizeof(t->comm));
	t->blocked = current->blocked;
	t->nice = current->nice;
	t->ioprio = current->ioprio;
	if (current->reset_on_fork) {
		t->nice = current->rt_own ? 0 : MAX(t->nice, 0);
	} else {
		t->policy = current->policy;
		t->rt = t->rt_own = current->rt_own;
	}
	t->no_new_privs = current->no_new_privs;
	t->nproc_exceeded = current->nproc_exceeded;
	t->timer_slack = t->default_slack = current->timer_slack;
	t->orig_eax = current->orig_eax;
}

/* First of all in the child: its own number, in its own memory */
static void set_child_tid(void *uaddr)
{
	if (uaddr)
		(void)put_user(current->tid, (int *)uaddr);
}

static void link_task(struct task *t, struct process *p, uint32_t flags)
{
	t->process = p;
	if (!(flags & CLONE_THREAD)) {
		p->pid = t->tid;
		p->leader = t;
		list_add_tail(&p->parent->children, &p->sibling);
		list_add_tail(&all_processes, &p->all_link);
		cpu_limit_arm(p);
	}
	p->nr_threads++;
	list_add_tail(&p->threads, &t->thread_link);
	seccomp_inherit(t);
	pid_hash(t);
	forks++;
}

/* The child's registers: those of the parent, with a result of 0 */
static void set_registers(struct task *t, const struct clone_args_k *a,
		uint32_t tls_base)
{
	if (t->mm != current->mm) {
		*t->mm->part->ctx = t->saved_ctx;
		t->mm->part->ctx_owner = t;
	}
	task_ctx(t)->regs.eax = 0;
	if (a->stack)
		task_ctx(t)->regs.esp = a->stack;
	if (unlikely(current->ptrace != NULL))
		task_step_set(t, false);
	t->tls_base = current->tls_base;
	memcpy(t->tls_more, current->tls_more, sizeof(t->tls_more));
	if (a->flags & CLONE_SETTLS)
		task_tls_set(t, tls_base);
}

/*
 * The parent sleeps until the child has left its memory: by exec or exit.  A
 * fatal signal ends the wait; the child then must forget about it.
 */
static void wait_for_vfork(int tid, struct wait_queue *done)
{
	struct waiter w;
	struct task *t;

	wait_add(done, &w);
	while ((t = task_by_tid(tid)) && t->vfork_done == done) {
		if (fatal_signal_pending()) {
			t->vfork_done = NULL;
			break;
		}
		current->state = TASK_SLEEPING;	/* a signal: look again */
		schedule();
	}
	wait_remove(&w);
}

static int check_flags(uint32_t flags)
{
	if ((flags & CLONE_NEWNS) && (flags & CLONE_FS))
		return -EINVAL;
	if ((flags & (CLONE_NEWNS | CLONE_NO_NAMESPACE))
	    && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & CLONE_NO_NAMESPACE)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && current->process == init_process)
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	return 0;
}

/* clone(2) once everything is checked: the child, not yet running.  `want` is
 * its number, 0 any */
static struct task *task_clone(uint32_t flags, int want)
{
	struct process *p = current->process;
	struct task *t = task_alloc();
	int tid, rc = -ENOMEM;

	if (!t)
		return ERR_PTR(-ENOMEM);
	copy_task(t);
	if (!(flags & CLONE_THREAD) && !(p = copy_process(flags)))
		goto no_process;
	if (!(flags & CLONE_VM) || (flags & CLONE_VFORK))
		t->altstack = current->altstack;
	rc = copy_resources(t, flags);
	if (!rc)
		rc = ptrace_fork(t, flags);
	if (rc)
		goto fail;
	tid = rc = want ? pid_take(want) : pid_alloc();
	/* What is above may have slept: nobody would tell the child to die */
	if (tid >= 0 && fatal_signal_pending())
		rc = -EINTR;
	if (rc < 0)
		goto fail;
	t->tid = tid;
	link_task(t, p, flags);
	return t;
fail:
	ptrace_unlink(t);
	release_resources(t);
	if (!(flags & CLONE_THREAD))
		process_free(p);
no_process:
	task_free(t);
	return ERR_PTR(rc);
}

/* CLONE_PIDFD: a descriptor for the child before there is one, ERR_PTR */
static struct file *pidfd_prepare(int *ufd, int *fd)
{
	struct file *f;
	int old;

	if (get_user(old, ufd) || put_user(old, ufd))
		return ERR_PTR(-EFAULT);
	*fd = fd_alloc(0, true);
	if (*fd < 0)
		return ERR_PTR(*fd);
	f = pidfd_file(NULL, 0);
	if (f)
		return f;
	fd_release(*fd);
	return ERR_PTR(-ENOMEM);
}

/* The child is there, or not: t is an error */
static void pidfd_finish(int *ufd, int fd, struct file *f, struct task *t)
{
	if (IS_ERR(t)) {
		fd_release(fd);
		file_put(f);
		return;
	}
	pidfd_set(f, t->process);
	fd_install(fd, f);
	(void)put_user(fd, ufd);
}

static struct task *clone_with_pidfd(uint32_t flags, int want, int *ufd)
{
	struct task *t;
	struct file *f;
	int fd;

	if (!(flags & CLONE_PIDFD))
		return task_clone(flags, want);
	f = pidfd_prepare(ufd, &fd);
	if (IS_ERR(f))
		return ERR_PTR(PTR_ERR(f));
	t = task_clone(flags, want);
	pidfd_finish(ufd, fd, f, t);
	return t;
}

long do_clone(const struct clone_args_k *a)
{
	struct wait_queue done = WAIT_QUEUE_INIT(done);
	uint32_t tls_base = 0, flags = a->flags;
	struct task *t;
	int rc, tid, event;

	rc = check_flags(flags);
	if (!rc && (flags & CLONE_SETTLS))
		rc = tls_read((const void *)a->tls, &tls_base);
	if (rc)
		return rc;
	/* sched(7): a deadline is not inherited */
	if (too_many() || (current->deadline && !current->reset_on_fork))
		return -EAGAIN;
	t = clone_with_pidfd(flags, a->tid, (int *)a->pidfd);
	if (IS_ERR(t))
		return PTR_ERR(t);
	current->nproc_exceeded = false;
	tid = t->tid;
	set_registers(t, a, tls_base);
	if (a->clear_handlers)
		sighand_default(t->sighand);
	if (flags & CLONE_CHILD_CLEARTID)
		t->clear_child_tid = a->child_tid;
	if (flags & CLONE_PARENT_SETTID)
		(void)put_user(tid, (int *)a->parent_tid);
	task_stack_init(t, set_child_tid, flags & CLONE_CHILD_SETTID
		? (void *)a->child_tid : NULL);
	event = ptrace_clone_event(flags);
	if (flags & CLONE_VFORK)
		t->vfork_done = &done;
	sched_enqueue(t);
	if (event)
		ptrace_event(event, tid);
	if (flags & CLONE_VFORK) {
		wait_for_vfork(tid, &done);
		ptrace_event(PTRACE_EVENT_VFORK_DONE, tid);
	}
	return tid;
}

uint64_t fork_count(void)
{
	return forks;
}

long sys_fork(void)
{
	return do_clone(&(struct clone_args_k){ .flags = SIGCHLD });
}

long sys_vfork(void)
{
	return do_clone(&(struct clone_args_k){
		.flags = SIGCHLD | CLONE_VFORK | CLONE_VM });
}

long sys_clone(uint32_t flags, uint32_t stack, uint32_t parent_tid,
		uint32_t tls, uint32_t child_tid)
{
	/* both are told through the same pointer */
	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))
		return -EINVAL;
	return do_clone(&(struct clone_args_k){
		.flags = flags, .stack = stack, .parent_tid = parent_tid,
		.tls = tls, .child_tid = child_tid, .pidfd = parent_tid });
}
