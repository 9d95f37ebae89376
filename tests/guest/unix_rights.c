/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and credentials in AF_UNIX messages (unix(7)); that no file is left
 * over when nobody can receive it any more.
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include "sockets.h"

#define ROOM	CMSG_SPACE(300 * sizeof(int))

/* One byte with n files, or with credentials; -1 and errno */
static int send_fds(int to, const int *fds, int n)
{
	static char control[ROOM];
	struct iovec v = { "f", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *h = (void *)control;

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(h), fds, n * sizeof(int));
	return sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Receives with room for that many bytes of control data: the flags */
static struct { char control[ROOM]; struct msghdr m; char data[8]; } got;

static int receive(int from, size_t room, int flags)
{
	struct iovec v = { got.data, sizeof(got.data) };
	ssize_t n;

	memset(&got, 0, sizeof(got));
	got.m = (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = got.control, .msg_controllen = room };
	n = recvmsg(from, &got.m, flags);
	CHECK(n >= 0);
	return n;
}

/* The files that came: how many */
static int files(int *fds)
{
	struct cmsghdr *h;
	int n = 0;

	for (h = CMSG_FIRSTHDR(&got.m); h; h = CMSG_NXTHDR(&got.m, h))
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS) {
			n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(fds, CMSG_DATA(h), n * sizeof(int));
		}
	return n;
}

static struct ucred *credentials(void)
{
	struct cmsghdr *h = CMSG_FIRSTHDR(&got.m);

	return h && h->cmsg_type == SCM_CREDENTIALS
		&& h->cmsg_len == CMSG_LEN(sizeof(struct ucred))
		? (void *)CMSG_DATA(h) : NULL;
}

static void test_rights(void)
{
	int fd[2], file = open("/tmp/rights", O_CREAT | O_RDWR, 0600);
	int new[4], two[2] = { file, 1 };
	struct stat a, b;

	pair_of(SOCK_STREAM, fd);
	CHECK(send_fds(fd[0], two, 2) == 1 && !fstat(file, &a));
	CHECK(!close(file) && !unlink("/tmp/rights"));
	CHECK(receive(fd[1], ROOM, MSG_PEEK) == 1 && files(new) == 2);
	CHECK(!close(new[0]) && !close(new[1]));
	CHECK(receive(fd[1], ROOM, MSG_CMSG_CLOEXEC) == 1);
	CHECK(files(new) == 2 && fcntl(new[0], F_GETFD) == FD_CLOEXEC);
	CHECK(got.m.msg_controllen == CMSG_SPACE(8));
	CHECK(!fstat(new[0], &b) && a.st_ino == b.st_ino);
	CHECK(write(new[0], "x", 1) == 1);
	CHECK(!close(new[0]) && !close(new[1]));
	close_pair(fd);
}

static void test_little_room(void)
{
	int fd[2], three[3] = { 0, 1, 2 }, new[4];

	pair_of(SOCK_DGRAM, fd);
	CHECK(send_fds(fd[0], three, 3) == 1);
	CHECK(receive(fd[1], CMSG_LEN(8), 0) == 1);
	CHECK(got.m.msg_flags & MSG_CTRUNC);
	CHECK(files(new) == 2 && !close(new[0]) && !close(new[1]));
	CHECK(send_fds(fd[0], three, 3) == 1);
	CHECK(receive(fd[1], 0, 0) == 1 && (got.m.msg_flags & MSG_CTRUNC));
	CHECK(send_fds(fd[0], three, 3) == 1);
	CHECK(recv(fd[1], got.data, 1, 0) == 1);	/* read drops them */
	CHECK_ERRNO(dup2(new[0], new[1]), EBADF);
	close_pair(fd);
}

/* A read of a stream ends behind what files came with */
static void test_stream_borders(void)
{
	int fd[2], one = 0, new[4];

	pair_of(SOCK_STREAM, fd);
	CHECK(write(fd[0], "ab", 2) == 2 && send_fds(fd[0], &one, 1) == 1);
	CHECK(write(fd[0], "cd", 2) == 2);
	CHECK(receive(fd[1], ROOM, 0) == 3 && !memcmp(got.data, "abf", 3));
	CHECK(files(new) == 1 && !close(new[0]));
	CHECK(receive(fd[1], ROOM, 0) == 2 && files(new) == 0);
	close_pair(fd);
}

static int send_control(int to, int level, int type, const void *data,
		size_t n)
{
	char control[CMSG_SPACE(64)] = "";
	struct iovec v = { "c", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(n) };
	struct cmsghdr *h = (void *)control;

	h->cmsg_level = level;
	h->cmsg_type = type;
	h->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(h), data, n);
	return sendmsg(to, &m, MSG_DONTWAIT);
}

