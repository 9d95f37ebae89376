/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: ptrace(2), its errors, who may trace whom, and tracers that end. */
#include <sys/prctl.h>
#include <sys/uio.h>

#include "facts_ptrace.h"

#define NT_PRSTATUS	1

static void test_not_stopped(void)
{
	pid_t other = idler();
	long word;

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
}

static void test_addresses(pid_t pid)
{
	static const struct {
		int request;
		const char *label;
	} requests[] = {
		{ PTRACE_PEEKUSER, "user" }, { PTRACE_GETREGS, "getregs" },
		{ PTRACE_SETREGS, "setregs" }, { PTRACE_GETFPREGS, "fpregs" },
		{ PTRACE_GETFPXREGS, "fpxregs" },
		{ PTRACE_GETSIGINFO, "siginfo" }, { PTRACE_SETSIGINFO, "set" },
		{ PTRACE_GETEVENTMSG, "message" },
	};
	long word;

	FACT(pt(PTRACE_PEEKDATA, pid, 16, &word), "peek at 16");
	FACT(pt(PTRACE_PEEKDATA, pid, 0xFFFFF000, &word), "peek, kernel");
	FACT(pt(PTRACE_PEEKDATA, pid, (long)&word, BAD_ADDRESS), "peek, to");
	FACT(pt(PTRACE_POKEDATA, pid, 16, NULL), "poke at 16");
	FACT(pt(PTRACE_PEEKUSER, pid, 2, &word), "user, odd");
	FACT(pt(PTRACE_PEEKUSER, pid, 280, &word), "user, last");
	FACT(pt(PTRACE_PEEKUSER, pid, 284, &word), "user, behind");
	FACT(pt(PTRACE_PEEKUSER, pid, -4, &word), "user, before");
	FACT(pt(PTRACE_PEEKUSER, pid, 100, &word), "user, memory");
	FACT(pt(PTRACE_POKEUSER, pid, 100, NULL), "poke it");
	for (size_t i = 0; i < COUNT(requests); i++)
		FACT(pt(requests[i].request, pid, 0, BAD_ADDRESS),
			"%s, address", requests[i].label);
}

static void test_errors(void)
{
	struct user_regs_struct regs;
	struct iovec vec = { &regs, 6 };
	char mask[8];

	TRACED(pid, for (;;) pause());
	FACT(pt(12345, pid, 0, NULL), "unknown");
	FACT(pt(PTRACE_CONT, pid, 0, number(65)), "signal 65");
	FACT(pt(PTRACE_DETACH, pid, 0, number(-1)), "detach, signal -1");
	FACT(pt(PTRACE_SETOPTIONS, pid, 0, number(0x400)), "option 400");
	FACT(pt(PTRACE_SETOPTIONS, pid, 0, number(0xff)), "options ff");
	FACT(pt(PTRACE_SETOPTIONS, pid, 0, NULL), "no options");
	test_addresses(pid);
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

int main(void)
{
	facts_ptrace_begin();
	test_not_stopped();
	test_errors();
	test_permissions();
	test_proc();
	test_two_parents();
	test_tracer_dies();
	return 0;
}
