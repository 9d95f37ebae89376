/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: sockets: the calls' errors, AF_UNIX, TCP and UDP on lo. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <arpa/inet.h>

#include "facts.h"

static struct sockaddr_in lo(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static struct sockaddr_un path_of(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(un.sun_path, path);
	return un;
}

#define SA(a)	(struct sockaddr *)&(a), sizeof(a)
#define OPENED(call)	((call) >= 0 ? 0 : -1)

static void test_creation(void)
{
	static const int families[] = { -1, 0, AF_UNIX, AF_INET, AF_NETLINK,
		AF_APPLETALK, 46, 100 };
	int p[2], fd;

	for (unsigned i = 0; i < COUNT(families); i++)
		for (int type = 0; type <= 11; type++) {
			if (type == SOCK_PACKET)
				continue;
			FACT(OPENED(fd = socket(families[i], type, 0)),
				"family %d type %d", families[i], type);
			close(fd);
		}
	for (int protocol = -1; protocol < 300; protocol +=
			protocol < 20 ? 1 : 117) {
		FACT(OPENED(socket(AF_INET, SOCK_STREAM, protocol)),
			"stream, protocol %d", protocol);
		FACT(OPENED(socket(AF_INET, SOCK_DGRAM, protocol)),
			"dgram, protocol %d", protocol);
		FACT(OPENED(socket(AF_UNIX, SOCK_STREAM, protocol)),
			"unix, protocol %d", protocol);
	}
	FACT(OPENED(socket(AF_UNIX, SOCK_STREAM | 0x100, 0)), "flags");
	FACT(socketpair(AF_INET, SOCK_STREAM, 0, p), "pair of inet");
	FACT(socketpair(AF_INET, SOCK_DGRAM, 0, p), "pair of udp");
	FACT(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, BAD_ADDRESS),
		"address");
	FACT(socketpair(AF_UNIX, SOCK_RAW, 0, p), "raw");
	FACT(socketpair(AF_UNIX, 77, 0, p), "type 77");
	FACT(socketpair(0, SOCK_STREAM, 0, p), "family 0");
}

