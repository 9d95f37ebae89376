/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recursion without end.  `recursion die` is killed by SIGSEGV; without an
 * argument, a child is, and another catches it on a stack of its own.
 */
#include <signal.h>
#include <sys/resource.h>

#include "check.h"

static char handler_stack[16384];
static volatile int depth;

/* Not a tail call, and the compiler cannot know that it never returns. */
static int __attribute__((noinline)) dive(volatile int *level)
{
	volatile char frame[256];

	frame[0] = (char)++*level;
	return *level ? dive(level) + frame[0] : 0;
}

static void caught(int number)
{
	_exit(number == SIGSEGV && depth > 1000 ? 42 : 1);
}

int main(int argc, char **argv)
{
	stack_t stack = {
		.ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	struct sigaction action = { .sa_flags = SA_ONSTACK };
	int status;
	pid_t pid;

	(void)argv;
	if (argc > 1)
		return dive(&depth);

	pid = checked_fork();
	if (!pid)
		_exit(dive(&depth));
	expect_signal(pid, SIGSEGV);

	pid = checked_fork();
	if (!pid) {
		CHECK(!sigaltstack(&stack, NULL));
		action.sa_handler = caught;
		CHECK(!sigaction(SIGSEGV, &action, NULL));
		dive(&depth);
	}
	status = wait_for(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
	return passed("recursion");
}
