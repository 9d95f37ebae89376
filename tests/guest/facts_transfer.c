/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: pipes by the slot, and data that the kernel moves between files. */
#include <sys/ioctl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "facts.h"

#define PIPE_SIZE(fd)	fcntl(fd, F_GETPIPE_SZ)
#define NONBLOCK_SPLICE	2

static char buffer[70000];
static char text[4096];

struct pair {
	int r, w;
};

static struct pair new_pipe(int flags)
{
	int fd[2];

	CHECK(pipe2(fd, flags | O_NONBLOCK) == 0);
	return (struct pair){ fd[0], fd[1] };
}

static void drop(struct pair p)
{
	close(p.r);
	close(p.w);
}

static long waiting(int fd)
{
	int n = -1;

	ioctl(fd, FIONREAD, &n);
	return n;
}

/* How many writes of n bytes fit */
static int fill(int fd, size_t n)
{
	int count = 0;

	while (write(fd, buffer, n) == (ssize_t)n)
		count++;
	return count;
}

static void test_capacity(void)
{
	static const size_t sizes[] = { 1, 2, 100, 2048, 3000, 4095, 4096,
		4097, 5000, 8192, 10000 };
	static const long wanted[] = { 0, 1, 4096, 4097, 8192, 65535, 65536,
		65537, 1 << 20, (1 << 20) + 1, -1, 1 << 30 };
	struct pair p;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		p = new_pipe(0);
		FACT(fill(p.w, sizes[i]), "writes of %zu that fit", sizes[i]);
		FACT(waiting(p.r), "bytes");
		FACT(write(p.w, buffer, 1), "one byte more");
		FACT(read(p.r, buffer, 1), "read one");
		FACT(write(p.w, buffer, 1), "then write one");
		FACT(read(p.r, buffer, 4096), "read a page");
		FACT(fill(p.w, 1), "single bytes then");
		drop(p);
		p = new_pipe(O_DIRECT);
		FACT(fill(p.w, sizes[i]), "packets of %zu that fit", sizes[i]);
		FACT(waiting(p.r), "bytes");
		FACT(read(p.r, buffer, 50), "read 50");
		FACT(read(p.r, buffer, 10000), "read more");
		FACT(read(p.r, buffer, 4096), "read a page");
		drop(p);
	}
	p = new_pipe(0);
	for (size_t i = 0; i < COUNT(wanted); i++) {
		FACT(fcntl(p.w, F_SETPIPE_SZ, wanted[i]), "resize to %ld",
			wanted[i]);
		FACT(PIPE_SIZE(p.r), "size");
	}
	FACT(fcntl(p.w, F_SETPIPE_SZ, 4096), "one page");
	FACT(fill(p.w, 100), "writes of 100");
	FACT(fcntl(p.w, F_SETPIPE_SZ, 8192), "two pages");
	FACT(fill(p.w, 3000), "writes of 3000");
	FACT(fcntl(p.w, F_SETPIPE_SZ, 4096), "one page when two are used");
	drop(p);
	AS(NOBODY) {
		p = new_pipe(0);
		FACT(fcntl(p.w, F_SETPIPE_SZ, 1 << 20), "a user's largest");
		FACT(fcntl(p.w, F_SETPIPE_SZ, 1 << 21), "a user's too large");
		FACT(fcntl(0, F_SETPIPE_SZ, 4096), "no pipe");
		drop(p);
	}
}

