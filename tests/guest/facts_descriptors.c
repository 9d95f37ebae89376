/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: descriptors, reading and writing, pipes, locks, waiting for files. */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/random.h>

#include "facts.h"

static int a_file, reader, a_pipe[2], directory, a_path;
static char buffer[70000];

/* Every kind of descriptor, for calls that care */
static const struct {
	const char *name;
	int *fd;
} kinds[] = {
	{ "file", &a_file }, { "read-only", &reader },
	{ "reading end", &a_pipe[0] }, { "writing end", &a_pipe[1] },
	{ "directory", &directory }, { "O_PATH", &a_path },
	{ "none", &(int){ 99 } }, { "-1", &(int){ -1 } },
};

static void test_kinds(void)
{
	struct iovec bad = { BAD_ADDRESS, 10 }, good = { buffer, 1 };
	struct iovec negative[2] = { { buffer, 1 }, { buffer, -1 } };
	loff_t offset = 0;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		const char *n = kinds[i].name;
		int fd = *kinds[i].fd;

		fcntl(fd, F_SETFL, O_NONBLOCK);
		FACT(read(fd, buffer, 0), "%s: read of nothing", n);
		FACT(write(fd, buffer, 0), "%s: write of nothing", n);
		FACT(write(fd, BAD_ADDRESS, 10), "%s: write, bad address", n);
		FACT(write(fd, "x", 1), "%s: write", n);
		FACT(lseek(fd, 0, SEEK_SET), "%s: lseek", n);
		FACT(read(fd, BAD_ADDRESS, 10), "%s: read, bad address", n);
		FACT(read(fd, buffer, 1), "%s: read", n);
		FACT(pread(fd, buffer, 1, 0), "%s: pread", n);
		FACT(pread(fd, buffer, 1, -1), "%s: pread, negative", n);
		FACT(pwrite(fd, buffer, 1, 0), "%s: pwrite", n);
		FACT(pwrite(fd, buffer, 1, -1), "%s: pwrite, negative", n);
		/* Which of two errors comes first has changed since 6.1 */
		int reads = fd != a_pipe[1] && fd != a_path;
		int writes = fd == a_file || fd == a_pipe[1];

		FACT(readv(fd, &bad, 1), "%s: readv, bad address", n);
		if (reads)
			FACT(readv(fd, &good, -1), "%s: readv, negative count", n);
		FACT(readv(fd, &good, 0), "%s: readv of nothing", n);
		FACT(writev(fd, &bad, 1), "%s: writev, bad address", n);
		if (writes) {
			FACT(writev(fd, negative, 2), "%s: negative", n);
			FACT(writev(fd, BAD_ADDRESS, 1), "%s: vector", n);
			FACT(writev(fd, &good, 1025), "%s: long", n);
		}
		FACT(syscall(SYS_preadv2, fd, &good, 1, 0, 0, 0x40000000),
			"%s: preadv2, unknown flag", n);
		FACT(syscall(SYS_preadv2, fd, &good, 1, -1, -1, 0),
			"%s: preadv2 at the position", n);
		FACT(lseek(fd, 0, SEEK_CUR) >= 0, "%s: lseek to here", n);
		FACT(fsync(fd), "%s: fsync", n);
		FACT(ftruncate(fd, 3), "%s: ftruncate", n);
		FACT(fchmod(fd, 0755), "%s: fchmod", n);
		FACT(fchown(fd, -1, -1), "%s: fchown", n);
		FACT(fchdir(fd), "%s: fchdir", n);
		FACT(flock(fd, LOCK_SH), "%s: flock", n);
		FACT(flock(fd, 77), "%s: flock, bad operation", n);
		FACT(fcntl(fd, F_GETFD), "%s: F_GETFD", n);
		FACT(fcntl(fd, F_GETFL) & (O_ACCMODE | O_PATH | O_NONBLOCK),
			"%s: F_GETFL", n);
		FACT(fcntl(fd, F_GETPIPE_SZ), "%s: F_GETPIPE_SZ", n);
		FACT(fcntl(fd, F_GETOWN), "%s: F_GETOWN", n);
		FACT(fcntl(fd, F_GET_SEALS), "%s: F_GET_SEALS", n);
		FACT(fcntl(fd, 9999), "%s: fcntl, unknown", n);
		FACT(fcntl(fd, F_DUPFD, -1), "%s: F_DUPFD, negative", n);
		FACT(fcntl(fd, F_GETLK, BAD_ADDRESS), "%s: F_GETLK, bad", n);
		FACT(ioctl(fd, FIONREAD, BAD_ADDRESS), "%s: FIONREAD, bad", n);
		FACT(ioctl(fd, TCGETS, buffer), "%s: TCGETS", n);
		FACT(ioctl(fd, 0x12345678, 0), "%s: ioctl, unknown", n);
		FACT(syscall(SYS_getdents64, fd, buffer, 1000) > 0,
			"%s: getdents", n);
		FACT(syscall(SYS_getdents64, fd, buffer, 1),
			"%s: getdents, short buffer", n);
		FACT(sendfile(a_pipe[1], fd, &offset, 1), "%s: sendfile from", n);
		FACT(sendfile(fd, reader, &(off_t){ 0 }, 1), "%s: sendfile to", n);
		FACT(syscall(SYS_splice, fd, NULL, a_pipe[1], NULL, 1, 2),
			"%s: splice from", n);
		FACT(syscall(SYS_copy_file_range, fd, &offset, a_file,
			&(loff_t){ 9 }, 1, 0), "%s: copy_file_range from", n);
		FACT(syscall(SYS_copy_file_range, reader, &(loff_t){ 0 }, fd,
			&(loff_t){ 9 }, 1, 0), "%s: copy_file_range to", n);
		FACT(syscall(SYS_readahead, fd, 0, 0, 10), "%s: readahead", n);
		FACT(syscall(SYS_fadvise64, fd, 0, 0, 10, 1), "%s: advise", n);
		FACT(syscall(SYS_fadvise64, fd, 0, 0, 10, 99),
			"%s: unknown advice", n);
		FACT(syscall(SYS_sync_file_range, fd, 0, 0, 0, 0, 99),
			"%s: sync_file_range, flags", n);
		FACT(syscall(SYS_sync_file_range, fd, 0, 0, 0, 0, 1),
			"%s: sync_file_range", n);
		FACT(epoll_ctl(fd, EPOLL_CTL_ADD, reader, NULL),
			"%s: epoll_ctl", n);
		FACT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED
			? 0 : -1, "%s: map shared, readable", n);
		FACT(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0)
			!= MAP_FAILED ? 0 : -1, "%s: map shared, writable", n);
		FACT(mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, fd, 0)
			!= MAP_FAILED ? 0 : -1, "%s: map private", n);
		FACT(signalfd(fd, &(sigset_t){ 0 }, 0) >= 0, "%s: signalfd", n);
		FACT(timerfd_settime(fd, 0, (void *)buffer, NULL),
			"%s: timerfd_settime", n);
	}
}