/* Each call on what is no socket, on nothing, and with bad pointers */
static void test_bad_arguments(void)
{
	int fds[] = { -1, 400, make_file("file", 0644),
		socket(AF_INET, SOCK_STREAM, 0),
		socket(AF_INET, SOCK_DGRAM, 0),
		socket(AF_UNIX, SOCK_STREAM, 0),
		socket(AF_UNIX, SOCK_DGRAM, 0) };
	static const char *names[] = { "-1", "400", "file", "tcp", "udp",
		"unix stream", "unix dgram" };
	struct sockaddr_in in = lo(9);
	socklen_t len;
	char buf[16];
	struct msghdr m;

	signal(SIGPIPE, SIG_IGN);
	for (unsigned i = 0; i < COUNT(fds); i++) {
		int fd = fds[i];

		FACT(bind(fd, BAD_ADDRESS, 16), "%s: bind, address",
			names[i]);
		FACT(bind(fd, SA(in) - 15), "%s: bind, length 1", names[i]);
		FACT(bind(fd, (void *)&in, -1), "%s: bind, -1", names[i]);
		FACT(bind(fd, (void *)&in, 200), "%s: bind, 200", names[i]);
		FACT(connect(fd, BAD_ADDRESS, 16), "%s: connect, address",
			names[i]);
		FACT(connect(fd, (void *)&in, -1), "%s: connect, -1",
			names[i]);
		FACT(connect(fd, (void *)&in, 3), "%s: connect, 3",
			names[i]);
		FACT(accept(fd, NULL, NULL), "%s: accept", names[i]);
		FACT(accept4(fd, NULL, NULL, 1), "%s: accept4, flags",
			names[i]);
		len = 16;
		FACT(getsockname(fd, BAD_ADDRESS, &len), "%s: name",
			names[i]);
		FACT(getsockname(fd, (void *)&in, BAD_ADDRESS), "%s: name",
			names[i]);
		len = -1;
		FACT(getsockname(fd, (void *)&in, &len), "%s: name, -1",
			names[i]);
		len = 16;
		FACT(getpeername(fd, (void *)&in, &len), "%s: peer",
			names[i]);
		len = -1;
		FACT(getpeername(fd, (void *)&in, &len), "%s: peer, -1",
			names[i]);
		FACT(send(fd, "x", 1, 0), "%s: send", names[i]);
		FACT(send(fd, BAD_ADDRESS, 1, 0), "%s: send, address",
			names[i]);
		FACT(sendto(fd, "x", 1, 0, BAD_ADDRESS, 16), "%s: sendto",
			names[i]);
		FACT(sendto(fd, "x", 1, 0, (void *)&in, -1),
			"%s: sendto, -1", names[i]);
		FACT(sendto(fd, "x", 1, MSG_OOB, (void *)&in, 3),
			"%s: sendto, 3", names[i]);
		FACT(recv(fd, buf, 1, MSG_DONTWAIT), "%s: recv", names[i]);
		FACT(recv(fd, buf, 1, MSG_DONTWAIT | MSG_OOB), "%s: OOB",
			names[i]);
		FACT(recv(fd, buf, 1, MSG_DONTWAIT | MSG_ERRQUEUE),
			"%s: ERRQUEUE", names[i]);
		FACT(syscall(SYS_sendmsg, fd, BAD_ADDRESS, 0), "%s: sendmsg",
			names[i]);
		m = (struct msghdr){ .msg_iov = BAD_ADDRESS,
			.msg_iovlen = 1 };
		FACT(syscall(SYS_sendmsg, fd, &m, 0), "%s: sendmsg, iov",
			names[i]);
		m.msg_iovlen = 1025;
		FACT(syscall(SYS_sendmsg, fd, &m, 0), "%s: 1025", names[i]);
		FACT(syscall(SYS_recvmsg, fd, BAD_ADDRESS, MSG_DONTWAIT),
			"%s: recvmsg", names[i]);
		FACT(shutdown(fd, 3), "%s: shutdown 3", names[i]);
		FACT(shutdown(fd, -1), "%s: shutdown -1", names[i]);
		FACT(shutdown(fd, SHUT_WR), "%s: shutdown", names[i]);
		FACT(listen(fd, 5), "%s: listen", names[i]);
		FACT(setsockopt(fd, 500, 1, buf, 4), "%s: level 500",
			names[i]);
		FACT(setsockopt(fd, SOL_SOCKET, 500, buf, 4),
			"%s: option 500", names[i]);
		FACT(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, BAD_ADDRESS,
			4), "%s: option's address", names[i]);
		FACT(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, buf, 0),
			"%s: option's length", names[i]);
		FACT(setsockopt(fd, IPPROTO_TCP, 500, buf, 4), "%s: tcp 500",
			names[i]);
		FACT(setsockopt(fd, IPPROTO_UDP, 500, buf, 4), "%s: udp 500",
			names[i]);
		FACT(setsockopt(fd, IPPROTO_IP, 500, buf, 4), "%s: ip 500",
			names[i]);
		len = 4;
		FACT(getsockopt(fd, 500, 1, buf, &len), "%s: get level 500",
			names[i]);
		FACT(getsockopt(fd, SOL_SOCKET, 500, buf, &len),
			"%s: get option 500", names[i]);
		FACT(getsockopt(fd, SOL_SOCKET, SO_TYPE, BAD_ADDRESS, &len),
			"%s: get, address", names[i]);
		FACT(getsockopt(fd, SOL_SOCKET, SO_TYPE, buf, BAD_ADDRESS),
			"%s: get, length", names[i]);
		len = -1;
		FACT(getsockopt(fd, SOL_SOCKET, SO_TYPE, buf, &len),
			"%s: get, -1", names[i]);
		len = 1;
		FACT(getsockopt(fd, SOL_SOCKET, SO_TYPE, buf, &len),
			"%s: get, 1", names[i]);
		FACT(len, "length");
		len = 4;
		FACT(getsockopt(fd, IPPROTO_IP, 500, buf, &len),
			"%s: get ip 500", names[i]);
		FACT(getsockopt(fd, IPPROTO_TCP, 500, buf, &len),
			"%s: get tcp 500", names[i]);
		FACT(getsockopt(fd, IPPROTO_UDP, 500, buf, &len),
			"%s: get udp 500", names[i]);
		FACT(ioctl(fd, FIONREAD, buf) == 0 ? 0 : -1, "%s: FIONREAD",
			names[i]);
		FACT(lseek(fd, 0, SEEK_SET), "%s: lseek", names[i]);
		FACT(pread(fd, buf, 1, 0), "%s: pread", names[i]);
		FACT(syscall(SYS_recvmmsg_time64, fd, BAD_ADDRESS, 1,
			MSG_DONTWAIT, NULL), "%s: recvmmsg", names[i]);
		FACT(syscall(SYS_sendmmsg, fd, BAD_ADDRESS, 1, 0),
			"%s: sendmmsg", names[i]);
		close(fd);
	}
}

