/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: ptrace(2), its stops, requests and errors.  Neither numbers of
 * processes nor addresses are printed.
 */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "facts.h"

#define NT_PRSTATUS	1
#define NT_PRFPREG	2
#define NT_PRXFPREG	0x46E62B7F
#define REG(name)	offsetof(struct user_regs_struct, name)
#define SECONDS		10	/* after that something hangs */

static volatile int hits;

static long pt(int request, pid_t pid, long addr, const void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

static void *number(long n)
{
	return (void *)n;
}

static const char *signal_word(int sig)
{
	switch (sig) {
	case SIGTRAP | 0x80:
		return "TRAP|80";
	case SIGTRAP:
		return "TRAP";
	case SIGSTOP:
		return "STOP";
	case SIGKILL:
		return "KILL";
	case SIGUSR1:
		return "USR1";
	case SIGUSR2:
		return "USR2";
	case SIGCONT:
		return "CONT";
	case SIGCHLD:
		return "CHLD";
	case SIGSEGV:
		return "SEGV";
	case SIGTERM:
		return "TERM";
	}
	return "?";
}

static int print_status(const char *label, int status)
{
	printf("%s: ", label);
	if (WIFSTOPPED(status))
		printf("stopped %s event %d\n", signal_word(WSTOPSIG(status)),
			status >> 16);
	else if (WIFSIGNALED(status))
		printf("killed %s\n", signal_word(WTERMSIG(status)));
	else if (WIFEXITED(status))
		printf("exited %d\n", WEXITSTATUS(status));
	else
		printf("status %x\n", status);
	fflush(stdout);
	return status;
}

static int waited(const char *label, pid_t pid)
{
	int status = 0;
	pid_t got = waitpid(pid, &status, __WALL);

	if (got < 0) {
		FACT(got, "%s", label);
		return -1;
	}
	return print_status(label, status);
}

static long peek_user(pid_t pid, long offset)
{
	long value = 0;

	CHECK(pt(PTRACE_PEEKUSER, pid, offset, &value) == 0);
	return value;
}

static void print_info(const char *label, pid_t pid)
{
	siginfo_t info;

	errno = 0;
	if (pt(PTRACE_GETSIGINFO, pid, 0, &info)) {
		fact_print(-1, "%s, siginfo", label);
		return;
	}
	printf("%s, siginfo: %s code %x pid %s\n", label,
		signal_word(info.si_signo), info.si_code,
		info.si_pid == pid ? "own" : info.si_pid == getpid()
		? "tracer" : info.si_pid ? "other" : "0");
	fflush(stdout);
}

static unsigned long message(pid_t pid)
{
	unsigned long value = -1;

	CHECK(pt(PTRACE_GETEVENTMSG, pid, 0, &value) == 0);
	return value;
}

/* In a child that asked to be traced, after its first stop */
#define TRACED(pid, ...)						\
	pid_t pid = checked_fork();					\
	if (!pid) {							\
		alarm(SECONDS);						\
		pt(PTRACE_TRACEME, 0, 0, NULL);				\
		kill(getpid(), SIGSTOP);				\
		__VA_ARGS__;						\
		_exit(0);						\
	}								\
	CHECK(waitpid(pid, NULL, 0) == pid)

static char status_letter(pid_t pid, int *tracer)
{
	char path[32], line[256], letter = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	*tracer = -1;
	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "State: %c", &letter);
		sscanf(line, "TracerPid: %d", tracer);
	}
	if (f)
		fclose(f);
	return letter;
}

/* A child that nobody traces yet, and that waits */
static pid_t idler(void)
{
	pid_t pid = checked_fork();
	int tracer;

	if (!pid) {
		alarm(SECONDS);
		for (;;)
			pause();
	}
	while (status_letter(pid, &tracer) != 'S')
		usleep(1000);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) == pid)
		;
}

static void handler(int sig __attribute__((unused)))
{
	hits++;
}