static void test_bad_control(void)
{
	struct ucred c = { getpid(), getuid(), getgid() };
	int fd[2], bad = 999, many[300];

	pair_of(SOCK_STREAM, fd);
	CHECK_ERRNO(send_fds(fd[0], &bad, 1), EBADF);
	memset(many, 0, sizeof(many));
	CHECK_ERRNO(send_fds(fd[0], many, 254), EINVAL);
	CHECK(send_fds(fd[0], many, 253) == 1);
	CHECK_ERRNO(send_control(fd[0], SOL_SOCKET, 77, &c, 12), EINVAL);
	CHECK_ERRNO(send_control(fd[0], SOL_SOCKET, SCM_CREDENTIALS, &c, 8),
		EINVAL);
	CHECK(send_control(fd[0], 77, 77, &c, 12) == 1);	/* ignored */
	CHECK(send_control(fd[0], SOL_SOCKET, SCM_CREDENTIALS, &c, 12) == 1);
	if (!checked_fork()) {
		CHECK(!setgid(7) && !setuid(7));
		c = (struct ucred){ 1, 7, 7 };
		CHECK_ERRNO(send_control(fd[0], SOL_SOCKET, SCM_CREDENTIALS,
			&c, 12), EPERM);
		c = (struct ucred){ getpid(), 0, 7 };
		CHECK_ERRNO(send_control(fd[0], SOL_SOCKET, SCM_CREDENTIALS,
			&c, 12), EPERM);
		c = (struct ucred){ getpid(), 7, 7 };
		CHECK(send_control(fd[0], SOL_SOCKET, SCM_CREDENTIALS, &c,
			12) == 1);
		_exit(0);
	}
	expect_success(-1);
	close_pair(fd);
}

static void test_credentials(int type)
{
	struct ucred c, *u;
	socklen_t len = sizeof(c);
	int fd[2];
	pid_t child;

	pair_of(type, fd);
	CHECK(!getsockopt(fd[0], SOL_SOCKET, SO_PEERCRED, &c, &len));
	CHECK(c.pid == getpid() && c.uid == getuid() && c.gid == getgid());
	CHECK(write(fd[0], "n", 1) == 1);
	CHECK(!set_option(fd[1], SO_PASSCRED, 1));
	CHECK(receive(fd[1], ROOM, 0) == 1 && (u = credentials()));
	CHECK(u->pid == 0 && u->uid == 65534 && u->gid == 65534);
	CHECK(write(fd[0], "1", 1) == 1);
	child = checked_fork();
	if (!child) {
		CHECK(!setgid(8) && !setuid(9) && write(fd[0], "2", 1) == 1);
		_exit(0);
	}
	expect_success(child);
	CHECK(receive(fd[1], ROOM, 0) == 1 && (u = credentials()));
	CHECK(u->pid == getpid() && u->uid == getuid());
	CHECK(receive(fd[1], ROOM, 0) == 1 && (u = credentials()));
	CHECK(u->pid == child && u->uid == 9 && u->gid == 8);
	close_pair(fd);
}

/* SO_PEERCRED tells who listened, and who connected */
static void test_peer_credentials(void)
{
	int l = un_listen(SOCK_STREAM, "@cred", 1), s;
	socklen_t len = sizeof(struct ucred);
	struct ucred c;
	pid_t child;

	child = checked_fork();
	if (!child) {
		CHECK(!setgid(5) && !setuid(6));
		s = un_socket(SOCK_STREAM);
		CHECK(!getsockopt(s, SOL_SOCKET, SO_PEERCRED, &c, &len));
		CHECK(c.pid == 0 && c.uid == -1u && c.gid == -1u);
		CHECK(!un_connect(s, "@cred"));
		CHECK(!getsockopt(s, SOL_SOCKET, SO_PEERCRED, &c, &len));
		CHECK(c.pid == getppid() && c.uid == 0 && c.gid == 0);
		_exit(0);
	}
	s = accept(l, NULL, NULL);
	CHECK(!getsockopt(s, SOL_SOCKET, SO_PEERCRED, &c, &len));
	CHECK(c.pid == child && c.uid == 6 && c.gid == 5);
	expect_success(child);
	close(s);
	close(l);
}

/*
 * Is a file still open somewhere?  The write end of this pipe went with the
 * messages; when the last one is gone, the read end tells.
 */
static int probe[2];

static void probe_begin(void)
{
	CHECK(!pipe2(probe, O_NONBLOCK));
}

/* Linux looks for garbage now and then, pipux at each close */
static void probe_end(bool gone)
{
	int tries = 100;
	char c;

	if (probe[1] >= 0)
		close(probe[1]);
	probe[1] = -1;
	errno = 0;
	while (gone && read(probe[0], &c, 1) == -1 && errno == EAGAIN
	       && tries--)
		usleep(10000);
	if (gone)
		CHECK(read(probe[0], &c, 1) == 0);
	else
		CHECK_ERRNO(read(probe[0], &c, 1), EAGAIN);
}

