/* SPDX-License-Identifier: BSD-2-Clause */
/* AF_UNIX (unix(7)): names, connections, streams, messages, their ends. */
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <dirent.h>

#include "sockets.h"

#define SOCK_PATH	"/tmp/unix_sockets"

static void test_names(void)
{
	int a = un_socket(SOCK_STREAM), b = un_socket(SOCK_STREAM);
	struct sockaddr_un n;
	socklen_t len = sizeof(n);
	struct stat st;
	mode_t mask = umask(027);

	unlink(SOCK_PATH);
	CHECK(!getsockname(a, (void *)&n, &len) && len == 2);
	CHECK(!un_bind(a, SOCK_PATH));
	CHECK(!stat(SOCK_PATH, &st) && S_ISSOCK(st.st_mode));
	CHECK((st.st_mode & 0777) == 0750);
	umask(mask);
	len = sizeof(n);
	CHECK(!getsockname(a, (void *)&n, &len));
	CHECK(len == 2 + strlen(SOCK_PATH) + 1 && !strcmp(n.sun_path,
		SOCK_PATH));
	CHECK_ERRNO(un_bind(b, SOCK_PATH), EADDRINUSE);
	CHECK_ERRNO(un_bind(b, "/absent/x"), ENOENT);
	CHECK_ERRNO(un_bind(b, "/dev/null/x"), ENOTDIR);
	CHECK_ERRNO(un_bind(a, SOCK_PATH "2"), EINVAL);
	CHECK_ERRNO(stat(SOCK_PATH "2", &st), ENOENT);
	CHECK_ERRNO(un_bind(a, "@two"), EINVAL);
	CHECK_ERRNO(open(SOCK_PATH, O_RDWR), ENXIO);
	CHECK_ERRNO(listen(b, 1), EINVAL);
	CHECK_ERRNO(un_connect(b, SOCK_PATH), ECONNREFUSED);
	CHECK(!close(a));
	CHECK_ERRNO(un_connect(b, SOCK_PATH), ECONNREFUSED);	/* stale */
	CHECK_ERRNO(un_bind(b, SOCK_PATH), EADDRINUSE);
	CHECK(!unlink(SOCK_PATH));
	CHECK_ERRNO(un_connect(b, SOCK_PATH), ENOENT);
	CHECK_ERRNO(un_connect(b, "/dev/null"), ECONNREFUSED);
	CHECK_ERRNO(un_connect(b, "@nobody"), ECONNREFUSED);
	CHECK(!un_bind(b, "@one"));
	a = un_socket(SOCK_STREAM);
	CHECK_ERRNO(un_bind(a, "@one"), EADDRINUSE);
	CHECK(!un_bind(a, "@one more"));
	close(b);
	b = un_socket(SOCK_DGRAM);
	CHECK(!un_bind(b, "@one"));
	close(a);
	close(b);
}

/* A path that fills the address has its NUL behind it */
static void test_long_name(void)
{
	struct sockaddr_un n = { .sun_family = AF_UNIX };
	char back[sizeof(n) + 8];
	socklen_t len = sizeof(back);
	int a = un_socket(SOCK_DGRAM), b = un_socket(SOCK_DGRAM);

	memset(n.sun_path, 'l', sizeof(n.sun_path));
	memcpy(n.sun_path, "/tmp/", 5);
	CHECK(!bind(a, UN(&n), sizeof(n)));
	CHECK(!getsockname(a, (void *)back, &len));
	CHECK(len == sizeof(n) + 1 && back[sizeof(n)] == 0);
	CHECK(!memcmp(back, &n, sizeof(n)));
	CHECK(!connect(b, UN(&n), sizeof(n)));
	close(a);
	close(b);
	memcpy(back, &n, sizeof(n));
	back[sizeof(n)] = 0;
	CHECK(!unlink(back + 2));
}