static void test_table(void)
{
	struct rlimit limit, old;
	int fd, p[2];

	FACT(dup(99), "dup of none");
	FACT(dup2(a_file, 50), "dup2");
	FACT(fcntl(50, F_GETFD), "its flags");
	FACT(dup2(50, 50), "dup2 onto itself");
	FACT(dup2(99, 99), "dup2 of none onto itself");
	FACT(dup2(99, 50), "dup2 of none");
	FACT(fcntl(50, F_GETFD), "the target stays");
	FACT(dup2(50, -1), "dup2 to -1");
	FACT(dup2(50, 1 << 20), "dup2 too high");
	FACT(syscall(SYS_dup3, 50, 51, O_CLOEXEC), "dup3");
	FACT(fcntl(51, F_GETFD), "its flags");
	FACT(syscall(SYS_dup3, 50, 50, 0), "dup3 onto itself");
	FACT(syscall(SYS_dup3, 50, 51, O_NONBLOCK), "dup3, wrong flag");
	FACT(fcntl(50, F_DUPFD, 40), "F_DUPFD");
	FACT(fcntl(50, F_DUPFD_CLOEXEC, 40), "F_DUPFD_CLOEXEC");
	FACT(fcntl(41, F_GETFD), "its flags");
	FACT(fcntl(50, F_DUPFD, 1 << 20), "F_DUPFD too high");
	FACT(fcntl(50, F_SETFD, 0xFFFF), "F_SETFD");
	FACT(fcntl(50, F_GETFD), "F_GETFD");
	FACT(syscall(SYS_close_range, 40, 30, 0), "close_range backwards");
	FACT(syscall(SYS_close_range, 40, 60, 8), "close_range, wrong flag");
	FACT(syscall(SYS_close_range, 40, 60, 4), "close_range, cloexec");
	FACT(fcntl(40, F_GETFD), "its flags");
	FACT(syscall(SYS_close_range, 40, ~0u, 0), "close_range");
	FACT(fcntl(40, F_GETFD), "its descriptors");
	FACT(close(40), "close of a closed one");
	FACT(close(-1), "close of -1");

	getrlimit(RLIMIT_NOFILE, &old);
	limit = (struct rlimit){ 20, old.rlim_max };
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	while (dup(a_file) >= 0)
		;
	FACT(open("file", O_RDONLY), "open without room");
	FACT(pipe(p), "pipe without room");
	FACT(eventfd(0, 0), "eventfd without room");
	FACT(epoll_create1(0), "epoll without room");
	FACT(fcntl(a_file, F_DUPFD, 0), "F_DUPFD without room");
	FACT(fcntl(a_file, F_DUPFD, 20), "F_DUPFD at the limit");
	FACT(dup2(a_file, 20), "dup2 at the limit");
	FACT(dup2(a_file, 19), "dup2 below it");
	close(19);
	FACT(pipe(p), "pipe with room for one");
	FACT(dup(a_file), "the room is left");
	FACT(poll(NULL, 21, 0), "poll of more than the limit");
	CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
	for (fd = 10; fd < 20; fd++)
		if (fd > a_path && fd > a_pipe[1])
			close(fd);
}

