/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: options of sockets that programs look at, fresh and as set
 * (socket(7), ip(7), tcp(7)). */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "facts.h"

#define SO_BINDTOIFINDEX_	62
#define OPTION(level, name)	{ level, name, #name }

static const struct {
	int level, name;
	const char *text;
} options[] = {
	OPTION(SOL_SOCKET, SO_DEBUG), OPTION(SOL_SOCKET, SO_REUSEADDR),
	OPTION(SOL_SOCKET, SO_TYPE), OPTION(SOL_SOCKET, SO_ERROR),
	OPTION(SOL_SOCKET, SO_DONTROUTE), OPTION(SOL_SOCKET, SO_BROADCAST),
	OPTION(SOL_SOCKET, SO_KEEPALIVE), OPTION(SOL_SOCKET, SO_OOBINLINE),
	OPTION(SOL_SOCKET, SO_PRIORITY), OPTION(SOL_SOCKET, SO_LINGER),
	OPTION(SOL_SOCKET, SO_REUSEPORT), OPTION(SOL_SOCKET, SO_PASSCRED),
	OPTION(SOL_SOCKET, SO_RCVLOWAT), OPTION(SOL_SOCKET, SO_SNDLOWAT),
	OPTION(SOL_SOCKET, SO_ACCEPTCONN), OPTION(SOL_SOCKET, SO_PROTOCOL),
	OPTION(SOL_SOCKET, SO_DOMAIN), OPTION(SOL_SOCKET, SO_TIMESTAMP),
	OPTION(SOL_SOCKET, SO_TIMESTAMPNS), OPTION(SOL_SOCKET, SO_MARK),
	OPTION(IPPROTO_IP, IP_TOS), OPTION(IPPROTO_IP, IP_TTL),
	OPTION(IPPROTO_IP, IP_HDRINCL), OPTION(IPPROTO_IP, IP_PKTINFO),
	OPTION(IPPROTO_IP, IP_MTU_DISCOVER), OPTION(IPPROTO_IP, IP_RECVERR),
	OPTION(IPPROTO_IP, IP_RECVTTL), OPTION(IPPROTO_IP, IP_RECVTOS),
	OPTION(IPPROTO_IP, IP_MTU), OPTION(IPPROTO_IP, IP_FREEBIND),
	OPTION(IPPROTO_TCP, TCP_NODELAY), OPTION(IPPROTO_TCP, TCP_MAXSEG),
	OPTION(IPPROTO_TCP, TCP_CORK), OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
	OPTION(IPPROTO_TCP, TCP_KEEPINTVL), OPTION(IPPROTO_TCP, TCP_KEEPCNT),
	OPTION(IPPROTO_TCP, TCP_SYNCNT), OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT),
	OPTION(IPPROTO_TCP, TCP_QUICKACK),
	OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT), OPTION(99, 1),
};

static void fresh(int fd, const char *kind)
{
	for (size_t i = 0; i < COUNT(options); i++) {
		int v[2] = { 0, 0 };
		socklen_t len = sizeof(v);

		FACT(getsockopt(fd, options[i].level, options[i].name, v,
			&len), "%s, %s", kind, options[i].text);
		printf("%s, %s is %u bytes, %d\n", kind, options[i].text, len,
			v[0]);
	}
}

static void mtu(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), v = 0;
	socklen_t len = sizeof(v);

	CHECK(!connect(fd, (void *)&a, sizeof(a)));
	FACT(getsockopt(fd, IPPROTO_IP, IP_MTU, &v, &len), "IP_MTU connected");
	printf("the MTU of lo is more than 16000: %d\n", v > 16000);
	close(fd);
}

static void device(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), bad[] = { 77, -1 };
	int lo = if_nametoindex("lo"), v;
	char name[IFNAMSIZ] = "";
	socklen_t len = sizeof(name);

	for (size_t i = 0; i < COUNT(bad); i++)
		FACT(setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX_, &bad[i],
			sizeof(int)), "SO_BINDTOIFINDEX %d", bad[i]);
	FACT(setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX_, &lo, sizeof(lo)),
		"SO_BINDTOIFINDEX lo");
	FACT(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len),
		"SO_BINDTODEVICE");
	printf("bound to %s\n", name);
	len = sizeof(v);
	FACT(getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX_, &v, &len),
		"SO_BINDTOIFINDEX");
	printf("bound to lo: %d\n", v == lo);
	close(fd);
}

static void congestion(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char name[32] = "";
	socklen_t len = sizeof(name);

	FACT(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len),
		"TCP_CONGESTION");
	printf("has a name: %d, %u bytes\n", name[0] != 0, len);
	FACT(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4),
		"TCP_CONGESTION reno");
	FACT(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "none such", 9),
		"TCP_CONGESTION of no name");
	FACT(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "", 0),
		"TCP_CONGESTION of no length");
	close(fd);
}

int main(void)
{
	static const struct { int domain, type; const char *name; } kinds[] = {
		{ AF_UNIX, SOCK_STREAM, "unix" },
		{ AF_INET, SOCK_STREAM, "tcp" }, { AF_INET, SOCK_DGRAM, "udp" },
	};

	setvbuf(stdout, NULL, _IOFBF, 4096);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		int fd = socket(kinds[i].domain, kinds[i].type, 0);

		CHECK(fd >= 0);
		fresh(fd, kinds[i].name);
		close(fd);
	}
	mtu();
	device();
	congestion();
	return 0;
}
