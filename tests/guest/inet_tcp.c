/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP between two sockets of one host: tcp(7), socket(2) and its kin. */
#include "inet.h"

#define BULK	(1 << 20)

static char big[BULK], copy[BULK];

static void exchange(void)
{
	int pair[2];
	char buf[16];
	struct sockaddr_in a, b;
	socklen_t len = sizeof(a);

	tcp_pair(pair);
	CHECK(ready(pair[0], POLLIN | POLLOUT) == POLLOUT);
	CHECK(write(pair[0], "hello", 5) == 5);
	CHECK(await(pair[1], POLLIN) == POLLIN);
	CHECK(read(pair[1], buf, sizeof(buf)) == 5);
	CHECK(!memcmp(buf, "hello", 5));
	CHECK(send(pair[1], "world", 5, MSG_NOSIGNAL) == 5);
	CHECK(recv(pair[0], buf, 5, MSG_WAITALL) == 5);
	CHECK(!memcmp(buf, "world", 5));

	CHECK(getpeername(pair[0], (struct sockaddr *)&a, &len) == 0);
	b = name_of(pair[1]);
	CHECK(a.sin_port == b.sin_port);
	CHECK(a.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(getpeername(pair[1], (struct sockaddr *)&a, &len) == 0);
	b = name_of(pair[0]);
	CHECK(a.sin_port == b.sin_port);
	CHECK_ERRNO(connect(pair[0], SA(a)), EISCONN);
	close_pair(pair);
}

static void flags(void)
{
	int pair[2], n;
	char buf[16];

	tcp_pair(pair);
	CHECK_ERRNO(recv(pair[0], buf, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(write(pair[1], "abcdef", 6) == 6);
	CHECK(await(pair[0], POLLIN) & POLLIN);
	CHECK(recv(pair[0], buf, 4, MSG_PEEK) == 4);
	CHECK(!memcmp(buf, "abcd", 4));
	CHECK(ioctl(pair[0], FIONREAD, &n) == 0 && n == 6);
	CHECK(recv(pair[0], buf, 3, 0) == 3);
	CHECK(!memcmp(buf, "abc", 3));
	CHECK(recv(pair[0], buf, 3, MSG_TRUNC) == 3);
	CHECK(ioctl(pair[0], FIONREAD, &n) == 0 && n == 0);
	CHECK_ERRNO(recv(pair[0], buf, 1, MSG_OOB), EINVAL);
	close_pair(pair);
}

/* What comes in parts is put together by MSG_WAITALL */
static void wait_all(void)
{
	int pair[2];
	char buf[8];
	pid_t pid;

	tcp_pair(pair);
	pid = checked_fork();
	if (!pid) {
		for (int i = 0; i < 8; i++) {
			CHECK(write(pair[1], "01234567" + i, 1) == 1);
			usleep(2000);
		}
		_exit(0);
	}
	CHECK(recv(pair[0], buf, 8, MSG_WAITALL) == 8);
	CHECK(!memcmp(buf, "01234567", 8));
	expect_success(pid);
	CHECK(write(pair[1], "xyz", 3) == 3);
	close(pair[1]);
	CHECK(recv(pair[0], buf, 8, MSG_WAITALL) == 3);
	close(pair[0]);
}

static void fill(void)
{
	for (unsigned i = 0, x = 1; i < BULK; i++) {
		x = x * 1103515245 + 12345;
		big[i] = x >> 16;
	}
}

static void send_all(int fd)
{
	for (size_t done = 0; done < BULK; ) {
		ssize_t n = write(fd, big + done, BULK - done);

		CHECK(n > 0);
		done += n;
	}
}

/* More than any buffer holds, both ways; the reader is slow at first */
static void bulk(void)
{
	int pair[2];
	size_t got = 0;
	pid_t pid;

	fill();
	tcp_pair(pair);
	pid = checked_fork();
	if (!pid) {
		close(pair[0]);
		send_all(pair[1]);
		_exit(0);
	}
	close(pair[1]);
	usleep(50000);
	while (got < BULK) {
		ssize_t n = read(pair[0], copy + got, got % 7777 + 1);

		CHECK(n > 0);
		got += n;
	}
	CHECK(!memcmp(big, copy, BULK));
	CHECK(read(pair[0], copy, 1) == 0);
	expect_success(pid);
	close(pair[0]);
}

/* A full connection: EAGAIN, not writable; room again once it was read */
static void full(void)
{
	int pair[2];
	size_t sent = 0, got = 0;
	ssize_t n;

	tcp_pair(pair);
	CHECK(fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0);
	CHECK(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0);
	for (int idle = 0; idle < 20; ) {
		n = write(pair[0], big + sent % BULK, 4096);
		if (n > 0) {
			sent += n;
			idle = 0;
			continue;
		}
		CHECK(n == -1 && errno == EAGAIN);
		idle++;
		usleep(5000);
	}
	CHECK(!(ready(pair[0], POLLOUT) & POLLOUT));
	while (got < sent) {
		n = read(pair[1], copy, 65536);
		if (n < 0) {
			CHECK(errno == EAGAIN);
			CHECK(await(pair[1], POLLIN) & POLLIN);
			continue;
		}
		got += n;
	}
	CHECK(await(pair[0], POLLOUT) & POLLOUT);
	close_pair(pair);
}

static void refused(void)
{
	struct sockaddr_in a;
	int fd = bound_socket(SOCK_STREAM), c = new_socket(SOCK_STREAM);

	a = name_of(fd);		/* bound, not listening */
	CHECK_ERRNO(connect(c, SA(a)), ECONNREFUSED);
	CHECK(option(c, SOL_SOCKET, SO_ERROR) == 0);
	/* POSIX leaves it open, Linux lets it be tried again */
	CHECK(listen(fd, 1) == 0);
	CHECK(connect(c, SA(a)) == 0);
	close(c);
	close(fd);
}

static void nonblocking(void)
{
	struct sockaddr_in a;
	int l = bound_socket(SOCK_STREAM), rc;
	int c = new_socket(SOCK_STREAM | SOCK_NONBLOCK);

	a = name_of(l);
	rc = connect(c, SA(a));		/* lo may answer at once */
	CHECK(rc == -1 && (errno == EINPROGRESS || errno == ECONNREFUSED));
	if (errno == EINPROGRESS) {
		CHECK(await(c, POLLOUT) & POLLERR);
		CHECK(option(c, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
		CHECK(option(c, SOL_SOCKET, SO_ERROR) == 0);
	}
	CHECK(fcntl(l, F_SETFL, O_NONBLOCK) == 0);
	CHECK(listen(l, 4) == 0);
	CHECK_ERRNO(accept(l, NULL, NULL), EAGAIN);
	CHECK(ready(l, POLLIN) == 0);
	CHECK_ERRNO(connect(c, SA(a)), ECONNABORTED);	/* the one before */
	CHECK_ERRNO(connect(c, SA(a)), EINPROGRESS);
	CHECK(await(c, POLLOUT) == POLLOUT);
	CHECK(option(c, SOL_SOCKET, SO_ERROR) == 0);
	CHECK(await(l, POLLIN) == POLLIN);
	rc = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	CHECK(rc >= 0);
	CHECK(fcntl(rc, F_GETFL) & O_NONBLOCK);
	CHECK(fcntl(rc, F_GETFD) & FD_CLOEXEC);
	close(rc);
	close(c);
	close(l);
}

static void halves(void)
{
	int pair[2];
	char buf[8];

	tcp_pair(pair);
	ignore_signal(SIGPIPE);
	CHECK(write(pair[0], "last", 4) == 4);
	CHECK(shutdown(pair[0], SHUT_WR) == 0);
	CHECK_ERRNO(write(pair[0], "x", 1), EPIPE);
	CHECK(await(pair[1], POLLRDHUP) & POLLRDHUP);
	CHECK(read(pair[1], buf, 8) == 4);
	CHECK(read(pair[1], buf, 8) == 0);
	CHECK(write(pair[1], "answer", 6) == 6);
	CHECK(recv(pair[0], buf, 6, MSG_WAITALL) == 6);
	CHECK(shutdown(pair[1], SHUT_WR) == 0);
	CHECK(read(pair[0], buf, 8) == 0);
	CHECK(await(pair[0], POLLHUP) & POLLHUP);
	close_pair(pair);

	tcp_pair(pair);
	CHECK(shutdown(pair[0], SHUT_RD) == 0);
	CHECK(read(pair[0], buf, 1) == 0);
	CHECK(write(pair[0], "x", 1) == 1);
	CHECK_ERRNO(shutdown(pair[0], 3), EINVAL);
	CHECK(shutdown(pair[0], SHUT_RDWR) == 0);
	close_pair(pair);
}

static void sigpipe(void)
{
	int pair[2];
	pid_t pid;

	tcp_pair(pair);
	CHECK(shutdown(pair[0], SHUT_WR) == 0);
	pid = checked_fork();
	if (!pid) {
		signal(SIGPIPE, SIG_DFL);
		CHECK_ERRNO(send(pair[0], "x", 1, MSG_NOSIGNAL), EPIPE);
		write(pair[0], "x", 1);
		_exit(0);
	}
	expect_signal(pid, SIGPIPE);
	close_pair(pair);
}

/* Unread data at close, or SO_LINGER of 0: the other end is reset */
static void resets(void)
{
	struct linger linger = { 1, 0 };
	int pair[2];
	char buf[4];

	tcp_pair(pair);
	CHECK(write(pair[0], "never read", 10) == 10);
	CHECK(await(pair[1], POLLIN) & POLLIN);
	close(pair[1]);
	CHECK(await(pair[0], POLLIN) & POLLHUP);
	CHECK_ERRNO(read(pair[0], buf, 1), ECONNRESET);
	CHECK(read(pair[0], buf, 1) == 0);
	CHECK_ERRNO(write(pair[0], "x", 1), EPIPE);
	close(pair[0]);

	tcp_pair(pair);
	CHECK(setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &linger,
		sizeof(linger)) == 0);
	close(pair[1]);
	CHECK(await(pair[0], 0) == (POLLERR | POLLHUP));
	CHECK(option(pair[0], SOL_SOCKET, SO_ERROR) == ECONNRESET);
	CHECK(option(pair[0], SOL_SOCKET, SO_ERROR) == 0);
	close(pair[0]);

	/* written to after the other end has gone */
	tcp_pair(pair);
	close(pair[1]);
	CHECK(read(pair[0], buf, 1) == 0);
	CHECK(write(pair[0], "x", 1) == 1);
	CHECK(await(pair[0], 0) & POLLHUP);
	CHECK_ERRNO(write(pair[0], "x", 1), EPIPE);
	close(pair[0]);
}

static void linger(void)
{
	struct linger on = { 1, 10 }, got;
	socklen_t len = sizeof(got);
	int pair[2];
	char buf[8];

	tcp_pair(pair);
	CHECK(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &on, sizeof(on)) == 0);
	CHECK(getsockopt(pair[0], SOL_SOCKET, SO_LINGER, &got, &len) == 0);
	CHECK(got.l_onoff == 1 && got.l_linger == 10);
	CHECK(write(pair[0], "bye", 3) == 3);
	close(pair[0]);
	CHECK(recv(pair[1], buf, 8, MSG_WAITALL) == 3);
	close(pair[1]);
}

static void backlog(void)
{
	int l = listener(2), c[2], a;

	CHECK(option(l, SOL_SOCKET, SO_ACCEPTCONN) == 1);
	for (int i = 0; i < 2; i++)
		c[i] = connected_to(l);
	CHECK(write(c[1], "early", 5) == 5);
	for (int i = 0; i < 2; i++) {
		char buf[5];

		a = accept(l, NULL, NULL);
		CHECK(a >= 0);
		CHECK(option(a, SOL_SOCKET, SO_ACCEPTCONN) == 0);
		if (i)
			CHECK(recv(a, buf, 5, MSG_WAITALL) == 5);
		close(a);
	}
	/* one that nobody accepted is reset with its listener */
	a = connected_to(l);
	close(l);
	CHECK(await(a, POLLIN) & POLLIN);
	CHECK_ERRNO(read(a, big, 1), ECONNRESET);
	close(a);
	close(c[0]);
	close(c[1]);
}

/* Those that were reset before they were accepted count like the others */
static void backlog_of_resets(int defer)
{
	const struct linger reset = { .l_onoff = 1 };
	int l = listener(4), n = 0, a;

	if (defer)
		set_option(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 100);
	for (int i = 0; i < 100; i++) {
		struct sockaddr_in to = name_of(l);

		a = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
		CHECK(!connect(a, SA(to)) || errno == EINPROGRESS);
		CHECK(!setsockopt(a, SOL_SOCKET, SO_LINGER, &reset,
			sizeof(reset)));
		close(a);
	}
	CHECK(!fcntl(l, F_SETFL, O_NONBLOCK));
	while ((a = accept(l, NULL, NULL)) >= 0) {
		n++;
		close(a);
	}
	CHECK(errno == EAGAIN && n <= 5 && (n || defer));
	a = connected_to(l);
	CHECK(write(a, "x", 1) == 1 && (await(l, POLLIN) & POLLIN));
	close(a);
	close(l);
}

/* What is said of data means nothing to a listener, and does no harm */
static void deaf(void)
{
	int l[64];

	for (int i = 0; i < 64; i++) {
		l[i] = listener(1);
		set_option(l[i], IPPROTO_TCP, TCP_NODELAY, 1);
		set_option(l[i], IPPROTO_TCP, TCP_CORK, 1);
		CHECK_ERRNO(send(l[i], big, 1, MSG_MORE | MSG_NOSIGNAL),
			EPIPE);
		set_option(l[i], IPPROTO_TCP, TCP_CORK, 0);
	}
	for (int i = 0; i < 64; i++)
		close(l[i]);
}

static void states(void)
{
	struct sockaddr_in a = loopback(0);
	int fd = new_socket(SOCK_STREAM);
	socklen_t len = sizeof(a);
	char c;

	CHECK(ready(fd, POLLIN | POLLOUT) == (POLLOUT | POLLHUP));
	ignore_signal(SIGPIPE);
	CHECK_ERRNO(recv(fd, &c, 1, 0), ENOTCONN);
	CHECK_ERRNO(send(fd, &c, 1, 0), EPIPE);
	CHECK_ERRNO(shutdown(fd, SHUT_RD), ENOTCONN);
	CHECK_ERRNO(getpeername(fd, (struct sockaddr *)&a, &len), ENOTCONN);
	CHECK_ERRNO(accept(fd, NULL, NULL), EINVAL);
	a = name_of(fd);
	CHECK(a.sin_port == 0 && a.sin_addr.s_addr == 0);
	CHECK(listen(fd, 1) == 0);	/* takes a port */
	CHECK(name_of(fd).sin_port != 0);
	CHECK_ERRNO(connect(fd, SA(a)), EISCONN);
	CHECK_ERRNO(recv(fd, &c, 1, 0), ENOTCONN);
	close(fd);
}

static void options(void)
{
	int fd = new_socket(SOCK_STREAM), v;
	socklen_t len = sizeof(v);

	CHECK(option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
	CHECK(option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
	CHECK(option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
	CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 0);
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	CHECK(option(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 7200);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 75);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPCNT) == 9);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 60);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 5);
	CHECK(option(fd, IPPROTO_TCP, TCP_KEEPCNT) == 3);
	v = 0;
	CHECK_ERRNO(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &v, sizeof(v)),
		EINVAL);
	CHECK_ERRNO(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &v, 1), EINVAL);
	CHECK_ERRNO(setsockopt(fd, IPPROTO_TCP, 999, &v, sizeof(v)),
		ENOPROTOOPT);
	CHECK_ERRNO(getsockopt(fd, IPPROTO_TCP, 999, &v, &len), ENOPROTOOPT);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, (void *)8, 4),
		EFAULT);
	CHECK(option(fd, IPPROTO_IP, IP_TTL) == 64);
	set_option(fd, IPPROTO_IP, IP_TTL, 9);
	CHECK(option(fd, IPPROTO_IP, IP_TTL) == 9);
	set_option(fd, IPPROTO_IP, IP_TOS, 16);
	CHECK(option(fd, IPPROTO_IP, IP_TOS) == 16);
	close(fd);
}