static void test_errors(void)
{
	struct user_regs_struct regs;
	struct iovec vec = { &regs, 6 };
	char mask[8];
	long word;
	pid_t other = idler();

	FACT(pt(PTRACE_CONT, 0, 0, NULL), "cont of 0");
	FACT(pt(PTRACE_CONT, 99999, 0, NULL), "cont of nobody");
	FACT(pt(PTRACE_ATTACH, 99999, 0, NULL), "attach to nobody");
	FACT(pt(PTRACE_ATTACH, getpid(), 0, NULL), "attach to oneself");
	FACT(pt(12345, 99999, 0, NULL), "unknown, of nobody");
	FACT(pt(PTRACE_CONT, other, 0, NULL), "cont of one not traced");
	FACT(pt(PTRACE_KILL, other, 0, NULL), "kill of one not traced");
	FACT(pt(PTRACE_SEIZE, other, 1, NULL), "seize, addr");
	FACT(pt(PTRACE_SEIZE, other, 0, number(0x400)), "seize, option");
	FACT(pt(PTRACE_SEIZE, other, 0, number(0x1ff)), "seize, options");
	FACT(pt(PTRACE_SEIZE, other, 0, number(PTRACE_O_EXITKILL)), "seize");
	FACT(pt(PTRACE_SEIZE, other, 0, NULL), "seize again");
	FACT(pt(PTRACE_ATTACH, other, 0, NULL), "attach again");
	FACT(pt(PTRACE_CONT, other, 0, NULL), "cont of one that runs");
	FACT(pt(PTRACE_PEEKDATA, other, 0, &word), "peek at it");
	FACT(pt(PTRACE_LISTEN, other, 0, NULL), "listen to it");
	FACT(pt(PTRACE_DETACH, other, 0, NULL), "detach from it");
	end(other);

	TRACED(pid, for (;;) pause());
	FACT(pt(12345, pid, 0, NULL), "unknown");
	FACT(pt(PTRACE_CONT, pid, 0, number(65)), "signal 65");
	FACT(pt(PTRACE_DETACH, pid, 0, number(-1)), "detach, signal -1");
	FACT(pt(PTRACE_SETOPTIONS, pid, 0, number(0x400)), "option 400");
	FACT(pt(PTRACE_SETOPTIONS, pid, 0, number(0xff)), "options ff");
	FACT(pt(PTRACE_SETOPTIONS, pid, 0, NULL), "no options");
	FACT(pt(PTRACE_PEEKDATA, pid, 16, &word), "peek at 16");
	FACT(pt(PTRACE_PEEKDATA, pid, 0xFFFFF000, &word), "peek, kernel");
	FACT(pt(PTRACE_PEEKDATA, pid, (long)&hits, BAD_ADDRESS), "peek, to");
	FACT(pt(PTRACE_POKEDATA, pid, 16, NULL), "poke at 16");
	FACT(pt(PTRACE_PEEKUSER, pid, 2, &word), "user, odd");
	FACT(pt(PTRACE_PEEKUSER, pid, 280, &word), "user, last");
	FACT(pt(PTRACE_PEEKUSER, pid, 284, &word), "user, behind");
	FACT(pt(PTRACE_PEEKUSER, pid, -4, &word), "user, before");
	FACT(pt(PTRACE_PEEKUSER, pid, 100, &word), "user, memory");
	FACT(pt(PTRACE_POKEUSER, pid, 100, NULL), "poke it");
	FACT(pt(PTRACE_PEEKUSER, pid, 0, BAD_ADDRESS), "user, address");
	FACT(pt(PTRACE_GETREGS, pid, 0, BAD_ADDRESS), "getregs, address");
	FACT(pt(PTRACE_SETREGS, pid, 0, BAD_ADDRESS), "setregs, address");
	FACT(pt(PTRACE_GETFPREGS, pid, 0, BAD_ADDRESS), "fpregs, address");
	FACT(pt(PTRACE_GETFPXREGS, pid, 0, BAD_ADDRESS), "fpxregs, address");
	FACT(pt(PTRACE_GETREGSET, pid, 77, &vec), "set 77");
	FACT(pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vec), "set, odd size");
	FACT(pt(PTRACE_GETREGSET, pid, 1, BAD_ADDRESS), "set, vector");
	vec.iov_len = 400;
	FACT(pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vec), "set");
	printf("length %zu\n", vec.iov_len);
	vec.iov_len = 8, vec.iov_base = BAD_ADDRESS;
	FACT(pt(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vec), "set, address");
	FACT(pt(PTRACE_GETSIGMASK, pid, 4, mask), "mask, size");
	FACT(pt(PTRACE_GETSIGMASK, pid, 8, BAD_ADDRESS), "mask, address");
	FACT(pt(PTRACE_GETSIGMASK, pid, 8, mask), "mask");
	FACT(pt(PTRACE_GETSIGINFO, pid, 0, BAD_ADDRESS), "siginfo, address");
	FACT(pt(PTRACE_SETSIGINFO, pid, 0, BAD_ADDRESS), "set, address");
	FACT(pt(PTRACE_GETEVENTMSG, pid, 0, BAD_ADDRESS), "message, address");
	FACT(pt(PTRACE_LISTEN, pid, 0, NULL), "listen, not seized");
	FACT(pt(PTRACE_INTERRUPT, pid, 0, NULL), "interrupt, not seized");
	FACT(pt(PTRACE_GET_THREAD_AREA, pid, -1, mask), "thread area -1");
	FACT(pt(PTRACE_GET_THREAD_AREA, pid, 1, mask), "thread area 1");
	FACT(pt(PTRACE_POKEUSER, pid, REG(xcs), NULL), "cs 0");
	FACT(pt(PTRACE_POKEUSER, pid, REG(xss), NULL), "ss 0");
	FACT(pt(PTRACE_POKEUSER, pid, REG(xds), number(8)), "ds of ring 0");
	FACT(pt(PTRACE_ATTACH, pid, 0, NULL), "attach to a tracee");
	end(pid);
}

