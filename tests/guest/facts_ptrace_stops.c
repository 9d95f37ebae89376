/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: a tracee's stops at calls, at events, at each instruction. */
#include <pthread.h>

#include "facts_ptrace.h"

static volatile int hits;

static void handler(int sig __attribute__((unused)))
{
	hits++;
}

struct call_info {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t ip, sp, word[7];
};

static void print_call(const char *label, pid_t pid)
{
	struct call_info info = { 0 };
	long n = pt(0x420e, pid, sizeof(info), &info);

	printf("%s: info %ld op %d", label, n, info.op);
	if (info.op == 1)
		printf(" nr %d arg %x", (int)info.word[0], (int)info.word[1]);
	if (info.op == 2)
		printf(" result %d error %d", (int)info.word[0],
			(int)(info.word[1] & 0xFF));
	printf(" eax %ld orig %ld message %lu\n", peek_user(pid, REG(eax)),
		peek_user(pid, REG(orig_eax)), message(pid));
	fflush(stdout);
}

static void test_calls(void)
{
	TRACED(pid,
		syscall(SYS_umask, 0123);
		CHECK(syscall(SYS_umask, 077) == 0123);
		CHECK(syscall(SYS_umask, 1) == -1 && errno == ENOSYS);
		CHECK(syscall(SYS_umask, 1) == 55);
		CHECK(syscall(SYS_umask, 3) == -1 && errno == ENOSYS);
		syscall(SYS_close, 555);
		syscall(SYS_exit_group, syscall(SYS_umask, 2)));
	next_call("call", pid);
	print_info("call", pid);
	next_call("its end", pid);
	pt(PTRACE_SETOPTIONS, pid, 0, number(PTRACE_O_TRACESYSGOOD));
	next_call("umask", pid);
	print_call("umask", pid);
	print_info("umask", pid);
	pt(PTRACE_POKEUSER, pid, REG(ebx), number(022));
	pt(PTRACE_SYSCALL, pid, 0, NULL);
	waited("its end", pid);
	print_call("its end", pid);
	pt(PTRACE_POKEUSER, pid, REG(eax), number(0123));
	next_call("skipped", pid);
	print_call("skipped", pid);
	pt(PTRACE_POKEUSER, pid, REG(orig_eax), number(-1));
	next_call("its end", pid);
	print_call("its end", pid);
	next_call("skipped with a result", pid);
	pt(PTRACE_POKEUSER, pid, REG(orig_eax), number(-1));
	pt(PTRACE_POKEUSER, pid, REG(eax), number(55));
	next_call("its end", pid);
	print_call("its end", pid);
	next_call("unknown number", pid);
	pt(PTRACE_POKEUSER, pid, REG(orig_eax), number(5000));
	next_call("its end", pid);
	print_call("its end", pid);
	next_call("close", pid);
	next_call("its end", pid);
	print_call("its end", pid);
	next_call("umask", pid);
	pt(PTRACE_POKEUSER, pid, REG(orig_eax), number(SYS_getppid));
	pt(PTRACE_CONT, pid, 0, NULL);
	print_status("end", 0);
	end(pid);
}

static void run_to_end(pid_t pid)
{
	do {
		pt(PTRACE_CONT, pid, 0, NULL);
	} while (WIFSTOPPED(waited("child", pid)));
}

/* All stops of a tracee and of those that it makes, until it ends */
static void events(const char *label, pid_t pid, long options)
{
	int status, children = 0;
	pid_t got;

	pt(PTRACE_SETOPTIONS, pid, 0, number(options));
	pt(PTRACE_CONT, pid, 0, NULL);
	printf("%s\n", label);
	while ((got = waitpid(pid, &status, __WALL)) == pid) {
		print_status("parent", status);
		if (!WIFSTOPPED(status))
			break;
		if (status >> 16) {
			pid_t child = (pid_t)message(pid);

			printf("message %s\n", child == pid ? "itself"
				: status >> 16 == PTRACE_EVENT_EXIT
				? "status" : "other");
			if (status >> 16 == PTRACE_EVENT_EXIT)
				printf("status %x\n", child);
			print_info("parent", pid);
			if (status >> 16 <= 3) {
				children++;
				waited("child", child);
				print_info("child", child);
				printf("its eax %ld orig_eax %s\n",
					peek_user(child, REG(eax)),
					peek_user(child, REG(orig_eax)) < 0
					? "none" : "the call");
				run_to_end(child);
			}
		}
		pt(PTRACE_CONT, pid, 0, WSTOPSIG(status) == SIGTRAP ? NULL
			: number(WSTOPSIG(status) == SIGCHLD ? 0
				: WSTOPSIG(status)));
	}
	printf("children %d\n", children);
	while (waitpid(-1, &status, __WALL) > 0)
		print_status("left", status);
}