static void test_pipes(void)
{
	int p[2], q[2];
	struct pollfd pf[2];

	FACT(syscall(SYS_pipe, BAD_ADDRESS), "pipe, bad address");
	FACT(pipe2(p, 0x1000000), "pipe2, unknown flag");
	FACT(pipe2(p, O_NONBLOCK | O_CLOEXEC), "pipe2");
	FACT(fcntl(p[0], F_GETFL), "its flags");
	FACT(fcntl(p[1], F_GETFL), "its flags");
	FACT(fcntl(p[1], F_GETFD), "its flags");
	FACT(read(p[0], buffer, 10), "read of an empty pipe");
	FACT(write(p[1], buffer, 70000), "write more than fits");
	FACT(write(p[1], buffer, 1), "write into a full pipe");
	pf[0] = (struct pollfd){ p[0], POLLIN | POLLOUT, 0 };
	pf[1] = (struct pollfd){ p[1], POLLIN | POLLOUT, 0 };
	FACT(poll(pf, 2, 0), "poll of a full pipe");
	printf("events %x %x\n", pf[0].revents, pf[1].revents);
	FACT(({ int n; ioctl(p[0], FIONREAD, &n) < 0 ? -1 : n; }), "FIONREAD");
	FACT(read(p[0], buffer, 4096), "read a page");
	FACT(write(p[1], buffer, 5000), "write more than a page");
	FACT(fcntl(p[1], F_SETPIPE_SZ, 4096), "shrink a full pipe");
	while (read(p[0], buffer, 4096) > 0)
		;
	FACT(fcntl(p[1], F_SETPIPE_SZ, 5000), "resize");
	FACT(fcntl(p[1], F_GETPIPE_SZ), "size");
	FACT(fcntl(p[1], F_SETPIPE_SZ, 0), "resize to nothing");
	AS(NOBODY)
		FACT(fcntl(p[1], F_SETPIPE_SZ, 1 << 21), "beyond the limit");
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	FACT(write(p[1], "x", 1), "write without a reader");
	FACT(write(p[1], "", 0), "write nothing without a reader");
	FACT(poll(pf + 1, 1, 0), "poll without a reader");
	printf("events %x\n", pf[1].revents);
	close(p[1]);
	CHECK(pipe(q) == 0 && write(q[1], "ab", 2) == 2);
	close(q[1]);
	FACT(read(q[0], buffer, 10), "read without a writer");
	FACT(read(q[0], buffer, 10), "read at the end");
	pf[0].fd = q[0];
	FACT(poll(pf, 1, 0), "poll without a writer");
	printf("events %x\n", pf[0].revents);
	close(q[0]);

	CHECK(mkfifo("fifo", 0600) == 0);
	FACT(open("fifo", O_WRONLY | O_NONBLOCK), "FIFO without a reader");
	FACT((p[0] = open("fifo", O_RDONLY | O_NONBLOCK)) >= 0, "reader");
	FACT(read(p[0], buffer, 1), "read before a writer");
	pf[0].fd = p[0];
	FACT(poll(pf, 1, 0), "poll before a writer");
	FACT((p[1] = open("fifo", O_WRONLY | O_NONBLOCK)) >= 0, "writer");
	FACT(read(p[0], buffer, 1), "read with a writer");
	FACT(write(p[1], "x", 1), "write");
	close(p[1]);
	FACT(read(p[0], buffer, 1), "read what it wrote");
	FACT(read(p[0], buffer, 1), "read after it");
	FACT(lseek(p[0], 0, SEEK_SET), "lseek of a FIFO");
	FACT(poll(pf, 1, 0), "poll after the writer");
	printf("events %x\n", pf[0].revents);
	close(p[0]);
	unlink("fifo");
}

