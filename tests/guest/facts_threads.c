/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: clone and clone3, threads and what each has of its own, exec. */
#include <asm/ldt.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "facts.h"

#define ALL	0x40000000	/* __WALL */

static char stack[65536];
static const char *self;

/* Children end at once; a thread does so too */
static long raw_clone(unsigned long flags, void *sp)
{
	long rc;

	__asm__ volatile("push %%esi; push %%edi; int $0x80; test %%eax, %%eax\n"
		"jnz 1f; mov $1, %%eax; xor %%ebx, %%ebx; int $0x80\n"
		"1: pop %%edi; pop %%esi"
		: "=a"(rc) : "0"(SYS_clone), "b"(flags), "c"(sp), "d"(0)
		: "memory");
	if (rc < 0) {
		errno = -rc;
		return -1;
	}
	usleep(20000);
	if (!(flags & CLONE_THREAD))
		waitpid(rc, NULL, ALL);
	return 0;
}

static const struct { const char *name; unsigned long bit; } flags[] = {
	{ "VM", CLONE_VM }, { "FS", CLONE_FS }, { "FILES", CLONE_FILES },
	{ "SIGHAND", CLONE_SIGHAND }, { "PIDFD", CLONE_PIDFD },
	{ "PTRACE", CLONE_PTRACE }, { "VFORK", CLONE_VFORK },
	{ "PARENT", CLONE_PARENT }, { "THREAD", CLONE_THREAD },
	{ "SYSVSEM", CLONE_SYSVSEM }, { "SETTLS", CLONE_SETTLS },
	{ "PARENT_SETTID", CLONE_PARENT_SETTID },
	{ "CHILD_CLEARTID", CLONE_CHILD_CLEARTID },
	{ "DETACHED", CLONE_DETACHED }, { "UNTRACED", CLONE_UNTRACED },
	{ "CHILD_SETTID", CLONE_CHILD_SETTID }, { "IO", CLONE_IO },
};

/* Each flag alone, and each two of them */
static void test_flags(void)
{
	void *top = stack + sizeof(stack) - 64;

	for (unsigned i = 0; i < COUNT(flags); i++)
		for (unsigned j = i; j < COUNT(flags); j++) {
			unsigned long both = flags[i].bit | flags[j].bit;

			if (both & (CLONE_SETTLS | CLONE_PTRACE |
					CLONE_PIDFD | CLONE_PARENT))
				continue;
			FACT(raw_clone(both | SIGCHLD, top), "%s %s",
				flags[i].name, flags[j].name);
		}
	FACT(raw_clone(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, top),
		"thread");
	FACT(raw_clone(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS |
		CLONE_NEWNS, top), "FS NEWNS");
	FACT(raw_clone(0x100 | 70, NULL), "exit signal 70");
	FACT(raw_clone(CLONE_THREAD | CLONE_VM | CLONE_SIGHAND | CLONE_PIDFD,
		top), "thread, PIDFD");
	FACT(raw_clone(CLONE_DETACHED | CLONE_PIDFD, top), "DETACHED PIDFD");
	FACT(raw_clone(CLONE_PARENT_SETTID | CLONE_PIDFD | SIGCHLD, top),
		"PARENT_SETTID PIDFD");
	FACT(raw_clone(CLONE_PIDFD | SIGCHLD, top), "PIDFD, null");
}

static long clone3(struct clone_args *args, size_t size)
{
	long rc = syscall(SYS_clone3, args, size);

	if (rc == 0)
		syscall(SYS_exit, 0);
	if (rc > 0) {
		waitpid(rc, NULL, ALL);
		rc = 0;
	}
	return rc;
}

