/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: seccomp(2), strict and with filters, and prctl's form of it. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "facts.h"

#define PTRACE_GET_INFO	0x420E
#define LENGTH(f)	(sizeof(f) / sizeof(*(f)))
#define WORD(field)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,		\
	offsetof(struct seccomp_data, field))
#define RETURN(k)	BPF_STMT(BPF_RET | BPF_K, k)
#define UNLESS_CALL(nr, n)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, n)

static long seccomp(unsigned op, unsigned flags, void *args)
{
	return syscall(SYS_seccomp, op, flags, args);
}

static long load(unsigned flags, struct sock_filter *f, unsigned n)
{
	struct sock_fprog prog = { n, f };

	return seccomp(SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* The call gives this, all others are allowed */
static long load_for(unsigned flags, unsigned nr, unsigned action)
{
	struct sock_filter f[] = { WORD(nr), UNLESS_CALL(nr, 1),
		RETURN(action), RETURN(SECCOMP_RET_ALLOW) };

	return load(flags, f, LENGTH(f));
}

static void renounce(void)
{
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}

/* The block runs in a child without core files; how it ends */
static pid_t begin(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	return pid;
}

static void end(pid_t pid, const char *what)
{
	int status = wait_for(pid);

	printf("%s: %s %d\n", what, WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

#define CHILD(what)							\
	for (pid_t pid_ = begin(), once_ = 1; once_;			\
	     pid_ == 0 ? (fflush(stdout), _exit(0))			\
	     : (end(pid_, what), (void)(once_ = 0)))			\
		if (pid_ == 0)

static void test_errors(void)
{
	static const unsigned actions[] = { SECCOMP_RET_KILL_PROCESS,
		SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
		SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW,
		SECCOMP_RET_ALLOW + 1, 0x12340000, 0x7FFF0000, 1 };
	struct sock_filter allow = RETURN(SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { 1, &allow };
	unsigned action;

	for (unsigned op = 4; op < 8; op++)
		FACT(seccomp(op, 0, NULL), "operation %u", op);
	FACT(seccomp(SECCOMP_SET_MODE_STRICT, 1, NULL), "strict, flags");
	FACT(seccomp(SECCOMP_SET_MODE_STRICT, 0, &prog), "strict, argument");
	for (size_t i = 0; i < COUNT(actions); i++) {
		action = actions[i];
		FACT(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action),
			"action %#x", action);
	}
	FACT(seccomp(SECCOMP_GET_ACTION_AVAIL, 1, &action), "action, flags");
	FACT(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, NULL), "action, none");
	FACT(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, BAD_ADDRESS),
		"action, address");
	for (unsigned bit = 6; bit < 32; bit++)
		FACT(seccomp(SECCOMP_SET_MODE_FILTER, 1u << bit, BAD_ADDRESS),
			"filter, flag %u", bit);
	FACT(seccomp(SECCOMP_SET_MODE_FILTER, 0, NULL), "no program");
	FACT(seccomp(SECCOMP_SET_MODE_FILTER, 0, BAD_ADDRESS),
		"program, address");
	for (int mode = 0; mode < 5; mode += 1 + (mode == 0))
		FACT(prctl(PR_SET_SECCOMP, mode, BAD_ADDRESS),
			"prctl, mode %d", mode);
	FACT(prctl(PR_GET_SECCOMP), "mode");
	FACT(prctl(PR_GET_SECCOMP, 1, 2, 3, 4), "mode, with arguments");
	FACT(load(0, &allow, 0), "length 0");
	FACT(load(0, NULL, 1), "no instructions");
	FACT(load(0, BAD_ADDRESS, 1), "instructions, address");
	FACT(load(0, &allow, 4097), "length 4097");
	AS(NOBODY) {
		FACT(load(0, &allow, 1), "a user");
		FACT(load(0, &allow, 0), "a user, length 0");
		FACT(load(0, BAD_ADDRESS, 1), "a user, address");
		FACT(load(64, &allow, 1), "a user, flag");
		FACT(seccomp(SECCOMP_SET_MODE_FILTER, 0, BAD_ADDRESS),
			"a user, no program");
		renounce();
		FACT(load(0, &allow, 1), "without new privileges");
		FACT(prctl(PR_GET_SECCOMP), "mode");
		FACT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), "now strict");
		FACT(seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL), "now strict");
		FACT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog),
			"another by prctl");
	}
}

