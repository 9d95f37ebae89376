/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a Linux program pays for its system calls.  Runs on any i386 Linux.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include "bench.h"

static int null, zero, self;
static pid_t me;
static int a[2], b[2];
static char buf[PAGE];
static char *dirty;
static const char *program;

/* The call itself: musl caches nothing, but wraps some of them */
static void null_call(void)
{
	syscall(SYS_getppid);
}

static void write_null(void)
{
	check(write(null, buf, 1) == 1, "write");
}

static void read_zero_1(void)
{
	check(read(zero, buf, 1) == 1, "read");
}

static void read_zero_4k(void)
{
	check(read(zero, buf, PAGE) == PAGE, "read");
}

static void do_clock(void)
{
	struct timespec ts;

	check(clock_gettime(CLOCK_MONOTONIC, &ts) == 0, "clock_gettime");
}

static void do_clock_call(void)
{
	struct { int64_t sec, nsec; } ts;

	check(syscall(SYS_clock_gettime64, CLOCK_MONOTONIC, &ts) == 0,
		"clock_gettime64");
}

static void do_fstat(void)
{
	struct stat st;

	check(fstat(self, &st) == 0, "fstat");
}

static void do_stat(void)
{
	struct stat st;

	check(stat(program, &st) == 0, "stat");
}

static void do_open(void)
{
	int fd = open(program, O_RDONLY);

	check(fd >= 0 && close(fd) == 0, "open");
}

static void do_yield(void)
{
	sched_yield();
}

static void on_signal(int sig)
{
	(void)sig;
}

static void install(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	check(sigaction(SIGUSR1, &sa, NULL) == 0, "sigaction");
}

static void deliver(void)
{
	kill(me, SIGUSR1);
}

static void map_unmap(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED && munmap(p, PAGE) == 0, "mmap");
}

static void pipe_self(size_t n)
{
	check(write(a[1], buf, n) == (ssize_t)n, "write");
	check(read(a[0], buf, n) == (ssize_t)n, "read");
}

static void pipe_1(void)
{
	pipe_self(1);
}

static void pipe_4k(void)
{
	pipe_self(PAGE);
}

static void ping_pong(void)
{
	check(write(a[1], buf, 1) == 1, "write");
	check(read(b[0], buf, 1) == 1, "read");
}

static void do_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	reap(pid);
}

static void exec_self(void)
{
	fork_exec(program);
}

static void vfork_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl(program, program, "exit", NULL);
		_exit(1);
	}
	reap(pid);
}

static void fork_sh(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/sh", "sh", "-c", ":", NULL);
		_exit(1);
	}
	reap(pid);
}

static void fork_touch(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (int i = 0; i < 64; i++)
			dirty[i * PAGE] = 2;
		_exit(0);
	}
	reap(pid);
}

/* First touches of fresh anonymous pages, per page */
static void touch(int pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t best = 0, t;

	check(p != MAP_FAILED, "mmap");
	for (int i = 0; i < pages; i++) {
		t = now();
		p[i * PAGE] = 1;
		t = now() - t;
		if (!best || t < best)
			best = t;
	}
	munmap(p, pages * PAGE);
	report("page-fault", best);
}

static const struct row rows[] = {
	{ "getppid", null_call, 200 },
	{ "write-null-1", write_null, 200 },
	{ "read-zero-1", read_zero_1, 200 },
	{ "read-zero-4k", read_zero_4k, 200 },
	{ "clock", do_clock, 100 },
	{ "clock-call", do_clock_call, 100 },
	{ "fstat", do_fstat, 100 },
	{ "stat", do_stat, 100 },
	{ "open-close", do_open, 100 },
	{ "sched-yield", do_yield, 100 },
	{ "sigaction", install, 100 },
	{ "signal", deliver, 100 },
	{ "mmap-munmap", map_unmap, 100 },
	{ "pipe-1", pipe_1, 100 },
	{ "pipe-4k", pipe_4k, 50 },
	{ "fork-exit", fork_exit, 20 },
	{ "vfork-exit", do_vfork, 20 },
	{ "fork-exec", exec_self, 10 },
	{ "vfork-exec", vfork_exec, 10 },
	{ "fork-sh", fork_sh, 10 },
};

static void measure(const struct row *r)
{
	report(r->name, best_mean(r->fn, r->count));
}

/* A byte to another process and back, by whatever a and b are */
static void measure_ping_pong(const char *name)
{
	const struct row row = { name, ping_pong, 50 };
	pid_t pid = fork();

	check(pid >= 0, "fork");
	if (!pid) {
		char c;

		close(a[1]);
		while (read(a[0], &c, 1) == 1)
			check(write(b[1], &c, 1) == 1, "write");
		_exit(0);
	}
	measure(&row);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The same by a pair of sockets */
static void measure_socket(void)
{
	int pair[2];

	check(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	a[1] = b[0] = pair[0];
	a[0] = b[1] = pair[1];
	measure_ping_pong("unix-ping-pong");
}

int main(int argc, char **argv)
{
	const struct row touched = { "fork-touch-64", fork_touch, 10 };

	if (argc > 1 && !strcmp(argv[1], "exit"))
		return 0;
	program = argv[0];
	me = getpid();
	null = open("/dev/null", O_WRONLY);
	zero = open("/dev/zero", O_RDONLY);
	self = open(program, O_RDONLY);
	check(null >= 0 && zero >= 0 && self >= 0, "open");
	check(!pipe(a) && !pipe(b), "pipe");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&rows[i]);
	touch(64);
	measure_ping_pong("pipe-ping-pong");
	measure_socket();
	dirty = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(dirty != MAP_FAILED, "mmap");
	memset(dirty, 1, 64 * PAGE);
	measure(&touched);
	return 0;
}
