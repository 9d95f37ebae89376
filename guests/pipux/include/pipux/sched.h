/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and threads.  struct process is a thread group with what its
 * threads share by being one; struct task is one thread, the unit that the
 * scheduler knows.
 */
#ifndef PIPUX_SCHED_H
#define PIPUX_SCHED_H

#include <pip/abi.h>
#include <pipux/cred.h>
#include <pipux/list.h>
#include <pipux/mm.h>
#include <pipux/time.h>
#include <pipux/wait.h>
#include <asm/ldt.h>
#include <asm/signal.h>
#include <linux/resource.h>

struct tty;
struct files;
struct fs_context;
struct seccomp_filter;
struct mount_namespace;

#define NSIG_WORDS	2
typedef struct {
	uint32_t sig[NSIG_WORDS];
} ksigset_t;			/* 64 signals, as rt_sig* calls pass them */

struct ksigaction {		/* layout of the i386 rt_sigaction struct */
	uint32_t handler;
	uint32_t flags;
	uint32_t restorer;
	ksigset_t mask;
};

struct ksiginfo {
	int signo, errno_, code;
	int pid;		/* or the fault address */
	uint32_t uid;
	uint32_t addr;
	int status;
	uint32_t value;
	int utime, stime;
};

struct sigqueue {
	struct list link;
	struct ksiginfo info;
};

struct sigpending {
	ksigset_t set;
	struct list queue;	/* of struct sigqueue; absent entries: bare */
};

struct sighand {		/* shared by CLONE_SIGHAND */
	int users;
	struct ksigaction action[64];	/* [signo - 1] */
};

enum task_state {
	TASK_RUNNING,
	TASK_SLEEPING,		/* interruptible: signals wake it */
	TASK_BLOCKED,		/* not interruptible */
	TASK_STOPPED,		/* job control */
	TASK_TRACED,		/* until its tracer, or SIGKILL, says go on */
	TASK_ZOMBIE,
};

struct process {
	int pid;		/* thread-group id */
	int pgrp, session;
	struct process *parent;
	struct list children, sibling;	/* struct process */
	struct list threads;	/* struct task by thread_link */
	struct list all_link;	/* in all_processes */
	struct task *leader;
	int nr_threads;
	bool zombie;		/* all threads ended; waits to be reaped */
	bool exiting;		/* group exit under way */
	int exit_code;		/* wait status word */
	int nr_undead;		/* dead threads that a tracer has to wait for */
	int parent_tid;		/* who made it; PTRACE_TRACEME */
	bool stopped, stop_reported, continued, continued_reported;
	int stop_signal;
	struct tty *tty;	/* controlling terminal */
	int lost_pgrp;		/* in its foreground when it was hung up */
	struct sigpending pending;	/* for the whole group */
	struct wait_queue child_wait;	/* wait4 of this process sleeps here */
	struct rlimit limits[RLIM_NLIMITS];
	struct ktimer itimer_real;
	uint64_t itimer_real_interval;
	ktime_t start_time;
	uint64_t utime, stime, cutime, cstime;	/* ns; dead threads, children */
	uint32_t min_flt, maj_flt, cmin_flt, cmaj_flt;
	uint32_t switches, preempted;	/* of dead threads */
	uint32_t cswitches, cpreempted;
	uint32_t peak, cpeak;	/* pages: of address spaces left; of children */
	struct process_timers *timers;	/* time/: NULL until used */
	struct sem_undo *sem_undo;	/* ipc/: NULL: none */
	uint32_t personality;	/* personality(2); inherited by fork */
	bool dumpable, thp_disable;	/* prctl(2); inherited by fork */
	uint8_t memory_errors;	/* PR_MCE_KILL_DEFAULT less what is set */
	bool io_flusher, subreaper;
	bool vfork_child, did_exec, oom_killed;
	int oom_score_adj;	/* -1000: never a victim */
	bool kernel;		/* kernel/kthread.c: no program, no signals */
	int exit_signal;	/* to the parent, usually SIGCHLD */
};