static void test_events(void)
{
	{
		TRACED(pid, if (!fork()) _exit(3); wait(NULL); _exit(4));
		events("fork", pid, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXIT);
	}
	{
		TRACED(pid, if (!vfork()) _exit(3); wait(NULL); _exit(4));
		events("vfork", pid, PTRACE_O_TRACEVFORK
			| PTRACE_O_TRACEVFORKDONE);
	}
	{
		TRACED(pid, if (!syscall(SYS_clone, 0, 0, 0, 0, 0)) _exit(3);
			waitpid(-1, NULL, __WALL); _exit(4));
		events("clone", pid, PTRACE_O_TRACECLONE);
	}
	{
		TRACED(pid, if (!fork()) _exit(3); wait(NULL); _exit(4));
		events("not asked for", pid, PTRACE_O_TRACECLONE
			| PTRACE_O_TRACEVFORK);
	}
	{
		TRACED(pid, execl("/bin/true", "true", NULL));
		events("exec", pid, PTRACE_O_TRACEEXEC);
	}
	{
		TRACED(pid, execl("/bin/true", "true", NULL));
		events("exec without", pid, 0);
	}
	{
		TRACED(pid, execl("/nowhere", "true", NULL));
		events("exec that fails", pid, PTRACE_O_TRACEEXEC);
	}
	{
		TRACED(pid, raise(SIGTERM));
		events("killed", pid, PTRACE_O_TRACEEXIT);
	}
	{
		TRACED(pid, pause());
		pt(PTRACE_SETOPTIONS, pid, 0, number(PTRACE_O_TRACEEXIT));
		kill(pid, SIGKILL);
		waited("KILL", pid);
		pt(PTRACE_CONT, pid, 0, NULL);
		waited("its end", pid);
	}
}

static void print_flags(const char *label, pid_t pid)
{
	printf("%s: eflags %lx\n", label, peek_user(pid, REG(eflags))
		& 0x37F00 & ~0x200);
	fflush(stdout);
}

static void test_steps(void)
{
	int steps = 0, status;
	long begin, eip;

	TRACED(pid, signal(SIGUSR1, handler);
		__asm__ volatile("int3\n\tnop\n\tmov $20, %%eax\n\t"
			"int $0x80\n\tnop\n\tint3" : : : "eax");
		raise(SIGUSR1); _exit(hits));
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("int3", pid);
	print_info("int3", pid);
	begin = peek_user(pid, REG(eip));
	for (steps = 0; steps < 4; steps++) {
		FACT(pt(PTRACE_SINGLESTEP, pid, 0, NULL), "step");
		waited("step", pid);
		print_info("step", pid);
		eip = peek_user(pid, REG(eip));
		printf("moved %ld\n", eip - begin);
		print_flags("step", pid);
	}
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("int3", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("USR1", pid);
	pt(PTRACE_SINGLESTEP, pid, 0, number(SIGUSR1));
	waited("into the handler", pid);
	print_info("handler", pid);
	printf("at its begin: %d\n", peek_user(pid, REG(eip))
		== (long)handler);
	print_flags("handler", pid);
	pt(PTRACE_SINGLESTEP, pid, 0, NULL);
	waited("in it", pid);
	/* through the handler's return and the rest of the program */
	for (steps = 0; steps < 20000; steps++) {
		pt(PTRACE_SINGLESTEP, pid, 0, NULL);
		CHECK(waitpid(pid, &status, 0) == pid);
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			break;
	}
	print_status("stepped to the end", status);

	/* flags that no tracer may set for anybody */
	TRACED(pid2, for (;;) pause());
	FACT(pt(PTRACE_POKEUSER, pid2, REG(eflags), number(0x27CD7)),
		"set eflags");
	printf("IOPL NT VM: %lx\n", peek_user(pid2, REG(eflags)) & 0x27000);
	pt(PTRACE_CONT, pid2, 0, NULL);
	end(pid2);
}

static void *thread(void *arg)
{
	syscall(SYS_exit, 5);
	return arg;
}

static void test_threads(void)
{
	int status, n = 0;
	pid_t got, tid = 0;
	pthread_t th;

	TRACED(pid, CHECK(pthread_create(&th, NULL, thread, NULL) == 0);
		sleep(1); _exit(6));
	pt(PTRACE_SETOPTIONS, pid, 0, number(PTRACE_O_TRACECLONE));
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("clone", pid);
	tid = (pid_t)message(pid);
	waited("thread", tid);
	pt(PTRACE_CONT, pid, 0, NULL);
	pt(PTRACE_CONT, tid, 0, NULL);
	while (n < 2 && (got = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			pt(PTRACE_CONT, got, 0, NULL);
			continue;
		}
		printf("%s ", got == tid ? "thread" : "process");
		print_status("ends", status);
		n++;
	}
	FACT(waitpid(-1, NULL, __WALL), "nobody left");
}

int main(void)
{
	facts_ptrace_begin();
	test_calls();
	test_events();
	test_steps();
	test_threads();
	return 0;
}