static void test_merging(void)
{
	struct pair p = new_pipe(0);

	for (int i = 0; i < 20; i++)
		CHECK(write(p.w, "abc", 3) == 3);
	FACT(read(p.r, buffer, 100), "twenty small writes in one read");
	CHECK(fcntl(p.w, F_SETFL, O_NONBLOCK | O_DIRECT) == 0);
	FACT(fcntl(p.w, F_GETFL) & O_DIRECT, "O_DIRECT by fcntl");
	for (int i = 0; i < 3; i++)
		CHECK(write(p.w, "abc", 3) == 3);
	FACT(read(p.r, buffer, 100), "packets: read");
	FACT(read(p.r, buffer, 2), "packets: read a part");
	FACT(read(p.r, buffer, 100), "packets: the rest is gone");
	FACT(write(p.w, buffer, 5000), "packets: more than a page");
	FACT(read(p.r, buffer, 5000), "read");
	FACT(read(p.r, buffer, 5000), "read");
	FACT(write(p.w, "x", 0), "an empty packet");
	FACT(read(p.r, buffer, 10), "read");
	drop(p);
	p = new_pipe(0);
	CHECK(fcntl(p.r, F_SETFL, O_NONBLOCK | O_DIRECT) == 0);
	write(p.w, "ab", 2);
	write(p.w, "cd", 2);
	FACT(read(p.r, buffer, 10), "O_DIRECT at the reading end");
	drop(p);
}

static void put(int fd, const char *s)
{
	CHECK(write(fd, s, strlen(s)) == (ssize_t)strlen(s));
}

static void show(int fd)
{
	ssize_t n = read(fd, text, 64);

	printf("  there is: %.*s\n", n < 0 ? 0 : (int)n, text);
}

static void test_splice(void)
{
	struct pair a = new_pipe(0), b = new_pipe(0);
	int fd = make_file("sp", 0644), dir = open(".", O_RDONLY);
	int append = open("sp", O_WRONLY | O_APPEND);
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY);
	int rd = open("sp", O_RDONLY), wr = open("sp", O_WRONLY);
	int path = open("sp", O_PATH), sv[2];
	loff_t off = 3, neg = -1;

	put(fd, "0123456789");
	FACT(splice(fd, &off, a.w, NULL, 5, 0), "file to pipe, at 3");
	FACT(off, "offset");
	show(a.r);
	FACT(lseek(fd, 0, SEEK_CUR), "position");
	FACT(splice(fd, NULL, a.w, NULL, 5, 0), "at the end");
	lseek(fd, 0, SEEK_SET);
	FACT(splice(fd, NULL, a.w, NULL, 100, 0), "from the start, too much");
	FACT(splice(a.r, NULL, b.w, NULL, 4, 0), "pipe to pipe");
	show(b.r);
	FACT(splice(a.r, NULL, fd, NULL, 100, 0), "pipe to file");
	FACT(lseek(fd, 0, SEEK_CUR), "position");
	off = 2;
	put(a.w, "xyz");
	FACT(splice(a.r, NULL, fd, &off, 3, 0), "pipe to file, at 2");
	FACT(off, "offset");
	lseek(fd, 0, SEEK_SET);
	show(fd);
	FACT(splice(a.r, NULL, b.w, NULL, 4, 0), "empty pipe");
	FACT(splice(a.r, NULL, b.w, NULL, 4, NONBLOCK_SPLICE), "non-blocking");
	FACT(splice(a.r, NULL, b.w, NULL, 0, 0), "nothing");
	put(a.w, "xyz");
	FACT(splice(a.r, NULL, a.w, NULL, 3, 0), "pipe to itself");
	FACT(splice(a.r, &off, b.w, NULL, 3, 0), "offset of a pipe");
	FACT(splice(a.r, NULL, b.w, &off, 3, 0), "offset of a pipe, out");
	FACT(splice(a.r, NULL, fd, &neg, 3, 0), "negative offset");
	FACT(splice(fd, &neg, a.w, NULL, 3, 0), "negative offset, in");
	FACT(splice(a.r, NULL, fd, BAD_ADDRESS, 3, 0), "bad address");
	FACT(splice(a.r, NULL, append, NULL, 3, 0), "to O_APPEND");
	FACT(splice(fd, NULL, null, NULL, 3, 0), "no pipe at all");
	FACT(splice(dir, NULL, a.w, NULL, 3, 0), "from a directory");
	FACT(splice(a.r, NULL, dir, NULL, 3, 0), "to a directory");
	FACT(splice(wr, NULL, a.w, NULL, 3, 0), "from write-only");
	FACT(splice(a.r, NULL, rd, NULL, 3, 0), "to read-only");
	FACT(splice(a.w, NULL, fd, NULL, 3, 0), "from the writing end");
	FACT(splice(fd, NULL, a.r, NULL, 3, 0), "to the reading end");
	FACT(splice(path, NULL, a.w, NULL, 3, 0), "O_PATH");
	FACT(splice(99, NULL, a.w, NULL, 3, 0), "bad descriptor");
	FACT(splice(99, NULL, 98, NULL, 0, 0), "bad descriptors, nothing");
	FACT(splice(a.r, NULL, fd, NULL, 3, 0x100), "unknown flag");
	FACT(splice(a.r, NULL, null, NULL, 3, 0), "to /dev/null");
	FACT(splice(zero, NULL, a.w, NULL, 6, 0), "from /dev/zero");
	FACT(waiting(a.r), "bytes");
	FACT(splice(zero, NULL, a.w, NULL, 100000, 0), "all that fits");
	FACT(splice(zero, NULL, a.w, NULL, 10, 0), "when full");
	FACT(splice(zero, NULL, a.w, NULL, 10, NONBLOCK_SPLICE),
		"when full, non-blocking");
	FACT(splice(a.r, NULL, fd, NULL, 100000, 0), "all of it to a file");
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
	put(a.w, "socket");
	FACT(splice(a.r, NULL, sv[0], NULL, 10, 0), "to a socket");
	FACT(splice(sv[1], NULL, b.w, NULL, 10, 0), "from a socket");
	show(b.r);
	drop(b);
	b = new_pipe(0);
	close(b.r);
	put(a.w, "xyz");
	signal(SIGPIPE, SIG_IGN);
	FACT(splice(a.r, NULL, b.w, NULL, 3, 0), "nobody reads");
	close(a.w);
	FACT(splice(a.r, NULL, fd, NULL, 3, 0), "nobody writes: the rest");
	FACT(splice(a.r, NULL, fd, NULL, 3, 0), "nobody writes");
	close(sv[0]); close(sv[1]);
	close(a.r); close(b.w);
	close(fd); close(dir); close(append); close(null); close(zero);
	close(rd); close(wr); close(path);
	unlink("sp");
}

