/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87 and SSE state: several processes and threads compute at once, each in
 * its own rounding mode, and each must get what it gets alone.
 */
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>

#include "check.h"

#define PROCESSES	6
#define ROUNDS		60

static const int modes[] = {
	FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO };

static double series(int seed)
{
	double sum = 0;

	for (int i = 1; i < 3000; i++)
		sum += sin(i * 0.37 + seed) / sqrt(i) + 1.0 / (i + seed);
	return sum;
}

/*
 * Values stay in the registers while the process is switched away.  The
 * compiler, building for i686, uses no xmm register itself.
 */
static void keep_registers(uint32_t seed)
{
	uint32_t in[4] = { seed, seed * 3, ~seed, seed ^ 0x5A5A5A5A }, out[4];
	uint32_t spins = 200000;
	double st = seed * 1.5, back;

	__asm__ volatile(
		"fldl %[st]\n\t"
		"movups %[in], %%xmm5\n\t"
		"1: decl %[spins]\n\t"
		"jnz 1b\n\t"
		"movups %%xmm5, %[out]\n\t"
		"fstpl %[back]"
		: [out] "=m"(out), [back] "=m"(back), [spins] "+r"(spins)
		: [in] "m"(in), [st] "m"(st)
		: "memory", "cc");
	CHECK(!memcmp(in, out, sizeof(in)));
	CHECK(back == st);
}

/* Of the x87 and, where the kernel reports SSE in AT_HWCAP, of SSE. */
static void set_mode(int mode)
{
	CHECK(!fesetround(mode));
}

static void *compute(void *argument)
{
	int seed = (int)(intptr_t)argument;
	int mode = modes[seed % 4];
	/* Rounded to 64 bits, which a value in an x87 register is not. */
	volatile double expected, again;

	set_mode(mode);
	expected = series(seed);
	for (int i = 0; i < ROUNDS; i++) {
		again = series(seed);
		CHECK(again == expected);
		CHECK(fegetround() == mode);
		keep_registers((uint32_t)(seed * 1000 + i));
		if (i % 8 == 0)
			sched_yield();
	}
	return NULL;
}

static void clobber(int number)
{
	(void)number;
	set_mode(FE_UPWARD);
	__asm__ volatile("fninit; xorps %xmm5, %xmm5");
}

/* A handler may use the registers as it likes. */
static void test_handler(void)
{
	struct itimerval timer = {
		.it_interval.tv_usec = 5000, .it_value.tv_usec = 5000 };

	signal(SIGALRM, clobber);
	set_mode(FE_TONEAREST);
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
	for (uint32_t i = 0; i < 200; i++) {
		keep_registers(i);
		CHECK(fegetround() == FE_TONEAREST);
	}
	timer = (struct itimerval){ 0 };
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
}

/* A new program starts with clean state, whatever ran before. */
static int after_exec(void)
{
	uint16_t control, tags[14];
	uint32_t mxcsr, xmm[4];

	__asm__ volatile("movups %%xmm5, %0" : "=m"(xmm));
	__asm__ volatile("fnstcw %0" : "=m"(control));
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	__asm__ volatile("fnstenv %0" : "=m"(tags));
	CHECK(control == 0x37F);
	CHECK((mxcsr & ~0x3Fu) == 0x1F80);
	CHECK(tags[4] == 0xFFFF);
	CHECK(!xmm[0] && !xmm[1] && !xmm[2] && !xmm[3]);
	return 0;
}

static void test_exec(void)
{
	pid_t pid = checked_fork();
	uint32_t secret[4] = { 1, 2, 3, 4 };

	if (!pid) {
		set_mode(FE_DOWNWARD);
		__asm__ volatile("fldpi; movups %0, %%xmm5"
			:: "m"(secret));
		execl("/proc/self/exe", "floating", "exec", NULL);
		CHECK(!"exec");
	}
	expect_success(pid);
}

/* What a vfork child does to the modes is not its parent's. */
static void test_vfork(void)
{
	pid_t pid;

	set_mode(FE_TOWARDZERO);
	pid = vfork();
	if (!pid) {
		set_mode(FE_UPWARD);
		_exit(fegetround() == FE_UPWARD ? 0 : 1);
	}
	CHECK(fegetround() == FE_TOWARDZERO);
	expect_success(pid);
	set_mode(FE_TONEAREST);
}

int main(int argc, char **argv)
{
	pid_t pids[PROCESSES];
	pthread_t threads[4];

	(void)argv;
	if (argc > 1)
		return after_exec();
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = checked_fork();
		if (!pids[i]) {
			compute((void *)(intptr_t)i);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		expect_success(pids[i]);
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, compute,
			(void *)(intptr_t)(i + 10)));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_join(threads[i], NULL));
	test_handler();
	test_exec();
	test_vfork();
	return passed("floating");
}