static void test_programs(void)
{
	static const struct {
		const char *what;
		struct sock_filter f;
	} first[] = {
		{ "word 0", WORD(nr) },
		{ "last word", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 60) },
		{ "beyond", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64) },
		{ "odd place", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2) },
		{ "far", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0xFFFFF000) },
		{ "half", BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0) },
		{ "byte", BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0) },
		{ "indirect", BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0) },
		{ "length", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0) },
		{ "length to X", BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0) },
		{ "header", BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0) },
		{ "constant", BPF_STMT(BPF_LD | BPF_IMM, 5) },
		{ "constant to X", BPF_STMT(BPF_LDX | BPF_IMM, 5) },
		{ "store", BPF_STMT(BPF_ST, 15) },
		{ "store X", BPF_STMT(BPF_STX, 15) },
		{ "store beyond", BPF_STMT(BPF_ST, 16) },
		{ "load beyond", BPF_STMT(BPF_LD | BPF_MEM, 16) },
		{ "add", BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0) },
		{ "shift", BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 31) },
		{ "shift by 32", BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32) },
		{ "divide by 0", BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0) },
		{ "remainder", BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3) },
		{ "xor", BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 3) },
		{ "negate", BPF_STMT(BPF_ALU | BPF_NEG, 0) },
		{ "A to X", BPF_STMT(BPF_MISC | BPF_TAX, 0) },
		{ "X to A", BPF_STMT(BPF_MISC | BPF_TXA, 0) },
		{ "jump on", BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0) },
		{ "jump out", BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0) },
		{ "jump back", BPF_JUMP(BPF_JMP | BPF_JA, -1, 0, 0) },
		{ "branch out", BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1) },
		{ "branch by X",
			BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 1, 0, 0) },
		{ "return A", BPF_STMT(BPF_RET | BPF_A, 0) },
		{ "return X", BPF_STMT(BPF_RET | BPF_X, 0) },
		{ "unknown", BPF_STMT(0xFFFF, 0) },
	};
	struct sock_filter f[2] = { { 0 }, RETURN(SECCOMP_RET_ALLOW) };

	for (size_t i = 0; i < COUNT(first); i++)
		CHILD("ends") {
			f[0] = first[i].f;
			/* A program that returns what it should not */
			if (BPF_CLASS(f[0].code) == BPF_RET)
				_exit(load(0, f, 1) == -1 ? errno : 0);
			FACT(load(0, f, 2), "%s", first[i].what);
		}
	FACT(load(0, f, 1), "no return");
}

static void on_trap(int sig, siginfo_t *info,
		void *context __attribute__((unused)))
{
	printf("signal %d, code %d, errno %d, call %d, arch %d, place %d\n",
		sig, info->si_code, info->si_errno, info->si_syscall,
		info->si_arch == AUDIT_ARCH_I386, info->si_call_addr != NULL);
}

