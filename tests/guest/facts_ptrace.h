/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the programs facts_ptrace*.c: tracees, and their stops as lines.
 * Neither numbers of processes nor addresses are printed.
 */
#ifndef FACTS_PTRACE_H
#define FACTS_PTRACE_H

#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "facts.h"

#define REG(name)	offsetof(struct user_regs_struct, name)
#define SECONDS		10	/* after that something hangs */

static inline void facts_ptrace_begin(void)
{
	setvbuf(stdout, NULL, _IOFBF, 4096);
	alarm(3 * SECONDS);
}

static inline long pt(int request, pid_t pid, long addr, const void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

static inline void *number(long n)
{
	return (void *)n;
}

static inline const char *signal_word(int sig)
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

static inline int print_status(const char *label, int status)
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

static inline int waited(const char *label, pid_t pid)
{
	int status = 0;
	pid_t got = waitpid(pid, &status, __WALL);

	if (got < 0) {
		FACT(got, "%s", label);
		return -1;
	}
	return print_status(label, status);
}

static inline long peek_user(pid_t pid, long offset)
{
	long value = 0;

	CHECK(pt(PTRACE_PEEKUSER, pid, offset, &value) == 0);
	return value;
}

static inline void print_info(const char *label, pid_t pid)
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

static inline unsigned long message(pid_t pid)
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

static inline char status_letter(pid_t pid, int *tracer)
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
static inline pid_t idler(void)
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

static inline void end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) == pid)
		;
}

/* On to the next begin or end of a system call */
static inline void next_call(const char *label, pid_t pid)
{
	pt(PTRACE_SYSCALL, pid, 0, NULL);
	waited(label, pid);
}

#endif
