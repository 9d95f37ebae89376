/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: io_setup, io_submit, io_getevents, io_cancel, io_destroy. */
#include <linux/aio_abi.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "facts.h"

#ifndef SYS_io_pgetevents
#define SYS_io_pgetevents	385
#endif
#define PGETEVENTS64		416
#define ROOM			8

static char data[8192];

static long setup(unsigned n, aio_context_t *ctx)
{
	return syscall(SYS_io_setup, n, ctx);
}

static long destroy(aio_context_t ctx)
{
	return syscall(SYS_io_destroy, ctx);
}

static long submit(aio_context_t ctx, struct iocb *io)
{
	return syscall(SYS_io_submit, ctx, 1, &io);
}

static long get(aio_context_t ctx, long min, long n, struct io_event *e,
		struct timespec *ts)
{
	int t[2];

	if (ts) {
		t[0] = ts->tv_sec;
		t[1] = ts->tv_nsec;
	}
	return syscall(SYS_io_getevents, ctx, min, n, e, ts ? t : NULL);
}

static struct iocb request(int op, int fd, void *buf, size_t n, long long at)
{
	return (struct iocb){ .aio_data = 77, .aio_lio_opcode = op,
		.aio_fildes = fd, .aio_buf = (uintptr_t)buf, .aio_nbytes = n,
		.aio_offset = at };
}

/* What was accepted, and its result */
__attribute__((format(printf, 3, 4)))
static void make(aio_context_t ctx, struct iocb io, const char *what, ...)
{
	struct timespec ts = { 2, 0 };
	struct io_event e;
	char label[100];
	va_list ap;
	long rc;

	va_start(ap, what);
	vsnprintf(label, sizeof(label), what, ap);
	va_end(ap);
	errno = 0;
	rc = submit(ctx, &io);
	fact_print(rc, "%s", label);
	if (rc != 1)
		return;
	memset(&e, 0, sizeof(e));
	rc = get(ctx, 1, 1, &e, &ts);
	printf("  %ld: %lld %lld, %d %d\n", rc, (long long)e.res,
		(long long)e.res2, e.data == 77, e.obj == (uintptr_t)&io);
}

static void test_setup(void)
{
	static const unsigned sizes[] = { 0, 1, 2, 65536, 65537, 4194304,
		4194305, 8388608, 0x7FFFFFFF, 0x80000000, 0x80000001,
		0xC0000000, 0xFFFFFFFF };
	aio_context_t ctx, more[3] = { 0 };

	FACT(setup(1, NULL), "no pointer");
	FACT(setup(1, BAD_ADDRESS), "bad pointer");
	FACT(setup(0, BAD_ADDRESS), "nothing, bad pointer");
	ctx = 5;
	FACT(setup(1, &ctx), "not 0");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		ctx = 0;
		FACT(setup(sizes[i], &ctx), "%#x", sizes[i]);
		FACT(ctx != 0, "an id");
		if (ctx)
			FACT(destroy(ctx), "destroyed");
	}
	FACT(setup(40000, &more[0]), "40000");
	FACT(setup(30000, &more[1]), "30000 more");
	FACT(setup(25000, &more[2]), "25000 more");
	FACT(destroy(more[0]), "without the first");
	FACT(setup(40000, &more[1]), "40000 again");
	FACT(destroy(more[1]), "end");
	FACT(destroy(more[1]), "end again");
	FACT(destroy(more[2]), "end");
	FACT(destroy(0), "0");
	FACT(destroy((aio_context_t)data), "no context");
	FACT(destroy(~0UL), "-1");
}

