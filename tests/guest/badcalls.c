/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls with bad arguments.
 *
 * badcalls          addresses that are not the caller's: EFAULT
 * badcalls random   any number, any arguments: the kernel goes on.  For the
 *                   guest only: as root it might hit something on a host.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "check.h"

#define BATCHES	40
#define CALLS	400

static const uint32_t wild[] = {
	0x10, 0x100000, 0xC0000000, 0xC0100000, 0xFFBFF000, 0xFFFFFFF0 };

/* With the bad address as argument number `place` (from 0) of three. */
static const struct {
	const char *name;
	int number, place, arguments[3];
} calls[] = {
	{ "read", SYS_read, 1, { 3, 0, 64 } },
	{ "write", SYS_write, 1, { 4, 0, 64 } },
	{ "open", SYS_open, 0, { 0, 0, 0 } },
	{ "unlink", SYS_unlink, 0, { 0, 0, 0 } },
	{ "execve", SYS_execve, 0, { 0, 0, 0 } },
	{ "chdir", SYS_chdir, 0, { 0, 0, 0 } },
	{ "pipe", SYS_pipe, 0, { 0, 0, 0 } },
	{ "getcwd", SYS_getcwd, 0, { 0, 100, 0 } },
	{ "stat64", SYS_stat64, 0, { 0, 0, 0 } },
	{ "fstat64", SYS_fstat64, 1, { 3, 0, 0 } },
	{ "uname", SYS_uname, 0, { 0, 0, 0 } },
	{ "writev", SYS_writev, 1, { 4, 0, 2 } },
	{ "readv", SYS_readv, 1, { 3, 0, 2 } },
	{ "poll", SYS_poll, 0, { 0, 2, 0 } },
	{ "nanosleep", SYS_nanosleep, 0, { 0, 0, 0 } },
	{ "rt_sigaction", SYS_rt_sigaction, 1, { SIGUSR1, 0, 0 } },
	{ "rt_sigprocmask", SYS_rt_sigprocmask, 1, { 0, 0, 0 } },
	{ "clock_gettime", 265, 1, { 1, 0, 0 } },
	{ "gettimeofday", 78, 0, { 0, 0, 0 } },
	{ "sysinfo", SYS_sysinfo, 0, { 0, 0, 0 } },
	{ "getrlimit", SYS_ugetrlimit, 1, { 3, 0, 0 } },
	{ "symlink", SYS_symlink, 0, { 0, 0, 0 } },
	{ "set_thread_area", SYS_set_thread_area, 0, { 0, 0, 0 } },
	{ "getrandom", SYS_getrandom, 0, { 0, 16, 0 } },
	{ "getdents64", SYS_getdents64, 1, { 5, 0, 1000 } },
	{ "setitimer", 104, 1, { 0, 0, 0 } },
};

static void test_addresses(void)
{
	/* The descriptors that the table names */
	CHECK(open("/dev/zero", O_RDONLY) == 3);
	CHECK(open("/tmp/badcalls", O_WRONLY | O_CREAT, 0600) == 4);
	CHECK(open("/", O_RDONLY | O_DIRECTORY) == 5);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		for (size_t w = 0; w < sizeof(wild) / sizeof(*wild); w++) {
			long a[3];
			long result;

			for (int n = 0; n < 3; n++)
				a[n] = calls[i].arguments[n];
			a[calls[i].place] = (long)wild[w];
			/* rt_sig* want the size of the set. */
			result = syscall(calls[i].number, a[0], a[1], a[2], 8);
			if (result == -1 && errno == EFAULT)
				continue;
			printf("%s with %#x: result %ld, errno %d\n",
				calls[i].name, wild[w], result, errno);
			exit(1);
		}
	}
	CHECK_ERRNO(syscall(100000), ENOSYS);
	CHECK_ERRNO(syscall(-1), ENOSYS);
	CHECK(!unlink("/tmp/badcalls"));
}

/* Ends the caller, or others, or waits for ever. */
static int excluded(uint32_t number)
{
	static const uint32_t list[] = {
		SYS_exit, SYS_fork, SYS_pause, SYS_kill, SYS_reboot,
		SYS_vhangup, SYS_sigreturn, SYS_clone, SYS_rt_sigreturn,
		SYS_rt_sigqueueinfo, SYS_vfork, SYS_tkill, SYS_exit_group,
		SYS_tgkill, SYS_rt_tgsigqueueinfo, SYS_execve, SYS_execveat };

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (number == list[i])
			return 1;
	return 0;
}

static uint32_t random_state;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % below;
}

static long any_argument(char *buffer)
{
	switch (any(6)) {
	case 0: return (long)wild[any(sizeof(wild) / sizeof(*wild))];
	case 1: return (long)any(16);
	case 2: return -(long)any(16);
	case 3: return (long)(buffer + any(4096));
	case 4: return (long)(any(65536) << 16 | any(65536));
	default: return (long)(1u << any(32));
	}
}

static void call_at_random(uint32_t seed)
{
	char *buffer = mmap(NULL, 16384, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	random_state = seed;
	for (int i = 0; i < 3; i++)
		CHECK(dup2(open("/dev/null", O_RDWR), i) == i);
	alarm(1);
	for (int i = 0; i < CALLS; i++) {
		uint32_t number = any(450);

		if (!excluded(number))
			syscall(number, any_argument(buffer),
				any_argument(buffer), any_argument(buffer),
				any_argument(buffer), any_argument(buffer),
				any_argument(buffer));
	}
}

static void test_random(void)
{
	for (uint32_t batch = 0; batch < BATCHES; batch++) {
		pid_t pid = checked_fork();
		int ms = 0;

		if (!pid) {
			call_at_random(batch * 7919 + 1);
			_exit(0);
		}
		while (waitpid(pid, NULL, WNOHANG) == 0) {
			usleep(10000);
			if ((ms += 10) > 3000)
				kill(pid, SIGKILL);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "random"))
		test_random();
	else
		test_addresses();
	return passed("badcalls");
}