static void test_actions(void)
{
	sigset_t set;

	for (int n = 0; n < 3; n++)
		CHILD("errno") {
			static const int numbers[] = { 0, 77, 5000 };

			load_for(0, SYS_getppid, SECCOMP_RET_ERRNO
				| numbers[n]);
			FACT(syscall(SYS_getppid), "errno %d", numbers[n]);
			FACT(syscall(SYS_getuid), "another call");
		}
	CHILD("kill process") {
		load_for(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS);
		syscall(SYS_getppid);
	}
	CHILD("kill thread") {
		load_for(0, SYS_getppid, SECCOMP_RET_KILL_THREAD);
		syscall(SYS_getppid);
	}
	CHILD("unknown action") {
		load_for(0, SYS_getppid, 0x12340000);
		syscall(SYS_getppid);
	}
	CHILD("kill, with a handler") {
		signal(SIGSYS, SIG_IGN);
		load_for(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS);
		syscall(SYS_getppid);
	}
	CHILD("log") {
		load_for(0, SYS_getppid, SECCOMP_RET_LOG);
		FACT(syscall(SYS_getppid) > 0, "log");
	}
	CHILD("trap") {
		sigaction(SIGSYS, &(struct sigaction){
			.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO },
			NULL);
		load_for(0, SYS_getppid, SECCOMP_RET_TRAP | 99);
		FACT(syscall(SYS_getppid), "trap");
		fflush(stdout);
		sigfillset(&set);
		sigprocmask(SIG_BLOCK, &set, NULL);
		syscall(SYS_getppid);
	}
	CHILD("trap, no handler") {
		load_for(0, SYS_getppid, SECCOMP_RET_TRAP);
		syscall(SYS_getppid);
	}
	CHILD("trap, ignored") {
		signal(SIGSYS, SIG_IGN);
		load_for(0, SYS_getppid, SECCOMP_RET_TRAP);
		syscall(SYS_getppid);
	}
	CHILD("trace, by nobody") {
		load_for(0, SYS_getppid, SECCOMP_RET_TRACE | 5);
		FACT(syscall(SYS_getppid), "trace");
	}
	CHILD("no such call") {
		load_for(0, 4000, SECCOMP_RET_ERRNO | 5);
		FACT(syscall(4000), "call 4000");
		FACT(syscall(4001), "call 4001");
	}
	CHILD("arguments") {
		struct sock_filter f[] = { WORD(nr),
			UNLESS_CALL(SYS_fcntl64, 5),
			WORD(args[1]),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 12345, 0, 3),
			WORD(args[1]),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
			RETURN(SECCOMP_RET_ERRNO | 99),
			RETURN(SECCOMP_RET_ALLOW) };

		f[4].k = offsetof(struct seccomp_data, args[1]) + 4;
		load(0, f, LENGTH(f));
		FACT(syscall(SYS_fcntl64, 1, 12345, 0), "12345");
		FACT(syscall(SYS_fcntl64, 1, F_GETFD, 0), "F_GETFD");
	}
	CHILD("architecture") {
		struct sock_filter f[] = { WORD(arch),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386,
				0, 1),
			RETURN(SECCOMP_RET_ALLOW),
			RETURN(SECCOMP_RET_KILL_PROCESS) };

		load(0, f, LENGTH(f));
	}
	CHILD("memory and arithmetic") {
		struct sock_filter f[] = { WORD(nr), BPF_STMT(BPF_ST, 3),
			BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),
			BPF_STMT(BPF_LD | BPF_MEM, 3),
			BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid - 64,
				0, 1),
			RETURN(SECCOMP_RET_ERRNO | 3),
			RETURN(SECCOMP_RET_ALLOW) };

		load(0, f, LENGTH(f));
		FACT(syscall(SYS_getppid), "getppid");
		FACT(syscall(SYS_getuid), "getuid");
	}
}

static void test_stack(void)
{
	CHILD("two") {
		load_for(0, SYS_getppid, SECCOMP_RET_ERRNO | 1);
		load_for(0, SYS_getppid, SECCOMP_RET_ERRNO | 2);
		FACT(syscall(SYS_getppid), "the newer one of the same");
		load_for(0, SYS_getppid, SECCOMP_RET_ALLOW);
		FACT(syscall(SYS_getppid), "allowing takes nothing back");
		load_for(0, SYS_getppid, SECCOMP_RET_TRACE);
		FACT(syscall(SYS_getppid), "errno before trace");
		load_for(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS);
		syscall(SYS_getppid);
	}
	CHILD("no more of them") {
		load_for(0, SYS_prctl, SECCOMP_RET_ERRNO | 1);
		load_for(0, SYS_seccomp, SECCOMP_RET_ERRNO | 1);
		FACT(load_for(0, SYS_getppid, SECCOMP_RET_ALLOW), "seccomp");
		FACT(prctl(PR_GET_SECCOMP), "prctl");
	}
	CHILD("too many") {
		static struct sock_filter f[4096];

		for (size_t i = 0; i < COUNT(f); i++)
			f[i] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
		for (int n = 0; n < 1000 && load(0, f, COUNT(f)) == 0; n++)
			;
		FACT(load(0, f, COUNT(f)), "too many");
	}
}

static void test_strict(void)
{
	char c;

	CHILD("strict, exit") {
		CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
		syscall(SYS_write, 1, "strict\n", 7);
		syscall(SYS_read, -1, &c, 1);
		syscall(SYS_exit, 7);
	}
	CHILD("strict, exit_group") {
		CHECK(seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL) == 0);
		syscall(SYS_exit_group, 7);
	}
	CHILD("strict, getpid") {
		CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
		syscall(SYS_getpid);
	}
	CHILD("strict, no such call") {
		CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
		syscall(4000);
	}
}

static void status(const char *who)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];

	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "Seccomp", 7))
			printf("%s: %s", who, line);
	fclose(f);
}