static void test_ring(aio_context_t ctx)
{
	const unsigned *ring = (const unsigned *)ctx;
	struct iocb io = request(IOCB_CMD_PREAD, 0, data, 1, 0);
	struct iocb *list[300];
	struct timespec none = { 0, 0 };
	struct io_event e[4];
	int fd = make_file("ring", 0600);

	io.aio_fildes = fd;
	FACT(ring[1], "slots");
	FACT(ring[4] == 0xa10a10a1, "its magic");
	FACT(ring[5], "compatible features");
	FACT(ring[6], "incompatible features");
	FACT(ring[7], "header");
	for (size_t i = 0; i < COUNT(list); i++)
		list[i] = &io;
	FACT(syscall(SYS_io_submit, ctx, 50, list), "50 at once");
	FACT(ring[2], "head");
	FACT(ring[3], "tail");
	FACT(get(ctx, 0, 3, e, &none), "3 of them");
	FACT(ring[2], "head");
	FACT(((volatile unsigned *)ctx)[2] = 40, "the program took 40");
	FACT(get(ctx, 0, 4, e, &none), "4 more");
	FACT(get(ctx, 0, 4, e, &none), "4 more");
	FACT(get(ctx, 0, 4, e, &none), "the last");
	FACT(get(ctx, 0, 4, e, &none), "none");
	FACT(get(ctx, 0, 4, BAD_ADDRESS, &none), "none, address");
	FACT(submit(ctx, &io), "one");
	FACT(get(ctx, 0, 4, BAD_ADDRESS, &none), "address");
	FACT(get(ctx, 0, 4, e, &none), "it is still there");
	FACT(syscall(SYS_io_submit, ctx, 0, NULL), "submit none");
	FACT(syscall(SYS_io_submit, ctx, 0, BAD_ADDRESS), "none, address");
	FACT(syscall(SYS_io_submit, ctx, -1, list), "submit -1");
	FACT(syscall(SYS_io_submit, ctx, 1, BAD_ADDRESS), "address");
	close(fd);
}

static void test_full(void)
{
	struct timespec none = { 0, 0 };
	struct io_event e[200];
	aio_context_t ctx = 0;
	struct iocb io;
	long n = 0;

	CHECK(setup(1, &ctx) == 0);
	io = request(IOCB_CMD_PREAD, make_file("full", 0600), data, 1, 0);
	while (n < 1000 && submit(ctx, &io) == 1)
		n++;
	FACT(submit(ctx, &io), "a full ring");
	FACT(n > 100 && n <= 126, "so many");
	FACT(get(ctx, 0, 200, e, &none) == n, "all there");
	FACT(submit(ctx, &io), "room again");
	destroy(ctx);
	FACT(submit(ctx, &io), "its ring is gone");
	close(io.aio_fildes);
}

