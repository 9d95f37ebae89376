/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: TCP and UDP on lo: names, states, ends, urgent data, options. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "facts.h"

#define SA(a)	(struct sockaddr *)&(a), sizeof(a)

static struct sockaddr_in at(uint32_t address, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
}

static int port_of(int fd)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);

	CHECK(getsockname(fd, (void *)&in, &len) == 0);
	return ntohs(in.sin_port);
}

static int events(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0 };

	usleep(20000);
	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

/* A connection: p[0] asked for it, p[1] was accepted */
static int connection(int p[2])
{
	int l = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in in = at(INADDR_LOOPBACK, 0);

	CHECK(bind(l, SA(in)) == 0 && listen(l, 2) == 0);
	in = at(INADDR_LOOPBACK, port_of(l));
	p[0] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(connect(p[0], SA(in)) == 0);
	p[1] = accept(l, NULL, NULL);
	CHECK(p[1] >= 0);
	return l;
}

static void test_names(void)
{
	struct sockaddr_in in = at(INADDR_LOOPBACK, 4000), got;
	int s = socket(AF_INET, SOCK_STREAM, 0), t, on = 1;
	socklen_t len = sizeof(got);

	FACT(getsockname(s, (void *)&got, &len), "unbound");
	printf("%d %x %d\n", (int)len, got.sin_addr.s_addr, got.sin_port);
	FACT(bind(s, SA(in)), "bind");
	FACT(bind(s, SA(in)), "again");
	t = socket(AF_INET, SOCK_STREAM, 0);
	FACT(bind(t, SA(in)), "used");
	FACT(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &on, 4), "reuse");
	FACT(bind(t, SA(in)), "used, one wants to reuse");
	FACT(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, 4), "reuse");
	FACT(bind(t, SA(in)), "both do");
	FACT(listen(s, 1), "listen");
	FACT(listen(t, 1), "the other too");
	FACT(listen(s, 5), "listen again");
	FACT(connect(s, SA(in)), "connect a listening one");
	close(t);
	t = socket(AF_INET, SOCK_STREAM, 0);
	in = at(0x01020304, 4001);
	FACT(bind(t, SA(in)), "bind to another's address");
	in = at(INADDR_LOOPBACK, 4001);
	in.sin_family = AF_UNIX;
	FACT(bind(t, SA(in)), "bind, family unix");
	FACT(connect(t, SA(in)), "connect, family unix");
	in.sin_family = AF_UNSPEC;
	FACT(bind(t, SA(in)), "bind, no family");
	in = at(0, 4002);
	in.sin_family = AF_UNSPEC;
	FACT(bind(t, SA(in)), "bind, no family, any address");
	close(t);
	t = socket(AF_INET, SOCK_STREAM, 0);
	in = at(INADDR_LOOPBACK, 4999);
	FACT(connect(t, SA(in)), "nobody listens");
	FACT(connect(t, SA(in)), "again");
	in = at(INADDR_BROADCAST, 4999);
	FACT(connect(t, SA(in)), "connect to all");
	FACT(listen(t, 1), "listen, unbound");
	FACT(port_of(t) != 0, "it has a port");
	AS(1000) {
		int u = socket(AF_INET, SOCK_STREAM, 0);
		in = at(INADDR_LOOPBACK, 80);
		FACT(bind(u, SA(in)), "user: port 80");
	}
	close(s);
	close(t);
}

