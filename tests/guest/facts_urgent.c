/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: urgent data of AF_UNIX streams and of TCP, and what TCP's options
 * do: send(2), recv(2), tcp(7). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#include "facts.h"

#define PATIENCE	5000		/* ms */

static volatile int urgent_signals;
static const char *kind;
static int a, b;			/* a sends, b receives */

static void on_urgent(int number)
{
	(void)number;
	urgent_signals++;
}

static void tcp_pair(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int on = 1, l = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(!bind(l, (void *)&addr, len) && !listen(l, 1));
	CHECK(!getsockname(l, (void *)&addr, &len));
	a = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!connect(a, (void *)&addr, len));
	CHECK(!setsockopt(a, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
	b = accept(l, NULL, NULL);
	CHECK(b >= 0 && !close(l));
}

static void fresh(void)
{
	int pair[2];

	if (a)
		CHECK(!close(a) && !close(b));
	if (!strcmp(kind, "tcp")) {
		tcp_pair();
		return;
	}
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	a = pair[0];
	b = pair[1];
}

static void await(short events)
{
	struct pollfd p = { .fd = b, .events = events };

	CHECK(poll(&p, 1, PATIENCE) == 1);
}

/* What a read gives, with its bytes */
static void get(int flags, const char *label)
{
	char data[32] = "";
	long n = recv(b, data, sizeof(data) - 1, flags | MSG_DONTWAIT);

	if (n < 0)
		printf("%s, %s: %s\n", kind, label, strerror(errno));
	else
		printf("%s, %s: %ld \"%.*s\"\n", kind, label, n, (int)n, data);
}

static void mark(const char *label)
{
	int at = -1;

	FACT(ioctl(b, SIOCATMARK, &at), "%s, SIOCATMARK %s", kind, label);
	printf("%s, at the mark %s: %d\n", kind, label, at);
}

static void ready(const char *label)
{
	struct pollfd p = { .fd = b, .events = POLLIN | POLLPRI };

	CHECK(poll(&p, 1, 0) >= 0);
	printf("%s, poll %s:%s%s\n", kind, label,
		p.revents & POLLIN ? " in" : "",
		p.revents & POLLPRI ? " pri" : "");
}

static void out_of_line(void)
{
	fresh();
	get(MSG_OOB, "MSG_OOB without any");
	FACT(send(a, "abcX", 4, MSG_OOB), "%s, send of urgent", kind);
	await(POLLPRI);
	ready("with urgent");
	mark("before the data");
	get(MSG_OOB | MSG_PEEK, "peek at the urgent byte");
	get(MSG_OOB, "the urgent byte");
	get(MSG_OOB, "the urgent byte again");
	ready("when it was read");
	FACT(send(a, "def", 3, 0), "%s, send of more", kind);
	get(0, "data up to the mark");
	if (!strcmp(kind, "tcp"))	/* 6.1 forgets it for AF_UNIX */
		mark("behind the data");
	get(0, "data behind the mark");
	mark("behind it");
	get(0, "nothing left");
}

static void passed_over(void)
{
	fresh();
	CHECK(send(a, "abX", 3, MSG_OOB) == 3 && send(a, "cd", 2, 0) == 2);
	await(POLLPRI);
	get(0, "data before an unread urgent byte");
	mark("before an unread urgent byte");
	get(0, "data behind an unread urgent byte");
	get(MSG_OOB, "an urgent byte passed over");
}

static void in_line(void)
{
	int on = 1;

	fresh();
	FACT(setsockopt(b, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)),
		"%s, SO_OOBINLINE", kind);
	CHECK(send(a, "abX", 3, MSG_OOB) == 3 && send(a, "cd", 2, 0) == 2);
	await(POLLPRI);
	get(MSG_OOB, "MSG_OOB with SO_OOBINLINE");
	get(0, "data before the urgent byte in line");
	mark("before the urgent byte in line");
	get(0, "data from the urgent byte on");
	mark("behind the urgent byte in line");
	ready("behind the urgent byte in line");
}

static void only(void)
{
	fresh();
	CHECK(send(a, "X", 1, MSG_OOB) == 1);
	await(POLLPRI);
	mark("at a lone urgent byte");
	get(MSG_OOB, "a lone urgent byte");
	FACT(send(a, "", 0, MSG_OOB), "%s, urgent without a byte", kind);
}

/* Two in a row: the second is the urgent one */
static void twice(void)
{
	fresh();
	CHECK(send(a, "abX", 3, MSG_OOB) == 3);
	await(POLLPRI);
	CHECK(send(a, "cdY", 3, MSG_OOB) == 3);
	get(0, "data before two urgent bytes");
	get(MSG_OOB, "the later of two");
}

static void signals(void)
{
	fresh();
	urgent_signals = 0;
	FACT(fcntl(b, F_SETOWN, getpid()), "%s, F_SETOWN", kind);
	CHECK(send(a, "a", 1, 0) == 1);
	await(POLLIN);
	printf("%s, SIGURG for data: %d\n", kind, urgent_signals);
	CHECK(send(a, "X", 1, MSG_OOB) == 1);
	await(POLLPRI);
	printf("%s, SIGURG for urgent data: %d\n", kind, urgent_signals);
}

static int value(int fd, int level, int name)
{
	int v = -1;
	socklen_t len = sizeof(v);

	return getsockopt(fd, level, name, &v, &len) ? -errno : v;
}

/* Less than a segment stays behind until the cork goes */
static void cork(void)
{
	int on = 1, off = 0;

	kind = "tcp";
	fresh();
	CHECK(!setsockopt(a, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off)));
	FACT(setsockopt(a, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)), "cork");
	printf("corked: %d\n", value(a, IPPROTO_TCP, TCP_CORK));
	CHECK(send(a, "ab", 2, 0) == 2 && send(a, "cd", 2, 0) == 2);
	get(0, "while corked");
	on = 0;
	FACT(setsockopt(a, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)), "uncork");
	await(POLLIN);
	get(0, "uncorked");
	CHECK(send(a, "ef", 2, MSG_MORE) == 2);
	get(0, "with MSG_MORE");
	CHECK(send(a, "gh", 2, 0) == 2);
	await(POLLIN);
	get(0, "without MSG_MORE");
}

/* The listener hears of a connection by its first data */
static void defer(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int seconds = 60, l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = l, .events = POLLIN };
	socklen_t len = sizeof(addr);

	FACT(setsockopt(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
		sizeof(seconds)), "TCP_DEFER_ACCEPT");
	CHECK(!bind(l, (void *)&addr, len) && !listen(l, 1));
	CHECK(!getsockname(l, (void *)&addr, &len));
	close(a);
	a = socket(AF_INET, SOCK_STREAM, 0);
	FACT(connect(a, (void *)&addr, len), "connect to a deferring listener");
	FACT(accept(l, NULL, NULL), "accept before data");
	CHECK(send(a, "x", 1, 0) == 1);
	CHECK(poll(&p, 1, PATIENCE) == 1);
	close(b);
	b = accept(l, NULL, NULL);
	CHECK(b >= 0);
	get(0, "deferred data");
	close(l);
}

int main(void)
{
	static const char *const kinds[] = { "unix", "tcp" };

	setvbuf(stdout, NULL, _IOFBF, 4096);
	signal(SIGURG, on_urgent);
	for (int i = 0; i < 2; i++) {
		kind = kinds[i];
		out_of_line();
		passed_over();
		in_line();
		only();
		twice();
		signals();
	}
	cork();
	defer();
	return 0;
}