static long lock_as(int fd, int cmd, int type, int from, int length)
{
	struct flock l = { .l_type = type, .l_start = from, .l_len = length };

	return fcntl(fd, cmd, &l);
}

static void get_lock(int fd, int type, int from, int length)
{
	struct flock l = { .l_type = type, .l_start = from, .l_len = length };

	FACT(fcntl(fd, F_GETLK, &l), "F_GETLK %d %d", from, length);
	printf("type %d from %d length %d by %s\n", l.l_type, (int)l.l_start,
		(int)l.l_len, l.l_pid == getppid() ? "parent" :
		l.l_pid == 0 ? "0" : l.l_pid == -1 ? "-1" : "another");
}

static void test_locks(void)
{
	int fd = make_file("locks", 0666), again = open("locks", O_RDWR);

	FACT(lock_as(fd, F_SETLK, F_WRLCK, 10, 10), "lock");
	FACT(lock_as(fd, F_SETLK, F_RDLCK, 15, 2), "read lock in the middle");
	FACT(lock_as(again, F_SETLK, F_WRLCK, 0, 0), "lock by the same process");
	FACT(lock_as(fd, F_SETLK, F_UNLCK, 0, 0), "unlock");
	FACT(lock_as(fd, F_SETLK, F_WRLCK, 10, 10), "lock");
	FACT(lock_as(fd, F_SETLK, F_RDLCK, 15, 2), "read lock in the middle");
	FACT(lock_as(fd, F_SETLK, F_RDLCK, 40, -5), "negative length");
	FACT(lock_as(fd, F_SETLK, F_RDLCK, 3, -5), "before the beginning");
	FACT(lock_as(fd, F_SETLK, 77, 0, 0), "unknown type");
	FACT(lock_as(reader, F_SETLK, F_WRLCK, 0, 0), "write, read-only");
	FACT(fcntl(fd, F_SETLK, BAD_ADDRESS), "bad address");
	AS(0) {
		get_lock(fd, F_WRLCK, 0, 0);
		get_lock(fd, F_RDLCK, 15, 1);
		get_lock(fd, F_WRLCK, 15, 0);
		get_lock(fd, F_WRLCK, 17, 0);
		get_lock(fd, F_WRLCK, 20, 0);
		FACT(lock_as(fd, F_SETLK, F_WRLCK, 0, 11), "child: lock");
		FACT(lock_as(fd, F_SETLK, F_RDLCK, 15, 2), "child: share");
		FACT(lock_as(fd, F_SETLK, F_WRLCK, 0, 10), "child: beside");
	}
	close(again);
	AS(0)
		FACT(lock_as(fd, F_SETLK, F_WRLCK, 0, 0),
			"child: after a close by its owner");
	FACT(lock_as(fd, F_OFD_SETLK, F_WRLCK, 0, 0), "OFD lock");
	AS(0) {
		int own = open("locks", O_RDWR);

		FACT(lock_as(own, F_SETLK, F_RDLCK, 0, 1), "against OFD");
		FACT(lock_as(own, F_OFD_SETLK, F_RDLCK, 0, 1), "OFD on OFD");
		FACT(lock_as(fd, F_OFD_SETLK, F_RDLCK, 0, 1), "the same OFD");
		get_lock(own, F_WRLCK, 5, 1);
	}
	FACT(fcntl(fd, F_OFD_SETLK, &(struct flock){ .l_pid = 1 }),
		"OFD lock with a process");
	close(fd);

	fd = open("locks", O_RDWR);
	again = open("locks", O_RDONLY);
	FACT(flock(fd, LOCK_EX), "flock");
	FACT(flock(again, LOCK_SH | LOCK_NB), "flock, shared");
	FACT(flock(fd, LOCK_SH | LOCK_NB), "flock, weaker");
	FACT(flock(again, LOCK_SH | LOCK_NB), "flock, shared");
	FACT(flock(fd, LOCK_EX | LOCK_NB), "flock, stronger");
	AS(0)
		FACT(flock(fd, LOCK_UN), "flock, child unlocks");
	FACT(flock(again, LOCK_EX | LOCK_NB), "flock after it");
	FACT(flock(fd, LOCK_NB), "flock of nothing");
	close(fd);
	close(again);
	unlink("locks");
}

