/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets apart from what they carry: the calls' errors, options, names,
 * what a socket is as a file.
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "sockets.h"

static void *volatile bad = (void *)8;
#define BAD		bad

static void test_create(void)
{
	int fd[2];

	CHECK_ERRNO(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERRNO(socket(200, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERRNO(socket(AF_APPLETALK, 9999, 0), EINVAL);
	CHECK_ERRNO(socket(AF_UNIX, 11, 0), EINVAL);
	CHECK_ERRNO(socket(AF_UNIX, SOCK_STREAM | 0x100, 0), EINVAL);
	CHECK_ERRNO(socket(AF_UNIX, SOCK_RDM, 0), ESOCKTNOSUPPORT);
	CHECK_ERRNO(socket(AF_UNIX, 0, 0), ESOCKTNOSUPPORT);
	CHECK_ERRNO(socket(AF_UNIX, SOCK_STREAM, 7), EPROTONOSUPPORT);
	CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 7, fd),
		EPROTONOSUPPORT);
	CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, fd), EINVAL);
	CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD), EFAULT);
	CHECK_ERRNO(socketpair(200, SOCK_STREAM, 0, fd), EAFNOSUPPORT);
	fd[0] = socket(AF_UNIX, SOCK_RAW, 0);
	CHECK(fd[0] >= 0 && get_option(fd[0], SO_TYPE) == SOCK_DGRAM);
	fd[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		AF_UNIX);
	CHECK(fcntl(fd[1], F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(fd[1], F_GETFL) == (O_RDWR | O_NONBLOCK));
	close_pair(fd);
}

static void test_not_sockets(void)
{
	int file = open("/dev/null", O_RDWR), path = open("/", O_PATH);
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	struct msghdr m = { 0 };
	int v;

	CHECK_ERRNO(bind(999, UN(&a), 4), EBADF);
	CHECK_ERRNO(bind(file, UN(&a), 4), ENOTSOCK);
	CHECK_ERRNO(bind(path, UN(&a), 4), EBADF);
	CHECK_ERRNO(connect(file, UN(&a), 4), ENOTSOCK);
	CHECK_ERRNO(listen(999, 1), EBADF);
	CHECK_ERRNO(listen(file, 1), ENOTSOCK);
	CHECK_ERRNO(accept(file, NULL, NULL), ENOTSOCK);
	CHECK_ERRNO(accept4(999, NULL, NULL, 0), EBADF);
	/* Linux 6.1; musl would try accept() next */
	CHECK_ERRNO(syscall(SYS_accept4, 0, NULL, NULL, 1), EINVAL);
	CHECK_ERRNO(accept4(999, NULL, NULL, 1), EBADF);
	CHECK_ERRNO(getsockname(file, (void *)&a, &len), ENOTSOCK);
	CHECK_ERRNO(getpeername(999, (void *)&a, &len), EBADF);
	CHECK_ERRNO(shutdown(file, 9), ENOTSOCK);
	CHECK_ERRNO(send(file, "", 1, 0), ENOTSOCK);
	CHECK_ERRNO(recv(999, &a, 1, 0), EBADF);
	CHECK_ERRNO(sendmsg(file, &m, 0), ENOTSOCK);
	CHECK_ERRNO(recvmsg(999, &m, 0), EBADF);
	CHECK_ERRNO(sendmmsg(file, (void *)&m, 1, 0), ENOTSOCK);
	CHECK_ERRNO(recvmmsg(file, (void *)&m, 1, 0, NULL), ENOTSOCK);
	len = sizeof(v);
	CHECK_ERRNO(getsockopt(file, SOL_SOCKET, SO_TYPE, &v, &len), ENOTSOCK);
	CHECK_ERRNO(setsockopt(999, SOL_SOCKET, SO_TYPE, &v, 4), EBADF);
	close(file);
	close(path);
}

