/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors: tables, fcntl, locks, poll and select, and the files that
 * have no name.
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "check.h"

#define FILE_NAME	"/tmp/descriptors-test"

static void test_tables(void)
{
	struct rlimit limit;
	int a = open("/dev/null", O_RDWR), b;

	CHECK(a >= 0);
	CHECK(dup2(a, a) == a && dup2(a, 50) == 50);
	CHECK_ERRNO(dup2(49, 51), EBADF);
	CHECK_ERRNO(dup2(a, -1), EBADF);
	CHECK_ERRNO(dup3(a, a, 0), EINVAL);
	CHECK(dup3(a, 51, O_CLOEXEC) == 51);
	CHECK(fcntl(50, F_GETFD) == 0 && fcntl(51, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(a, F_DUPFD, 60) == 60);
	CHECK(fcntl(a, F_DUPFD_CLOEXEC, 60) == 61);
	CHECK(fcntl(61, F_GETFD) == FD_CLOEXEC);
	CHECK_ERRNO(fcntl(a, F_DUPFD, 1 << 20), EINVAL);
	CHECK(!ioctl(50, FIOCLEX) && fcntl(50, F_GETFD) == FD_CLOEXEC);
	CHECK(!getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = 200;
	CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
	while ((b = dup(a)) >= 0)
		CHECK(b < 200);
	CHECK(errno == EMFILE);
	CHECK(!syscall(SYS_close_range, 50, 100, 0));
	CHECK(dup(a) == 50);
	CHECK(!syscall(SYS_close_range, a + 1, ~0u, 0));
	CHECK_ERRNO(close(50), EBADF);
	CHECK_ERRNO(syscall(SYS_close_range, 5, 4, 0), EINVAL);
	CHECK(!close(a));
}

static void test_flags(void)
{
	int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	int ro = open(FILE_NAME, O_RDONLY);
	char c;

	CHECK(fd >= 0 && ro >= 0);
	CHECK((fcntl(fd, F_GETFL) & ~O_LARGEFILE) == (O_RDWR | O_APPEND));
	CHECK(write(fd, "ab", 2) == 2 && !lseek(fd, 0, SEEK_SET));
	CHECK(write(fd, "c", 1) == 1 && lseek(fd, 0, SEEK_CUR) == 3);
	CHECK(!fcntl(fd, F_SETFL, O_NONBLOCK));
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK(pwrite(fd, "X", 1, 0) == 1 && pread(fd, &c, 1, 0) == 1);
	CHECK(c == 'X');
	CHECK_ERRNO(write(ro, "x", 1), EBADF);
	CHECK_ERRNO(ftruncate(ro, 0), EINVAL);
	CHECK_ERRNO(pread(fd, &c, 1, -1), EINVAL);
	CHECK_ERRNO(pread(fd, (void *)1, 1, 0), EFAULT);
	CHECK_ERRNO(fcntl(fd, 12345), EINVAL);
	CHECK(!close(fd) && !close(ro) && !unlink(FILE_NAME));
}

static struct flock lock_of(int type, off_t start, off_t len)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET,
		.l_start = start, .l_len = len };
}

static void test_locks(void)
{
	int fd = open(FILE_NAME, O_RDWR | O_CREAT, 0600), other;
	struct flock l = lock_of(F_WRLCK, 10, 10);
	int ready[2];
	pid_t pid;

	CHECK(fd >= 0 && !pipe(ready));
	CHECK(!fcntl(fd, F_SETLK, &l));
	pid = fork();
	if (!pid) {
		l = lock_of(F_RDLCK, 0, 0);
		CHECK_ERRNO(fcntl(fd, F_SETLK, &l), EAGAIN);
		CHECK(!fcntl(fd, F_GETLK, &l) && l.l_type == F_WRLCK);
		CHECK(l.l_start == 10 && l.l_len == 10 && l.l_pid == getppid());
		l = lock_of(F_WRLCK, 20, 0);
		CHECK(!fcntl(fd, F_SETLK, &l));
		CHECK(write(ready[1], "", 1) == 1);
		l = lock_of(F_WRLCK, 12, 1);
		CHECK(!fcntl(fd, F_SETLKW, &l));	/* after the split */
		_exit(0);
	}
	CHECK(read(ready[0], &l, 1) == 1);
	l = lock_of(F_WRLCK, 20, 1);
	CHECK_ERRNO(fcntl(fd, F_SETLK, &l), EAGAIN);
	l = lock_of(F_UNLCK, 12, 2);
	CHECK(!fcntl(fd, F_SETLK, &l));
	expect_success(pid);
	l = lock_of(F_WRLCK, 0, 0);		/* the child's went with it */
	CHECK(!fcntl(fd, F_SETLK, &l));

	/* flock belongs to the open file and knows nothing of fcntl */
	other = open(FILE_NAME, O_RDWR);
	CHECK(!flock(fd, LOCK_SH) && !flock(other, LOCK_SH | LOCK_NB));
	CHECK_ERRNO(flock(other, LOCK_EX | LOCK_NB), EAGAIN);
	CHECK(!flock(fd, LOCK_UN) && !flock(other, LOCK_EX | LOCK_NB));
	CHECK_ERRNO(flock(fd, LOCK_SH | LOCK_NB), EAGAIN);
	CHECK(!close(other) && !flock(fd, LOCK_SH | LOCK_NB));
	CHECK_ERRNO(flock(fd, 0), EINVAL);
	CHECK(!close(fd) && !unlink(FILE_NAME));
	close(ready[0]);
	close(ready[1]);
}