static void test_owner(void)
{
	struct { int type, pid; } ex = { 2, 0 };
	int p[2];

	CHECK(pipe(p) == 0);
	FACT(fcntl(p[0], F_SETOWN, getpid()), "F_SETOWN");
	FACT(fcntl(p[0], F_GETOWN) == getpid(), "F_GETOWN");
	FACT(fcntl(p[0], F_SETOWN, 99999999), "F_SETOWN, no process");
	FACT(fcntl(p[0], F_SETOWN, -getpgrp()), "F_SETOWN, group");
	FACT(fcntl(p[0], F_GETOWN_EX, &ex), "F_GETOWN_EX");
	FACT(ex.type, "its type");
	FACT(ex.pid == getpgrp(), "its number");
	ex.type = 77;
	FACT(fcntl(p[0], F_SETOWN_EX, &ex), "F_SETOWN_EX, bad type");
	ex.type = 0;
	ex.pid = getpid();
	FACT(fcntl(p[0], F_SETOWN_EX, &ex), "F_SETOWN_EX, thread");
	FACT(fcntl(p[0], F_SETSIG, 99), "F_SETSIG, no signal");
	FACT(fcntl(p[0], F_SETSIG, SIGUSR1), "F_SETSIG");
	FACT(fcntl(p[0], F_GETSIG), "F_GETSIG");
	FACT(fcntl(p[0], F_SETFL, O_ASYNC), "O_ASYNC");
	FACT(fcntl(p[0], F_GETFL) & O_ASYNC, "is set");
	sigset_t set;
	siginfo_t info = { 0 };
	struct timespec second = { 1, 0 };
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK(write(p[1], "x", 1) == 1);
	FACT(sigtimedwait(&set, &info, &second) == SIGUSR1, "signal");
	FACT(info.si_code, "si_code");
	FACT(info.si_fd == p[0], "si_fd");
	FACT(info.si_band, "si_band");
	close(p[0]);
	close(p[1]);
}