static void test_addresses(void)
{
	int fd = un_socket(SOCK_STREAM);
	struct sockaddr_un a;
	socklen_t len = un_name(&a, "@x"), minus = -1;

	CHECK_ERRNO(bind(fd, UN(&a), -1), EINVAL);
	CHECK_ERRNO(bind(fd, UN(&a), 129), EINVAL);
	CHECK_ERRNO(bind(fd, BAD, len), EFAULT);
	CHECK_ERRNO(bind(fd, UN(&a), 1), EINVAL);
	CHECK_ERRNO(bind(fd, UN(&a), 0), EINVAL);
	CHECK_ERRNO(bind(fd, UN(&a), sizeof(a) + 1), EINVAL);
	a.sun_family = AF_INET;
	CHECK_ERRNO(bind(fd, UN(&a), len), EINVAL);
	CHECK_ERRNO(connect(fd, UN(&a), len), EINVAL);
	a.sun_family = AF_UNIX;
	CHECK_ERRNO(connect(fd, UN(&a), 2), EINVAL);
	CHECK_ERRNO(connect(fd, BAD, len), EFAULT);
	CHECK(!bind(fd, UN(&a), len));
	CHECK_ERRNO(getsockname(fd, (void *)&a, &minus), EINVAL);
	CHECK_ERRNO(getsockname(fd, (void *)&a, BAD), EFAULT);
	CHECK_ERRNO(getsockname(fd, BAD, &len), EFAULT);
	memset(&a, 0x55, sizeof(a));
	len = 3;				/* cut, but told in full */
	CHECK(!getsockname(fd, (void *)&a, &len) && len == 4);
	CHECK(a.sun_family == AF_UNIX && a.sun_path[0] == 0);
	CHECK(a.sun_path[1] == 0x55);
	len = sizeof(a);
	CHECK_ERRNO(getpeername(fd, (void *)&a, &len), ENOTCONN);
	close(fd);
}