static void test_states(void)
{
	int p[2], l = connection(p), error = -1;
	struct sockaddr_in in = at(INADDR_LOOPBACK, port_of(l));
	socklen_t len = 4;
	char buf[10];

	FACT(connect(p[0], SA(in)), "connected: connect");
	FACT(listen(p[0], 1), "connected: listen");
	FACT(accept(p[0], NULL, NULL), "connected: accept");
	FACT(events(p[0]), "events");
	FACT(fcntl(l, F_SETFL, O_NONBLOCK), "not blocking");
	FACT(accept(l, NULL, NULL), "nobody waits");
	FACT(send(p[0], "abcdef", 6, 0), "send");
	FACT(events(p[1]), "events");
	FACT(ioctl(p[1], FIONREAD, &error), "FIONREAD");
	FACT(error, "bytes");
	FACT(recv(p[1], buf, 3, MSG_PEEK), "peek");
	FACT(recv(p[1], buf, 3, MSG_TRUNC), "TRUNC drops");
	FACT(recv(p[1], buf, 10, 0), "the rest");
	FACT(recv(p[1], buf, 10, MSG_DONTWAIT), "empty");
	FACT(shutdown(p[0], SHUT_WR), "shutdown");
	FACT(events(p[0]), "events");
	FACT(events(p[1]), "the other's");
	FACT(recv(p[1], buf, 10, 0), "end");
	FACT(send(p[0], "x", 1, MSG_NOSIGNAL), "send");
	FACT(send(p[1], "x", 1, MSG_NOSIGNAL), "send back");
	FACT(recv(p[0], buf, 10, 0), "it comes");
	FACT(shutdown(p[0], SHUT_RD), "shutdown");
	FACT(recv(p[0], buf, 10, MSG_DONTWAIT), "end");
	FACT(events(p[0]), "events");
	close(p[1]);
	FACT(events(p[0]), "the other is closed");
	FACT(shutdown(p[0], SHUT_RDWR), "shutdown");
	FACT(getpeername(p[0], (void *)&in, &len), "peer");
	close(p[0]);
	close(l);
	l = connection(p);
	send(p[0], "unread", 6, 0);
	usleep(20000);
	close(p[1]);
	FACT(events(p[0]), "closed with data unread");
	len = 4;
	FACT(getsockopt(p[0], SOL_SOCKET, SO_ERROR, &error, &len), "error");
	FACT(error == ECONNRESET, "reset");
	FACT(recv(p[0], buf, 10, MSG_DONTWAIT), "then");
	FACT(send(p[0], "x", 1, MSG_NOSIGNAL), "send");
	close(p[0]);
	close(l);
	l = connection(p);
	FACT(setsockopt(p[0], SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 },
		8), "linger 0");
	close(p[0]);
	usleep(20000);
	FACT(recv(p[1], buf, 10, 0), "reset by close");
	FACT(recv(p[1], buf, 10, 0), "and then");
	close(p[1]);
	close(l);
	l = connection(p);
	in = (struct sockaddr_in){ .sin_family = AF_UNSPEC };
	FACT(connect(p[0], SA(in)), "disconnect");
	FACT(recv(p[1], buf, 10, 0), "the other");
	close(p[0]);
	close(p[1]);
	close(l);
}

static void test_urgent(void)
{
	int p[2], l = connection(p), mark = -1, on = 1;
	char buf[10] = "";

	FACT(recv(p[1], buf, 1, MSG_OOB), "none");
	FACT(send(p[0], "ab", 2, 0), "send");
	FACT(send(p[0], "cd", 2, MSG_OOB), "send urgent");
	FACT(send(p[0], "ef", 2, 0), "send");
	FACT(events(p[1]), "events");
	FACT(ioctl(p[1], SIOCATMARK, &mark), "mark");
	FACT(mark, "at it");
	FACT(recv(p[1], buf, 10, 0), "up to it");
	ioctl(p[1], SIOCATMARK, &mark);
	FACT(mark, "at it");
	FACT(recv(p[1], buf, 5, MSG_OOB), "urgent");
	FACT(buf[0], "it is");
	FACT(recv(p[1], buf, 5, MSG_OOB), "again");
	FACT(recv(p[1], buf, 10, 0), "the rest");
	FACT(events(p[1]), "events");
	FACT(setsockopt(p[1], SOL_SOCKET, SO_OOBINLINE, &on, 4), "in line");
	FACT(send(p[0], "gh", 2, MSG_OOB), "send urgent");
	usleep(20000);
	FACT(recv(p[1], buf, 5, MSG_OOB), "urgent");
	FACT(recv(p[1], buf, 10, 0), "up to it");
	FACT(recv(p[1], buf, 10, 0), "it");
	FACT(buf[0], "it is");
	close(p[0]);
	FACT(recv(p[1], buf, 10, MSG_WAITALL), "end");
	close(p[1]);
	close(l);
}

static void options(const char *what, int fd, int level, const int *names,
		int n)
{
	for (int i = 0; i < n; i++) {
		int value = 1;
		socklen_t len = sizeof(value);

		FACT(getsockopt(fd, level, names[i], &value, &len),
			"%s: get %d", what, names[i]);
		FACT(len, "length");
		value = 1;
		FACT(setsockopt(fd, level, names[i], &value, 4), "set 1");
		FACT(setsockopt(fd, level, names[i], &value, 3), "short");
		value = -1;
		FACT(setsockopt(fd, level, names[i], &value, 4), "set -1");
		FACT(setsockopt(fd, level, names[i], NULL, 0), "none");
		len = 0;
		FACT(getsockopt(fd, level, names[i], &value, &len), "get 0");
	}
}