static void test_waiting(void)
{
	struct timespec past = { 0, -1 }, zero = { 0, 0 };
	struct pollfd pf = { a_file, POLLIN | POLLOUT | POLLPRI, 0 };
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = 1 << 20 };
	fd_set set, other;
	int ep = epoll_create1(EPOLL_CLOEXEC), ep2 = epoll_create(1), fd;
	uint64_t n = 5;

	FACT(poll(&pf, 1, 0), "poll of a file");
	FACT(pf.revents, "events");
	pf.fd = 99;
	FACT(poll(&pf, 1, 0), "poll of none");
	FACT(pf.revents, "events");
	pf.fd = -1;
	FACT(poll(&pf, 1, 0), "poll of -1");
	FACT(pf.revents, "events");
	pf.fd = a_path;
	FACT(poll(&pf, 1, 0), "poll of O_PATH");
	FACT(pf.revents, "events");
	FACT(poll(BAD_ADDRESS, 1, 0), "poll, bad address");
	FACT(syscall(SYS_ppoll, &pf, 0, &past, NULL, 8), "ppoll, bad time");
	FACT(syscall(SYS_ppoll, &pf, 0, &zero, &set, 7), "ppoll, bad set");
	FD_ZERO(&set);
	FD_SET(a_file, &set);
	other = set;
	FACT(select(a_file + 1, &set, &other, NULL, &(struct timeval){ 0, 0 }),
		"select of a file");
	FD_SET(99, &set);
	FACT(select(100, &set, NULL, NULL, &(struct timeval){ 0, 0 }),
		"select of none");
	FACT(syscall(SYS__newselect, -1, &set, NULL, NULL, NULL),
		"select, negative");
	FACT(syscall(SYS__newselect, 1, BAD_ADDRESS, NULL, NULL, NULL),
		"select, bad address");
	FACT(syscall(SYS__newselect, 0, NULL, NULL, NULL, (int [2]){ -1, 0 }),
		"select, negative time");

	FACT(syscall(SYS_epoll_create, 0), "epoll_create(0)");
	FACT(epoll_create1(1), "epoll_create1, unknown flag");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, a_file, &ev), "epoll: file");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev), "epoll: itself");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &ev), "epoll: none");
	FACT(epoll_ctl(ep, EPOLL_CTL_MOD, a_pipe[0], &ev), "epoll: change none");
	FACT(epoll_ctl(ep, EPOLL_CTL_DEL, a_pipe[0], NULL), "epoll: remove none");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, a_pipe[0], BAD_ADDRESS), "epoll: bad");
	FACT(epoll_ctl(ep, 77, a_pipe[0], &ev), "epoll: unknown operation");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, a_pipe[0], &ev), "epoll: add");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, a_pipe[0], &ev), "epoll: add again");
	FACT(epoll_ctl(ep2, EPOLL_CTL_ADD, ep, &ev), "epoll: nested");
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, ep2, &ev), "epoll: a circle");
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	FACT(epoll_ctl(ep, EPOLL_CTL_ADD, ep2, &ev), "epoll: exclusive epoll");
	FACT(epoll_ctl(ep, EPOLL_CTL_MOD, a_pipe[0], &ev),
		"epoll: change to exclusive");
	FACT(epoll_wait(ep, &ev, 0, 0), "epoll_wait for none");
	FACT(epoll_wait(ep, &ev, -1, 0), "epoll_wait, negative");
	FACT(epoll_wait(ep, BAD_ADDRESS, 1, 0), "epoll_wait, bad address");
	FACT(epoll_wait(a_file, &ev, 1, 0), "epoll_wait on a file");
	FACT(epoll_wait(99, &ev, 1, 0), "epoll_wait on none");
	close(ep);
	close(ep2);

	FACT(eventfd(0, 0x1000000), "eventfd, unknown flag");
	fd = eventfd(2, EFD_NONBLOCK);
	FACT(read(fd, buffer, 7), "eventfd: short read");
	FACT(read(fd, buffer, 8), "eventfd: read");
	FACT(*(uint64_t *)buffer, "eventfd: value");
	FACT(read(fd, buffer, 8), "eventfd: read of 0");
	FACT(write(fd, &n, 4), "eventfd: short write");
	FACT(write(fd, &n, 8), "eventfd: write");
	n = -1;
	FACT(write(fd, &n, 8), "eventfd: write of the largest");
	n = -2;
	FACT(write(fd, &n, 8), "eventfd: write that overflows");
	FACT(pread(fd, buffer, 8, 0), "eventfd: pread");
	close(fd);
	fd = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);
	FACT(read(fd, buffer, 8) + *(uint64_t *)buffer, "semaphore: read");
	FACT(read(fd, buffer, 8), "semaphore: read");
	FACT(read(fd, buffer, 8), "semaphore: read");
	FACT(read(fd, buffer, 8), "semaphore: read of 0");
	close(fd);

	FACT(timerfd_create(99, 0), "timerfd_create, no clock");
	FACT(timerfd_create(CLOCK_MONOTONIC, 1), "timerfd_create, flag");
	FACT(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), "timerfd, CPU time");
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	FACT(read(fd, buffer, 8), "timerfd: read unarmed");
	FACT(read(fd, buffer, 4), "timerfd: short read");
	FACT(timerfd_settime(fd, 0, &(struct itimerspec){ { 0, 0 },
		{ 0, -1 } }, NULL), "timerfd: bad time");
	FACT(timerfd_settime(fd, 77, &(struct itimerspec){ { 0, 0 },
		{ 0, 1 } }, NULL), "timerfd: unknown flag");
	FACT(timerfd_settime(fd, 1, &(struct itimerspec){ { 0, 0 },
		{ 0, 1 } }, NULL), "timerfd: in the past");
	FACT(read(fd, buffer, 8), "timerfd: read");
	FACT(*(uint64_t *)buffer, "timerfd: expirations");
	FACT(write(fd, buffer, 8), "timerfd: write");
	close(fd);
	FACT(signalfd(-1, (sigset_t *)buffer, 99), "signalfd, unknown flag");
	FACT(syscall(SYS_signalfd4, -1, buffer, 7, 0), "signalfd, bad set");
}

