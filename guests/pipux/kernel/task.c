/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of tasks and processes, and a task's first steps. */
#include "deadline.h"
#include <pipux/arch.h>
#include <pipux/page.h>
#include <pipux/signal.h>

#define KSTACKS_KEPT	8

struct process *init_process;

static struct task *dead;	/* runs no more, but is still on its stack */
static struct process *dead_process;	/* its own, if nobody waits for it */
static void *kstacks[KSTACKS_KEPT];
static unsigned nr_kstacks;

static void *kstack_alloc(void)
{
	return nr_kstacks ? kstacks[--nr_kstacks]
		: pages_alloc(KSTACK_ORDER);
}

static void kstack_free(void *stack)
{
	if (nr_kstacks < KSTACKS_KEPT)
		kstacks[nr_kstacks++] = stack;
	else
		pages_free(stack, KSTACK_ORDER);
}

uint32_t kstacks_idle_pages(void)
{
	return nr_kstacks << KSTACK_ORDER;
}

struct task *task_alloc(void)
{
	struct task *t = kzalloc(sizeof(*t));

	if (!t)
		return NULL;
	t->kstack = kstack_alloc();
	if (!t->kstack) {
		kfree(t);
		return NULL;
	}
	list_init(&t->thread_link);
	list_init(&t->run_link);
	list_init(&t->hash_link);
	list_init(&t->tracees);
	list_init(&t->sleep_timer.link);
	list_init(&t->pi_owned);
	sigpending_init(&t->pending);
	return t;
}

void task_free(struct task *t)
{
	deadline_drop(t);		/* a zombie may be given one */
	kfree(t->fpu);
	groups_put(t->cred.groups);
	kstack_free(t->kstack);
	kfree(t);
}

void task_free_later(struct task *t)
{
	dead = t;
}

void process_free_later(struct process *p)
{
	dead_process = p;
}

void task_free_deferred(void)
{
	if (likely(!dead))
		return;
	task_free(dead);
	dead = NULL;
	if (dead_process)
		process_free(dead_process);
	dead_process = NULL;
}

struct process *process_alloc(void)
{
	struct process *p = kzalloc(sizeof(*p));

	if (!p)
		return NULL;
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->threads);
	list_init(&p->all_link);
	sigpending_init(&p->pending);
	wait_queue_init(&p->child_wait);
	itimers_init(p);
	return p;
}

void process_free(struct process *p)
{
	kfree(p);
}

/* The stack that context_switch expects: four registers, return address */
void task_stack_init(struct task *t, void (*fn)(void *), void *arg)
{
	uint32_t *sp = (uint32_t *)(t->kstack + KSTACK_SIZE);

	*--sp = (uint32_t)task_start;
	*--sp = 0;			/* EBP */
	*--sp = (uint32_t)fn;		/* EBX */
	*--sp = (uint32_t)arg;		/* ESI */
	*--sp = 0;			/* EDI */
	t->ksp = (uint32_t)sp;
}

/* fn returns to go to user mode */
void task_begin(void (*fn)(void *), void *arg)
{
	switch_finish();
	if (fn)
		fn(arg);
	exit_to_user();
}