static void test_closed_with_files(void)
{
	int fd[2];

	probe_begin();
	pair_of(SOCK_STREAM, fd);
	CHECK(send_fds(fd[0], &probe[1], 1) == 1);
	probe_end(false);
	close_pair(fd);
	probe_end(true);
	close(probe[0]);
}

/* A socket that was sent to itself, closed */
static void test_self(void)
{
	int fd[2], two[2];

	probe_begin();
	pair_of(SOCK_STREAM, fd);
	two[0] = fd[1];
	two[1] = probe[1];
	CHECK(send_fds(fd[0], two, 2) == 1);
	CHECK(!close(fd[1]) && !close(fd[0]));
	probe_end(true);
	close(probe[0]);
}

/* A ring of pairs, each of whose ends lies with the next one */
static void test_ring(int n)
{
	int fd[20][2], two[2];

	probe_begin();
	for (int i = 0; i < n; i++)
		pair_of(SOCK_DGRAM, fd[i]);
	for (int i = 0; i < n; i++) {
		two[0] = fd[i][1];
		two[1] = probe[1];
		CHECK(send_fds(fd[(i + 1) % n][0], two, 2) == 1);
	}
	for (int i = 0; i < n; i++)
		CHECK(!close(fd[i][0]));
	for (int i = 0; i < n - 1; i++)
		CHECK(!close(fd[i][1]));
	probe_end(false);		/* the last one reaches all */
	CHECK(!close(fd[n - 1][1]));
	probe_end(true);
	close(probe[0]);
}

/* A listener lies with a connection that it never accepted */
static void test_pending(void)
{
	int l = un_listen(SOCK_STREAM, "@pending", 2);
	int c = un_socket(SOCK_STREAM), two[2];

	probe_begin();
	CHECK(!un_connect(c, "@pending"));
	two[0] = l;
	two[1] = probe[1];
	CHECK(send_fds(c, two, 2) == 1);
	CHECK(!close(c) && !close(l));
	probe_end(true);
	close(probe[0]);
	c = un_socket(SOCK_STREAM);
	CHECK_ERRNO(un_connect(c, "@pending"), ECONNREFUSED);
	close(c);
}

/* What a live socket reaches, however deep, is no garbage */
static void test_reached(void)
{
	int a[2], b[2], two[2], new[4];

	probe_begin();
	pair_of(SOCK_STREAM, a);
	pair_of(SOCK_STREAM, b);
	two[0] = b[0];
	two[1] = b[1];
	CHECK(send_fds(b[0], &probe[1], 1) == 1);
	CHECK(send_fds(b[1], two, 2) == 1);		/* a ring of its own */
	CHECK(send_fds(a[0], two, 2) == 1);
	CHECK(!close(b[0]) && !close(b[1]));
	probe_end(false);
	CHECK(receive(a[1], ROOM, 0) == 1 && files(new) == 2);
	CHECK(receive(new[1], ROOM, 0) == 1 && files(b) == 1);
	CHECK(write(b[0], "!", 1) == 1 && read(probe[0], got.data, 1) == 1);
	close(b[0]);
	CHECK(!close(new[0]) && !close(new[1]));
	probe_end(true);
	close(probe[0]);
	close_pair(a);
}

/* Each lies in the queue of the next: closing the outermost closes all */
static void test_nested(int depth)
{
	int outer[2], inner[2], two[2];

	probe_begin();
	pair_of(SOCK_STREAM, inner);
	CHECK(send_fds(inner[0], &probe[1], 1) == 1);
	for (int i = 0; i < depth; i++) {
		pair_of(SOCK_STREAM, outer);
		two[0] = inner[0];
		two[1] = inner[1];
		CHECK(send_fds(outer[0], two, 2) == 1);
		close_pair(inner);
		inner[0] = outer[0];
		inner[1] = outer[1];
	}
	probe_end(false);
	close_pair(inner);
	probe_end(true);
	close(probe[0]);
}

/* A user may have only so many files in messages */
static void test_limit(void)
{
	struct rlimit limit = { 40, 40 };
	int fd[2], many[32], n = 0;

	memset(many, 0, sizeof(many));
	pair_of(SOCK_STREAM, fd);
	if (!checked_fork()) {
		CHECK(!setrlimit(RLIMIT_NOFILE, &limit) && !setuid(77));
		while (send_fds(fd[0], many, 32) == 1)
			n++;
		CHECK(errno == ETOOMANYREFS && n >= 1 && n <= 3);
		_exit(0);
	}
	expect_success(-1);
	close_pair(fd);
}

int main(void)
{
	test_rights();
	test_little_room();
	test_stream_borders();
	test_bad_control();
	test_credentials(SOCK_STREAM);
	test_credentials(SOCK_SEQPACKET);
	test_credentials(SOCK_DGRAM);
	test_peer_credentials();
	test_closed_with_files();
	test_self();
	test_ring(2);
	test_ring(20);
	test_pending();
	test_reached();
	test_nested(3);
	test_nested(600);
	test_limit();
	return passed("unix_rights");
}
