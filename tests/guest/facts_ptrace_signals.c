/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: the signals of a traced process, and its stops at them. */
#include <time.h>

#include "facts_ptrace.h"

static volatile int hits;

static void handler(int sig __attribute__((unused)))
{
	hits++;
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
	facts_ptrace_begin();
	test_signals();
	test_queue();
	test_group_stop();
	test_kill();
	test_restart();
	test_siginfo_of_wait();
	return 0;
}