struct task {
	int tid;
	enum task_state state;
	struct process *process;
	struct list thread_link, run_link, hash_link;
	struct mm *mm;		/* NULL in kernel threads and zombies */
	struct files *files;
	struct fs_context *fs;
	struct mount_namespace *mount_ns;
	uint8_t resolve;	/* openat2(2), while it looks for its file */
	struct sighand *sighand;
	struct ptrace *ptrace;	/* <pipux/ptrace.h>; NULL: nobody traces it */
	struct list tracees;	/* struct ptrace of those that it traces */
	int exit_code;		/* of the thread; while stopped for a tracer,
				 * what it is told, then the signal to run by */
	struct credentials cred;
	bool nproc_exceeded;	/* setuid(2), execve(2): by RLIMIT_NPROC */
	char comm[16];

	/* kernel stack and switching: kernel/ and arch/ only */
	uint8_t *kstack;	/* lowest address */
	uint32_t ksp;		/* saved ESP while not running */
	user_ctx_t saved_ctx;	/* user registers while not mm's last */
	uint32_t tls_base;
	struct user_desc tls_more[2];	/* kernel/tls.c */
	uint32_t orig_eax;	/* system-call number, -1 outside of one */

	/* signals: kernel/signal.c only */
	struct sigpending pending;
	ksigset_t blocked, saved_mask;
	bool restore_mask;	/* saved_mask goes back on return to user */
	struct { uint32_t sp, flags, size; } altstack;
	bool sig_check;		/* cheap hint: look for signals on the way out */
	long (*restart_fn)(struct task *);	/* sys_restart_syscall */
	struct { uint64_t deadline; uint32_t arg[4]; } restart;

	int pdeath_signal;	/* prctl(2): the parent's death; not inherited */
	bool no_new_privs;	/* exec honours no set-id bits; inherited */
	uint8_t seccomp_mode;	/* SECCOMP_MODE_*: <pipux/seccomp.h> */
	struct seccomp_filter *seccomp;	/* the newest, NULL: none */
	uint32_t timer_slack, default_slack;	/* ns; they have no effect */

	/* sleeping */
	struct ktimer sleep_timer;

	/* futexes and thread exit */
	uint32_t clear_child_tid, robust_list;
	struct wait_queue *vfork_done;
	struct list pi_owned;		/* kernel/futex_pi.c: wait for locks */
	struct pi_waiter *pi_wait;	/* that it has; for the one it wants */

	uint64_t utime, stime;	/* ns; see task_account */
	int nice;
	uint16_t ioprio;	/* ioprio_set(2); 0: by nice */
	uint8_t policy;		/* SCHED_* */
	uint8_t rt;		/* real-time priority, 0: none; the higher of */
	uint8_t rt_own, rt_inherited;
	struct deadline *deadline; /* kernel/deadline.h; NULL: other policy */
	bool reset_on_fork;

	/* kernel/sched.c and kernel/account.c only */
	uint64_t vruntime;	/* weighted TSC ticks / 1024 */
	uint64_t ran_tsc, kernel_tsc; /* TSC ticks since the fold into ns */
	uint32_t switches;	/* away from here: because it waited */
	uint32_t preempted;	/* because another one was to run */
	bool killed;		/* leaves on its way out: exec, group exit */
	void *fpu;		/* x87/SSE image while not mm's last, or NULL */
};

extern struct task *current;
extern struct list all_processes;

/* Whether t, or current, may do what the capability CAP_* is for */
static inline bool has_capability(const struct task *t, int cap)
{
	return t->cred.effective & CAP_BIT(cap);
}

static inline bool capable(int cap)
{
	return has_capability(current, cap);
}

/* kernel/account.c: brings t->utime and t->stime up to date */
void task_account(struct task *t);
/* Time that nobody ran, ns */
uint64_t idle_time(void);