static void test_seals(void)
{
	int fd;

	FACT(memfd_create("x", 0x100), "memfd_create, unknown flag");
	FACT(memfd_create(BAD_ADDRESS, 0), "memfd_create, bad address");
	fd = memfd_create("x", 0);
	FACT(fcntl(fd, F_GET_SEALS), "seals by default");
	FACT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "sealed against seals");
	close(fd);
	fd = memfd_create("x", MFD_ALLOW_SEALING);
	CHECK(ftruncate(fd, 4096) == 0);
	FACT(fcntl(fd, F_ADD_SEALS, 0x100), "unknown seal");
	FACT(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), "F_SEAL_SHRINK");
	FACT(ftruncate(fd, 10), "shrink");
	FACT(ftruncate(fd, 8192), "grow");
	FACT(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), "F_SEAL_GROW");
	FACT(ftruncate(fd, 9000), "grow");
	FACT(pwrite(fd, "xy", 2, 8191), "write across the end");
	char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FACT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "F_SEAL_WRITE, mapped");
	munmap(m, 4096);
	FACT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "F_SEAL_WRITE");
	FACT(write(fd, "x", 1), "write");
	FACT(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED
		? -1 : 0, "map writable");
	FACT(mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED
		? -1 : 0, "map privately");
	m = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	FACT(m == MAP_FAILED ? -1 : 0, "map readable");
	FACT(mprotect(m, 4096, PROT_READ | PROT_WRITE), "make it writable");
	FACT(fallocate(fd, 3, 0, 4096), "punch");
	FACT(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), "F_SEAL_SEAL");
	FACT(fcntl(fd, F_GET_SEALS), "seals");
	FACT(fcntl(fd, F_ADD_SEALS, 0), "seal after it");
	close(fd);
	FACT(fcntl(a_pipe[0], F_ADD_SEALS, 0), "seal a pipe that is read");
	FACT(fcntl(a_pipe[1], F_ADD_SEALS, 0), "seal a pipe that is written");
}

