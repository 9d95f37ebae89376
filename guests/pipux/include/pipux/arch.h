/* SPDX-License-Identifier: BSD-2-Clause */
/* What arch/ offers to kernel/, and what it calls there. */
#ifndef PIPUX_ARCH_H
#define PIPUX_ARCH_H

#include <pipux/sched.h>

#define KSTACK_ORDER	1
#define KSTACK_SIZE	(PAGE_SIZE << KSTACK_ORDER)

static inline uint64_t rdtsc(void)
{
	uint64_t t;

	__asm__ volatile("rdtsc" : "=A"(t));
	return t;
}

/* The low word is enough for one stay in the kernel */
static inline uint32_t rdtsc_low(void)
{
	uint32_t t;

	__asm__ volatile("rdtsc" : "=a"(t) : : "edx");
	return t;
}

/* arch/stubs.asm */
void context_switch(uint32_t *save_esp, uint32_t esp);
void task_start(void);
__attribute__((noreturn)) void user_resume(void);
extern uint32_t kstack_top;		/* of current */

/* arch/entry.c */
void vidt_init(void);
/* More (or less) of those who look at calls: kernel/trace.c, ptrace.c,
 * seccomp.c */
void syscall_watch(int watchers);
void interrupts_handle(void);		/* those that are pending */
extern uint32_t irq_counts[32];		/* by bit of what is pending */
__attribute__((noreturn)) void exit_to_user(void);

/* kernel/account.c: TSC ticks since the last look count for current */
void account_run(void);
void account_idle(void);		/* ... count for nobody */
extern uint32_t kernel_since;		/* TSC, low: entry to the kernel */

/* kernel/ctx.c */
extern struct partition *current_part;	/* current->mm's, NULL without */
extern user_ctx_t *current_ctx;		/* its registers */
extern uint32_t current_desc;		/* its descriptor */
void task_activate(void);		/* current's registers go in place */
void task_tls_set(struct task *t, uint32_t base);
uint32_t fpu_exceptions(bool sse);	/* of current: raised and unmasked */

/* kernel/task.c: what a new task runs first, on its own stack */
__attribute__((noreturn)) void task_begin(void (*fn)(void *), void *arg);
void task_stack_init(struct task *t, void (*fn)(void *), void *arg);
/* A dead task's memory goes once another one runs */
void task_free_later(struct task *t);
void process_free_later(struct process *p);
void task_free_deferred(void);

/* kernel/sched.c: in the new task, after each switch */
void switch_finish(void);

#endif
