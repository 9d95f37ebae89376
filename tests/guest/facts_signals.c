/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: signals, their actions, stacks, faults and queues. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "facts.h"

static siginfo_t got;
static volatile int runs, on_stack, blocked_self, flags_seen;
static stack_t alternate;

static void handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	sigset_t set;
	stack_t now;

	runs++;
	got = *info;
	sigprocmask(SIG_BLOCK, NULL, &set);
	blocked_self = sigismember(&set, sig);
	sigaltstack(NULL, &now);
	on_stack = now.ss_flags;
	flags_seen = uc->uc_flags;
}

static void handle(int sig, int flags)
{
	struct sigaction sa = {
		.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO,
	};

	runs = 0;
	CHECK(sigaction(sig, &sa, NULL) == 0);
}

static void print_info(const char *what)
{
	printf("%s: runs %d signal %d errno %d code %d\n", what, runs,
		got.si_signo, got.si_errno, got.si_code);
	fflush(stdout);
}

static long kernel_action(int sig, const void *new, void *old, size_t n)
{
	return syscall(SYS_rt_sigaction, sig, new, old, n);
}

static void test_actions(void)
{
	struct { uintptr_t handler; uint32_t flags, restorer, mask[2]; } k =
		{ 0 };
	sigset_t set = { 0 }, old;

	FACT(kernel_action(0, NULL, NULL, 8), "sigaction 0");
	FACT(kernel_action(65, NULL, NULL, 8), "sigaction 65");
	FACT(kernel_action(10, NULL, NULL, 16), "sigaction, size");
	FACT(kernel_action(9, &k, NULL, 8), "sigaction KILL");
	FACT(kernel_action(9, NULL, &k, 8), "sigaction KILL, ask");
	FACT(kernel_action(10, BAD_ADDRESS, NULL, 8), "sigaction, address");
	FACT(kernel_action(10, NULL, BAD_ADDRESS, 8), "sigaction, old");
	k.handler = 1, k.flags = 0xFFFFFFFF & ~SA_SIGINFO, k.mask[0] = -1;
	FACT(kernel_action(10, &k, NULL, 8), "sigaction, all flags");
	FACT(kernel_action(10, NULL, &k, 8), "asked");
	printf("flags %x mask %x %x\n", k.flags, k.mask[0], k.mask[1]);
	signal(SIGUSR1, SIG_DFL);
	FACT(syscall(SYS_rt_sigprocmask, 9, &set, NULL, 8), "mask, how");
	FACT(syscall(SYS_rt_sigprocmask, 9, NULL, &old, 8), "how, unused");
	FACT(syscall(SYS_rt_sigprocmask, 0, &set, NULL, 4), "mask, size");
	FACT(syscall(SYS_rt_sigprocmask, 0, BAD_ADDRESS, NULL, 8), "address");
	memset(&set, -1, sizeof(set));
	FACT(syscall(SYS_rt_sigprocmask, 0, &set, NULL, 8), "all");
	FACT(syscall(SYS_rt_sigprocmask, 1, &set, &old, 8), "none");
	printf("mask %lx %lx\n", old.__bits[0], old.__bits[1]);
	FACT(syscall(SYS_rt_sigpending, &set, 9), "pending, size");
	FACT(syscall(SYS_rt_sigpending, &set, 4), "pending, short");
	FACT(syscall(SYS_rt_sigpending, BAD_ADDRESS, 8), "pending, address");
	FACT(syscall(SYS_rt_sigsuspend, &set, 4), "suspend, size");
	FACT(syscall(SYS_rt_sigsuspend, BAD_ADDRESS, 8), "suspend, address");
}

