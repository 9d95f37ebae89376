/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: handlers, masks, interrupted calls, stacks, children, timers. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "check.h"

static volatile sig_atomic_t hits, last;
static siginfo_t info;
static sigjmp_buf escape;
static char stack[16384];
static volatile char *handler_stack;

static void note(int number)
{
	hits++;
	last = number;
}

static void note_info(int number, siginfo_t *si, void *context)
{
	(void)context;
	note(number);
	info = *si;
}

static void note_stack(int number)
{
	note(number);
	handler_stack = __builtin_frame_address(0);
}

static void leave(int number, siginfo_t *si, void *context)
{
	note_info(number, si, context);
	siglongjmp(escape, 1);
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_flags = flags };

	action.sa_handler = handler;
	sigemptyset(&action.sa_mask);
	CHECK(!sigaction(number, &action, NULL));
	hits = 0;
}

static void handle_info(int number, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	action.sa_sigaction = handler;
	sigemptyset(&action.sa_mask);
	CHECK(!sigaction(number, &action, NULL));
	hits = 0;
}

static void test_delivery(void)
{
	sigset_t set, pending;

	handle(SIGUSR1, note, 0);
	CHECK(!raise(SIGUSR1));
	CHECK(hits == 1 && last == SIGUSR1);

	/* Blocked: pending once, delivered on unblocking. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK(hits == 1);
	CHECK(!sigpending(&pending));
	CHECK(sigismember(&pending, SIGUSR1));
	CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK(hits == 2);

	handle_info(SIGUSR2, note_info);
	CHECK(!kill(getpid(), SIGUSR2));
	CHECK(hits == 1 && info.si_signo == SIGUSR2);
	CHECK(info.si_code == SI_USER && info.si_pid == getpid());

	handle(SIGUSR1, note, SA_RESETHAND);
	raise(SIGUSR1);
	CHECK(hits == 1);
	CHECK(signal(SIGUSR1, SIG_IGN) == SIG_DFL);
	raise(SIGUSR1);

	CHECK_ERRNO(sigaction(SIGKILL, &(struct sigaction){ 0 }, NULL),
		EINVAL);
	CHECK_ERRNO(kill(getpid(), 65), EINVAL);
	CHECK_ERRNO(kill(0x3FFFFF, 0), ESRCH);
}

static void test_real_time(void)
{
	struct timespec none = { 0, 0 };
	union sigval value;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < 3; i++) {
		value.sival_int = i;
		CHECK(!sigqueue(getpid(), SIGRTMIN, value));
	}
	/* Queued, not merged, in order. */
	for (int i = 0; i < 3; i++) {
		CHECK(sigtimedwait(&set, &info, &none) == SIGRTMIN);
		CHECK(info.si_value.sival_int == i);
	}
	CHECK_ERRNO(sigtimedwait(&set, &info, &none), EAGAIN);
}

static void stop_timer(void)
{
	struct itimerval none = { 0 };

	CHECK(!setitimer(ITIMER_REAL, &none, NULL));
}

static void test_interrupted_calls(void)
{
	/* Repeats: on a busy machine the first may come before the call. */
	struct itimerval timer = {
		.it_interval.tv_usec = 30000, .it_value.tv_usec = 30000 };
	struct timespec second = { 1, 0 }, left;
	int ends[2];
	char byte;
	pid_t pid;

	CHECK(!pipe(ends));
	handle(SIGALRM, note, 0);
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
	CHECK_ERRNO(read(ends[0], &byte, 1), EINTR);
	CHECK(hits >= 1);
	CHECK_ERRNO(nanosleep(&second, &left), EINTR);
	CHECK(left.tv_sec == 0 && left.tv_nsec > 0);
	stop_timer();

	/* Restarted, and the byte still arrives. */
	handle(SIGALRM, note, SA_RESTART);
	pid = checked_fork();
	if (!pid) {
		usleep(150000);
		_exit(write(ends[1], "x", 1) != 1);
	}
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 'x');
	CHECK(hits >= 1);
	stop_timer();
	expect_success(pid);
	close(ends[0]);

	handle(SIGPIPE, note, 0);
	CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
	CHECK(hits == 1);
	close(ends[1]);
}

static void test_suspend(void)
{
	sigset_t set, old;
	pid_t pid;

	handle(SIGUSR1, note, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, &old));
	pid = checked_fork();
	if (!pid)
		_exit(kill(getppid(), SIGUSR1) != 0);
	CHECK_ERRNO(sigsuspend(&old), EINTR);
	CHECK(hits == 1);
	CHECK(!sigprocmask(SIG_SETMASK, &old, NULL));
	expect_success(pid);
}

static void test_alternate_stack(void)
{
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };

	CHECK(!sigaltstack(&alternate, NULL));
	handle(SIGUSR1, note_stack, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK(handler_stack > stack && handler_stack < stack + sizeof(stack));
	alternate.ss_flags = SS_DISABLE;
	CHECK(!sigaltstack(&alternate, NULL));
}