static void test_permissions(void)
{
	pid_t mine = idler(), hidden;

	AS (NOBODY) {
		FACT(pt(PTRACE_ATTACH, 1, 0, NULL), "nobody, init");
		FACT(pt(PTRACE_SEIZE, mine, 0, NULL), "nobody, root's");
		FACT(pt(PTRACE_CONT, mine, 0, NULL), "and cont");
		FACT(kill(getppid(), 0), "and signal");
		/* a parent of its own, which may not look into itself */
		prctl(PR_SET_DUMPABLE, 1);
		hidden = checked_fork();
		if (!hidden) {
			prctl(PR_SET_DUMPABLE, 0);
			raise(SIGSTOP);
			_exit(0);
		}
		CHECK(waitpid(hidden, NULL, WUNTRACED) == hidden);
		FACT(pt(PTRACE_SEIZE, hidden, 0, NULL), "not dumpable");
		end(hidden);
	}
	end(mine);
	FACT(pt(PTRACE_CONT, mine, 0, NULL), "one that is gone");
	TRACED(pid, FACT(pt(PTRACE_TRACEME, 0, 0, NULL), "traceme again"));
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("its end", pid);
}

static void test_signals(void)
{
	siginfo_t info;
	sigset_t mask;

	TRACED(pid, signal(SIGUSR1, handler); signal(SIGTERM, SIG_IGN);
		kill(getpid(), SIGUSR1); kill(getpid(), SIGUSR1);
		kill(getpid(), SIGTERM); kill(getpid(), SIGUSR2);
		_exit(10 + hits));
	print_info("first stop", pid);
	FACT(message(pid), "message");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("a signal", pid);
	print_info("it", pid);
	pt(PTRACE_CONT, pid, 0, number(SIGUSR1));
	waited("delivered; the next", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("suppressed; one ignored", pid);
	pt(PTRACE_CONT, pid, 0, number(SIGTERM));
	waited("one that kills", pid);
	pt(PTRACE_GETSIGMASK, pid, 8, &mask);
	pt(PTRACE_CONT, pid, 0, number(SIGUSR1));
	waited("another instead", pid);

	TRACED(pid2, raise(SIGUSR1));
	pt(PTRACE_CONT, pid2, 0, NULL);
	waited("USR1", pid2);
	pt(PTRACE_GETSIGINFO, pid2, 0, &info);
	printf("code %d\n", info.si_code);
	info.si_code = SI_QUEUE;
	FACT(pt(PTRACE_SETSIGINFO, pid2, 0, &info), "set siginfo");
	print_info("changed", pid2);
	pt(PTRACE_CONT, pid2, 0, number(SIGUSR1));
	waited("killed by it", pid2);

	TRACED(pid3, for (;;) pause());
	memset(&mask, -1, sizeof(mask));
	FACT(pt(PTRACE_SETSIGMASK, pid3, 8, &mask), "block all");
	FACT(pt(PTRACE_GETSIGMASK, pid3, 8, &mask), "which");
	printf("mask %lx %lx\n", mask.__bits[0], mask.__bits[1]);
	pt(PTRACE_CONT, pid3, 0, NULL);
	kill(pid3, SIGUSR1);
	kill(pid3, SIGKILL);
	waited("only KILL", pid3);
}

static void test_queue(void)
{
	struct { uint64_t off; uint32_t flags; int32_t nr; } args = { 0 };
	siginfo_t info[4];
	sigset_t set;
	union sigval v = { .sival_int = 7 };

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	TRACED(pid, for (;;) pause());
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	for (int i = 0; i < 3; i++)
		sigqueue(pid, SIGRTMIN, v);
	args.nr = 4;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, info), "own queue");
	args.flags = 1;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, info), "shared queue");
	printf("value %d\n", info[2].si_value.sival_int);
	args.off = 2;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, info), "from 2");
	args.off = 1ull << 40;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, info), "from far");
	args.off = 0;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, BAD_ADDRESS), "to");
	args.flags = 2;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, info), "flags");
	args.flags = 0, args.nr = -1;
	FACT(pt(PTRACE_PEEKSIGINFO, pid, (long)&args, info), "number");
	FACT(pt(PTRACE_PEEKSIGINFO, pid, 16, info), "arguments");
	end(pid);
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