static void test_deadlock(void)
{
	int fd = open(FILE_NAME, O_RDWR | O_CREAT, 0600), ready[2];
	struct flock l = lock_of(F_WRLCK, 0, 1);
	pid_t pid;

	CHECK(fd >= 0 && !pipe(ready));
	CHECK(!fcntl(fd, F_SETLK, &l));
	pid = fork();
	if (!pid) {
		l = lock_of(F_WRLCK, 1, 1);
		CHECK(!fcntl(fd, F_SETLK, &l));
		CHECK(write(ready[1], "", 1) == 1);
		l = lock_of(F_WRLCK, 0, 1);
		CHECK(!fcntl(fd, F_SETLKW, &l));
		_exit(0);
	}
	CHECK(read(ready[0], &l, 1) == 1);
	usleep(50000);
	l = lock_of(F_WRLCK, 1, 1);
	CHECK_ERRNO(fcntl(fd, F_SETLKW, &l), EDEADLK);
	CHECK(!close(fd));
	expect_success(pid);
	CHECK(!unlink(FILE_NAME));
	close(ready[0]);
	close(ready[1]);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void test_poll(void)
{
	struct timespec brief = { .tv_nsec = 20000000 };
	struct pollfd p[40];
	int fd[2], n;

	CHECK(!pipe(fd));
	p[0] = (struct pollfd){ fd[0], POLLIN, 0 };
	p[1] = (struct pollfd){ fd[1], POLLOUT, 0 };
	p[2] = (struct pollfd){ 99, POLLIN, 0 };
	p[3] = (struct pollfd){ -1, POLLIN, 77 };
	CHECK(poll(p, 4, 0) == 2);
	CHECK(!p[0].revents && p[1].revents == POLLOUT);
	CHECK(p[2].revents == POLLNVAL && !p[3].revents);
	CHECK(poll(p, 1, 20) == 0);
	CHECK(ppoll(p, 1, &brief, NULL) == 0);
	CHECK(write(fd[1], "x", 1) == 1);
	CHECK(poll(p, 1, -1) == 1 && p[0].revents == POLLIN);
	CHECK(read(fd[0], &n, 1) == 1);

	/* many entries that all wait, then a writer */
	for (int i = 0; i < 40; i++)
		p[i] = (struct pollfd){ fd[0], POLLIN, 0 };
	if (!fork()) {
		usleep(20000);
		_exit(write(fd[1], "x", 1) != 1);
	}
	CHECK(poll(p, 40, 5000) == 40);
	CHECK(wait(NULL) > 0 && read(fd[0], &n, 1) == 1);

	signal(SIGALRM, on_alarm);
	siginterrupt(SIGALRM, 0);
	ualarm(20000, 0);
	CHECK_ERRNO(poll(p, 1, -1), EINTR);
	CHECK(!close(fd[1]));
	CHECK(poll(p, 1, 0) == 1 && p[0].revents == POLLHUP);
	CHECK(!close(fd[0]));
	CHECK(!pipe(fd) && !close(fd[0]));
	p[0] = (struct pollfd){ fd[1], POLLOUT, 0 };
	CHECK(poll(p, 1, 0) == 1 && (p[0].revents & POLLERR));
	CHECK(!close(fd[1]));
	CHECK_ERRNO(poll((void *)1, 1, 0), EFAULT);
}

static void test_select(void)
{
	struct timeval brief = { .tv_usec = 20000 };
	fd_set in, out;
	int fd[2];

	CHECK(!pipe(fd));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd[0], &in);
	CHECK(select(fd[1] + 1, &in, NULL, NULL, &brief) == 0);
	CHECK(!FD_ISSET(fd[0], &in));
	FD_SET(fd[0], &in);
	FD_SET(fd[1], &out);
	CHECK(select(fd[1] + 1, &in, &out, NULL, NULL) == 1);
	CHECK(!FD_ISSET(fd[0], &in) && FD_ISSET(fd[1], &out));
	CHECK(write(fd[1], "x", 1) == 1);
	FD_SET(fd[0], &in);
	CHECK(select(fd[1] + 1, &in, &out, NULL, NULL) == 2);
	CHECK(!close(fd[0]));
	FD_SET(fd[0], &in);
	CHECK_ERRNO(select(fd[1] + 1, &in, NULL, NULL, NULL), EBADF);
	CHECK(!close(fd[1]));
	CHECK_ERRNO(select(-1, NULL, NULL, NULL, NULL), EINVAL);
}