static void test_options(void)
{
	static const int generic[] = { SO_DEBUG, SO_REUSEADDR, SO_TYPE,
		SO_ERROR, SO_DONTROUTE, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF,
		SO_KEEPALIVE, SO_OOBINLINE, SO_NO_CHECK, SO_PRIORITY,
		SO_REUSEPORT, SO_PASSCRED, SO_RCVLOWAT, SO_SNDLOWAT,
		SO_ACCEPTCONN, SO_PROTOCOL, SO_DOMAIN, SO_MARK };
	static const int tcp[] = { TCP_NODELAY, TCP_MAXSEG, TCP_CORK,
		TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT,
		TCP_DEFER_ACCEPT, TCP_QUICKACK, TCP_USER_TIMEOUT };
	static const int ip[] = { IP_TOS, IP_TTL, IP_RECVERR, IP_PKTINFO,
		IP_MTU_DISCOVER, IP_RECVTTL, IP_RECVTOS, IP_MULTICAST_TTL,
		IP_MULTICAST_LOOP, IP_FREEBIND, IP_MTU };
	int s = socket(AF_INET, SOCK_STREAM, 0);
	int u = socket(AF_INET, SOCK_DGRAM, 0);
	int x = socket(AF_UNIX, SOCK_STREAM, 0);

	options("tcp, socket", s, SOL_SOCKET, generic, COUNT(generic));
	options("udp, socket", u, SOL_SOCKET, generic, COUNT(generic));
	options("unix, socket", x, SOL_SOCKET, generic, COUNT(generic));
	options("tcp", s, IPPROTO_TCP, tcp, COUNT(tcp));
	options("tcp, ip", s, IPPROTO_IP, ip, COUNT(ip));
	options("udp, ip", u, IPPROTO_IP, ip, COUNT(ip));
	close(s);
	close(u);
	close(x);
}

static void test_udp(void)
{
	int a = socket(AF_INET, SOCK_DGRAM, 0), error;
	int b = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in in = at(INADDR_LOOPBACK, 4000), none;
	socklen_t len;
	char buf[70000] = "";

	FACT(bind(b, SA(in)), "bind");
	FACT(send(a, "x", 1, 0), "send, not connected");
	FACT(sendto(a, "abc", 3, 0, SA(in)), "sendto");
	FACT(port_of(a) != 0, "bound by it");
	FACT(recv(b, buf, 2, MSG_TRUNC), "cut");
	FACT(sendto(a, buf, 0, 0, SA(in)), "nothing");
	FACT(events(b), "events");
	FACT(recv(b, buf, 2, 0), "it comes");
	FACT(sendto(a, buf, 65507, 0, SA(in)), "the most");
	FACT(recv(b, buf, 70000, 0), "it comes");
	FACT(sendto(a, buf, 65508, 0, SA(in)), "more");
	none = at(INADDR_LOOPBACK, 0);
	FACT(sendto(a, "x", 1, 0, SA(none)), "port 0");
	none = at(INADDR_BROADCAST, 4000);
	FACT(sendto(a, "x", 1, 0, SA(none)), "to all");
	none = at(INADDR_LOOPBACK, 4998);
	FACT(connect(a, SA(none)), "connect to nobody");
	FACT(send(a, "x", 1, 0), "send");
	usleep(20000);
	FACT(events(a), "events");
	FACT(send(a, "x", 1, 0), "send again");
	usleep(20000);
	len = 4;
	FACT(getsockopt(a, SOL_SOCKET, SO_ERROR, &error, &len), "error");
	FACT(error == ECONNREFUSED, "refused");
	FACT(sendto(a, "x", 1, 0, SA(in)), "sendto elsewhere");
	FACT(recv(b, buf, 9, 0), "it comes");
	FACT(sendto(b, "x", 1, 0, SA(in)), "to itself");
	FACT(recv(b, buf, 9, 0), "it comes");
	none = (struct sockaddr_in){ .sin_family = AF_UNSPEC };
	FACT(connect(a, SA(none)), "disconnect");
	FACT(send(a, "x", 1, 0), "send");
	FACT(shutdown(a, SHUT_RD), "shutdown, not connected");
	FACT(connect(a, SA(in)), "connect");
	FACT(shutdown(a, SHUT_WR), "shutdown");
	FACT(send(a, "x", 1, MSG_NOSIGNAL), "send");
	FACT(listen(a, 1), "listen");
	FACT(accept(a, NULL, NULL), "accept");
	close(a);
	close(b);
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	signal(SIGPIPE, SIG_IGN);
	test_names();
	test_states();
	test_urgent();
	test_options();
	test_udp();
	return 0;
}
