/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP between two sockets of one host: udp(7). */
#include <netinet/ip.h>

#include "inet.h"

#define DATA_MAX	65507

static char big[DATA_MAX + 1], copy[DATA_MAX + 1];

static void exchange(void)
{
	int a = bound_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = name_of(b), from;
	socklen_t len = sizeof(from);
	char buf[16];

	CHECK(ready(a, POLLIN | POLLOUT) == POLLOUT);
	CHECK(sendto(a, "hello", 5, 0, SA(to)) == 5);
	CHECK(sendto(a, "", 0, 0, SA(to)) == 0);
	CHECK(await(b, POLLIN) & POLLIN);
	CHECK(recvfrom(b, buf, sizeof(buf), 0, (struct sockaddr *)&from,
		&len) == 5);
	CHECK(len == sizeof(from) && from.sin_family == AF_INET);
	CHECK(from.sin_port == name_of(a).sin_port);
	CHECK(from.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(recv(b, buf, sizeof(buf), 0) == 0);
	CHECK_ERRNO(recv(b, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
	close(a);
	close(b);
}

static void connected(void)
{
	int a = bound_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM);
	int c = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = name_of(b), other = name_of(c), me;
	socklen_t len = sizeof(me);
	char buf[16];

	CHECK_ERRNO(send(a, "x", 1, 0), EDESTADDRREQ);
	CHECK_ERRNO(getpeername(a, (struct sockaddr *)&me, &len), ENOTCONN);
	CHECK(connect(a, SA(to)) == 0);
	CHECK(getpeername(a, (struct sockaddr *)&me, &len) == 0);
	CHECK(me.sin_port == to.sin_port);
	CHECK(send(a, "one", 3, 0) == 3);
	CHECK(recv(b, buf, 16, 0) == 3);
	CHECK(sendto(a, "two", 3, 0, SA(other)) == 3);
	CHECK(recv(c, buf, 16, 0) == 3);
	/* only the peer is heard */
	me = name_of(a);
	CHECK(sendto(c, "no", 2, 0, SA(me)) == 2);
	CHECK(sendto(b, "yes", 3, 0, SA(me)) == 3);
	CHECK(recv(a, buf, 16, 0) == 3);
	CHECK(!memcmp(buf, "yes", 3));
	CHECK_ERRNO(recv(a, buf, 16, MSG_DONTWAIT), EAGAIN);
	to.sin_family = AF_UNSPEC;
	CHECK(connect(a, SA(to)) == 0);
	CHECK_ERRNO(send(a, "x", 1, 0), EDESTADDRREQ);
	close(a);
	close(b);
	close(c);
}

/* Nobody there: ICMP's answer is the next call's error */
static void refused(void)
{
	int a = new_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = name_of(b);
	char c;

	close(b);
	CHECK(sendto(a, "x", 1, 0, SA(to)) == 1);	/* not told */
	CHECK_ERRNO(recv(a, &c, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(connect(a, SA(to)) == 0);
	CHECK(send(a, "x", 1, 0) == 1);
	CHECK(await(a, POLLIN) & POLLERR);
	CHECK_ERRNO(recv(a, &c, 1, 0), ECONNREFUSED);
	CHECK_ERRNO(recv(a, &c, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(send(a, "x", 1, 0) == 1);
	CHECK(await(a, POLLIN) & POLLERR);
	CHECK_ERRNO(send(a, "x", 1, 0), ECONNREFUSED);
	CHECK(send(a, "x", 1, 0) == 1);
	CHECK(await(a, POLLIN) & POLLERR);
	CHECK(option(a, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
	close(a);
}

static void truncation(void)
{
	int a = bound_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM), n;
	struct sockaddr_in to = name_of(b);
	struct iovec iov = { copy, 4 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	for (int i = 0; i < 4; i++)
		CHECK(sendto(a, "0123456789", 10, 0, SA(to)) == 10);
	CHECK(await(b, POLLIN) & POLLIN);
	CHECK(ioctl(b, FIONREAD, &n) == 0 && n == 10);
	CHECK(recv(b, copy, 4, MSG_PEEK) == 4);
	CHECK(recv(b, copy, 4, MSG_PEEK | MSG_TRUNC) == 10);
	CHECK(recv(b, copy, 4, 0) == 4);
	CHECK(recv(b, copy, 4, MSG_TRUNC) == 10);
	CHECK(recvmsg(b, &m, 0) == 4);
	CHECK(m.msg_flags == MSG_TRUNC);
	CHECK(recv(b, copy, 16, 0) == 10);
	CHECK_ERRNO(recv(b, copy, 16, MSG_DONTWAIT), EAGAIN);
	close(a);
	close(b);
}

static void sizes(void)
{
	static const int size[] = { 1, 1472, 1473, 8192, 40000, DATA_MAX };
	int a = bound_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = name_of(b);

	for (int i = 0; i <= DATA_MAX; i++)
		big[i] = i * 7 + i / 251;
	for (unsigned i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		memset(copy, 0, sizeof(copy));
		CHECK(sendto(a, big, size[i], 0, SA(to)) == size[i]);
		CHECK(recv(b, copy, sizeof(copy), 0) == size[i]);
		CHECK(!memcmp(big, copy, size[i]));
	}
	CHECK_ERRNO(sendto(a, big, DATA_MAX + 1, 0, SA(to)), EMSGSIZE);
	close(a);
	close(b);
}

/* What is not read is kept up to a bound, then lost, never an error */
static void flood(void)
{
	int a = bound_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = name_of(b);
	int got = 0;

	for (int i = 0; i < 3000; i++)
		CHECK(sendto(a, big, 1000, 0, SA(to)) == 1000);
	while (recv(b, copy, sizeof(copy), MSG_DONTWAIT) == 1000)
		got++;
	CHECK(errno == EAGAIN);
	CHECK(got > 10 && got < 3000);
	close(a);
	close(b);
}

static void errors(void)
{
	int a = new_socket(SOCK_DGRAM);
	struct sockaddr_in to = loopback(0);
	struct sockaddr_in all = address_of("255.255.255.255", 9);
	char c = 0;

	CHECK_ERRNO(sendto(a, &c, 1, 0, SA(to)), EINVAL);	/* port 0 */
	to.sin_port = htons(9);
	CHECK_ERRNO(sendto(a, &c, 1, 0, (struct sockaddr *)&to, 8), EINVAL);
	to.sin_family = AF_UNIX;
	CHECK_ERRNO(sendto(a, &c, 1, 0, SA(to)), EAFNOSUPPORT);
	CHECK_ERRNO(connect(a, SA(to)), EAFNOSUPPORT);
	to.sin_family = AF_INET;
	CHECK_ERRNO(sendto(a, &c, 1, MSG_OOB, SA(to)), EOPNOTSUPP);
	CHECK_ERRNO(sendto(a, (void *)8, 1, 0, SA(to)), EFAULT);
	CHECK_ERRNO(listen(a, 1), EOPNOTSUPP);
	CHECK_ERRNO(accept(a, NULL, NULL), EOPNOTSUPP);
	CHECK_ERRNO(shutdown(a, SHUT_RD), ENOTCONN);
	CHECK_ERRNO(connect(a, SA(all)), EACCES);
	close(a);
}

static void halves(void)
{
	int a = bound_socket(SOCK_DGRAM);
	struct sockaddr_in me = name_of(a);
	char c;

	ignore_signal(SIGPIPE);
	CHECK(connect(a, SA(me)) == 0);		/* to itself */
	CHECK(send(a, "x", 1, 0) == 1);
	CHECK(recv(a, &c, 1, 0) == 1);
	CHECK(shutdown(a, SHUT_WR) == 0);
	CHECK_ERRNO(send(a, "x", 1, 0), EPIPE);
	CHECK(shutdown(a, SHUT_RD) == 0);
	CHECK(recv(a, &c, 1, 0) == 0);
	CHECK(ready(a, POLLIN) & POLLHUP);
	close(a);
}

/* Where a packet was sent to, and its time to live, as control data */
static void control(void)
{
	int a = bound_socket(SOCK_DGRAM), b = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = name_of(b);
	char buf[256];
	struct iovec iov = { copy, 16 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = buf,
		.msg_controllen = sizeof(buf),
	};
	struct in_pktinfo info = { 0 };
	int ttl = 0;

	set_option(b, IPPROTO_IP, IP_PKTINFO, 1);
	set_option(b, IPPROTO_IP, IP_RECVTTL, 1);
	set_option(a, IPPROTO_IP, IP_TTL, 7);
	CHECK(sendto(a, "x", 1, 0, SA(to)) == 1);
	CHECK(recvmsg(b, &m, 0) == 1);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		CHECK(c->cmsg_level == IPPROTO_IP);
		if (c->cmsg_type == IP_PKTINFO)
			memcpy(&info, CMSG_DATA(c), sizeof(info));
		else if (c->cmsg_type == IP_TTL)
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	}
	CHECK(info.ipi_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(info.ipi_ifindex == 1);
	CHECK(ttl == 7);
	close(a);
	close(b);
}

/* Its rest never comes: the census sees whether it is kept for ever. */
static void fragment(void)
{
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct sockaddr_in to = address_of("127.0.0.1", 0);
	struct {
		struct iphdr ip;
		char data[16];
	} p = { .ip = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.id = getpid(), .frag_off = htons(IP_MF),
		.daddr = to.sin_addr.s_addr,
	} };

	CHECK(raw >= 0);
	CHECK(sendto(raw, &p, sizeof(p), 0, SA(to)) == sizeof(p));
	close(raw);
}

/* A port is shared by SO_REUSEPORT with the same user's sockets only */
static void shared_port(void)
{
	int a = new_socket(SOCK_DGRAM), b = new_socket(SOCK_DGRAM);
	struct sockaddr_in name = loopback(0);
	pid_t pid;

	set_option(a, SOL_SOCKET, SO_REUSEPORT, 1);
	CHECK(!bind(a, SA(name)));
	name = name_of(a);
	CHECK_ERRNO(bind(b, SA(name)), EADDRINUSE);
	set_option(b, SOL_SOCKET, SO_REUSEPORT, 1);
	CHECK(!bind(b, SA(name)));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(geteuid() || !setuid(1));
		b = new_socket(SOCK_DGRAM);
		set_option(b, SOL_SOCKET, SO_REUSEPORT, 1);
		if (geteuid() == 1)
			CHECK_ERRNO(bind(b, SA(name)), EADDRINUSE);
		_exit(0);
	}
	expect_success(pid);
	close(a);
	close(b);
}

int main(void)
{
	shared_port();
	exchange();
	connected();
	refused();
	truncation();
	sizes();
	flood();
	errors();
	halves();
	control();
	fragment();
	return passed("inet_udp");
}