static void test_tee(void)
{
	struct pair a = new_pipe(0), b = new_pipe(0);
	int fd = make_file("te", 0644);

	put(a.w, "0123456789");
	FACT(tee(a.r, b.w, 4, 0), "tee of 4");
	FACT(tee(a.r, b.w, 100, 0), "tee of all");
	show(b.r);
	FACT(waiting(a.r), "it stays");
	FACT(tee(a.r, b.w, 0, 0), "nothing");
	FACT(tee(a.r, a.w, 4, 0), "to itself");
	FACT(tee(a.r, fd, 4, 0), "to a file");
	FACT(tee(fd, a.w, 4, 0), "from a file");
	FACT(tee(a.w, b.w, 4, 0), "from the writing end");
	FACT(tee(a.r, b.r, 4, 0), "to the reading end");
	FACT(tee(99, b.w, 4, 0), "bad descriptor");
	FACT(tee(99, 98, 0, 0), "bad descriptors, nothing");
	FACT(tee(a.r, b.w, 4, 0x100), "unknown flag");
	FACT(tee(b.r, a.w, 4, NONBLOCK_SPLICE), "of an empty one");
	FACT(fill(b.w, 4096), "fill it");
	FACT(tee(a.r, b.w, 4, NONBLOCK_SPLICE), "to a full one");
	read(a.r, text, sizeof(text));
	for (int i = 0; i < 3; i++)
		CHECK(write(a.w, buffer, 4096) == 4096);
	drop(b);
	b = new_pipe(0);
	FACT(tee(a.r, b.w, 12288, 0), "three pages");
	close(a.w);
	while (read(a.r, text, sizeof(text)) > 0)
		;
	FACT(tee(a.r, b.w, 10, 0), "nobody writes");
	close(a.r);
	drop(b);
	close(fd);
	unlink("te");
}