static void test_files(aio_context_t ctx)
{
	struct iovec v[3] = { { "ab", 2 }, { data, 0 }, { "cde", 3 } };
	struct iovec in[2] = { { data, 4 }, { data + 100, 4 } };
	struct iovec bad[2] = { { data, 4 }, { BAD_ADDRESS, 4 } };
	struct iovec negative[1] = { { data, -1 } };
	int fd = make_file("a", 0600), only;
	struct iocb io;

	make(ctx, request(IOCB_CMD_PWRITE, fd, "12345", 5, 0), "write");
	make(ctx, request(IOCB_CMD_PREAD, fd, data, 10, 2), "read");
	printf("%.3s\n", data);
	make(ctx, request(IOCB_CMD_PREAD, fd, data, 10, 5), "at the end");
	make(ctx, request(IOCB_CMD_PREAD, fd, data, 10, -1), "position -1");
	make(ctx, request(IOCB_CMD_PREAD, fd, data, 0, 0), "0 bytes");
	make(ctx, request(IOCB_CMD_PREAD, fd, BAD_ADDRESS, 5, 0), "address");
	make(ctx, request(IOCB_CMD_PWRITE, fd, BAD_ADDRESS, 5, 0),
		"write, address");
	make(ctx, request(IOCB_CMD_PWRITEV, fd, v, 3, 10), "writev");
	make(ctx, request(IOCB_CMD_PREADV, fd, in, 2, 9), "readv");
	printf("%d%.3s %.2s\n", data[0], data + 1, data + 100);
	make(ctx, request(IOCB_CMD_PREADV, fd, bad, 2, 0), "readv, address");
	make(ctx, request(IOCB_CMD_PREADV, fd, negative, 1, 0), "readv, -1");
	make(ctx, request(IOCB_CMD_PREADV, fd, BAD_ADDRESS, 2, 0),
		"readv, no list");
	make(ctx, request(IOCB_CMD_PREADV, fd, in, 1025, 0), "readv, 1025");
	make(ctx, request(IOCB_CMD_PREADV, fd, in, 0, 0), "readv, 0");
	make(ctx, request(IOCB_CMD_FSYNC, fd, NULL, 0, 0), "fsync");
	make(ctx, request(IOCB_CMD_FDSYNC, fd, NULL, 0, 0), "fdsync");
	make(ctx, request(IOCB_CMD_FSYNC, fd, data, 0, 0), "fsync, buffer");
	make(ctx, request(IOCB_CMD_FSYNC, fd, NULL, 1, 0), "fsync, length");
	make(ctx, request(IOCB_CMD_FSYNC, fd, NULL, 0, 1), "fsync, place");
	make(ctx, request(IOCB_CMD_NOOP, fd, NULL, 0, 0), "noop");
	for (int op = 4; op < 12; op += op == 4 ? 5 : 1)
		make(ctx, request(op, fd, data, 1, 0), "operation %d", op);
	make(ctx, request(IOCB_CMD_PREAD, -1, data, 1, 0), "no file");
	make(ctx, request(99, -1, data, 1, 0), "no file, no operation");
	for (int bit = 0; bit < 32; bit++) {
		io = request(IOCB_CMD_PREAD, fd, data, 1, 0);
		io.aio_rw_flags = 1u << bit;
		if (io.aio_rw_flags != 8 && bit < 5)
			make(ctx, io, "rw_flags bit %d", bit);
		else if (bit > 8)
			make(ctx, io, "rw_flags bit %d", bit);
	}
	io = request(IOCB_CMD_PWRITE, fd, "xyz", 3, 0);
	io.aio_rw_flags = RWF_APPEND;
	make(ctx, io, "append");
	FACT(lseek(fd, 0, SEEK_CUR), "the file's position");
	FACT(lseek(fd, 0, SEEK_END), "the size");
	io = request(IOCB_CMD_PREAD, fd, data, 1, 0);
	io.aio_nbytes = -1;
	make(ctx, io, "-1 bytes");
	io.aio_nbytes = 1;
	io.aio_reserved2 = 1;
	make(ctx, io, "reserved");
	io.aio_reserved2 = 0;
	io.aio_key = 9;
	make(ctx, io, "key");
	io.aio_flags = ~3u;
	make(ctx, io, "unknown flags");
	io.aio_flags = IOCB_FLAG_IOPRIO;
	make(ctx, io, "priority 0");
	io.aio_reqprio = 2 << 13 | 7;
	make(ctx, io, "best effort, 7");
	io.aio_reqprio = (int16_t)(4 << 13);
	make(ctx, io, "class 4");
	only = open("a", O_RDONLY);
	make(ctx, request(IOCB_CMD_PWRITE, only, "x", 1, 0), "read-only");
	make(ctx, request(IOCB_CMD_FSYNC, only, NULL, 0, 0), "sync it");
	close(only);
	only = open("a", O_WRONLY);
	make(ctx, request(IOCB_CMD_PREAD, only, data, 1, 0), "write-only");
	close(only);
	only = open("a", O_PATH);
	make(ctx, request(IOCB_CMD_PREAD, only, data, 1, 0), "O_PATH");
	close(only);
	only = open(".", O_RDONLY);
	make(ctx, request(IOCB_CMD_PREAD, only, data, 1, 0), "directory");
	make(ctx, request(IOCB_CMD_FSYNC, only, NULL, 0, 0), "sync it");
	close(only);
	close(fd);
}