/* A descriptor that no fd_set has a bit for */
static void test_select_many(void)
{
	struct rlimit r = { 2048, 2048 };
	uint32_t in[2048 / 32] = { 0 };
	struct timeval none = { 0, 0 };
	int fd[2];

	CHECK(!setrlimit(RLIMIT_NOFILE, &r) && !pipe(fd));
	CHECK(dup2(fd[0], 2000) == 2000);
	in[2000 / 32] = 1u << 2000 % 32;
	CHECK(select(2048, (fd_set *)in, NULL, NULL, &none) == 0);
	CHECK(!in[2000 / 32] && write(fd[1], "x", 1) == 1);
	in[2000 / 32] = 1u << 2000 % 32;
	CHECK(select(2048, (fd_set *)in, NULL, NULL, &none) == 1);
	CHECK(in[2000 / 32] == 1u << 2000 % 32);
	in[1900 / 32] = 1u << 1900 % 32;
	CHECK_ERRNO(select(2048, (fd_set *)in, NULL, NULL, &none), EBADF);
	close(2000);
	close(fd[0]);
	close(fd[1]);
}

static void test_eventfd(void)
{
	struct pollfd p;
	uint64_t n = 5;
	int fd = eventfd(0, EFD_NONBLOCK);

	CHECK(fd >= 0);
	CHECK_ERRNO(read(fd, &n, 8), EAGAIN);
	CHECK(write(fd, &n, 8) == 8 && write(fd, &n, 8) == 8);
	p = (struct pollfd){ fd, POLLIN | POLLOUT, 0 };
	CHECK(poll(&p, 1, 0) == 1 && p.revents == (POLLIN | POLLOUT));
	CHECK(read(fd, &n, 8) == 8 && n == 10);
	CHECK_ERRNO(write(fd, &n, 4), EINVAL);
	CHECK(!close(fd));
	fd = eventfd(2, EFD_SEMAPHORE);
	CHECK(read(fd, &n, 8) == 8 && n == 1);
	CHECK(!close(fd));
}

static void test_memfd(void)
{
	int fd = memfd_create("test", MFD_ALLOW_SEALING);
	char link[100] = { 0 }, name[40];
	struct stat st;
	char *p;

	CHECK(fd >= 0 && !ftruncate(fd, 8192));
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	strcpy(p + 5000, "shared");
	CHECK(pread(fd, link, 7, 5000) == 7 && !strcmp(link, "shared"));
	CHECK(pwrite(fd, "S", 1, 5000) == 1 && p[5000] == 'S');
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	CHECK(readlink(name, link, sizeof(link)) > 0);
	CHECK(!strcmp(link, "/memfd:test (deleted)"));
	CHECK(!fstat(fd, &st) && st.st_nlink == 0 && st.st_size == 8192);
	CHECK(!munmap(p, 8192));
	CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
	CHECK_ERRNO(ftruncate(fd, 4096), EPERM);
	CHECK_ERRNO(ftruncate(fd, 16384), EPERM);
	CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL));
	CHECK_ERRNO(write(fd, "x", 1), EPERM);
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);
	CHECK(!close(fd));
}