static void test_inheritance(const char *self)
{
	status("none");
	CHILD("fork and exec") {
		load_for(0, SYS_getppid, SECCOMP_RET_ERRNO | 11);
		load_for(0, SYS_getppid, SECCOMP_RET_ERRNO | 12);
		status("two");
		fflush(stdout);
		if (fork() == 0) {
			FACT(syscall(SYS_getppid), "a child");
			fflush(stdout);
			execl(self, self, "exec", NULL);
		}
		wait(NULL);
	}
}

static void *ask(void *unused __attribute__((unused)))
{
	errno = 0;
	return syscall(SYS_getppid) < 0 ? (void *)(long)errno : NULL;
}

static volatile int go;

static void *wait_and_ask(void *action)
{
	if (action)
		load_for(0, SYS_getuid, (unsigned)(uintptr_t)action);
	go = 1;
	while (go != 2)
		usleep(1000);
	return ask(NULL);
}

/* A thread that was there before; what it has afterwards */
static void thread_and(unsigned flags, unsigned own, const char *what)
{
	pthread_t t;
	void *error;
	long rc;

	go = 0;
	pthread_create(&t, NULL, wait_and_ask, (void *)(uintptr_t)own);
	while (!go)
		usleep(1000);
	rc = load_for(flags, SYS_getppid, SECCOMP_RET_ERRNO | 33);
	fact_print(rc > 0 ? 1 : rc, "%s", what);
	go = 2;
	pthread_join(t, &error);
	FACT((long)error, "it gets");
}

static void test_threads(void)
{
	pthread_t t;
	void *error;

	CHILD("thread") {
		load_for(0, SYS_getppid, SECCOMP_RET_ERRNO | 22);
		pthread_create(&t, NULL, ask, NULL);
		pthread_join(t, &error);
		FACT((long)error, "a new thread");
	}
	CHILD("not synchronized")
		thread_and(0, 0, "load");
	CHILD("synchronized")
		thread_and(SECCOMP_FILTER_FLAG_TSYNC, 0, "load");
	CHILD("one that has another filter")
		thread_and(SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_RET_LOG, "load");
	CHILD("the same, ESRCH")
		thread_and(SECCOMP_FILTER_FLAG_TSYNC
			| SECCOMP_FILTER_FLAG_TSYNC_ESRCH, SECCOMP_RET_LOG,
			"load");
	CHILD("a thread killed") {
		load_for(0, SYS_getppid, SECCOMP_RET_KILL_THREAD);
		pthread_create(&t, NULL, ask, NULL);
		usleep(100000);
		puts("the other lives");
	}
	CHILD("by a thread") {
		load_for(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS);
		pthread_create(&t, NULL, ask, NULL);
		sleep(5);
	}
}

static long peek_user(pid_t pid, int word)
{
	return ptrace(PTRACE_PEEKUSER, pid, (void *)(word * 4L), NULL);
}

/* Stopped by its filter: the tracer looks, and goes on with this call */
static void traced(long call, long result, const char *what)
{
	struct {
		uint8_t op, pad[3];
		uint32_t arch;
		uint64_t ip, sp, nr, args[6];
		uint32_t data;
	} info = { 0 };
	unsigned long message = 0;
	pid_t pid = begin();
	int status;
	long n;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		load_for(0, SYS_getppid, SECCOMP_RET_TRACE | 55);
		FACT(syscall(SYS_getppid, 1) > 0 ? 1 : -1, "%s", what);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	FACT(status >> 8, "stopped");
	ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message);
	FACT((long)message, "message");
	n = ptrace(PTRACE_GET_INFO, pid, (void *)sizeof(info), &info);
	FACT(n, "information");
	printf("op %d, call %d, argument %d, data %d\n", info.op,
		(int)info.nr, (int)info.args[0], (int)info.data);
	FACT(peek_user(pid, 11), "number");
	FACT(peek_user(pid, 6), "result so far");
	if (call)
		ptrace(PTRACE_POKEUSER, pid, (void *)44, (void *)call);
	if (result)
		ptrace(PTRACE_POKEUSER, pid, (void *)24, (void *)result);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	end(pid, what);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOFBF, 4096);
	if (argc > 1 && !strcmp(argv[1], "exec")) {
		FACT(syscall(SYS_getppid), "after exec");
		status("after exec");
		return 0;
	}
	test_errors();
	test_programs();
	test_actions();
	test_stack();
	test_strict();
	test_inheritance(argv[0]);
	test_threads();
	traced(0, 0, "goes on");
	traced(SYS_getpid, 0, "another call");
	traced(-1, 0, "no call");
	traced(-1, 1234, "no call, a result");
	return 0;
}