static void test_autobind(void)
{
	struct sockaddr_un n = { .sun_family = AF_UNIX };
	int a = un_socket(SOCK_DGRAM), b = un_socket(SOCK_DGRAM);
	socklen_t len = sizeof(n);
	char c;

	CHECK(!bind(a, UN(&n), 2) && !bind(a, UN(&n), 2));
	CHECK(!getsockname(a, (void *)&n, &len) && len == 8);
	CHECK(n.sun_path[0] == 0 && strspn(n.sun_path + 1,
		"0123456789abcdef") >= 5);
	CHECK(!connect(b, UN(&n), len) && send(b, "a", 1, 0) == 1);
	CHECK(recv(a, &c, 1, 0) == 1 && c == 'a');
	close(a);
	close(b);
}

static void test_permission(void)
{
	int l = un_listen(SOCK_STREAM, SOCK_PATH, 5), s;

	CHECK(!chmod(SOCK_PATH, 0755));
	if (!checked_fork()) {
		CHECK(!setuid(1));
		s = un_socket(SOCK_STREAM);
		CHECK_ERRNO(un_connect(s, SOCK_PATH), EACCES);
		CHECK_ERRNO(un_bind(s, "/root_only"), EACCES);
		_exit(0);
	}
	expect_success(-1);
	CHECK(!chmod(SOCK_PATH, 0722));
	if (!checked_fork()) {
		CHECK(!setuid(1));
		s = un_socket(SOCK_STREAM);
		CHECK(!un_connect(s, SOCK_PATH));
		_exit(0);
	}
	expect_success(-1);
	close(l);
	CHECK(!unlink(SOCK_PATH));
}

static void test_listing(void)
{
	int l = un_listen(SOCK_STREAM, SOCK_PATH, 5);
	char line[200];
	bool seen = false;
	struct dirent *d;
	DIR *dir;
	FILE *f;

	dir = opendir("/tmp");
	while ((d = readdir(dir)))
		if (!strcmp(d->d_name, strrchr(SOCK_PATH, '/') + 1))
			seen = d->d_type == DT_SOCK;
	closedir(dir);
	CHECK(seen);
	f = fopen("/proc/net/unix", "r");
	CHECK(f);
	for (seen = false; fgets(line, sizeof(line), f); )
		if (strstr(line, " " SOCK_PATH "\n"))
			seen = strstr(line, " 00010000 0001 01 ") != NULL;
	fclose(f);
	CHECK(seen);
	close(l);
	CHECK(!unlink(SOCK_PATH));
}