static void test_flags(void)
{
	static char memory[16384];
	stack_t s = { .ss_sp = memory, .ss_size = 100 };

	handle(SIGUSR1, 0);
	raise(SIGUSR1);
	print_info("plain");
	FACT(blocked_self, "blocked meanwhile");
	FACT(on_stack, "stack");
	FACT(got.si_pid == getpid(), "pid");
	handle(SIGUSR1, SA_NODEFER);
	raise(SIGUSR1);
	FACT(blocked_self, "NODEFER");
	handle(SIGUSR1, SA_RESETHAND);
	raise(SIGUSR1);
	FACT(signal(SIGUSR1, SIG_DFL) == SIG_DFL, "RESETHAND");
	FACT(blocked_self, "is blocked");
	FACT(syscall(SYS_sigaltstack, &s, NULL), "small stack");
	s.ss_flags = 8;
	FACT(syscall(SYS_sigaltstack, &s, NULL), "stack, flag");
	FACT(syscall(SYS_sigaltstack, BAD_ADDRESS, NULL), "stack, address");
	s.ss_flags = 0, s.ss_size = sizeof(memory);
	FACT(syscall(SYS_sigaltstack, &s, &alternate), "stack");
	FACT(alternate.ss_flags, "there was");
	handle(SIGUSR1, SA_ONSTACK);
	raise(SIGUSR1);
	FACT(on_stack, "ONSTACK");
	s.ss_flags = 1u << 31;
	FACT(syscall(SYS_sigaltstack, &s, NULL), "AUTODISARM");
	raise(SIGUSR1);
	FACT(on_stack, "disarmed");
	FACT(syscall(SYS_sigaltstack, NULL, &s), "ask");
	FACT(s.ss_flags, "armed");
	s.ss_flags = SS_DISABLE;
	FACT(syscall(SYS_sigaltstack, &s, NULL), "disable");
	FACT(syscall(SYS_sigaltstack, NULL, &s), "ask");
	printf("%d %d %zu\n", s.ss_sp == memory, s.ss_flags, s.ss_size);
}

static void skip_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	got = *info;
	uc->uc_mcontext.gregs[REG_EIP] = uc->uc_mcontext.gregs[REG_EBX];
	uc->uc_mcontext.gregs[REG_EFL] &= ~0x40100;
}

#define FAULT(name, code)						\
	do {								\
		uint32_t at;						\
		memset(&got, 0, sizeof(got));				\
		__asm__ volatile("call 1f\n1: popl %%ebx\n"		\
			"movl %%ebx, %0\naddl $3f-1b, %%ebx\n"		\
			"addl $2f-1b, %0\n2: " code "\n3:"		\
			: "=&r"(at) : : "ebx", "eax", "edx", "ecx",	\
			"memory", "cc");				\
		printf(name ": signal %d code %d address %s\n", got.si_signo, got.si_code,	\
			(uint32_t)got.si_addr == at ? "eip" :		\
			(uint32_t)got.si_addr == at + 1 ? "eip+1" :	\
			got.si_addr ? "other" : "0");			\
	} while (0)

static void test_faults(void)
{
	struct sigaction sa = {
		.sa_sigaction = skip_fault, .sa_flags = SA_SIGINFO,
	};

	for (int sig = 1; sig < 32; sig++)
		if (sig == SIGSEGV || sig == SIGBUS || sig == SIGILL
				|| sig == SIGFPE || sig == SIGTRAP)
			sigaction(sig, &sa, NULL);
	FAULT("null", "movl 0, %%eax");
	FAULT("null written", "movl %%eax, 16");
	FAULT("kernel", "movl 0xC0000000, %%eax");
	FAULT("top", "movl %%eax, 0xFFFFF000");
	FAULT("divide", "xorl %%ecx, %%ecx; divl %%ecx");
	FAULT("ud2", "ud2");
	FAULT("int3", "int3");
	FAULT("int $3", "int $3");
	FAULT("into", "movb $127, %%al; addb $1, %%al; into");
	FAULT("int1", ".byte 0xF1");
	FAULT("hlt", "hlt");
	FAULT("cli", "cli");
	FAULT("in", "inb $0x80, %%al");
	FAULT("int 0x20", "int $0x20");
	FAULT("int 14", "int $14");
	FAULT("int 4", "int $4");
	FAULT("bad selector", "movl $0x1234, %%eax; movw %%ax, %%fs");
	FAULT("far call", "lcall $0x1234, $0");
	FAULT("bound", "pushl $1; pushl $0; movl $5, %%eax; "
		"boundl %%eax, (%%esp); ");
	FAULT("step", "pushfl; orl $0x100, (%%esp); popfl; nop");
}