static void test_options(void)
{
	int fd = un_socket(SOCK_STREAM), v = 1;
	socklen_t len = sizeof(v), minus = -1;
	struct linger l = { 1, 5 };
	struct timeval t = { 3, 500000 };
	char byte = 9;

	CHECK(get_option(fd, SO_TYPE) == SOCK_STREAM);
	CHECK(get_option(fd, SO_DOMAIN) == AF_UNIX);
	CHECK(get_option(fd, SO_PROTOCOL) == 0);
	CHECK(get_option(fd, SO_ERROR) == 0);
	CHECK(get_option(fd, SO_ACCEPTCONN) == 0);
	CHECK(get_option(fd, SO_REUSEADDR) == 0);
	CHECK(!set_option(fd, SO_REUSEADDR, 77));
	CHECK(get_option(fd, SO_REUSEADDR) == 1);
	CHECK(!set_option(fd, SO_KEEPALIVE, 1));
	CHECK(!set_option(fd, SO_BROADCAST, 1));
	CHECK(get_option(fd, SO_BROADCAST) == 1);
	CHECK(!set_option(fd, SO_SNDBUF, 10000));
	CHECK(get_option(fd, SO_SNDBUF) == 20000);
	CHECK(!set_option(fd, SO_SNDBUF, 0));
	CHECK(get_option(fd, SO_SNDBUF) >= 2048);
	CHECK(!set_option(fd, SO_RCVBUF, 30000));
	CHECK(get_option(fd, SO_RCVBUF) == 60000);
	CHECK(!set_option(fd, SO_RCVLOWAT, 0));
	CHECK(get_option(fd, SO_RCVLOWAT) == 1);
	CHECK(get_option(fd, SO_SNDLOWAT) == 1);
	CHECK(!set_option(fd, SO_PRIORITY, 6));
	CHECK(get_option(fd, SO_PRIORITY) == 6);
	CHECK(!setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	l.l_linger = 0;
	len = sizeof(l);
	CHECK(!getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len));
	CHECK(l.l_onoff == 1 && l.l_linger == 5 && len == sizeof(l));
	CHECK(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)));
	memset(&t, 0, sizeof(t));
	len = sizeof(t);
	CHECK(!getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, &len));
	CHECK(t.tv_sec == 3 && t.tv_usec == 500000 && len == sizeof(t));
	t.tv_usec = 1000000;
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)),
		EDOM);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, 4), EINVAL);
	CHECK_ERRNO(set_option(fd, SO_TYPE, 1), ENOPROTOOPT);
	CHECK_ERRNO(set_option(fd, SO_ERROR, 1), ENOPROTOOPT);
	CHECK_ERRNO(set_option(fd, SO_ACCEPTCONN, 1), ENOPROTOOPT);
	CHECK_ERRNO(set_option(fd, 4242, 1), ENOPROTOOPT);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &v, 3), EINVAL);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, BAD, 4), EFAULT);
	CHECK_ERRNO(setsockopt(fd, 6, 1, &v, 4), EOPNOTSUPP);
	len = sizeof(v);
	CHECK_ERRNO(getsockopt(fd, 6, 1, &v, &len), EOPNOTSUPP);
	CHECK_ERRNO(getsockopt(fd, SOL_SOCKET, 4242, &v, &len), ENOPROTOOPT);
	CHECK_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, &v, &minus), EINVAL);
	CHECK_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, &v, BAD), EFAULT);
	CHECK_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, BAD, &len), EFAULT);
	len = 1;
	CHECK(!getsockopt(fd, SOL_SOCKET, SO_TYPE, &byte, &len));
	CHECK(byte == SOCK_STREAM && len == 1);
	if (!checked_fork()) {
		CHECK(!setuid(1));
		CHECK_ERRNO(set_option(fd, SO_PRIORITY, 7), EPERM);
		CHECK_ERRNO(set_option(fd, SO_SNDBUFFORCE, 7), EPERM);
		CHECK_ERRNO(set_option(fd, SO_RCVBUFFORCE, 7), EPERM);
		CHECK_ERRNO(set_option(fd, SO_MARK, 7), EPERM);
		_exit(0);
	}
	expect_success(-1);
	close(fd);
}