static void test_others(aio_context_t ctx)
{
	struct itimerval soon = { .it_value = { 0, 200000 } };
	int p[2], s[2], null = open("/dev/null", O_RDWR);
	int zero = open("/dev/zero", O_RDONLY);

	CHECK(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
	make(ctx, request(IOCB_CMD_PWRITE, null, "x", 1, 0), "null");
	make(ctx, request(IOCB_CMD_PREAD, null, data, 1, 0), "null");
	make(ctx, request(IOCB_CMD_PREAD, zero, data, 9, 0), "zero");
	make(ctx, request(IOCB_CMD_FSYNC, zero, NULL, 0, 0), "sync zero");
	make(ctx, request(IOCB_CMD_PWRITE, p[1], "hello", 5, 0), "pipe");
	make(ctx, request(IOCB_CMD_PREAD, p[0], data, 9, 0), "pipe");
	make(ctx, request(IOCB_CMD_PREAD, p[1], data, 9, 0), "the other end");
	make(ctx, request(IOCB_CMD_FSYNC, p[0], NULL, 0, 0), "sync a pipe");
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	make(ctx, request(IOCB_CMD_PREAD, p[0], data, 9, 0), "it is empty");
	fcntl(p[0], F_SETFL, 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	make(ctx, request(IOCB_CMD_PREAD, p[0], data, 9, 0), "a signal");
	make(ctx, request(IOCB_CMD_PWRITE, s[1], "hello", 5, 0), "socket");
	make(ctx, request(IOCB_CMD_PREAD, s[0], data, 9, 0), "socket");
	make(ctx, request(IOCB_CMD_PWRITE, s[1], "hello", 5, 1),
		"socket, position");
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	make(ctx, request(IOCB_CMD_PWRITE, p[1], "x", 1, 0), "broken pipe");
	close(p[1]);
	close(s[0]);
	close(s[1]);
	close(null);
	close(zero);
}

static void test_eventfd(aio_context_t ctx)
{
	int fd = make_file("e", 0600), event = eventfd(0, EFD_NONBLOCK);
	struct iocb io = request(IOCB_CMD_PWRITE, fd, "12345", 5, 0);
	uint64_t n = 0;

	io.aio_flags = IOCB_FLAG_RESFD;
	io.aio_resfd = event;
	make(ctx, io, "with an eventfd");
	make(ctx, io, "again");
	FACT(read(event, &n, 8), "its count");
	FACT((long)n, "is");
	io.aio_nbytes = -1;
	make(ctx, io, "refused");
	FACT(read(event, &n, 8), "not signalled");
	io.aio_nbytes = 1;
	io.aio_resfd = fd;
	make(ctx, io, "no eventfd");
	io.aio_resfd = -1;
	make(ctx, io, "none");
	n = -2;
	FACT(write(event, &n, 8), "full");
	io.aio_resfd = event;
	make(ctx, io, "signalled all the same");
	FACT(read(event, &n, 8), "its count");
	FACT(n == UINT64_MAX, "is the highest");
	close(fd);
	close(event);
}

static long wait_one(aio_context_t ctx, struct io_event *e, long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	memset(e, 0, sizeof(*e));
	return get(ctx, 1, 1, e, &ts);
}

static void test_poll(aio_context_t ctx)
{
	int p[2], fd = make_file("p", 0600), event = eventfd(0, EFD_NONBLOCK);
	struct iocb io, other;
	struct io_event e;
	uint64_t n;

	CHECK(pipe(p) == 0);
	make(ctx, request(IOCB_CMD_POLL, fd, (void *)1, 0, 0), "a file");
	make(ctx, request(IOCB_CMD_POLL, fd, (void *)2, 0, 0),
		"what a file never has");
	make(ctx, request(IOCB_CMD_POLL, p[1], (void *)5, 0, 0), "room");
	make(ctx, request(IOCB_CMD_POLL, p[0], (void *)0x10000, 0, 0),
		"too high");
	make(ctx, request(IOCB_CMD_POLL, p[0], (void *)1, 1, 0), "length");
	make(ctx, request(IOCB_CMD_POLL, p[0], (void *)1, 0, 1), "place");
	io = request(IOCB_CMD_POLL, p[0], (void *)1, 0, 0);
	io.aio_flags = IOCB_FLAG_RESFD;
	io.aio_resfd = event;
	FACT(submit(ctx, &io), "wait for data");
	FACT(wait_one(ctx, &e, 50), "not yet");
	FACT(syscall(SYS_io_cancel, ctx, &io, &e), "cancel");
	FACT(wait_one(ctx, &e, 2000), "its event");
	FACT((long)e.res & 0x3F, "result");
	FACT(e.obj == (uintptr_t)&io, "whose");
	FACT(read(event, &n, 8), "the eventfd");
	FACT(syscall(SYS_io_cancel, ctx, &io, &e), "cancel again");
	FACT(submit(ctx, &io), "again");
	other = io;
	FACT(submit(ctx, &other), "twice");
	CHECK(write(p[1], "x", 1) == 1);
	FACT(wait_one(ctx, &e, 2000), "data");
	FACT((long)e.res & 0x3F, "result");
	FACT(wait_one(ctx, &e, 2000), "the other");
	FACT((long)e.res & 0x3F, "result");
	FACT(syscall(SYS_io_cancel, ctx, &io, &e), "too late");
	CHECK(read(p[0], data, 1) == 1);
	FACT(submit(ctx, &io), "wait");
	close(p[1]);
	FACT(wait_one(ctx, &e, 2000), "hung up");
	FACT((long)e.res & 0x3F, "result");
	FACT(syscall(SYS_io_cancel, ctx, BAD_ADDRESS, &e), "cancel, address");
	io.aio_key = 1;
	FACT(syscall(SYS_io_cancel, ctx, &io, &e), "cancel, key");
	FACT(syscall(SYS_io_cancel, 0, BAD_ADDRESS, &e), "both");
	io.aio_key = 0;
	FACT(syscall(SYS_io_cancel, 0, &io, &e), "cancel, no context");
	close(p[0]);
	close(fd);
	close(event);
}

static void on_alarm(int sig __attribute__((unused)))
{
}

static void test_waiting(aio_context_t ctx)
{
	struct timespec none = { 0, 0 }, past = { -1, 0 };
	struct itimerval soon = { .it_value = { 0, 100000 } };
	struct io_event e[4];

	FACT(get(ctx, 0, 4, e, NULL), "none wanted");
	FACT(get(ctx, 1, 4, e, &none), "no time");
	setitimer(ITIMER_REAL, &soon, NULL);
	FACT(get(ctx, 1, 4, e, &past), "a time in the past is none");
	FACT(get(ctx, 5, 4, e, &none), "more than fit");
	FACT(get(ctx, -1, 4, e, &none), "-1");
	FACT(get(ctx, 0, -1, e, &none), "room -1");
	FACT(get(ctx, -2, -1, e, &none), "both");
	FACT(get(0, 0, 1, e, &none), "no context");
	FACT(get(0, 5, 1, e, &none), "no context, too many");
	FACT(syscall(SYS_io_getevents, ctx, 0, 1, e, BAD_ADDRESS),
		"time, address");
	FACT(syscall(SYS_io_getevents, 0, 0, 1, e, BAD_ADDRESS),
		"no context, address");
	setitimer(ITIMER_REAL, &soon, NULL);
	FACT(get(ctx, 1, 4, e, NULL), "a signal");
}

static void test_masks(aio_context_t ctx)
{
	struct itimerval soon = { .it_value = { 0, 100000 } };
	uint64_t mask = 0, all = -1;
	long sigs[2] = { (long)&mask, 8 }, wrong[2] = { (long)&mask, 4 };
	long address[2] = { (long)BAD_ADDRESS, 8 }, nothing[2] = { 0, 99 };
	long long ts64[2] = { 0, 50000000 };
	int ts[2] = { 0, 50000000 };
	struct io_event e[2];
	sigset_t set;

	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, ts, NULL), "no mask");
	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, ts, nothing),
		"no mask in it");
	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, ts, wrong), "its size");
	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, ts, address),
		"its address");
	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, ts, BAD_ADDRESS),
		"address");
	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, BAD_ADDRESS, sigs),
		"time, address");
	FACT(syscall(PGETEVENTS64, ctx, 1, 2, e, ts64, NULL), "64 bits");
	FACT(syscall(PGETEVENTS64, ctx, 1, 2, e, BAD_ADDRESS, NULL),
		"64 bits, address");
	FACT(syscall(PGETEVENTS64, ctx, 3, 2, e, ts64, NULL), "64 bits, 3");
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	FACT(syscall(SYS_io_pgetevents, ctx, 1, 2, e, NULL, sigs),
		"a signal let through");
	setitimer(ITIMER_REAL, &soon, NULL);
	mask = all;
	ts64[1] = 300000000;
	FACT(syscall(PGETEVENTS64, ctx, 1, 2, e, ts64, sigs), "kept out");
	sigpending(&set);
	FACT(sigismember(&set, SIGALRM), "it is pending");
	sigprocmask(SIG_SETMASK, (mask = 0, (sigset_t *)&(sigset_t){ 0 }),
		NULL);
}