/* kernel/sched.c */
void schedule(void);			/* gives up the processor */
void wake_task(struct task *t);		/* makes it runnable */
extern bool need_resched;
extern bool idling;			/* on current's stack, but not for it */
uint32_t nr_runnable(void);		/* with the running one */
void sched_enqueue(struct task *t);	/* fork: starts beside current */
void sched_yield_current(void);
#define RT_PRIO_MAX	99
/* t's policy, checked, is this from now on; rt: task->rt_own */
void sched_set_policy(struct task *t, int policy, int rt);
/* t has at least this real-time priority, for who waits for it */
void sched_inherit(struct task *t, int rt);

/* kernel/sched_attr.c: what ioprio_set(2) takes: 0, -EINVAL, -EPERM */
int ioprio_check(int ioprio);

/* kernel/sched_calls.c: checks, then the same; 0 or errno */
long task_set_scheduler(struct task *t, int policy, int priority);
struct sched_attr;
long task_set_deadline(struct task *t, const struct sched_attr *a);
int rt_priority(const struct task *t);
/*
 * For long work inside the kernel, at places where it could sleep: interrupts
 * are looked at, and others who wait for the processor have it.
 */
void sched_point(void);
uint64_t switch_count(void);		/* since boot: /proc/stat */

/* kernel/pid.c */
int pid_alloc(void);
int pid_take(int pid);
struct task *task_by_tid(int tid);
struct process *process_by_pid(int pid);
uint32_t process_count(void);
uint32_t tasks_of_user(uint32_t uid);	/* that RLIMIT_NPROC is held against */

void pid_hash(struct task *t);
void pid_unhash(struct task *t);
uint32_t task_count(void);
uint64_t fork_count(void);		/* since boot: /proc/stat */

/* kernel/oom.c: frees memory by ending the largest process; may sleep */
void out_of_memory(void);

/* kernel/task.c: without resources; NULL: out of memory */
struct task *task_alloc(void);
void task_free(struct task *t);
struct process *process_alloc(void);
void process_free(struct process *p);
extern struct process *init_process;

/* kernel/fork.c, exit.c */
/* As clone(2); the child's tid or negative errno */
struct clone_args_k {
	uint32_t flags;			/* with the exit signal in the low byte */
	uint32_t stack;			/* 0: the parent's ESP */
	uint32_t parent_tid, child_tid, tls;
	uint32_t pidfd;			/* int *, with CLONE_PIDFD */
	bool clear_handlers;		/* CLONE_CLEAR_SIGHAND */
	int tid;			/* the number it gets; 0: any */
};
long do_clone(const struct clone_args_k *args);
/* Other threads of the group end; returns when current is alone */
int group_leave_others(void);
/* Frees a zombie that nobody waits for any more */
void process_reap(struct process *p);
__attribute__((noreturn)) void do_exit(int code);	/* this thread */
__attribute__((noreturn)) void do_group_exit(int code);	/* wait status */

/* The user registers of a task that is not running in user mode now */
user_ctx_t *task_ctx(struct task *t);	/* kernel/ctx.c */

/* kernel/signal.c */
#define SI_KERNEL_	0x80
int send_signal(int signo, const struct ksiginfo *info, struct task *t);
int send_signal_process(int signo, const struct ksiginfo *info,
		struct process *p);
int kill_pgrp(int signo, int pgrp);	/* from the kernel: tty, job control */
void force_signal(int signo, int code, uint32_t addr);	/* a fault */
void force_signal_info(const struct ksiginfo *info);
bool signal_ignored(struct task *t, int signo);	/* blocked or SIG_IGN: tty */
void deliver_signals(void);		/* on the way out; may not return */
void signals_release(struct sigpending *p);

/* kernel/process_vm.c: may current read t's memory and files? */
bool may_look_into(const struct task *t);

/* kernel/pidfd.c: a process became a zombie; the process behind a pidfd,
 * -EBADF, -ECHILD: reaped */
void pidfd_process_exit(void);
int pidfd_pid(int fd, bool *nonblock);
/* A new file for p, which may be set later; NULL: no memory */
struct file *pidfd_file(const struct process *p, uint32_t flags);
void pidfd_set(struct file *f, const struct process *p);

#endif