/* A number that was used and is free */
static int wait_for_one(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void test_clone3(void)
{
	struct clone_args a = { .exit_signal = SIGCHLD };
	char big[4200];
	int pidfd = -1;

	memset(big, 0, sizeof(big));
	FACT(clone3(&a, 0), "size 0");
	FACT(clone3(&a, CLONE_ARGS_SIZE_VER0 - 1), "size 63");
	FACT(clone3(&a, CLONE_ARGS_SIZE_VER0), "size 64");
	FACT(clone3(&a, CLONE_ARGS_SIZE_VER1), "size 80");
	FACT(clone3(&a, CLONE_ARGS_SIZE_VER2), "size 88");
	*(struct clone_args *)big = a;
	FACT(clone3((void *)big, 200), "size 200, zeros");
	big[150] = 1;
	FACT(clone3((void *)big, 200), "size 200, more");
	FACT(clone3((void *)big, 4097), "size 4097");
	FACT(clone3(NULL, sizeof(a)), "null");
	FACT(clone3(BAD_ADDRESS, sizeof(a)), "address");
	for (int i = 0; i < 36; i++) {
		a.flags = 1ull << i;
		if (a.flags & (CLONE_PTRACE | CLONE_VFORK | CLONE_SETTLS |
				CLONE_VM | CLONE_NEWNS | CLONE_PARENT |
				CLONE_NEWTIME | CLONE_NEWCGROUP |
				CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
				CLONE_NEWPID | CLONE_NEWNET))
			continue;
		a.pidfd = (uintptr_t)&pidfd;
		FACT(clone3(&a, sizeof(a)), "flag %d", i);
	}
	FACT(pidfd >= 0, "a descriptor");
	a = (struct clone_args){ .exit_signal = 65 };
	FACT(clone3(&a, sizeof(a)), "exit signal 65");
	a = (struct clone_args){ .exit_signal = 0x100000000ull };
	FACT(clone3(&a, sizeof(a)), "exit signal, high");
	a = (struct clone_args){ .stack = (uintptr_t)stack };
	FACT(clone3(&a, sizeof(a)), "stack without size");
	a = (struct clone_args){ .stack_size = 4096 };
	FACT(clone3(&a, sizeof(a)), "size without stack");
	a = (struct clone_args){ .stack = 0xFFFFF000, .stack_size = 4096 };
	FACT(clone3(&a, sizeof(a)), "stack in the kernel");
	a = (struct clone_args){ .flags = CLONE_VM | CLONE_SIGHAND |
		CLONE_THREAD, .exit_signal = SIGCHLD };
	FACT(clone3(&a, sizeof(a)), "thread with a signal");
	a = (struct clone_args){ .flags = CLONE_PARENT,
		.exit_signal = SIGCHLD };
	FACT(clone3(&a, sizeof(a)), "parent's with a signal");
	a = (struct clone_args){ .set_tid = (uintptr_t)&pidfd };
	FACT(clone3(&a, sizeof(a)), "set_tid without size");
	a = (struct clone_args){ .set_tid_size = 1 };
	FACT(clone3(&a, sizeof(a)), "set_tid_size without set_tid");
	a = (struct clone_args){ .set_tid = (uintptr_t)&pidfd,
		.set_tid_size = 33 };
	FACT(clone3(&a, sizeof(a)), "set_tid_size 33");
	a = (struct clone_args){ .flags = CLONE_PIDFD, .pidfd = 16,
		.exit_signal = SIGCHLD };
	FACT(clone3(&a, sizeof(a)), "pidfd, address");
}

/* 1: the child got the number that was asked for */
static long chosen(int *tids, size_t n)
{
	struct clone_args a = { .exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)tids, .set_tid_size = n };
	long rc = syscall(SYS_clone3, &a, sizeof(a));

	if (rc == 0)
		_exit(0);
	if (rc > 0) {
		waitpid(rc, NULL, ALL);
		rc = rc == *tids;
	}
	return rc;
}

static void test_set_tid(void)
{
	int free[2] = { wait_for_one(), 1 }, tid = getpid();

	FACT(chosen(free, 1), "set_tid, a free one");
	FACT(chosen(free, 1), "set_tid, the same");
	FACT(chosen(free, 2), "set_tid, of two name spaces");
	FACT(chosen(&tid, 1), "set_tid, a taken one");
	FACT(chosen(&(int){ 0 }, 1), "set_tid 0");
	FACT(chosen(&(int){ -1 }, 1), "set_tid -1");
	FACT(chosen(&(int){ 1 << 30 }, 1), "set_tid, a large one");
	FACT(chosen(BAD_ADDRESS, 1), "set_tid, address");
	AS(NOBODY)
		FACT(chosen(free, 1), "set_tid as a user");
}

static void *get_tid(void *arg)
{
	*(int *)arg = gettid();
	return NULL;
}

static volatile int go, tid;

static void *waits(void *arg __attribute__((unused)))
{
	tid = gettid();
	while (!go)
		usleep(1000);
	return NULL;
}