static void test_vmsplice(void)
{
	struct pair p = new_pipe(0);
	struct iovec v[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	struct iovec in[2] = { { text, 2 }, { text + 10, 10 } };
	struct iovec bad = { BAD_ADDRESS, 3 }, huge = { text, -1 };
	int fd = make_file("vm", 0644);

	FACT(vmsplice(p.w, v, 3, 0), "three pieces");
	FACT(vmsplice(p.r, in, 2, 0), "out of the pipe");
	FACT(memcmp(text, "ab", 2) | memcmp(text + 10, "cde", 3), "the same");
	FACT(vmsplice(p.w, v, 0, 0), "no pieces");
	FACT(vmsplice(p.w, v + 1, 1, 0), "an empty one");
	FACT(vmsplice(p.w, &bad, 1, 0), "bad address");
	FACT(vmsplice(p.w, BAD_ADDRESS, 1, 0), "bad vector");
	FACT(vmsplice(p.w, &huge, 1, 0), "negative length");
	FACT(vmsplice(p.w, v, 1025, 0), "too many");
	FACT(vmsplice(p.w, v, 3, 0x100), "unknown flag");
	FACT(vmsplice(fd, v, 3, 0), "a file");
	FACT(vmsplice(99, v, 3, 0), "bad descriptor");
	FACT(vmsplice(p.w, v, 3, 8), "as a gift");
	FACT(waiting(p.r), "bytes");
	v[0] = (struct iovec){ buffer, sizeof(buffer) };
	FACT(vmsplice(p.w, v, 1, NONBLOCK_SPLICE) > 40000, "more than fits");
	FACT(vmsplice(p.w, v, 1, NONBLOCK_SPLICE), "when full");
	drop(p);
	close(fd);
	unlink("vm");
}

static void test_sendfile(void)
{
	int in = make_file("in", 0644), out = make_file("out", 0644);
	int append = open("out", O_WRONLY | O_APPEND), rd, wr;
	int dir = open(".", O_RDONLY), null = open("/dev/null", O_RDWR);
	struct pair p = new_pipe(0);
	off_t off = 4, neg = -1;

	put(in, "0123456789");
	rd = open("in", O_RDONLY);
	wr = open("in", O_WRONLY);
	FACT(sendfile(out, in, &off, 3), "at 4");
	FACT(off, "offset");
	FACT(lseek(in, 0, SEEK_CUR), "position");
	FACT(sendfile(out, rd, NULL, 100), "all");
	FACT(lseek(rd, 0, SEEK_CUR), "position");
	FACT(lseek(out, 0, SEEK_CUR), "position of the target");
	FACT(sendfile(out, rd, NULL, 100), "at the end");
	FACT(sendfile(out, in, &neg, 3), "negative offset");
	FACT(sendfile(out, in, BAD_ADDRESS, 3), "bad address");
	FACT(sendfile(append, in, NULL, 3), "to O_APPEND");
	FACT(sendfile(out, wr, NULL, 3), "from write-only");
	FACT(sendfile(rd, in, NULL, 3), "to read-only");
	FACT(sendfile(99, in, NULL, 3), "bad descriptor");
	FACT(sendfile(out, 99, NULL, 3), "bad descriptor");
	FACT(sendfile(out, dir, NULL, 3), "from a directory");
	FACT(sendfile(dir, in, NULL, 3), "to a directory");
	FACT(sendfile(null, in, &off, 3), "to /dev/null");
	off = 0;
	FACT(sendfile(p.w, in, &off, 5), "to a pipe");
	FACT(waiting(p.r), "bytes");
	FACT(sendfile(out, p.r, NULL, 5), "from a pipe");
	FACT(sendfile(out, in, &off, 0), "nothing");
	off = 3;
	FACT(sendfile(in, in, &off, 4), "to itself");
	FACT(syscall(SYS_sendfile64, out, in, NULL, -1), "negative count");
	int memory = syscall(SYS_memfd_create, "memory", 0);
	int text = open("/proc/self/maps", O_RDONLY);

	FACT(copy_file_range(in, NULL, memory, NULL, 5, 0), "to a memfd");
	FACT(copy_file_range(text, NULL, out, NULL, 5, 0), "from procfs");
	close(in); close(out); close(append); close(rd); close(wr);
	close(dir); close(null); close(memory); close(text);
	drop(p);
	unlink("in"); unlink("out");
}

static void test_copy_range(void)
{
	int in = make_file("in", 0644), out = make_file("out", 0644);
	int append = open("out", O_WRONLY | O_APPEND), rd, wr;
	int dir = open(".", O_RDONLY), null = open("/dev/null", O_RDWR);
	struct pair p = new_pipe(0);
	loff_t a = 4, b = 2, neg = -1, far = LLONG_MAX - 3;

	put(in, "0123456789");
	rd = open("in", O_RDONLY);
	wr = open("in", O_WRONLY);
	FACT(copy_file_range(in, &a, out, &b, 3, 0), "at 4 to 2");
	FACT(a, "offset");
	FACT(b, "offset");
	FACT(lseek(out, 0, SEEK_END), "size");
	FACT(copy_file_range(rd, NULL, out, NULL, 100, 0), "all to the end");
	FACT(lseek(out, 0, SEEK_CUR), "position");
	FACT(copy_file_range(rd, NULL, out, NULL, 100, 0), "at the end");
	a = 20;
	FACT(copy_file_range(in, &a, out, NULL, 5, 0), "behind the end");
	a = 0; b = 2;
	FACT(copy_file_range(in, &a, in, &b, 5, 0), "overlapping");
	a = 0; b = 5;
	FACT(copy_file_range(in, &a, in, &b, 5, 0), "touching");
	a = 0; b = 12;
	FACT(copy_file_range(in, &a, in, &b, 50, 0), "would overlap if longer");
	FACT(copy_file_range(in, &neg, out, &b, 5, 0), "negative offset");
	FACT(copy_file_range(in, &a, out, &far, 5, 0), "too far");
	FACT(copy_file_range(in, BAD_ADDRESS, out, &b, 5, 0), "bad address");
	FACT(copy_file_range(in, NULL, out, NULL, 5, 1), "unknown flag");
	FACT(copy_file_range(in, NULL, append, NULL, 5, 0), "to O_APPEND");
	FACT(copy_file_range(wr, NULL, out, NULL, 5, 0), "from write-only");
	FACT(copy_file_range(in, NULL, rd, NULL, 5, 0), "to read-only");
	FACT(copy_file_range(dir, NULL, out, NULL, 5, 0), "from a directory");
	FACT(copy_file_range(in, NULL, dir, NULL, 5, 0), "to a directory");
	FACT(copy_file_range(p.r, NULL, out, NULL, 5, 0), "from a pipe");
	FACT(copy_file_range(in, NULL, p.w, NULL, 5, 0), "to a pipe");
	FACT(copy_file_range(in, NULL, null, NULL, 5, 0), "to a device");
	FACT(copy_file_range(99, NULL, out, NULL, 5, 0), "bad descriptor");
	FACT(copy_file_range(in, NULL, 99, NULL, 5, 0), "bad descriptor");
	a = b = 0;
	FACT(copy_file_range(in, &a, out, &b, 0, 0), "nothing");
	FACT(copy_file_range(null, &a, out, &b, 0, 0), "nothing of a device");
	close(in); close(out); close(append); close(rd); close(wr);
	close(dir); close(null);
	drop(p);
	unlink("in"); unlink("out");
}

static long preadv2_(int fd, struct iovec *v, int n, long long at, int flags)
{
	return syscall(SYS_preadv2, fd, v, n, (long)at, (long)(at >> 32),
		flags);
}

static long pwritev2_(int fd, struct iovec *v, int n, long long at, int flags)
{
	return syscall(SYS_pwritev2, fd, v, n, (long)at, (long)(at >> 32),
		flags);
}

static void test_vectors(void)
{
	int fd = make_file("v", 0644), rd = open("v", O_RDONLY);
	int wr = open("v", O_WRONLY), dir = open(".", O_RDONLY);
	int path = open("v", O_PATH), append = open("v", O_RDWR | O_APPEND);
	struct pair p = new_pipe(0);
	struct iovec v[2] = { { text, 3 }, { text + 3, 4 } };
	struct iovec neg[2] = { { text, -1 }, { text, 1 } };
	struct iovec sum[2] = { { text, INT_MAX }, { text, INT_MAX } };
	struct iovec bad[2] = { { text, 2 }, { BAD_ADDRESS, 4 } };

	put(fd, "0123456789");
	FACT(preadv(fd, v, 2, 2), "preadv");
	FACT(preadv(fd, v, 2, -1), "preadv, negative offset");
	FACT(preadv(fd, v, -1, 0), "preadv, negative count");
	FACT(preadv(fd, v, 0, 0), "preadv, no pieces");
	FACT(preadv(fd, neg, 2, 0), "preadv, negative length");
	FACT(readv(fd, sum, 2), "readv, too long a sum");
	FACT(preadv(fd, bad, 2, 0), "preadv, bad second piece");
	FACT(preadv(fd, BAD_ADDRESS, 2, 0), "preadv, bad vector");
	FACT(preadv(99, v, 2, 0), "preadv, bad descriptor");
	FACT(preadv(wr, v, 2, 0), "preadv, write-only");
	FACT(pwritev(rd, v, 2, 0), "pwritev, read-only");
	FACT(preadv(dir, v, 2, 0), "preadv, directory");
	FACT(preadv(p.r, v, 2, 0), "preadv, pipe");
	FACT(preadv(path, v, 2, 0), "preadv, O_PATH");
	FACT(pwritev(fd, v, 2, 20), "pwritev behind the end");
	FACT(lseek(fd, 0, SEEK_END), "size");
	FACT(pwritev(append, v, 2, 0), "pwritev, O_APPEND");
	FACT(lseek(fd, 0, SEEK_END), "size");
	FACT(pwrite(append, "x", 1, 0), "pwrite, O_APPEND");
	FACT(lseek(fd, 0, SEEK_END), "size");
	for (int flag = 1; flag <= 64; flag *= 2) {
		FACT(preadv2_(fd, v, 2, 0, flag), "preadv2, flag %d", flag);
		FACT(pwritev2_(fd, v, 2, 0, flag), "pwritev2, flag %d", flag);
	}
	FACT(lseek(fd, 0, SEEK_END), "size");
	lseek(fd, 2, SEEK_SET);
	FACT(preadv2_(fd, v, 2, -1, 0), "preadv2 at the position");
	FACT(lseek(fd, 0, SEEK_CUR), "position");
	FACT(preadv2_(fd, v, 2, -2, 0), "preadv2, negative offset");
	FACT(pwritev2_(fd, v, 2, -1, 0), "pwritev2 at the position");
	FACT(pwritev2_(fd, v, 2, -1, 16), "pwritev2 to the end");
	FACT(lseek(fd, 0, SEEK_CUR), "position");
	FACT(preadv2_(p.r, v, 2, -1, 0), "preadv2 of an empty pipe");
	FACT(preadv2_(p.r, v, 2, -1, 8), "the same without waiting");
	FACT(pwritev2_(p.w, v, 2, -1, 8), "write without waiting");
	FACT(preadv2_(p.r, v, 2, 0, 0), "preadv2 of a pipe at 0");
	FACT(preadv2_(99, v, 2, 0, 128), "bad descriptor and flag");
	FACT(preadv2_(wr, v, 2, 0, 128), "write-only and bad flag");
	close(fd); close(rd); close(wr); close(dir); close(path);
	close(append);
	drop(p);
	unlink("v");
}

static void test_advice(void)
{
	int fd = make_file("ad", 0644), dir = open(".", O_RDONLY);
	int wr = open("ad", O_WRONLY), path = open("ad", O_PATH);
	int null = open("/dev/null", O_RDWR), sv[2];
	struct pair p = new_pipe(0);

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
	for (int advice = -1; advice < 8; advice++) {
		FACT(posix_fadvise(fd, 0, 0, advice), "advice %d", advice);
		FACT(posix_fadvise(dir, 0, 10, advice), "of a directory");
		FACT(posix_fadvise(p.r, 0, 0, advice), "of a pipe");
		FACT(posix_fadvise(sv[0], 0, 0, advice), "of a socket");
		FACT(posix_fadvise(null, 0, 0, advice), "of a device");
	}
	FACT(posix_fadvise(99, 0, 0, 0), "bad descriptor");
	FACT(posix_fadvise(path, 0, 0, 0), "O_PATH");
	FACT(posix_fadvise(fd, -1, 10, 0), "negative offset");
	FACT(posix_fadvise(fd, 0, -1, 0), "negative length");
	FACT(readahead(fd, 0, 100), "readahead");
	FACT(readahead(fd, -1, 100), "readahead, negative");
	FACT(readahead(wr, 0, 100), "readahead, write-only");
	FACT(readahead(dir, 0, 100), "readahead, directory");
	FACT(readahead(p.r, 0, 100), "readahead, pipe");
	FACT(readahead(sv[0], 0, 100), "readahead, socket");
	FACT(readahead(null, 0, 100), "readahead, device");
	FACT(readahead(path, 0, 100), "readahead, O_PATH");
	FACT(readahead(99, 0, 100), "readahead, bad descriptor");
	for (int flags = 0; flags <= 8; flags++)
		FACT(sync_file_range(fd, 0, 10, flags), "sync range, %d",
			flags);
	FACT(sync_file_range(fd, -1, 10, 1), "sync range, negative offset");
	FACT(sync_file_range(fd, 1, -10, 1), "sync range, negative length");
	FACT(sync_file_range(p.w, 0, 10, 1), "sync range, pipe");
	FACT(sync_file_range(null, 0, 10, 1), "sync range, device");
	FACT(sync_file_range(dir, 0, 10, 1), "sync range, directory");
	FACT(sync_file_range(path, 0, 10, 1), "sync range, O_PATH");
	FACT(sync_file_range(99, 0, 10, 1), "sync range, bad descriptor");
	FACT(fsync(fd), "fsync");
	FACT(fsync(wr), "fsync, write-only");
	FACT(fsync(dir), "fsync, directory");
	FACT(fsync(p.w), "fsync, pipe");
	FACT(fsync(sv[0]), "fsync, socket");
	FACT(fsync(null), "fsync, device");
	FACT(fsync(path), "fsync, O_PATH");
	FACT(fsync(99), "fsync, bad descriptor");
	FACT(fdatasync(p.w), "fdatasync, pipe");
	FACT(fdatasync(fd), "fdatasync");
	FACT(syncfs(fd), "syncfs");
	FACT(syncfs(p.w), "syncfs, pipe");
	FACT(syncfs(path), "syncfs, O_PATH");
	FACT(syncfs(99), "syncfs, bad descriptor");
	close(fd); close(dir); close(wr); close(path); close(null);
	close(sv[0]); close(sv[1]);
	drop(p);
	unlink("ad");
}

/* What could only wait is refused at once; nothing is moved nowhere */
static void test_refusals(void)
{
	struct iovec none = { NULL, 0 };
	int fds[] = {
		epoll_create1(0), eventfd(0, EFD_NONBLOCK),
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK),
		inotify_init1(IN_NONBLOCK),
	};
	int pipe_fds[2];

	CHECK(pipe(pipe_fds) == 0);
	for (size_t i = 0; i < COUNT(fds); i++) {
		FACT(splice(pipe_fds[0], NULL, fds[i], NULL, 1, 0),
			"splice into kind %zu", i);
		FACT(readv(fds[i], &none, 1), "readv of nothing");
		FACT(writev(fds[i], &none, 1), "writev of nothing");
		FACT(read(fds[i], NULL, 0), "read of nothing");
		close(fds[i]);
	}
	FACT(pread(pipe_fds[0], (void *)-1, 1, 0), "pread of a pipe, nowhere");
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	CHECK(mkdir("tmpfs", 0755) == 0);
	test_capacity();
	test_merging();
	test_splice();
	test_tee();
	test_vmsplice();
	test_sendfile();
	test_copy_range();
	test_vectors();
	test_advice();
	test_refusals();
	return 0;
}