static void test_as_file(void)
{
	int fd[2], n = -1, on = 1, pipes[2];
	struct stat st;
	char link[64], expected[64], proc[64], buf[8];
	struct iovec v[2] = { { "ab", 2 }, { "cd", 2 } };

	pair_of(SOCK_STREAM, fd);
	CHECK(!fstat(fd[0], &st) && S_ISSOCK(st.st_mode));
	sprintf(proc, "/proc/self/fd/%d", fd[0]);
	n = readlink(proc, link, sizeof(link) - 1);
	CHECK(n > 0);
	link[n] = 0;
	sprintf(expected, "socket:[%llu]", (unsigned long long)st.st_ino);
	CHECK(!strcmp(link, expected));
	CHECK_ERRNO(open(proc, O_RDWR), ENXIO);
	CHECK_ERRNO(lseek(fd[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(pread(fd[0], buf, 1, 0), ESPIPE);
	CHECK_ERRNO(fsync(fd[0]), EINVAL);
	CHECK_ERRNO(ftruncate(fd[0], 0), EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd[0], 0) == MAP_FAILED
		&& errno == ENODEV);
	CHECK(writev(fd[0], v, 2) == 4);
	CHECK(!ioctl(fd[1], FIONREAD, &n) && n == 4);
	CHECK_ERRNO(ioctl(fd[1], FIONREAD, BAD), EFAULT);
	CHECK_ERRNO(ioctl(fd[1], 0x1234, 0), ENOTTY);
	CHECK(read(fd[1], buf, 0) == 0);
	v[0] = (struct iovec){ buf, 3 };
	v[1] = (struct iovec){ buf + 3, 5 };
	CHECK(readv(fd[1], v, 2) == 4 && !memcmp(buf, "abcd", 4));
	CHECK(!ioctl(fd[1], FIONBIO, &on));
	CHECK(fcntl(fd[1], F_GETFL) == (O_RDWR | O_NONBLOCK));
	CHECK_ERRNO(read(fd[1], buf, 1), EAGAIN);
	CHECK(!fcntl(fd[1], F_SETFL, 0));
	CHECK_ERRNO(recv(fd[1], buf, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(!pipe(pipes) && write(pipes[1], "pipe", 4) == 4);
	CHECK(splice(pipes[0], NULL, fd[0], NULL, 10, 0) == 4);
	CHECK(read(fd[1], buf, 8) == 4 && !memcmp(buf, "pipe", 4));
	CHECK(write(fd[0], "sock", 4) == 4);
	CHECK(splice(fd[1], NULL, pipes[1], NULL, 4, 0) == 4);
	CHECK(read(pipes[0], buf, 8) == 4 && !memcmp(buf, "sock", 4));
	close_pair(pipes);
	close_pair(fd);
}

static void test_sendfile(void)
{
	int fd[2], file = open("/tmp/sendfile", O_CREAT | O_RDWR, 0600);
	char buf[100];
	off_t at = 3;

	CHECK(write(file, "0123456789", 10) == 10);
	pair_of(SOCK_STREAM, fd);
	CHECK(sendfile(fd[0], file, &at, 100) == 7 && at == 10);
	CHECK(read(fd[1], buf, 100) == 7 && !memcmp(buf, "3456789", 7));
	CHECK(!unlink("/tmp/sendfile"));
	close(file);
	close_pair(fd);
}

static void test_waiting(void)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = 7 };
	int fd[2], ep = epoll_create1(0);
	fd_set rd, wr;
	struct timeval none = { 0, 0 };

	pair_of(SOCK_STREAM, fd);
	CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &e));
	CHECK(epoll_wait(ep, &e, 1, 0) == 0);
	if (!checked_fork()) {
		usleep(20000);
		CHECK(write(fd[1], "x", 1) == 1);
		_exit(0);
	}
	CHECK(epoll_wait(ep, &e, 1, -1) == 1);
	CHECK(e.events == EPOLLIN && e.data.fd == 7);
	expect_success(-1);
	FD_ZERO(&rd);
	FD_ZERO(&wr);
	FD_SET(fd[0], &rd);
	FD_SET(fd[1], &rd);
	FD_SET(fd[1], &wr);
	CHECK(select(fd[0] + fd[1], &rd, &wr, NULL, &none) == 2);
	CHECK(FD_ISSET(fd[0], &rd) && !FD_ISSET(fd[1], &rd));
	CHECK(FD_ISSET(fd[1], &wr));
	close(ep);
	close_pair(fd);
}

static void nothing(int signo)
{
	(void)signo;
}

/* Timeouts end a call with EAGAIN; a signal does with EINTR, or restarts */
static void test_interrupted(void)
{
	struct sigaction sa = { .sa_handler = nothing };
	long long begun = now_ms();
	int fd[2];
	char c;

	pair_of(SOCK_STREAM, fd);
	set_timeout(fd[0], SO_RCVTIMEO, 60);
	CHECK_ERRNO(read(fd[0], &c, 1), EAGAIN);
	CHECK(now_ms() - begun >= 59);
	set_timeout(fd[0], SO_RCVTIMEO, 30000);
	sa.sa_flags = SA_RESTART;
	CHECK(!sigaction(SIGALRM, &sa, NULL));
	alarm(1);			/* not restarted: there is a timeout */
	CHECK_ERRNO(read(fd[0], &c, 1), EINTR);
	set_timeout(fd[0], SO_RCVTIMEO, 0);
	if (!checked_fork()) {
		pid_t parent = getppid();

		usleep(50000);
		kill(parent, SIGALRM);
		usleep(50000);
		CHECK(write(fd[1], "r", 1) == 1);
		_exit(0);
	}
	CHECK(read(fd[0], &c, 1) == 1 && c == 'r');
	expect_success(-1);
	sa.sa_flags = 0;
	CHECK(!sigaction(SIGALRM, &sa, NULL));
	alarm(1);
	CHECK_ERRNO(read(fd[0], &c, 1), EINTR);
	close_pair(fd);
}