static void on_signal(int sig __attribute__((unused)))
{
}

static void test_signals(void)
{
	pthread_t t;
	int pid = getpid();

	signal(SIGUSR1, on_signal);
	tid = go = 0;
	pthread_create(&t, NULL, waits, NULL);
	while (!tid)
		usleep(1000);
	FACT(syscall(SYS_tgkill, pid, tid, 0), "tgkill, 0");
	FACT(syscall(SYS_tgkill, pid, tid, SIGUSR1), "tgkill");
	FACT(syscall(SYS_tgkill, pid, tid, 65), "tgkill, 65");
	FACT(syscall(SYS_tgkill, pid, tid, -1), "tgkill, -1");
	FACT(syscall(SYS_tgkill, tid, tid, 0), "tgkill, other group");
	FACT(syscall(SYS_tgkill, 0, tid, 0), "tgkill, group 0");
	FACT(syscall(SYS_tgkill, -1, tid, 0), "tgkill, group -1");
	FACT(syscall(SYS_tgkill, pid, -1, 0), "tgkill, thread -1");
	FACT(syscall(SYS_tgkill, pid, 0, 0), "tgkill, thread 0");
	FACT(syscall(SYS_tgkill, pid, 9999999, 0), "tgkill, none");
	FACT(syscall(SYS_tkill, tid, 0), "tkill");
	FACT(syscall(SYS_tkill, 0, 0), "tkill, 0");
	FACT(syscall(SYS_tkill, -1, 0), "tkill, -1");
	FACT(syscall(SYS_tkill, 9999999, 0), "tkill, none");
	FACT(syscall(SYS_kill, tid, 0), "kill of a thread");
	FACT(syscall(SYS_getpgid, tid) == getpgrp(), "its group");
	FACT(syscall(SYS_pidfd_open, tid, 0), "pidfd of a thread");
	FACT(syscall(SYS_waitid, P_PID, tid, NULL, WEXITED | ALL, NULL),
		"wait for a thread");
	go = 1;
	pthread_join(t, NULL);
	usleep(20000);
	FACT(syscall(SYS_tgkill, pid, tid, 0), "tgkill, it ended");
}

static volatile int seen[4];

static void *own_state(void *arg __attribute__((unused)))
{
	seen[0] = syscall(SYS_setresuid32, -1, 1000, -1);
	seen[1] = syscall(SYS_geteuid32);
	prctl(PR_SET_NAME, "own");
	setpriority(PRIO_PROCESS, 0, 7);
	umask(077);
	return NULL;
}

static void test_own_state(void)
{
	char name[16] = "";
	pthread_t t;
	mode_t mask = umask(022);

	CHECK(prctl(PR_SET_NAME, "first") == 0);
	pthread_create(&t, NULL, own_state, NULL);
	pthread_join(t, NULL);
	FACT(seen[0], "setresuid in a thread");
	FACT(seen[1], "its user");
	FACT(syscall(SYS_geteuid32), "mine");
	prctl(PR_GET_NAME, name);
	FACT(strcmp(name, "first"), "the name is mine");
	FACT(getpriority(PRIO_PROCESS, 0), "my nice value");
	FACT(umask(mask), "the mask is shared");
	FACT(syscall(SYS_set_tid_address, NULL) == gettid(),
		"set_tid_address");
	FACT(syscall(SYS_set_tid_address, BAD_ADDRESS) == gettid(),
		"set_tid_address, bad");
	AS(0)
		FACT(syscall(SYS_set_tid_address, BAD_ADDRESS) > 0,
			"in a child");
}