static void test_connection(int type)
{
	int l = un_listen(type, "@listen", 5), c = un_socket(type), s;
	struct sockaddr_un n;
	socklen_t len = sizeof(n);
	char buf[8];

	CHECK(get_option(l, SO_ACCEPTCONN) == 1);
	CHECK(!fcntl(l, F_SETFL, O_NONBLOCK));
	CHECK_ERRNO(accept(l, NULL, NULL), EAGAIN);
	CHECK(ready(l) == 0);
	CHECK_ERRNO(recv(l, buf, 1, MSG_DONTWAIT),
		type == SOCK_STREAM ? EINVAL : ENOTCONN);
	CHECK_ERRNO(send(l, buf, 1, MSG_NOSIGNAL), ENOTCONN);
	CHECK(ready(c) == (POLLOUT | POLLHUP));
	CHECK_ERRNO(recv(c, buf, 1, MSG_DONTWAIT),
		type == SOCK_STREAM ? EINVAL : ENOTCONN);
	CHECK_ERRNO(send(c, "x", 1, MSG_NOSIGNAL), ENOTCONN);
	CHECK_ERRNO(accept(c, NULL, NULL), EINVAL);
	CHECK(!un_bind(c, "@client"));
	CHECK(!un_connect(c, "@listen"));
	CHECK_ERRNO(un_connect(c, "@listen"), EISCONN);
	CHECK_ERRNO(un_connect(l, "@listen"), EINVAL);
	CHECK_ERRNO(listen(c, 1), EINVAL);
	CHECK(ready(l) == POLLIN);
	CHECK(send(c, "early", 5, 0) == 5);
	s = accept4(l, (void *)&n, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	CHECK(s >= 0 && len == 9 && !memcmp(n.sun_path, "\0client", 7));
	CHECK(fcntl(s, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(s, F_GETFL) == (O_RDWR | O_NONBLOCK));
	len = sizeof(n);
	CHECK(!getsockname(s, (void *)&n, &len) && len == 9);
	CHECK(!memcmp(n.sun_path, "\0listen", 7));
	len = sizeof(n);
	CHECK(!getpeername(c, (void *)&n, &len) && len == 9);
	CHECK(recv(s, buf, 8, 0) == 5 && !memcmp(buf, "early", 5));
	CHECK_ERRNO(recv(s, buf, 8, 0), EAGAIN);
	CHECK(!close(s));
	CHECK(ready(c) == (POLLIN | POLLOUT | POLLHUP | POLLRDHUP));
	CHECK(recv(c, buf, 8, 0) == 0);
	CHECK_ERRNO(send(c, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(c);
	close(l);
}

/* Who may not accept, and who connects to what */
static void test_wrong_types(void)
{
	int l = un_listen(SOCK_STREAM, SOCK_PATH, 1);
	int d = un_socket(SOCK_DGRAM), q = un_socket(SOCK_SEQPACKET);

	CHECK_ERRNO(un_connect(d, SOCK_PATH), EPROTOTYPE);
	CHECK_ERRNO(un_connect(q, SOCK_PATH), EPROTOTYPE);
	CHECK_ERRNO(listen(d, 1), EOPNOTSUPP);
	CHECK_ERRNO(accept(d, NULL, NULL), EOPNOTSUPP);
	CHECK_ERRNO(send(d, "x", 1, 0), ENOTCONN);
	CHECK_ERRNO(send(d, "x", 1, MSG_OOB), EOPNOTSUPP);
	CHECK_ERRNO(recv(d, &l, 1, MSG_OOB), EOPNOTSUPP);
	close(l);
	CHECK(!unlink(SOCK_PATH));
	l = un_listen(SOCK_STREAM, "@stream", 1);
	CHECK_ERRNO(un_connect(d, "@stream"), ECONNREFUSED);
	CHECK(!un_bind(d, "@stream"));		/* each type has its own */
	close(d);
	close(q);
	close(l);
}

/* A full backlog: EAGAIN, or one waits for an accept */
static void test_backlog(void)
{
	int l = un_listen(SOCK_STREAM, "@backlog", 1), c[4];

	for (int i = 0; i < 3; i++)
		c[i] = un_socket(SOCK_STREAM | NONBLOCK);
	CHECK(!un_connect(c[0], "@backlog") && !un_connect(c[1], "@backlog"));
	CHECK_ERRNO(un_connect(c[2], "@backlog"), EAGAIN);
	c[3] = un_socket(SOCK_STREAM);
	set_timeout(c[3], SO_SNDTIMEO, 30);
	CHECK_ERRNO(un_connect(c[3], "@backlog"), EAGAIN);
	set_timeout(c[3], SO_SNDTIMEO, 0);
	if (!checked_fork()) {
		usleep(30000);
		CHECK(accept(l, NULL, NULL) >= 0);
		_exit(0);
	}
	CHECK(!un_connect(c[3], "@backlog"));
	expect_success(-1);
	close(l);		/* those who were not accepted are cut off */
	CHECK_ERRNO(read(c[3], &l, 1), ECONNRESET);
	CHECK(read(c[3], &l, 1) == 0);
	CHECK(get_option(c[1], SO_ERROR) == ECONNRESET);
	CHECK(get_option(c[1], SO_ERROR) == 0);
	for (int i = 0; i < 4; i++)
		close(c[i]);
}

static void fill_pipe(int fd, size_t *sent)
{
	char buf[3000];
	ssize_t n;

	memset(buf, 'f', sizeof(buf));
	for (*sent = 0; (n = send(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0; )
		*sent += n;
	CHECK(n == -1 && errno == EAGAIN);
}

/* A stream that is full holds its writer until somebody reads */
static void test_full_stream(void)
{
	static char buf[100000];
	size_t sent, got = 0;
	ssize_t n;
	int fd[2];

	pair_of(SOCK_STREAM, fd);
	CHECK(ready(fd[0]) == POLLOUT);
	fill_pipe(fd[0], &sent);
	CHECK(sent >= 50000 && ready(fd[0]) == 0);
	set_timeout(fd[0], SO_SNDTIMEO, 20);
	CHECK_ERRNO(send(fd[0], buf, 1, 0), EAGAIN);
	set_timeout(fd[0], SO_SNDTIMEO, 0);
	if (!checked_fork()) {
		memset(buf, 'g', sizeof(buf));
		CHECK(write(fd[0], buf, sizeof(buf)) == sizeof(buf));
		_exit(0);
	}
	while (got < sent + sizeof(buf)) {
		n = read(fd[1], buf, 7777);
		CHECK(n > 0);
		for (ssize_t i = 0; i < n; i++)
			CHECK(buf[i] == (got + i < sent ? 'f' : 'g'));
		got += n;
	}
	expect_success(-1);
	CHECK(ready(fd[0]) == POLLOUT && ready(fd[1]) == POLLOUT);
	close_pair(fd);
}

static void test_stream(void)
{
	int fd[2], n = 0;
	char buf[32] = "";

	pair_of(SOCK_STREAM, fd);
	CHECK(send(fd[0], "abc", 3, 0) == 3 && send(fd[0], "def", 3, 0) == 3);
	CHECK(recv(fd[1], buf, 10, MSG_PEEK) == 6 && !strcmp(buf, "abcdef"));
	CHECK(recv(fd[1], buf, 2, MSG_PEEK) == 2);
	CHECK(!ioctl(fd[1], FIONREAD, &n) && n == 6);
	CHECK(recv(fd[1], buf, 4, 0) == 4 && !memcmp(buf, "abcd", 4));
	CHECK(recv(fd[1], buf, 4, 0) == 2 && !memcmp(buf, "ef", 2));
	CHECK(send(fd[0], "", 0, 0) == 0);
	CHECK_ERRNO(recv(fd[1], buf, 4, MSG_DONTWAIT), EAGAIN);
	CHECK_ERRNO(sendto(fd[0], "x", 1, 0, (void *)buf, 4), EISCONN);
	CHECK(send(fd[0], "1234", 4, 0) == 4);
	CHECK(!set_option(fd[1], SO_PEEK_OFF, 1));
	CHECK(recv(fd[1], buf, 2, MSG_PEEK) == 2 && !memcmp(buf, "23", 2));
	CHECK(recv(fd[1], buf, 2, MSG_PEEK) == 1 && buf[0] == '4');
	CHECK_ERRNO(recv(fd[1], buf, 2, MSG_PEEK | MSG_DONTWAIT), EAGAIN);
	CHECK(recv(fd[1], buf, 3, 0) == 3);
	CHECK(get_option(fd[1], SO_PEEK_OFF) == 1);
	CHECK(!set_option(fd[1], SO_PEEK_OFF, -1));
	CHECK(recv(fd[1], buf, 3, 0) == 1);
	if (!checked_fork()) {
		for (int i = 0; i < 5; i++) {
			usleep(5000);
			CHECK(write(fd[0], "w", 1) == 1);
		}
		_exit(0);
	}
	CHECK(recv(fd[1], buf, 5, MSG_WAITALL) == 5);
	expect_success(-1);
	if (!checked_fork()) {
		CHECK(write(fd[0], "end", 3) == 3 && !shutdown(fd[0], 1));
		_exit(0);
	}
	CHECK(recv(fd[1], buf, 9, MSG_WAITALL) == 3);
	expect_success(-1);
	close_pair(fd);
}

static void test_shutdown(void)
{
	int fd[2];
	char c;

	pair_of(SOCK_STREAM, fd);
	CHECK_ERRNO(shutdown(fd[0], 3), EINVAL);
	CHECK_ERRNO(shutdown(fd[0], -1), EINVAL);
	CHECK(write(fd[0], "z", 1) == 1 && !shutdown(fd[0], SHUT_WR));
	CHECK(ready(fd[0]) == POLLOUT);
	CHECK(ready(fd[1]) == (POLLIN | POLLOUT | POLLRDHUP));
	CHECK(read(fd[1], &c, 1) == 1 && read(fd[1], &c, 1) == 0);
	CHECK_ERRNO(send(fd[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK(write(fd[1], "y", 1) == 1 && read(fd[0], &c, 1) == 1);
	if (!checked_fork()) {
		write(fd[0], "x", 1);
		_exit(0);
	}
	expect_signal(-1, SIGPIPE);
	CHECK(!shutdown(fd[1], SHUT_WR));
	CHECK(ready(fd[0]) == (POLLIN | POLLOUT | POLLHUP | POLLRDHUP));
	close_pair(fd);
	pair_of(SOCK_STREAM, fd);
	CHECK(!shutdown(fd[0], SHUT_RD));
	CHECK_ERRNO(send(fd[1], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK(read(fd[0], &c, 1) == 0);
	close_pair(fd);
	pair_of(SOCK_STREAM, fd);
	CHECK(write(fd[0], "unread", 6) == 6);
	CHECK(!close(fd[1]));
	CHECK_ERRNO(read(fd[0], &c, 1), ECONNRESET);
	CHECK(read(fd[0], &c, 1) == 0);
	close(fd[0]);
}

static void test_dgram(void)
{
	int a = un_socket(SOCK_DGRAM), b = un_socket(SOCK_DGRAM), n = 0;
	int c = un_socket(SOCK_DGRAM);
	struct sockaddr_un to, from;
	socklen_t len = un_name(&to, "@dgram a"), flen = sizeof(from);
	static char big[300000];
	char buf[16];

	CHECK(!bind(a, UN(&to), len) && !un_bind(b, "@dgram b"));
	CHECK(sendto(b, "hello", 5, 0, UN(&to), len) == 5);
	CHECK(sendto(c, "", 0, 0, UN(&to), len) == 0);
	CHECK(ready(a) == (POLLIN | POLLOUT));
	CHECK(!ioctl(a, FIONREAD, &n) && n == 5);
	CHECK(recvfrom(a, buf, 16, MSG_PEEK, (void *)&from, &flen) == 5);
	CHECK(flen == 2 + 8 && !memcmp(from.sun_path, "\0dgram b", 8));
	CHECK(recv(a, buf, 2, MSG_TRUNC | MSG_PEEK) == 5);
	CHECK(recv(a, buf, 2, 0) == 2 && !memcmp(buf, "he", 2));
	flen = sizeof(from);
	CHECK(recvfrom(a, buf, 16, 0, (void *)&from, &flen) == 0);
	CHECK(flen == 0);
	CHECK_ERRNO(recv(a, buf, 1, MSG_DONTWAIT), EAGAIN);
	CHECK_ERRNO(sendto(b, big, sizeof(big), 0, UN(&to), len), EMSGSIZE);
	memset(big, 'B', 100000);
	CHECK(sendto(b, big, 100000, 0, UN(&to), len) == 100000);
	memset(big, 0, 100000);
	CHECK(recv(a, big, sizeof(big), 0) == 100000);
	for (int i = 0; i < 100000; i++)
		CHECK(big[i] == 'B');
	CHECK_ERRNO(sendto(b, "x", 1, 0, UN(&to), 2), EINVAL);
	to.sun_family = AF_INET;
	CHECK_ERRNO(sendto(b, "x", 1, 0, UN(&to), len), EINVAL);
	CHECK(!un_connect(a, "@dgram b"));
	CHECK_ERRNO(un_connect(c, "@dgram a"), EPERM);
	len = un_name(&to, "@dgram a");
	CHECK_ERRNO(sendto(c, "x", 1, 0, UN(&to), len), EPERM);
	to.sun_family = AF_UNSPEC;
	CHECK(!connect(a, UN(&to), len));
	CHECK(!un_connect(c, "@dgram a") && send(c, "x", 1, 0) == 1);
	CHECK(!close(a));
	CHECK_ERRNO(send(c, "x", 1, 0), ECONNREFUSED);
	CHECK_ERRNO(send(c, "x", 1, 0), ENOTCONN);
	close(b);
	close(c);
}

/* The peer hears of the end if there were messages that it loses by that */
static void test_dissolve(void)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd[2];

	for (int lost = 0; lost < 2; lost++) {
		CHECK(!socketpair(AF_UNIX, SOCK_DGRAM, 0, fd));
		if (lost)
			CHECK(send(fd[1], "lost", 4, 0) == 4);
		CHECK(!connect(fd[0], &none, sizeof(none)));
		if (lost)
			CHECK_ERRNO(send(fd[1], "new", 3, 0), ECONNRESET);
		CHECK(send(fd[1], "new", 3, 0) == 3);
		close(fd[0]);
		close(fd[1]);
	}
}

/* Ten messages wait at most; the writer waits for one to be read */
static void test_full_dgram(void)
{
	int a = un_socket(SOCK_DGRAM), b = un_socket(SOCK_DGRAM), n = 0;
	struct pollfd p = { .fd = b, .events = POLLOUT };
	char c;

	CHECK(!un_bind(a, "@full dgram") && !un_connect(b, "@full dgram"));
	while (send(b, "m", 1, MSG_DONTWAIT) == 1)
		n++;
	CHECK(errno == EAGAIN && n >= 10);
	CHECK(ready(b) == 0);
	if (!checked_fork()) {
		usleep(30000);
		CHECK(recv(a, &c, 1, 0) == 1);
		usleep(30000);
		CHECK(recv(a, &c, 1, 0) == 1);
		_exit(0);
	}
	CHECK(poll(&p, 1, 20000) == 1 && p.revents == POLLOUT);
	CHECK(send(b, "n", 1, 0) == 1 && send(b, "n", 1, 0) == 1);
	expect_success(-1);
	close(a);
	close(b);
}

static void test_seqpacket(void)
{
	struct sockaddr_un to;
	socklen_t len = un_name(&to, "@nobody at all");
	char buf[16];
	struct iovec v = { buf, 2 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int fd[2];

	pair_of(SOCK_SEQPACKET, fd);
	CHECK(write(fd[0], "one", 3) == 3);
	CHECK(send(fd[0], "two", 3, MSG_EOR) == 3);
	CHECK(recvmsg(fd[1], &m, 0) == 2 && (m.msg_flags & MSG_TRUNC));
	v.iov_len = 16;
	CHECK(recvmsg(fd[1], &m, 0) == 3 && !(m.msg_flags & MSG_TRUNC));
	CHECK(!memcmp(buf, "two", 3));
	CHECK(sendto(fd[0], "x", 1, 0, UN(&to), len) == 1);  /* ignored */
	CHECK(!shutdown(fd[0], SHUT_WR));
	CHECK(recv(fd[1], buf, 4, 0) == 1 && recv(fd[1], buf, 4, 0) == 0);
	CHECK(recv(fd[1], buf, 4, MSG_DONTWAIT) == 0);
	close_pair(fd);
}

int main(void)
{
	test_names();
	test_long_name();
	test_autobind();
	test_permission();
	test_listing();
	test_connection(SOCK_STREAM);
	test_connection(SOCK_SEQPACKET);
	test_wrong_types();
	test_backlog();
	test_full_stream();
	test_stream();
	test_shutdown();
	test_dgram();
	test_dissolve();
	test_full_dgram();
	test_seqpacket();
	return passed("unix_sockets");
}