static void test_space(void)
{
	int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct stat st;
	char c = 1;

	CHECK(fd >= 0);
	CHECK(!fallocate(fd, 0, 0, 40960) && !fstat(fd, &st));
	CHECK(st.st_size == 40960 && st.st_blocks == 80);
	CHECK(!fallocate(fd, FALLOC_FL_KEEP_SIZE, 40960, 4096));
	CHECK(!fstat(fd, &st) && st.st_size == 40960 && st.st_blocks == 88);
	CHECK(pwrite(fd, "abcdefgh", 8, 4092) == 8);
	CHECK(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4094,
		20000));
	CHECK(!fstat(fd, &st) && st.st_blocks == 88 - 32);
	CHECK(pread(fd, &c, 1, 4093) == 1 && c == 'b');
	CHECK(pread(fd, &c, 1, 4094) == 1 && c == 0);
	CHECK(lseek(fd, 0, SEEK_HOLE) == 4096);
	CHECK(pwrite(fd, "q", 1, 30000) == 1);
	CHECK(lseek(fd, 4096, SEEK_DATA) >= 20480);
	CHECK(lseek(fd, 4096, SEEK_DATA) <= 30000);
	CHECK_ERRNO(lseek(fd, 40960, SEEK_DATA), ENXIO);
	CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
	CHECK_ERRNO(fallocate(fd, 0, 0, 1ll << 40), ENOSPC);
	CHECK(!ftruncate(fd, 100) && !ftruncate(fd, 5000));
	CHECK(pread(fd, &c, 1, 200) == 1 && c == 0);
	CHECK(!ftruncate(fd, 1ll << 40) && !fstat(fd, &st));
	CHECK(st.st_size == 1ll << 40 && st.st_blocks <= 88);
	CHECK(pwrite(fd, "end", 3, (1ll << 40) - 3) == 3);
	CHECK(pread(fd, &c, 1, (1ll << 40) - 1) == 1 && c == 'd');
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
	CHECK(!close(fd) && !unlink(FILE_NAME));
}

static void test_copies(void)
{
	char text[100] = "0123456789";
	int in = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int out = open(FILE_NAME "2", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct iovec parts[3];
	off_t off = 2;
	int fd[2];

	CHECK(in >= 0 && out >= 0 && !pipe(fd));
	CHECK(write(in, text, 10) == 10);
	CHECK(sendfile(fd[1], in, &off, 5) == 5 && off == 7);
	CHECK(read(fd[0], text, sizeof(text)) == 5);
	CHECK(!memcmp(text, "23456", 5));
	off = 0;
	CHECK(copy_file_range(in, &off, out, NULL, 100, 0) == 10);
	CHECK(pread(out, text, 100, 0) == 10 && text[9] == '9');
	CHECK_ERRNO(copy_file_range(in, NULL, in, NULL, 1, 1), EINVAL);
	CHECK_ERRNO(sendfile(in, fd[0], NULL, 5), EINVAL);

	/* a vector's empty pieces, and its limits */
	parts[0] = (struct iovec){ text, 0 };
	parts[1] = (struct iovec){ text + 50, 3 };
	parts[2] = (struct iovec){ text + 60, 4 };
	CHECK(preadv(in, parts, 3, 1) == 7);
	CHECK(!memcmp(text + 50, "123", 3) && !memcmp(text + 60, "4567", 4));
	CHECK(readv(in, parts, 0) == 0);
	CHECK_ERRNO(readv(in, parts, -1), EINVAL);
	CHECK_ERRNO(readv(in, parts, 1025), EINVAL);
	parts[1].iov_len = -1;
	CHECK_ERRNO(preadv(in, parts, 3, 0), EINVAL);
	close(in);
	close(out);
	close(fd[0]);
	close(fd[1]);
	CHECK(!unlink(FILE_NAME) && !unlink(FILE_NAME "2"));
}

/* Opening what /proc/self/fd shows; and what is being executed */
static void test_reopen(void)
{
	char name[40], c;
	int fd[2], again;

	CHECK(!pipe(fd));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[0]);
	again = open(name, O_RDONLY);
	CHECK(again >= 0 && write(fd[1], "p", 1) == 1);
	CHECK(read(again, &c, 1) == 1 && c == 'p');
	close(again);
	again = open(name, O_WRONLY);
	CHECK(again >= 0 && write(again, "q", 1) == 1);
	CHECK(read(fd[0], &c, 1) == 1 && c == 'q');
	close(again);
	close(fd[0]);
	close(fd[1]);
	fd[0] = eventfd(0, 0);
	CHECK_ERRNO(open(name, O_RDONLY), ENXIO);
	close(fd[0]);
	CHECK_ERRNO(open("/proc/self/exe", O_RDWR), ETXTBSY);
	CHECK_ERRNO(truncate("/proc/self/exe", 0), ETXTBSY);
}

int main(void)
{
	test_tables();
	test_flags();
	test_locks();
	test_deadlock();
	test_poll();
	test_select();
	if (checked_fork() == 0) {
		test_select_many();
		_exit(0);
	}
	expect_success(-1);
	test_eventfd();
	test_memfd();
	test_space();
	test_copies();
	test_reopen();
	return passed("descriptors");
}
