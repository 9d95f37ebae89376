/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace(2): what the rest of the kernel tells a tracer.  kernel/ptrace.c
 * knows who traces whom, ptrace_request.c has the requests, ptrace_stop.c
 * the stops, regset.c the registers.
 *
 * A hook is called only for a task that is traced, or costs one test of
 * task->ptrace.
 */
#ifndef PIPUX_PTRACE_H
#define PIPUX_PTRACE_H

#include <pipux/signal.h>
#include <linux/ptrace.h>

enum ptrace_calls {		/* what PTRACE_SYSCALL and its like ask for */
	CALLS_RUN,
	CALLS_STOP,		/* at their beginning and end */
	CALLS_EMULATE,		/* at their beginning, and not made */
};

struct ptrace {			/* task->ptrace while it has a tracer */
	struct list link;	/* in tracer->tracees */
	struct task *task, *tracer;
	uint32_t options;	/* PTRACE_O_* */
	bool seized;		/* by PTRACE_SEIZE */
	bool stopped;		/* until the tracer says go on */
	bool listening;		/* stopped, but the tracer does not look */
	bool trap, notify;	/* stop soon; with PTRACE_EVENT_STOP, too */
	bool stepping;
	enum ptrace_calls calls;
	uint32_t message;	/* of the last event */
	struct ksiginfo *info;	/* while stopped; NULL: in a group stop */
	struct ksiginfo event;	/* where that is no signal's */
};

/* ptrace.c */
int ptrace_link(struct task *t, struct task *tracer);	/* 0 or -ENOMEM */
void ptrace_unlink(struct task *t);	/* it runs free; NULL is allowed */
void ptrace_tracer_exit(struct task *tracer);
/* fork: the child t is traced as current is, if event or CLONE_PTRACE */
int ptrace_fork(struct task *t, uint32_t flags);
void ptrace_detach(struct task *t);
/* Of current; 0 or errno.  options: those of PTRACE_SEIZE */
long ptrace_me(void);
long ptrace_attach(struct task *t, bool seize, uint32_t addr,
	uint32_t options);
long ptrace_check_options(uint32_t options);
/* Is one of p's threads t's tracer? */
static inline bool ptraced_by(const struct task *t, const struct process *p)
{
	return t->ptrace && t->ptrace->tracer->process == p;
}

/* ptrace_stop.c: stops of current */
void ptrace_event(int event, uint32_t message);	/* if it is wanted */
void ptrace_trap(void);			/* what ->trap and ->notify ask for */
/* The signal that was to be delivered; which one is, 0: none */
int ptrace_signal(int sig, struct ksiginfo *info);
void ptrace_step_done(void);		/* into a handler */
bool ptrace_call_enter(void);		/* false: the call is not made */
void ptrace_call_exit(void);
int ptrace_clone_event(uint32_t clone_flags);	/* 0: none is wanted */
/* Stops of others.  t stops: code is for wait4, why a CLD_* */
void ptrace_stop_begin(struct task *t, int code, int why,
	struct ksiginfo *info);
void ptrace_resume(struct task *t, int sig);
void ptrace_wake(struct task *t);	/* it is to die: from any stop */
void ptrace_group_stop(struct task *t);	/* its process stops */
void ptrace_group_continue(struct task *t);
/* SIGCHLD to t's tracer: code is a CLD_* */
void ptrace_tell(struct task *t, int code, int status);

static inline bool ptrace_trapped(const struct task *t)
{
	return t->ptrace && (t->ptrace->trap || t->ptrace->notify);
}

/*
 * regset.c: registers of a task that is stopped, in the layouts of NT_*.
 * Their size or -EINVAL; buf has room for REGSET_MAX bytes.
 */
#define REGSET_MAX	512u
long regset_get(struct task *t, uint32_t type, void *buf);
long regset_set(struct task *t, uint32_t type, const void *buf);
/* A word of i386's struct user: 0 or -EIO */
long user_area_get(struct task *t, uint32_t offset, uint32_t *value);
long user_area_set(struct task *t, uint32_t offset, uint32_t value);
/* How much of *info is meant */
uint32_t call_info_get(struct task *t, struct ptrace_syscall_info *info);
/* A trap after each instruction */
void task_step_set(struct task *t, bool on);

/* kernel/exit.c: t, dead, has no tracer any more; seen: it saw that */
void tracee_end(struct task *t, const struct process *tracer, bool seen);

#endif