static void test_tls(void)
{
	struct user_desc d = {
		.entry_number = -1, .base_addr = (uintptr_t)stack,
		.limit = 0xFFFFF, .seg_32bit = 1, .limit_in_pages = 1,
		.useable = 1,
	};
	struct user_desc e;
	unsigned first;

	__asm__("mov %%gs, %0" : "=r"(first));
	first >>= 3;
	FACT(syscall(SYS_set_thread_area, BAD_ADDRESS), "set, address");
	FACT(syscall(SYS_set_thread_area, &d), "set, any");
	FACT(d.entry_number - first, "entry");
	FACT(syscall(SYS_get_thread_area, &d), "get");
	FACT(d.base_addr == (uintptr_t)stack, "base");
	FACT(d.limit, "limit");
	e = d;
	e.entry_number = -1;
	FACT(syscall(SYS_set_thread_area, &e), "set another");
	FACT(e.entry_number - first, "entry");
	e.entry_number = -1;
	FACT(syscall(SYS_set_thread_area, &e), "set a fourth");
	for (int n = -2; n < 5; n++) {
		e = (struct user_desc){ .entry_number = first + n };
		FACT(syscall(SYS_get_thread_area, &e), "get %d", n);
	}
	e = (struct user_desc){ .entry_number = first - 1 };
	FACT(syscall(SYS_set_thread_area, &e), "set the one before");
	FACT(syscall(SYS_get_thread_area, BAD_ADDRESS), "get, address");
	e = (struct user_desc){ .entry_number = first + 2,
		.read_exec_only = 1, .seg_not_present = 1 };
	FACT(syscall(SYS_set_thread_area, &e), "clear the last");
	e = (struct user_desc){ .entry_number = first + 2 };
	FACT(syscall(SYS_get_thread_area, &e), "get it");
	printf("%x %x\n", e.read_exec_only, e.seg_not_present);
}

static void *executes(void *arg __attribute__((unused)))
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	execl(self, self, "--pid", pid, NULL);
	_exit(1);
}

static void *ends_group(void *arg __attribute__((unused)))
{
	usleep(20000);
	syscall(SYS_exit_group, 12);
	return NULL;
}

static void *ends_thread(void *arg __attribute__((unused)))
{
	usleep(50000);
	syscall(SYS_exit, 13);
	return NULL;
}

static void test_ends(void)
{
	pthread_t t;
	int status;
	pid_t pid;

	AS(0) {
		pthread_create(&t, NULL, executes, NULL);
		pthread_join(t, NULL);
	}
	pid = checked_fork();
	if (pid == 0) {
		pthread_create(&t, NULL, ends_group, NULL);
		for (;;)
			pause();
	}
	FACT(waitpid(pid, &status, 0) == pid, "exit_group");
	FACT(WEXITSTATUS(status), "status");
	pid = checked_fork();
	if (pid == 0) {
		pthread_create(&t, NULL, ends_thread, NULL);
		syscall(SYS_exit, 14);
	}
	usleep(20000);
	FACT(waitpid(pid, &status, WNOHANG), "the first thread ended");
	FACT(kill(pid, 0), "kill, 0");
	FACT(waitpid(pid, &status, 0) == pid, "the last one too");
	FACT(WEXITSTATUS(status), "status");
	pid = checked_fork();
	if (pid == 0) {
		pthread_create(&t, NULL, waits, NULL);
		pthread_create(&t, NULL, waits, NULL);
		kill(getpid(), SIGKILL);
	}
	FACT(waitpid(pid, &status, 0) == pid, "killed");
	FACT(status, "status");
	FACT(syscall(SYS_unshare, CLONE_FILES | CLONE_FS), "unshare");
	FACT(syscall(SYS_unshare, CLONE_THREAD), "unshare a thread");
	FACT(syscall(SYS_unshare, CLONE_VM), "unshare memory");
	FACT(syscall(SYS_unshare, CLONE_SIGHAND), "unshare handlers");
	FACT(syscall(SYS_unshare, 1), "unshare, unknown");
	tid = go = 0;
	pthread_create(&t, NULL, waits, NULL);
	while (!tid)
		usleep(1000);
	FACT(syscall(SYS_unshare, CLONE_THREAD), "unshare a thread of two");
	FACT(syscall(SYS_unshare, CLONE_VM), "unshare memory of two");
	go = 1;
	pthread_join(t, NULL);
}

int main(int argc __attribute__((unused)), char **argv)
{
	pthread_t t;
	int id = 0;

	if (argc > 2 && !strcmp(argv[1], "--pid")) {
		printf("the same process: %d\n", getpid() == atoi(argv[2]));
		printf("one thread: %d\n", gettid() == getpid());
		return 0;
	}
	self = argv[0];
	facts_begin(argv[1]);
	pthread_create(&t, NULL, get_tid, &id);
	pthread_join(t, NULL);
	FACT(id != getpid(), "a thread's id");
	FACT(gettid() == getpid(), "the first one's");
	test_flags();
	test_clone3();
	test_set_tid();
	test_signals();
	test_own_state();
	test_ends();
	test_tls();
	return 0;
}