/* Calls that ask for what the device or file system has not */
static void test_special(void)
{
	int fd = open("/proc/self/maps", O_RDONLY), value;

	FACT(fsync(fd), "fsync, procfs");
	FACT(fdatasync(fd), "fdatasync, procfs");
	close(fd);
	fd = open("/proc/self", O_RDONLY);
	FACT(fsync(fd), "fsync, a directory of procfs");
	close(fd);
	fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	FACT(ioctl(fd, TIOCMGET, &value), "TIOCMGET");
	FACT(ioctl(fd, TIOCGSERIAL, &value), "TIOCGSERIAL");
	AS(NOBODY)
		FACT(ioctl(fd, TIOCVHANGUP, 0), "TIOCVHANGUP, nobody");
	FACT(ioctl(fd, TIOCVHANGUP, 0), "TIOCVHANGUP");
	close(fd);
}

/* What no file system in memory can do */
static void test_cloning(void)
{
	struct file_clone_range range = { .src_fd = reader };
	int to = make_file("clone", 0600), null = open("/dev/null", O_RDWR);

	FACT(ioctl(to, FICLONE, reader), "clone");
	FACT(ioctl(to, FICLONE, 99), "clone, bad descriptor");
	FACT(ioctl(to, FICLONE, directory), "clone a directory");
	FACT(ioctl(to, FICLONE, null), "clone a device");
	FACT(ioctl(reader, FICLONE, to), "clone to read-only");
	FACT(ioctl(to, FICLONERANGE, &range), "clone a range");
	FACT(ioctl(to, FICLONERANGE, BAD_ADDRESS), "clone, bad address");
	FACT(ioctl(to, FS_IOC_FIEMAP, &range), "extents");
	FACT(ioctl(to, FIFREEZE, 0), "freeze");
	FACT(ioctl(to, FITHAW, 0), "thaw");
	AS(NOBODY)
		FACT(ioctl(to, FIFREEZE, 0), "freeze, nobody");
	close(to);
	close(null);
}

/* random(4) */
static void test_random(void)
{
	int fd = open("/dev/urandom", O_RDWR), added[3] = { 8, 4, 0 }, bits;
	int none[2] = { -1, 4 };

	FACT(ioctl(fd, RNDGETENTCNT, &bits), "entropy");
	FACT(ioctl(fd, RNDGETENTCNT, BAD_ADDRESS), "entropy, bad address");
	AS(NOBODY) {
		FACT(ioctl(fd, RNDADDENTROPY, added), "add, nobody");
		FACT(ioctl(fd, RNDADDTOENTCNT, added), "count, nobody");
		FACT(ioctl(fd, RNDZAPENTCNT, 0), "zap, nobody");
	}
	FACT(ioctl(fd, RNDADDENTROPY, added), "add");
	FACT(ioctl(fd, RNDADDENTROPY, none), "add, negative");
	FACT(ioctl(fd, RNDADDENTROPY, BAD_ADDRESS), "add, bad address");
	FACT(ioctl(fd, RNDADDTOENTCNT, none), "count, negative");
	FACT(ioctl(fd, RNDADDTOENTCNT, added), "count");
	FACT(ioctl(fd, RNDZAPENTCNT, 0), "zap");
	FACT(ioctl(fd, RNDCLEARPOOL, 0), "clear");
	FACT(ioctl(fd, 0x5299, 0), "unknown");
	FACT(write(fd, BAD_ADDRESS, 4), "write, bad address");
	FACT(write(fd, "data", 4), "write");
	close(fd);
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	CHECK(mkdir("dir", 0700) == 0);
	a_file = make_file("file", 0600);
	reader = open("file", O_RDONLY);
	directory = open("dir", O_RDONLY);
	a_path = open("file", O_PATH);
	CHECK(pipe(a_pipe) == 0);
	CHECK(write(a_file, "0123456789", 10) == 10);
	int home = open(".", O_RDONLY);
	test_kinds();
	CHECK(fchdir(home) == 0);
	test_table();
	test_pipes();
	test_locks();
	test_owner();
	test_waiting();
	test_seals();
	test_special();
	test_cloning();
	test_random();
	return 0;
}