static volatile sig_atomic_t signals;

static void count(int signo)
{
	(void)signo;
	signals++;
}

/* O_ASYNC: what arrives is told by SIGIO */
static void test_sigio(void)
{
	int fd[2], on = 1, off = 0;
	char c;

	signal(SIGIO, count);
	pair_of(SOCK_STREAM, fd);
	CHECK(!fcntl(fd[0], F_SETOWN, getpid()));
	CHECK(!fcntl(fd[0], F_SETFL, O_ASYNC | O_NONBLOCK));
	CHECK(signals == 0);
	CHECK(write(fd[1], "x", 1) == 1 && signals == 1);
	CHECK(fcntl(fd[0], F_GETFL) == (O_RDWR | O_ASYNC | O_NONBLOCK));
	CHECK(read(fd[0], &c, 1) == 1);
	CHECK(!ioctl(fd[0], FIOASYNC, &off));
	CHECK(fcntl(fd[0], F_GETFL) == (O_RDWR | O_NONBLOCK));
	CHECK(write(fd[1], "x", 1) == 1 && signals == 1);
	CHECK(read(fd[0], &c, 1) == 1 && !ioctl(fd[0], FIOASYNC, &on));
	CHECK(write(fd[1], "x", 1) == 1 && signals == 2);
	CHECK_ERRNO(ioctl(fd[0], FIOASYNC, BAD), EFAULT);
	close_pair(fd);
	CHECK((fd[0] = open("/proc/self/exe", O_RDONLY)) >= 0);
	CHECK(!ioctl(fd[0], FIOASYNC, &off));
	CHECK_ERRNO(ioctl(fd[0], FIOASYNC, &on), ENOTTY);
	CHECK(!close(fd[0]));
	signal(SIGIO, SIG_DFL);
}

