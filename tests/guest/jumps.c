/* SPDX-License-Identifier: BSD-2-Clause */
/* setjmp, longjmp from great depth, and the signal mask of sigsetjmp. */
#include <setjmp.h>
#include <signal.h>

#include "check.h"

static jmp_buf back;

static int dive(int depth)
{
	volatile char ballast[200];

	ballast[depth % 200] = (char)depth;
	if (depth == 0)
		longjmp(back, 77);
	return dive(depth - 1) + ballast[depth % 200];
}

int main(void)
{
	volatile int rounds = 0;
	sigjmp_buf mask_back;
	sigset_t set;
	int value;

	value = setjmp(back);
	if (value)
		CHECK(value == 77);
	if (rounds++ < 1000)
		dive(1000);
	CHECK(rounds == 1001);

	CHECK(!sigprocmask(SIG_BLOCK, NULL, &set));
	CHECK(!sigismember(&set, SIGUSR1));
	if (!sigsetjmp(mask_back, 1)) {
		sigaddset(&set, SIGUSR1);
		CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
		siglongjmp(mask_back, 1);
	}
	CHECK(!sigprocmask(SIG_BLOCK, NULL, &set));
	CHECK(!sigismember(&set, SIGUSR1));
	return passed("jumps");
}