static void next_call(const char *label, pid_t pid)
{
	pt(PTRACE_SYSCALL, pid, 0, NULL);
	waited(label, pid);
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

static void test_group_stop(void)
{
	siginfo_t info;

	TRACED(pid, for (;;) pause());
	pt(PTRACE_CONT, pid, 0, number(SIGSTOP));
	waited("group-stop", pid);
	print_info("group-stop", pid);
	FACT(pt(PTRACE_SETSIGINFO, pid, 0, &info), "set siginfo");
	kill(pid, SIGCONT);
	FACT(waitpid(pid, NULL, WNOHANG), "SIGCONT does not wake it");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("signal", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	kill(pid, SIGTERM);
	waited("signal", pid);
	end(pid);

	pid = idler();
	FACT(pt(PTRACE_SEIZE, pid, 0, NULL), "seize");
	FACT(waitpid(pid, NULL, WNOHANG), "does not stop");
	FACT(pt(PTRACE_INTERRUPT, pid, 0, NULL), "interrupt");
	waited("interrupted", pid);
	print_info("interrupted", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	kill(pid, SIGSTOP);
	waited("signal", pid);
	pt(PTRACE_CONT, pid, 0, number(SIGSTOP));
	waited("group-stop", pid);
	print_info("group-stop", pid);
	FACT(pt(PTRACE_LISTEN, pid, 0, NULL), "listen");
	FACT(pt(PTRACE_CONT, pid, 0, NULL), "cont while listening");
	FACT(waitpid(pid, NULL, WNOHANG), "nothing to tell");
	kill(pid, SIGCONT);
	waited("continued", pid);
	print_info("continued", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("signal", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	pt(PTRACE_INTERRUPT, pid, 0, NULL);
	waited("interrupted", pid);
	FACT(pt(PTRACE_DETACH, pid, 0, NULL), "detach");
	end(pid);

	pid = idler();
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, NULL, WUNTRACED) == pid);
	FACT(pt(PTRACE_ATTACH, pid, 0, NULL), "attach to one stopped");
	waited("it is", pid);
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("and the signal", pid);
	FACT(pt(PTRACE_DETACH, pid, 0, NULL), "detach");
	kill(pid, SIGCONT);
	kill(pid, SIGTERM);
	waited("it ran", pid);

	pid = idler();
	FACT(pt(PTRACE_ATTACH, pid, 0, NULL), "attach");
	waited("attached", pid);
	print_info("attached", pid);
	FACT(pt(PTRACE_DETACH, pid, 0, number(SIGTERM)), "detach");
	waited("by that signal", pid);
}

__attribute__((noinline)) static int text(void)
{
	__asm__ volatile("");
	return 41;
}

static const volatile int constant = 5;

static void test_memory(void)
{
	char path[32];
	int fd;
	long word;

	TRACED(pid, int r = text(); if (!r) raise(SIGUSR1);
		_exit(r + constant));
	FACT(pt(PTRACE_PEEKTEXT, pid, (long)text, &word), "peek text");
	FACT(pt(PTRACE_POKETEXT, pid, (long)text,
		number((word & ~0xFF) | 0xCC)), "poke a breakpoint");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("breakpoint", pid);
	printf("at it: %ld; our own text: %d\n",
		peek_user(pid, REG(eip)) - (long)text, text());
	pt(PTRACE_POKETEXT, pid, (long)text, number(word));
	pt(PTRACE_POKEUSER, pid, REG(eip), text);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	FACT(fd >= 0, "open mem");
	FACT(pread(fd, &word, 4, (off_t)(uintptr_t)&constant), "read mem");
	printf("word %ld\n", word);
	word = 9;
	FACT(pwrite(fd, &word, 4, (off_t)(uintptr_t)&constant), "write mem");
	FACT(pread(fd, &word, 4, 16), "read mem at 16");
	FACT(pwrite(fd, &word, 4, 16), "write mem at 16");
	FACT(lseek(fd, 100, SEEK_SET), "seek");
	FACT(lseek(fd, 0, SEEK_END), "seek to the end");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("its end", pid);
	FACT(pread(fd, &word, 4, (off_t)(uintptr_t)&constant), "its memory");
	close(fd);
	printf("our own constant %d\n", constant);
}

/* What a tracer's write reaches, and whether the parent has the same page */
static void test_mappings(void)
{
	enum { PAGES = 40, PAGE = 4096 };
	static const struct {
		const char *name;
		int page, prot, shared;
	} kinds[] = {
		{ "writable", 0, PROT_READ | PROT_WRITE, 0 },
		{ "read-only", 1, PROT_READ, 0 },
		{ "no access", 2, PROT_NONE, 0 },
		{ "shared, writable", PAGES, PROT_READ | PROT_WRITE, 1 },
		{ "shared, read-only", PAGES + 1, PROT_READ, 1 },
		{ "read-only, untouched", PAGES - 1, PROT_READ, 0 },
	};
	char *base = mmap(NULL, (PAGES + 2) * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long word;

	CHECK(base != MAP_FAILED);
	CHECK(mmap(base + PAGES * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
	for (int i = 0; i < PAGES + 2; i++)
		if (i != PAGES - 1)
			base[i * PAGE] = (char)(i + 1);
	for (size_t i = 0; i < COUNT(kinds); i++)
		CHECK(mprotect(base + kinds[i].page * PAGE, PAGE,
			kinds[i].prot) == 0);
	TRACED(pid, pause());
	for (size_t i = 0; i < COUNT(kinds); i++) {
		char *at = base + kinds[i].page * PAGE;

		FACT(pt(PTRACE_PEEKDATA, pid, (long)at, &word), "%s",
			kinds[i].name);
		printf("word %ld\n", word);
		FACT(pt(PTRACE_POKEDATA, pid, (long)at, number(99)), "%s",
			kinds[i].name);
		FACT(pt(PTRACE_PEEKDATA, pid, (long)at, &word), "%s",
			kinds[i].name);
		printf("word %ld\n", word);
		CHECK(mprotect(at, PAGE, PROT_READ | PROT_WRITE) == 0);
		printf("our own %d\n", *at);
	}
	FACT(pt(PTRACE_PEEKDATA, pid, (long)base + PAGE - 2, &word),
		"over the edge");
	FACT(pt(PTRACE_POKEDATA, pid, (long)base + PAGE - 2, number(-1)),
		"over the edge");
	end(pid);
	munmap(base, (PAGES + 2) * PAGE);
}

static void test_proc(void)
{
	char path[32], text[100] = "";
	int tracer, fd;
	pid_t pid = idler();

	status_letter(pid, &tracer);
	printf("tracer %d\n", tracer);
	pt(PTRACE_ATTACH, pid, 0, NULL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	printf("state %c\n", status_letter(pid, &tracer));
	printf("tracer %s\n", tracer == getpid() ? "us" : "?");
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDONLY);
	CHECK(read(fd, text, sizeof(text) - 1) > 0);
	printf("syscall %d\n", atoi(text));
	close(fd);
	end(pid);
}

static void test_floats(void)
{
	struct { uint32_t word[27]; } legacy;
	struct { uint32_t word[128]; } image;
	struct iovec vec = { &image, sizeof(image) };
	double d = 1.5;
	uint64_t bits;

	TRACED(pid, double x; __asm__ volatile("movsd %1, %%xmm5\n\t"
		"fldl %1\n\tint3\n\tfstp %%st(0)\n\tmovsd %%xmm5, %0"
		: "=m"(x) : "m"(d)); _exit((int)(x * 2)));
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("int3", pid);
	FACT(pt(PTRACE_GETFPREGS, pid, 0, &legacy), "getfpregs");
	printf("control %x top %x tags %x\n", legacy.word[0] & 0xFFFF,
		legacy.word[1] >> 11 & 7, legacy.word[2] & 0xFFFF);
	FACT(pt(PTRACE_GETFPXREGS, pid, 0, &image), "getfpxregs");
	memcpy(&bits, &image.word[40 + 5 * 4], 8);
	printf("xmm5 %llx mxcsr %x\n", (unsigned long long)bits,
		image.word[6]);
	d = 8.0;
	memcpy(&image.word[40 + 5 * 4], &d, 8);
	FACT(pt(PTRACE_SETFPXREGS, pid, 0, &image), "setfpxregs");
	image.word[6] = 0xFFFFFFFF;
	FACT(pt(PTRACE_SETFPXREGS, pid, 0, &image), "mxcsr");
	FACT(pt(PTRACE_GETREGSET, pid, NT_PRXFPREG, &vec), "as a set");
	printf("length %zu\n", vec.iov_len);
	FACT(pt(PTRACE_GETREGSET, pid, NT_PRFPREG, &vec), "the other");
	printf("length %zu\n", vec.iov_len);
	FACT(pt(PTRACE_SETFPREGS, pid, 0, &legacy), "setfpregs");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("its end", pid);
}

/* The tracer is not the parent: the parent hears of the end after it */
static void test_two_parents(void)
{
	int go[2], gone[2], status;
	pid_t pid, tracer;
	char c;

	CHECK(pipe(go) == 0 && pipe(gone) == 0);
	pid = checked_fork();
	if (!pid) {
		alarm(SECONDS);
		pause();
		_exit(7);
	}
	tracer = checked_fork();
	if (!tracer) {
		alarm(SECONDS);
		CHECK(pt(PTRACE_SEIZE, pid, 0, NULL) == 0);
		CHECK(write(gone[1], "", 1) == 1);
		CHECK(read(go[0], &c, 1) == 1);
		waited("tracer", pid);
		CHECK(pt(PTRACE_CONT, pid, 0, number(SIGTERM)) == 0);
		while (waitid(P_PID, pid, &(siginfo_t){ 0 },
				WEXITED | WNOWAIT | __WALL))
			;
		CHECK(write(gone[1], "", 1) == 1);
		CHECK(read(go[0], &c, 1) == 1);
		waited("tracer", pid);
		FACT(waitpid(pid, NULL, __WALL), "tracer again");
		_exit(0);
	}
	CHECK(read(gone[0], &c, 1) == 1);
	kill(pid, SIGTERM);
	FACT(waitpid(pid, &status, WNOHANG), "parent, at the signal");
	CHECK(write(go[1], "", 1) == 1);
	CHECK(read(gone[0], &c, 1) == 1);
	FACT(waitpid(pid, &status, WNOHANG), "parent, at the end");
	CHECK(write(go[1], "", 1) == 1);
	CHECK(waitpid(tracer, NULL, 0) == tracer);
	waited("parent", pid);
}

static void test_tracer_dies(void)
{
	for (long options = 0; options <= PTRACE_O_EXITKILL;
			options += PTRACE_O_EXITKILL) {
		pid_t pid = idler(), tracer = checked_fork();

		if (!tracer) {
			CHECK(pt(PTRACE_SEIZE, pid, 0, number(options)) == 0);
			CHECK(pt(PTRACE_INTERRUPT, pid, 0, NULL) == 0);
			CHECK(waitpid(pid, NULL, __WALL) == pid);
			_exit(0);
		}
		CHECK(waitpid(tracer, NULL, 0) == tracer);
		if (!options)
			kill(pid, SIGUSR1);
		waited(options ? "EXITKILL" : "runs on", pid);
	}
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

/* KILL ends every stop */
static void test_kill(void)
{
	{
		TRACED(pid, pause());
		kill(pid, SIGKILL);
		waited("at a signal", pid);
	}
	{
		TRACED(pid, pause());
		next_call("call", pid);
		kill(pid, SIGKILL);
		waited("at a call", pid);
	}
	{
		TRACED(pid, pause());
		pt(PTRACE_CONT, pid, 0, number(SIGSTOP));
		waited("group-stop", pid);
		kill(pid, SIGKILL);
		waited("in a group-stop", pid);
	}
	{
		TRACED(pid, pause());
		FACT(pt(PTRACE_KILL, pid, 0, NULL), "request KILL");
		waited("by request", pid);
	}
	{
		pid_t pid = idler();

		pt(PTRACE_SEIZE, pid, 0, NULL);
		kill(pid, SIGSTOP);
		waited("signal", pid);
		pt(PTRACE_CONT, pid, 0, number(SIGSTOP));
		waited("group-stop", pid);
		pt(PTRACE_LISTEN, pid, 0, NULL);
		kill(pid, SIGKILL);
		waited("listening", pid);
	}
}

/* A tracee stays in the call that its tracer's signal interrupts */
static void test_restart(void)
{
	struct timespec second = { 0, 300000000 };

	TRACED(pid, _exit(nanosleep(&second, NULL) ? 1 : 0));
	pt(PTRACE_CONT, pid, 0, NULL);
	usleep(50000);
	kill(pid, SIGUSR1);
	waited("signal in a call", pid);
	printf("eax %ld orig_eax %s\n", peek_user(pid, REG(eax)),
		peek_user(pid, REG(orig_eax)) > 0 ? "the call" : "none");
	pt(PTRACE_SYSCALL, pid, 0, NULL);
	waited("restarted", pid);
	printf("call %ld\n", peek_user(pid, REG(orig_eax)));
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("completed", pid);
}

static void test_siginfo_of_wait(void)
{
	siginfo_t info = { 0 };

	TRACED(pid, raise(SIGUSR1));
	pt(PTRACE_CONT, pid, 0, NULL);
	FACT(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), "waitid");
	printf("signal %s code %d status %d\n", signal_word(info.si_signo),
		info.si_code, info.si_status);
	FACT(waitid(P_PID, pid, &info, WSTOPPED), "taken");
	FACT(waitid(P_PID, pid, &info, WSTOPPED | WNOHANG), "only once");
	end(pid);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 4096);
	alarm(3 * SECONDS);
	test_errors();
	test_permissions();
	test_signals();
	test_queue();
	test_calls();
	test_events();
	test_steps();
	test_group_stop();
	test_memory();
	test_mappings();
	test_proc();
	test_floats();
	test_two_parents();
	test_tracer_dies();
	test_threads();
	test_kill();
	test_restart();
	test_siginfo_of_wait();
	return 0;
}