static void test_messages(void)
{
	struct mmsghdr mm[3];
	struct iovec v[3];
	char in[3][4], out[3][4] = { "one", "two", "3rd" };
	struct msghdr m = { 0 };
	struct timespec t = { 0, 0 };
	int fd[2];

	pair_of(SOCK_DGRAM, fd);
	memset(mm, 0, sizeof(mm));
	for (int i = 0; i < 3; i++) {
		v[i] = (struct iovec){ out[i], 3 };
		mm[i].msg_hdr.msg_iov = &v[i];
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	CHECK(sendmmsg(fd[0], mm, 3, 0) == 3 && mm[2].msg_len == 3);
	CHECK(sendmmsg(fd[0], mm, 0, 0) == 0);
	for (int i = 0; i < 3; i++)
		v[i] = (struct iovec){ in[i], 4 };
	CHECK(recvmmsg(fd[1], mm, 2, 0, NULL) == 2);
	CHECK(mm[1].msg_len == 3 && !memcmp(in[1], "two", 3));
	CHECK(recvmmsg(fd[1], mm, 3, MSG_WAITFORONE, NULL) == 1);
	CHECK(!memcmp(in[0], "3rd", 3));
	CHECK_ERRNO(recvmmsg(fd[1], mm, 3, MSG_DONTWAIT, NULL), EAGAIN);
	t.tv_nsec = -1;
	CHECK_ERRNO(recvmmsg(fd[1], mm, 3, 0, &t), EINVAL);
	m.msg_iovlen = 1025;
	CHECK_ERRNO(sendmsg(fd[0], &m, 0), EMSGSIZE);
	CHECK_ERRNO(recvmsg(fd[0], &m, MSG_DONTWAIT), EMSGSIZE);
	m.msg_iovlen = 1;
	m.msg_iov = BAD;
	CHECK_ERRNO(sendmsg(fd[0], &m, 0), EFAULT);
	CHECK_ERRNO(syscall(SYS_sendmsg, fd[0], BAD, 0), EFAULT);
	CHECK_ERRNO(syscall(SYS_recvmsg, fd[0], BAD, 0), EFAULT);
	CHECK_ERRNO(send(fd[0], BAD, 10, 0), EFAULT);
	v[0].iov_len = -1;
	m.msg_iov = v;
	CHECK_ERRNO(sendmsg(fd[0], &m, 0), EINVAL);
	v[0] = (struct iovec){ in[0], 3 };
	m.msg_name = BAD;
	m.msg_namelen = 20;
	CHECK_ERRNO(sendmsg(fd[0], &m, 0), EFAULT);
	m.msg_namelen = -1;
	CHECK_ERRNO(sendmsg(fd[0], &m, 0), EINVAL);
	m.msg_name = NULL;
	m.msg_control = BAD;
	m.msg_controllen = 20;
	CHECK_ERRNO(syscall(SYS_sendmsg, fd[0], &m, 0), EFAULT);
	close_pair(fd);
}

/* The old way into all of them */
static void test_socketcall(void)
{
	unsigned long a[6] = { AF_UNIX, SOCK_STREAM, 0 };
	int fd[2] = { -1, -1 }, lone;
	char c = 0;

	lone = syscall(SYS_socketcall, 1, a);
	CHECK(lone >= 0);
	CHECK_ERRNO(syscall(SYS_socketcall, 0, a), EINVAL);
	CHECK_ERRNO(syscall(SYS_socketcall, 21, a), EINVAL);
	CHECK_ERRNO(syscall(SYS_socketcall, 1, BAD), EFAULT);
	a[3] = (unsigned long)fd;
	CHECK(syscall(SYS_socketcall, 8, a) == 0);
	a[0] = fd[0];
	a[1] = (unsigned long)"s";
	a[2] = 1;
	a[3] = 0;
	CHECK(syscall(SYS_socketcall, 9, a) == 1);
	a[0] = fd[1];
	a[1] = (unsigned long)&c;
	CHECK(syscall(SYS_socketcall, 10, a) == 1 && c == 's');
	a[0] = fd[1];
	a[1] = SHUT_WR;
	CHECK(syscall(SYS_socketcall, 13, a) == 0);
	CHECK(read(fd[0], &c, 1) == 0);
	close(lone);
	close_pair(fd);
}

/* Too many descriptors: nothing is left over */
static void test_no_descriptor(void)
{
	struct rlimit { unsigned long now, max; } limit = { 0, 64 };
	int fd[2], l = un_listen(SOCK_STREAM | NONBLOCK, "@full", 2);

	if (!checked_fork()) {
		limit.now = l + 2;
		CHECK(!syscall(SYS_setrlimit, 7, &limit));
		CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), EMFILE);
		fd[0] = un_socket(SOCK_STREAM);
		CHECK(!un_connect(fd[0], "@full"));
		CHECK_ERRNO(socket(AF_UNIX, SOCK_STREAM, 0), EMFILE);
		CHECK_ERRNO(accept(l, NULL, NULL), EMFILE);
		limit.now++;
		CHECK(!syscall(SYS_setrlimit, 7, &limit));
		CHECK(accept(l, NULL, NULL) == l + 2);
		_exit(0);
	}
	expect_success(-1);
	close(l);
}

int main(void)
{
	test_create();
	test_not_sockets();
	test_addresses();
	test_options();
	test_as_file();
	test_sendfile();
	test_waiting();
	test_interrupted();
	test_sigio();
	test_messages();
	test_socketcall();
	test_no_descriptor();
	return passed("sockets");
}