/* A fault tells its address and can be left by siglongjmp, repeatedly. */
static void test_faults(void)
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	volatile char *volatile low = (char *)16;

	CHECK(page != MAP_FAILED);
	for (int i = 0; i < 100; i++) {
		handle_info(SIGSEGV, leave);
		if (!sigsetjmp(escape, 1)) {
			*(volatile char *)(page + i) = 1;
			CHECK(!"write to a read-only page");
		}
		CHECK(hits == 1 && info.si_addr == page + i);
		CHECK(info.si_code == SEGV_ACCERR);
	}
	handle_info(SIGSEGV, leave);
	if (!sigsetjmp(escape, 1)) {
		*low = 1;
		CHECK(!"write to page 0");
	}
	CHECK(info.si_addr == low && info.si_code == SEGV_MAPERR);

	handle_info(SIGFPE, leave);
	if (!sigsetjmp(escape, 1)) {
		/* The compiler may find a way without dividing. */
		__asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx"
			::: "eax", "ecx", "edx");
		CHECK(!"division by zero");
	}
	CHECK(hits == 1 && info.si_code == FPE_INTDIV);

	handle_info(SIGILL, leave);
	if (!sigsetjmp(escape, 1)) {
		__asm__ volatile("ud2");
		CHECK(!"ud2");
	}
	CHECK(hits == 1);

	handle_info(SIGTRAP, note_info);
	__asm__ volatile("int3");
	CHECK(hits == 1);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGFPE, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	signal(SIGTRAP, SIG_DFL);
}

static void test_children(void)
{
	siginfo_t si;
	int status, ends[2];
	char byte;
	pid_t pid;

	handle(SIGCHLD, note, 0);
	CHECK(!pipe(ends));
	pid = checked_fork();
	if (!pid) {
		close(ends[1]);
		raise(SIGSTOP);
		/* Stays until the parent has seen it continue */
		(void)!read(ends[0], &byte, 1);
		_exit(5);
	}
	close(ends[0]);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid || errno == EINTR);
	while (!WIFSTOPPED(status))
		CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	CHECK(WSTOPSIG(status) == SIGSTOP);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(!kill(pid, SIGCONT));
	while (waitpid(pid, &status, WCONTINUED) < 0)
		CHECK(errno == EINTR);
	CHECK(WIFCONTINUED(status));
	close(ends[1]);
	while (waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT) < 0)
		CHECK(errno == EINTR);
	CHECK(si.si_pid == pid && si.si_code == CLD_EXITED);
	CHECK(si.si_status == 5);
	status = wait_for(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	CHECK(hits >= 1);
	CHECK_ERRNO(waitpid(-1, &status, 0), ECHILD);

	/* Nothing that comes after SIGKILL keeps it off. */
	pid = checked_fork();
	if (!pid)
		for (;;)
			pause();
	usleep(20000);
	CHECK(!kill(pid, SIGKILL));
	CHECK(!syscall(SYS_tgkill, pid, pid, SIGSTOP));
	CHECK(waitpid(pid, &status, WUNTRACED) == pid || errno == EINTR);
	if (!WIFSIGNALED(status))
		CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

	/* A process group is killed as a whole. */
	signal(SIGCHLD, SIG_DFL);
	CHECK(!pipe(ends));
	pid = checked_fork();
	if (!pid) {
		close(ends[0]);
		setpgid(0, 0);
		if (fork())
			fork();
		CHECK(write(ends[1], "r", 1) == 1);
		for (;;)
			pause();
	}
	close(ends[1]);
	for (int i = 0; i < 3; i++)
		CHECK(read(ends[0], &byte, 1) == 1);
	CHECK(!kill(-pid, SIGTERM));
	expect_signal(pid, SIGTERM);
	/* The last of the three closes the pipe. */
	CHECK(read(ends[0], &byte, 1) == 0);
	close(ends[0]);

	/* Children of one who ignores SIGCHLD leave no zombie. */
	signal(SIGCHLD, SIG_IGN);
	pid = checked_fork();
	if (!pid)
		_exit(0);
	CHECK_ERRNO(waitpid(pid, &status, 0), ECHILD);
	signal(SIGCHLD, SIG_DFL);
}

static void test_interval_timer(void)
{
	struct itimerval timer = {
		.it_interval.tv_usec = 10000, .it_value.tv_usec = 10000 };
	volatile unsigned long work = 0;

	handle(SIGALRM, note, SA_RESTART);
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
	/* Interrupts a process that only computes. */
	while (hits < 10)
		work++;
	stop_timer();
	CHECK(work > 0);
}

/* Handlers and masks survive fork; exec resets handlers, keeps the rest. */
static void test_inheritance(void)
{
	sigset_t set;
	pid_t pid;

	handle(SIGUSR1, note, 0);
	signal(SIGUSR2, SIG_IGN);
	pid = checked_fork();
	if (!pid) {
		raise(SIGUSR1);
		CHECK(hits == 1);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		execl("/proc/self/exe", "signals", "exec", NULL);
		CHECK(!"exec");
	}
	expect_success(pid);
}

static int after_exec(void)
{
	struct sigaction action;
	sigset_t set;

	CHECK(!sigaction(SIGUSR1, NULL, &action));
	CHECK(action.sa_handler == SIG_DFL);
	CHECK(!sigaction(SIGUSR2, NULL, &action));
	CHECK(action.sa_handler == SIG_IGN);
	CHECK(!sigprocmask(SIG_BLOCK, NULL, &set));
	CHECK(sigismember(&set, SIGTERM));
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return after_exec();
	test_delivery();
	test_real_time();
	test_interrupted_calls();
	test_suspend();
	test_alternate_stack();
	test_faults();
	test_children();
	test_interval_timer();
	test_inheritance();
	return passed("signals");
}
