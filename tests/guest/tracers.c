/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile tracers: no request, no place to run at and no instruction under
 * a step may harm more than the tracee, and SIGKILL ends every stop.  `tracers
 * SEED` makes the random part another one.  In the guest only: on Linux a
 * second SIGKILL does not end the stop of PTRACE_EVENT_EXIT.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "check.h"

#define REG(name)	offsetof(struct user_regs_struct, name)
#define SYSGOOD_FORK	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK \
	| PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC \
	| PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)
#define STORM_CHILDREN	4
#define STORM_REQUESTS	4000

static uint32_t seed = 1;

static uint32_t random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static long pt(int request, pid_t pid, long addr, long data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

/* A tracee in its first stop, for `body` to run afterwards */
static pid_t tracee(void (*body)(void))
{
	pid_t pid = checked_fork();

	if (!pid) {
		alarm(60);
		setpgid(0, 0);
		CHECK(pt(PTRACE_TRACEME, 0, 0, 0) == 0);
		kill(getpid(), SIGSTOP);
		body();
		_exit(0);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	return pid;
}

static void forever(void)
{
	for (;;)
		pause();
}

/* With all that it made.  A zombie of the first process's takes a moment */
static void finish(pid_t pid)
{
	int status;

	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	/* PTRACE_EVENT_EXIT comes after the signal */
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
		pt(PTRACE_CONT, pid, 0, 0);
	while (!kill(pid, 0))
		usleep(1000);
}

/* One instruction, at each step a stop; the tracee and nobody else suffers */
static void step_over(const uint8_t *code, size_t n)
{
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int status;

	CHECK(page != MAP_FAILED);
	memset(page, 0x90, 4096);
	memcpy(page, code, n);
	pid = tracee(forever);
	CHECK(pt(PTRACE_POKEUSER, pid, REG(eip), (long)page) == 0);
	CHECK(pt(PTRACE_POKEUSER, pid, REG(orig_eax), -1) == 0);
	CHECK(pt(PTRACE_POKEUSER, pid, REG(eax), SYS_getpid) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(pt(PTRACE_SINGLESTEP, pid, 0, 0) == 0);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WIFSTOPPED(status));
	}
	munmap(page, 4096);
	finish(pid);
}

static void test_steps(void)
{
	static const uint8_t codes[][8] = {
		{ 0xCC }, { 0xCE }, { 0xF1 }, { 0xF4 }, { 0xFA }, { 0xFB },
		{ 0x9C, 0x9D },				/* pushf; popf */
		{ 0x68, 0xFF, 0xFF, 0xFF, 0xFF, 0x9D },	/* push -1; popf */
		{ 0xCF }, { 0xCB },			/* iret; lret */
		{ 0x0F, 0x05 }, { 0x0F, 0x34 },	/* syscall; sysenter */
		{ 0x0F, 0x0B }, { 0x8E, 0xD0 }, { 0x17 }, { 0x1F },
		{ 0x0F, 0x20, 0xC0 }, { 0x0F, 0x01, 0xF8 },
		{ 0xE4, 0x80 }, { 0xE6, 0x80 }, { 0x0F, 0x32 },
		{ 0x66, 0x9D }, { 0xF3, 0xA4 }, { 0x0F, 0xFF },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		step_over(codes[i], sizeof(codes[i]));
	for (int n = 0; n < 256; n++)
		step_over((const uint8_t[]){ 0xCD, (uint8_t)n }, 2);
	for (int selector = 3; selector < 0x100; selector += 8)
		step_over((const uint8_t[]){ 0x9A, 0, 0, 0, 0,
			(uint8_t)selector, 0 }, 7);
}

/* Registers that point where no process may be */
static void test_places(void)
{
	static const uint32_t places[] = {
		0, 16, 0x1000, 0x100000, 0x3FFFFF, 0xBFFFFFFF, 0xC0000000,
		0xFFBFF000, 0xFFC00000, 0xFFFFE000, 0xFFFFF000, 0xFFFFFFFF,
	};
	int status;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (int step = 0; step < 2; step++) {
			pid_t pid = tracee(forever);

			CHECK(pt(PTRACE_POKEDATA, pid, (long)places[i], 1));
			CHECK(!pt(PTRACE_POKEUSER, pid, REG(eip),
				(long)places[i]));
			CHECK(!pt(PTRACE_POKEUSER, pid, REG(esp),
				(long)places[i]));
			pt(step ? PTRACE_SINGLESTEP : PTRACE_CONT, pid, 0, 0);
			CHECK(waitpid(pid, &status, 0) == pid);
			/* Pip's page of contexts can be run at */
			CHECK(WIFSTOPPED(status));
			pt(PTRACE_CONT, pid, 0, WSTOPSIG(status));
			CHECK(waitpid(pid, &status, 0) == pid);
			CHECK(WIFSIGNALED(status));
		}
}

static void test_rights(void)
{
	pid_t pid = tracee(forever);
	struct user_regs_struct regs, old;

	for (int i = 0; i < 2000; i++) {
		CHECK(pt(PTRACE_GETREGS, pid, 0, (long)&old) == 0);
		regs = old;
		switch (random_word() % 3) {
		case 0:
			regs.eflags = (long)random_word();
			break;
		case 1:
			regs.xcs = (long)(random_word() & 0xFFFC);
			break;
		case 2:
			regs.xds = (long)((random_word() & 0xFFFF) | 1) & ~2;
			break;
		}
		(void)pt(PTRACE_SETREGS, pid, 0, (long)&regs);
		CHECK(pt(PTRACE_GETREGS, pid, 0, (long)&regs) == 0);
		CHECK((regs.xcs & 3) == 3);
		CHECK((regs.xds & 3) == 3 || !(regs.xds & 0xFFFC));
		CHECK(!(regs.eflags & 0x1A7000));	/* IOPL NT VM VIF VIP */
		CHECK(pt(PTRACE_SETREGS, pid, 0, (long)&old) == 0);
	}
	finish(pid);
}

static void vforks(void)
{
	if (!vfork())
		forever();
}

static void busy(void)
{
	for (;;) {
		if (!fork())
			_exit(0);
		wait(NULL);
		kill(getpid(), SIGWINCH);
		sched_yield();
	}
}

/* KILL in the stop that `request` and `sig` lead to, or right after it */
static void kill_after(void (*body)(void), int request, int sig, bool wait)
{
	pid_t pid = tracee(body);
	int status;

	pt(PTRACE_SETOPTIONS, pid, 0, SYSGOOD_FORK & ~PTRACE_O_EXITKILL);
	CHECK(pt(request, pid, 0, sig) == 0);
	if (wait)
		CHECK(waitpid(pid, &status, __WALL) == pid);
	finish(pid);
	/* what it made is ours, too */
	while (waitpid(-1, &status, __WALL | WNOHANG) > 0)
		;
}

static void test_kill(void)
{
	static void (*const bodies[])(void) = { busy, vforks };
	static const int requests[] = {
		PTRACE_CONT, PTRACE_SYSCALL, PTRACE_SINGLESTEP, PTRACE_SYSEMU,
	};

	for (size_t b = 0; b < 2; b++)
		for (size_t r = 0; r < 4; r++) {
			kill_after(bodies[b], requests[r], 0, true);
			kill_after(bodies[b], requests[r], 0, false);
			kill_after(bodies[b], requests[r], SIGSTOP, true);
			kill_after(bodies[b], requests[r], SIGTERM, true);
		}
}

/* A parent in vfork dies although its child never goes on */
static void test_vfork_parent(void)
{
	pid_t parent = checked_fork(), child;
	int status;

	if (!parent) {
		CHECK(pt(PTRACE_TRACEME, 0, 0, 0) == 0);
		kill(getpid(), SIGSTOP);
		if (!vfork())
			_exit(0);
		_exit(0);
	}
	CHECK(waitpid(parent, NULL, 0) == parent);
	pt(PTRACE_SETOPTIONS, parent, 0, PTRACE_O_TRACEVFORK);
	pt(PTRACE_CONT, parent, 0, 0);
	CHECK(waitpid(parent, &status, __WALL) == parent);
	CHECK(pt(PTRACE_GETEVENTMSG, parent, 0, (long)&child) == 0);
	CHECK(waitpid(child, &status, __WALL) == child);
	CHECK(pt(PTRACE_CONT, parent, 0, 0) == 0);
	kill(parent, SIGKILL);
	CHECK(waitpid(parent, &status, __WALL) == parent);
	CHECK(WIFSIGNALED(status));
	finish(child);
}

/* Two who trace each other; both can be killed */
static void test_circle(void)
{
	pid_t a = checked_fork(), b;
	int done[2];
	char c;

	if (!a)
		forever();
	CHECK(pipe(done) == 0);
	b = checked_fork();
	if (!b) {
		pt(PTRACE_ATTACH, a, 0, 0);
		CHECK(write(done[1], "", 1) == 1);
		forever();
	}
	CHECK(read(done[0], &c, 1) == 1);
	CHECK(pt(PTRACE_SEIZE, b, 0, 0) == 0);
	CHECK(pt(PTRACE_ATTACH, a, 0, 0) == -1 && errno == EPERM);
	CHECK(pt(PTRACE_INTERRUPT, b, 0, 0) == 0);
	finish(b);
	finish(a);
}

static void storm_once(pid_t *pid)
{
	static const int requests[] = {
		PTRACE_PEEKTEXT, PTRACE_PEEKUSER, PTRACE_POKEUSER,
		PTRACE_CONT, PTRACE_SINGLESTEP, PTRACE_SYSCALL, PTRACE_ATTACH,
		PTRACE_DETACH, PTRACE_GETREGS, PTRACE_SETREGS,
		PTRACE_GETFPREGS, PTRACE_SETFPREGS, PTRACE_GETFPXREGS,
		PTRACE_SETFPXREGS, PTRACE_GETREGSET, PTRACE_SETREGSET,
		PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_LISTEN, PTRACE_SYSEMU,
		PTRACE_GETSIGINFO, PTRACE_SETSIGINFO, PTRACE_SETOPTIONS,
		PTRACE_GETEVENTMSG, PTRACE_PEEKSIGINFO, PTRACE_GETSIGMASK,
		PTRACE_GET_THREAD_AREA, 0x420e, PTRACE_KILL,
	};
	static uint32_t buffer[256];
	int request = requests[random_word() % (sizeof(requests) / 4)];
	pid_t *p = pid + random_word() % STORM_CHILDREN;
	uint32_t addr = random_word() % 4 ? random_word() % 300 : random_word();
	uint32_t data = random_word() % 3 ? (uint32_t)buffer
		: random_word() % 2 ? random_word() % 70 : random_word();
	int status;

	if (request == PTRACE_KILL && random_word() % 16)
		return;
	if (!*p || (waitpid(*p, &status, __WALL | WNOHANG) == *p
			&& !WIFSTOPPED(status)))
		*p = tracee(busy);
	for (int i = 0; i < 256; i++)
		if (random_word() % 64 == 0)
			buffer[i] = random_word();
	if (request == PTRACE_SETOPTIONS)
		data = random_word() & SYSGOOD_FORK & ~PTRACE_O_EXITKILL;
	(void)pt(request, *p, (long)addr, (long)data);
	if (random_word() % 4 == 0)
		kill(*p, random_word() % 2 ? SIGCONT : SIGSTOP);
	if (random_word() % 16 == 0)
		(void)waitpid(-1, &status, __WALL | WNOHANG);
}

static void test_storm(void)
{
	pid_t pid[STORM_CHILDREN] = { 0 }, boss = checked_fork();

	if (!boss) {
		for (int i = 0; i < STORM_REQUESTS; i++)
			storm_once(pid);
		for (int i = 0; i < STORM_CHILDREN; i++)
			if (pid[i])
				finish(pid[i]);
		_exit(0);
	}
	expect_success(boss);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = (uint32_t)atoi(argv[1]) | 1;
	alarm(250);
	test_steps();
	test_places();
	test_rights();
	test_kill();
	test_vfork_parent();
	test_circle();
	test_storm();
	puts("tracers: ok");
	return 0;
}