static void test_kill(void)
{
	siginfo_t info = { .si_code = -1 };

	FACT(kill(9999999, 0), "kill none");
	FACT(kill(getpid(), 65), "kill 65");
	FACT(kill(getpid(), -1), "kill -1");
	FACT(kill(9999999, 65), "kill none, 65");
	FACT(kill(INT_MIN, 0), "kill INT_MIN");
	FACT(kill(-9999999, 0), "kill no group");
	FACT(kill(getpid(), 0), "kill 0");
	AS(NOBODY) {
		FACT(kill(1, 0), "another's");
		FACT(kill(1, SIGCONT), "another's, CONT");
		FACT(kill(-1, 0), "all, none may be");
		FACT(kill(getppid(), SIGUSR1), "parent");
		FACT(syscall(SYS_tgkill, 1, 1, 0), "tgkill another's");
		FACT(syscall(SYS_rt_sigqueueinfo, 1, 10, &info), "queue");
	}
	FACT(syscall(SYS_tkill, 0, 0), "tkill 0");
	FACT(syscall(SYS_tkill, -1, 0), "tkill -1");
	FACT(syscall(SYS_tkill, 9999999, 0), "tkill none");
	FACT(syscall(SYS_tgkill, 0, 1, 0), "tgkill 0");
	FACT(syscall(SYS_tgkill, 1, getpid(), 0), "tgkill, wrong group");
	FACT(syscall(SYS_tgkill, getpid(), getpid(), 99), "tgkill 99");
	FACT(syscall(SYS_tgkill, 9999999, 9999999, 99), "none, 99");
	FACT(syscall(SYS_rt_sigqueueinfo, 9999999, 10, &info), "queue, none");
	FACT(syscall(SYS_rt_sigqueueinfo, getpid(), 99, &info), "queue, 99");
	FACT(syscall(SYS_rt_sigqueueinfo, 9999999, 99, &info), "none, 99");
	FACT(syscall(SYS_rt_sigqueueinfo, 1, 10, BAD_ADDRESS), "address");
	info.si_code = 0;
	FACT(syscall(SYS_rt_sigqueueinfo, 1, 10, &info), "forged");
	info.si_code = SI_TKILL;
	FACT(syscall(SYS_rt_sigqueueinfo, 1, 10, &info), "forged");
	handle(SIGUSR1, 0);
	FACT(syscall(SYS_rt_sigqueueinfo, getpid(), 10, &info), "to me");
	print_info("to me");
	handle(SIGRTMIN, 0);
	info.si_code = -60, info.si_errno = 5;
	FACT(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info), "code");
	print_info("code");
	AS(0) {
		sigset_t set;
		sigfillset(&set);
		sigprocmask(SIG_BLOCK, &set, NULL);
		setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){ 2, 2 });
		FACT(sigqueue(getpid(), SIGRTMIN, (union sigval){ 1 }), "1");
		FACT(sigqueue(getpid(), SIGRTMIN, (union sigval){ 2 }), "2");
		FACT(sigqueue(getpid(), SIGRTMIN, (union sigval){ 3 }), "3");
		FACT(sigqueue(getpid(), SIGUSR1, (union sigval){ 4 }), "usr1");
		FACT(kill(getpid(), SIGRTMIN), "kill");
		FACT(kill(getpid(), SIGUSR1), "kill");
		FACT(kill(getpid(), SIGTERM), "kill");
		for (int i = 0; i < 6; i++) {
			memset(&got, 0, sizeof(got));
			FACT(sigtimedwait(&set, &got,
				&(struct timespec){ 0 }), "taken");
			printf("code %d value %d pid %s\n", got.si_code,
				got.si_value.sival_int,
				got.si_pid == getpid() ? "mine" : "other");
		}
	}
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_actions();
	test_flags();
	test_faults();
	test_kill();
	return 0;
}