static void caught(int number)
{
	(void)number;
}

/* A call that waits ends with EINTR, or after SO_RCVTIMEO with EAGAIN */
static void interrupted(void)
{
	struct sigaction sa = { .sa_handler = caught };
	struct itimerval soon = { .it_value = { 0, 20000 } };
	struct timeval limit = { 0, 30000 };
	int pair[2], l = listener(1);
	char c;

	tcp_pair(pair);
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	CHECK_ERRNO(read(pair[0], &c, 1), EINTR);
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	CHECK_ERRNO(accept(l, NULL, NULL), EINTR);
	CHECK(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit,
		sizeof(limit)) == 0);
	CHECK_ERRNO(read(pair[0], &c, 1), EAGAIN);
	close_pair(pair);
	close(l);
}

static void ends_by_exit(void)
{
	int pair[2];
	pid_t pid;
	char c;

	tcp_pair(pair);
	pid = checked_fork();
	if (!pid)
		_exit(0);
	expect_success(pid);
	CHECK_ERRNO(recv(pair[0], &c, 1, MSG_DONTWAIT), EAGAIN);
	pid = checked_fork();
	if (!pid) {
		close(pair[0]);
		_exit(0);		/* the last holder of pair[1] */
	}
	close(pair[1]);
	expect_success(pid);
	CHECK(read(pair[0], &c, 1) == 0);
	close(pair[0]);
}

/* The other end knows when the call that breaks a connection returns. */
static void resets_at_once(void)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	int pair[2], l = listener(1), c = connected_to(l);

	tcp_pair(pair);
	CHECK(connect(pair[0], &none, sizeof(none)) == 0);
	CHECK(ready(pair[1], POLLIN) & POLLHUP);
	close_pair(pair);
	CHECK(shutdown(l, SHUT_RD) == 0);
	CHECK(ready(c, POLLIN) & POLLHUP);
	close(l);
	close(c);
}

int main(void)
{
	exchange();
	flags();
	wait_all();
	bulk();
	full();
	refused();
	nonblocking();
	halves();
	sigpipe();
	resets();
	resets_at_once();
	linger();
	backlog();
	backlog_of_resets(0);
	backlog_of_resets(1);
	deaf();
	states();
	options();
	interrupted();
	ends_by_exit();
	return passed("inet_tcp");
}