static void test_unix_names(void)
{
	struct sockaddr_un un = path_of("socket"), other = path_of("file");
	int s = socket(AF_UNIX, SOCK_STREAM, 0), d, c;
	struct sockaddr_un got;
	socklen_t len = sizeof(got);

	FACT(connect(s, SA(un)), "connect to nothing");
	FACT(connect(s, SA(other)), "connect to a file");
	FACT(bind(s, SA(other)), "bind to a file's name");
	FACT(bind(s, SA(un)), "bind");
	FACT(bind(s, SA(un)), "again");
	d = socket(AF_UNIX, SOCK_STREAM, 0);
	FACT(bind(d, SA(un)), "another one");
	FACT(connect(d, SA(un)), "not listening");
	FACT(accept(s, NULL, NULL), "accept, not listening");
	FACT(listen(s, 1), "listen");
	FACT(listen(d, 1), "listen, not bound");
	FACT(connect(d, SA(un)), "connect");
	FACT(connect(d, SA(un)), "connect again");
	c = accept(s, (void *)&got, &len);
	FACT(len, "an unnamed one connected");
	len = sizeof(got);
	FACT(getpeername(d, (void *)&got, &len), "peer");
	printf("%d %s\n", (int)len, got.sun_path);
	FACT(connect(c, SA(un)), "connect the accepted");
	FACT(listen(c, 1), "listen, connected");
	close(c);
	FACT(send(d, "x", 1, MSG_NOSIGNAL), "send to closed");
	FACT(recv(d, &got, 1, 0), "receive from closed");
	close(d);
	d = socket(AF_UNIX, SOCK_DGRAM, 0);
	FACT(connect(d, SA(un)), "dgram to stream");
	FACT(sendto(d, "x", 1, 0, SA(un)), "send dgram to stream");
	close(s);
	FACT(connect(d, SA(un)), "its owner is gone");
	un = path_of("dir/none");
	FACT(bind(d, SA(un)), "no directory");
	un = path_of("file/none");
	FACT(bind(d, SA(un)), "under a file");
	un = path_of("abstract");
	un.sun_path[0] = 0;
	FACT(bind(d, (void *)&un, 2), "autobind");
	len = sizeof(got);
	FACT(getsockname(d, (void *)&got, &len), "its name");
	printf("%d %d\n", (int)len, got.sun_path[0]);
	close(d);
	d = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	FACT(bind(d, SA(un)), "abstract");
	c = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	FACT(bind(c, SA(un)), "abstract, used");
	AS(1000) {
		un = path_of("user");
		CHECK(chmod(".", 0755) == 0 || errno == EPERM);
		FACT(connect(c, SA(other)), "user: a file");
	}
	close(c);
	close(d);
}

static void test_pairs(void)
{
	static const struct { const char *name; int type; } types[] = {
		{ "stream", SOCK_STREAM }, { "dgram", SOCK_DGRAM },
		{ "seqpacket", SOCK_SEQPACKET },
	};
	char buf[100];
	int p[2];

	for (unsigned i = 0; i < COUNT(types); i++) {
		const char *name = types[i].name;
		struct iovec v = { buf, 2 };
		struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

		FACT(socketpair(AF_UNIX, types[i].type, 0, p), "%s", name);
		FACT(send(p[0], "abcdef", 6, 0), "%s: send", name);
		FACT(send(p[0], "gh", 2, 0), "%s: send", name);
		FACT(send(p[0], "", 0, 0), "%s: send nothing", name);
		FACT(recv(p[1], buf, 3, MSG_PEEK), "%s: peek", name);
		FACT(recv(p[1], buf, 3, MSG_PEEK | MSG_TRUNC),
			"%s: peek, TRUNC", name);
		FACT(recv(p[1], buf, 0, MSG_DONTWAIT | MSG_PEEK),
			"%s: nothing", name);
		FACT(recvmsg(p[1], &m, 0), "%s: recvmsg", name);
		FACT(m.msg_flags, "%s: flags", name);
		FACT(recv(p[1], buf, 100, 0), "%s: the rest", name);
		FACT(recv(p[1], buf, 100, MSG_DONTWAIT), "%s: more", name);
		FACT(recv(p[1], buf, 100, MSG_DONTWAIT), "%s: more", name);
		FACT(send(p[0], "x", 1, MSG_MORE | MSG_EOR), "%s: flags",
			name);
		FACT(recv(p[1], buf, 5, MSG_WAITALL | MSG_DONTWAIT),
			"%s: WAITALL", name);
		FACT(recv(p[1], buf, 5, MSG_DONTWAIT), "%s: empty", name);
		FACT(send(p[0], "x", 1, MSG_OOB), "%s: OOB", name);
		FACT(recv(p[1], buf, 1, MSG_OOB | MSG_DONTWAIT),
			"%s: get OOB", name);
		FACT(shutdown(p[0], SHUT_WR), "%s: shutdown", name);
		FACT(send(p[0], "x", 1, MSG_NOSIGNAL), "%s: send", name);
		FACT(recv(p[1], buf, 5, MSG_DONTWAIT), "%s: end", name);
		FACT(send(p[1], "x", 1, MSG_NOSIGNAL), "%s: back", name);
		FACT(recv(p[0], buf, 5, MSG_DONTWAIT), "%s: it", name);
		FACT(shutdown(p[0], SHUT_RD), "%s: shutdown", name);
		FACT(send(p[1], "x", 1, MSG_NOSIGNAL), "%s: back", name);
		FACT(recv(p[0], buf, 5, MSG_DONTWAIT), "%s: it", name);
		close(p[1]);
		FACT(recv(p[0], buf, 5, MSG_DONTWAIT), "%s: closed", name);
		close(p[0]);
		CHECK(socketpair(AF_UNIX, types[i].type, 0, p) == 0);
		send(p[0], "unread", 6, 0);
		close(p[1]);
		FACT(recv(p[0], buf, 5, MSG_DONTWAIT), "%s: unread", name);
		FACT(send(p[0], "x", 1, MSG_NOSIGNAL), "%s: to closed", name);
		close(p[0]);
	}
}

