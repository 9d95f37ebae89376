/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel threads: tasks without user memory, each a process of its own that
 * is nobody's child.  Invariant: `kernel` is set in their process, and no
 * signal is ever sent to it.
 */
#include <pipux/arch.h>
#include <pipux/resource.h>
#include <pipux/signal.h>
#include <pipux/work.h>

struct start {
	void (*fn)(void *);
	void *arg;
};

static __attribute__((noreturn)) void kthread_exit(void)
{
	struct process *p = current->process;

	list_del(&current->thread_link);
	list_del(&p->all_link);
	pid_unhash(current);
	sighand_put(current->sighand);
	current->state = TASK_ZOMBIE;
	task_free_later(current);
	process_free_later(p);
	schedule();
	panic("a dead task runs");
}

static void kthread_main(void *arg)
{
	struct start start = *(struct start *)arg;

	kfree(arg);
	start.fn(start.arg);
	kthread_exit();
}

static void link_task(struct task *t, struct process *p, int pid)
{
	p->kernel = true;
	p->pid = t->tid = pid;
	p->leader = t;
	p->parent = p;
	p->nr_threads = 1;
	p->start_time = ktime_get();
	limits_init(p->limits);
	t->process = p;
	t->orig_eax = -1;
	cap_init(&t->cred);
	list_add_tail(&p->threads, &t->thread_link);
	list_add_tail(&all_processes, &p->all_link);
	pid_hash(t);
}

struct task *kthread_create(void (*fn)(void *), void *arg, const char *name)
{
	struct start *start = kmalloc(sizeof(*start));
	struct process *p = process_alloc();
	struct task *t = task_alloc();
	int pid = pid_alloc();

	if (!start || !p || !t || pid < 0 || !(t->sighand = sighand_new())) {
		kfree(start);
		kfree(p);
		if (t)
			task_free(t);
		return NULL;
	}
	*start = (struct start){ fn, arg };
	strlcpy(t->comm, name, sizeof(t->comm));
	link_task(t, p, pid);
	task_stack_init(t, kthread_main, start);
	sched_enqueue(t);
	return t;
}