static void *destroyer(void *ctx)
{
	usleep(100000);
	return (void *)destroy((aio_context_t)ctx);
}

/* Whose a context is, and its end under who waits */
static void test_ends(void)
{
	struct iocb io = request(IOCB_CMD_POLL, 0, (void *)1, 0, 0);
	struct io_event e;
	aio_context_t ctx = 0, moved;
	pthread_t thread;
	void *rc;
	int p[2];

	CHECK(pipe(p) == 0 && setup(8, &ctx) == 0);
	io.aio_fildes = p[0];
	if (checked_fork() == 0) {
		FACT(submit(ctx, &io), "in a child");
		FACT(get(ctx, 0, 1, &e, NULL), "in a child");
		FACT(destroy(ctx), "in a child");
		ctx = 0;
		FACT(setup(8, &ctx), "its own");
		FACT(submit(ctx, &io), "its own");
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
	FACT(submit(ctx, &io), "wait");
	CHECK(pthread_create(&thread, NULL, destroyer, (void *)ctx) == 0);
	FACT(get(ctx, 1, 1, &e, NULL), "destroyed under me");
	pthread_join(thread, &rc);
	FACT((long)rc, "by the other");
	ctx = 0;
	CHECK(setup(8, &ctx) == 0);
	FACT(munmap((void *)ctx, 4096), "the ring is unmapped");
	FACT(submit(ctx, &io), "submit");
	FACT(get(ctx, 0, 1, &e, NULL), "get");
	FACT(destroy(ctx), "destroy");
	ctx = 0;
	CHECK(setup(8, &ctx) == 0);
	moved = (aio_context_t)mmap(NULL, 4096, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FACT(mremap((void *)ctx, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
		(void *)moved) == (void *)moved, "moved");
	FACT(submit(ctx, &io), "where it was");
	FACT(submit(moved, &io), "where it is");
	FACT(destroy(moved), "destroyed there");
	close(p[0]);
	close(p[1]);
}

struct pair {
	aio_context_t ctx;
	struct iocb *io[2];
};

static void *submitter(void *arg)
{
	struct pair *p = arg;

	return (void *)syscall(SYS_io_submit, p->ctx, 2, p->io);
}

/* The end of a context whose submitter still waits, and goes on after it */
static void test_late_poll(void)
{
	static char byte;
	struct iocb first = request(IOCB_CMD_PREAD, 0, &byte, 1, 0);
	struct iocb second = request(IOCB_CMD_POLL, 0, (void *)1, 0, 0);
	struct pair pair = { 0, { &first, &second } };
	pthread_t one, other;
	void *rc;
	int p[2], q[2];

	CHECK(pipe(p) == 0 && pipe(q) == 0 && setup(8, &pair.ctx) == 0);
	first.aio_fildes = p[0];
	second.aio_fildes = q[0];
	CHECK(pthread_create(&one, NULL, submitter, &pair) == 0);
	usleep(100000);
	CHECK(pthread_create(&other, NULL, destroyer, (void *)pair.ctx) == 0);
	usleep(300000);
	CHECK(write(p[1], "x", 1) == 1);
	pthread_join(one, &rc);
	FACT((long)rc, "submitted, the second too late");
	pthread_join(other, &rc);
	FACT((long)rc, "destroyed meanwhile");
	for (int i = 0; i < 2; i++) {
		close(p[i]);
		close(q[i]);
	}
}

static long number(const char *path)
{
	FILE *f = fopen(path, "r");
	long n = -1;

	CHECK(f && fscanf(f, "%ld", &n) == 1);
	fclose(f);
	return n;
}

static void test_settings(void)
{
	aio_context_t ctx = 0;

	FACT(number("/proc/sys/fs/aio-max-nr"), "aio-max-nr");
	FACT(number("/proc/sys/fs/aio-nr"), "aio-nr");
	setup(100, &ctx);
	FACT(number("/proc/sys/fs/aio-nr"), "with one of 100");
	destroy(ctx);
	FACT(number("/proc/sys/fs/aio-nr"), "without");
}

int main(int argc __attribute__((unused)), char **argv)
{
	aio_context_t ctx = 0;
	cpu_set_t one;

	/* Linux spares some slots for each processor */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	facts_begin(argv[1]);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm },
		NULL);
	test_settings();
	test_setup();
	CHECK(setup(ROOM, &ctx) == 0);
	test_ring(ctx);
	test_full();
	destroy(ctx);
	ctx = 0;
	CHECK(setup(ROOM, &ctx) == 0);
	test_files(ctx);
	test_others(ctx);
	test_eventfd(ctx);
	test_poll(ctx);
	test_waiting(ctx);
	test_masks(ctx);
	test_ends();
	test_late_poll();
	CHECK(destroy(ctx) == 0);
	test_settings();
	return 0;
}