static long pass(int fd, const int *fds, int n, int level, int type,
		size_t len)
{
	union { struct cmsghdr h; char room[1200]; } u = { .room = "" };
	struct iovec v = { "x", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &u, .msg_controllen = len };

	u.h.cmsg_len = len;
	u.h.cmsg_level = level;
	u.h.cmsg_type = type;
	memcpy(CMSG_DATA(&u.h), fds, n * sizeof(int));
	return sendmsg(fd, &m, 0);
}

static void take(int fd, const char *what, size_t room, int flags)
{
	union { struct cmsghdr h; char room[100]; } u = { .room = "" };
	char c;
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &u, .msg_controllen = room };

	FACT(recvmsg(fd, &m, flags), "%s", what);
	printf("flags %x control %d length %d type %d\n",
		m.msg_flags, (int)m.msg_controllen, (int)u.h.cmsg_len,
		u.h.cmsg_type);
}

static void test_rights(void)
{
	int p[2], fds[260];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	for (int i = 0; i < 260; i++)
		fds[i] = p[0];
	FACT(pass(p[0], fds, 1, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(4)), "one");
	take(p[1], "take it", 100, 0);
	FACT(pass(p[0], fds, 3, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(12)),
		"three");
	take(p[1], "room for two", CMSG_LEN(8), MSG_CMSG_CLOEXEC);
	FACT(pass(p[0], fds, 1, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(4)), "one");
	take(p[1], "no room", 0, 0);
	FACT(pass(p[0], fds, 1, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(4)), "one");
	take(p[1], "room for the head", 12, 0);
	FACT(pass(p[0], fds, 253, SOL_SOCKET, SCM_RIGHTS,
		CMSG_LEN(4 * 253)), "253");
	take(p[1], "take", 100, 0);
	FACT(pass(p[0], fds, 254, SOL_SOCKET, SCM_RIGHTS,
		CMSG_LEN(4 * 254)), "254");
	fds[0] = -1;
	FACT(pass(p[0], fds, 1, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(4)), "-1");
	FACT(pass(p[0], fds, 1, SOL_SOCKET, 77, CMSG_LEN(4)), "type 77");
	FACT(pass(p[0], fds, 1, SOL_SOCKET, SCM_RIGHTS, 8), "short");
	FACT(pass(p[0], fds, 1, SOL_SOCKET, SCM_CREDENTIALS, CMSG_LEN(4)),
		"credentials, short");
	fds[0] = getpid();
	fds[1] = fds[2] = 0;
	FACT(pass(p[0], fds, 3, SOL_SOCKET, SCM_CREDENTIALS, CMSG_LEN(12)),
		"credentials");
	take(p[1], "not asked for", 100, 0);
	FACT(setsockopt(p[1], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, 4), "ask");
	FACT(send(p[0], "x", 1, 0), "send");
	take(p[1], "they come", 100, 0);
	fds[0] = 9999999;
	FACT(pass(p[0], fds, 3, SOL_SOCKET, SCM_CREDENTIALS, CMSG_LEN(12)),
		"of none");
	AS(1000) {
		fds[0] = getpid();
		FACT(pass(p[0], fds, 3, SOL_SOCKET, SCM_CREDENTIALS,
			CMSG_LEN(12)), "user: as root");
		fds[1] = fds[2] = 1000;
		FACT(pass(p[0], fds, 3, SOL_SOCKET, SCM_CREDENTIALS,
			CMSG_LEN(12)), "user: as himself");
	}
	close(p[0]);
	close(p[1]);
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	test_creation();
	test_bad_arguments();
	put_file("file", 0644);
	test_unix_names();
	test_pairs();
	test_rights();
	return 0;
}
