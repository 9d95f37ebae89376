/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: what comes with a datagram, errors by ICMP, multicast groups, all on
 * lo: ip(7), udp(7), socket(7). */
#include <arpa/inet.h>
#include <time.h>
#include <linux/errqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "facts.h"

#define PATIENCE	5000		/* ms */
#define GROUP		"239.1.2.3"

static int on = 1;

static struct sockaddr_in address(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port), .sin_addr.s_addr = inet_addr(ip) };

	return a;
}

static int udp(const char *ip, struct sockaddr_in *name)
{
	struct sockaddr_in a = address(ip, 0);
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(fd >= 0 && !bind(fd, (void *)&a, len));
	CHECK(!getsockname(fd, (void *)name, &len));
	return fd;
}

static int await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	CHECK(poll(&p, 1, PATIENCE) == 1);
	return p.revents;
}

static void show_error(const struct cmsghdr *c)
{
	const struct sock_extended_err *e = (const void *)CMSG_DATA(c);
	const struct sockaddr_in *from = (const void *)(e + 1);

	printf(" errno %u origin %u type %u code %u info %u from %s",
		e->ee_errno, e->ee_origin, e->ee_type, e->ee_code, e->ee_info,
		inet_ntoa(from->sin_addr));
}

/* IP_ORIGDSTADDR: where the sender sent it, with a port */
static const char *original(const struct cmsghdr *c)
{
	const struct sockaddr_in *a = (const void *)CMSG_DATA(c);

	return a->sin_family == AF_INET && a->sin_port ? inet_ntoa(a->sin_addr)
		: "none";
}

/* Control data, without what differs from run to run */
static void show_control(const struct cmsghdr *c)
{
	const struct in_pktinfo *info = (const void *)CMSG_DATA(c);

	printf(" [%d:%d, %u]", c->cmsg_level, c->cmsg_type,
		(unsigned)c->cmsg_len);
	if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMP)
		printf(" %d", llabs(((const struct timeval *)CMSG_DATA(c))
			->tv_sec - time(NULL)) < 60);
	if (c->cmsg_level != IPPROTO_IP)
		return;
	if (c->cmsg_type == IP_TTL)
		printf(" ttl %d", *(const int *)CMSG_DATA(c));
	if (c->cmsg_type == IP_TOS)
		printf(" tos %d", *CMSG_DATA(c));
	if (c->cmsg_type == IP_PKTINFO)
		printf(" to %s", inet_ntoa(info->ipi_addr));
	if (c->cmsg_type == IP_ORIGDSTADDR)
		printf(" original %s", original(c));
	if (c->cmsg_type == IP_RECVERR)
		show_error(c);
}

static void receive(int fd, int flags, const char *label)
{
	char data[64], control[256];
	struct sockaddr_in from = { 0 };
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &m, flags | MSG_DONTWAIT);

	if (n < 0) {
		printf("%s: %s\n", label, strerror(errno));
		return;
	}
	/* lwIP quotes less of the packet than Linux */
	printf("%s: %d flags %x", label, flags ? 0 : (int)n,
		(unsigned)m.msg_flags);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		show_control(c);
	printf("\n");
}

static void options(void)
{
	static const struct { int level, name; const char *label; } o[] = {
		{ SOL_SOCKET, SO_TIMESTAMP, "SO_TIMESTAMP" },
		{ SOL_SOCKET, SO_TIMESTAMPNS, "SO_TIMESTAMPNS" },
		{ IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO" },
		{ IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL" },
		{ IPPROTO_IP, IP_RECVTOS, "IP_RECVTOS" },
		{ IPPROTO_IP, IP_RECVORIGDSTADDR, "IP_RECVORIGDSTADDR" },
	};
	struct sockaddr_in name;
	int r = udp("127.0.0.1", &name), s = socket(AF_INET, SOCK_DGRAM, 0);
	int v, tos = 16;

	CHECK(!setsockopt(s, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)));
	for (size_t i = 0; i < COUNT(o); i++) {
		socklen_t len = sizeof(v);

		FACT(setsockopt(r, o[i].level, o[i].name, &on, sizeof(on)),
			"%s", o[i].label);
		CHECK(!getsockopt(r, o[i].level, o[i].name, &v, &len));
		CHECK(sendto(s, "ab", 2, 0, (void *)&name, sizeof(name)) == 2);
		await(r, POLLIN);
		printf("%s is %d, ", o[i].label, v);
		receive(r, 0, "a datagram");
	}
	close(r);
	close(s);
}

/* A port that nobody has */
static struct sockaddr_in nobody(void)
{
	struct sockaddr_in a;

	close(udp("127.0.0.1", &a));
	return a;
}

static void errors(void)
{
	struct sockaddr_in a = nobody();
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	receive(s, MSG_ERRQUEUE, "an empty error queue");
	FACT(sendto(s, "x", 1, 0, (void *)&a, sizeof(a)), "to nobody");
	FACT(sendto(s, "x", 1, 0, (void *)&a, sizeof(a)), "to nobody again");
	receive(s, MSG_ERRQUEUE, "without IP_RECVERR");
	CHECK(!setsockopt(s, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)));
	FACT(sendto(s, "x", 1, 0, (void *)&a, sizeof(a)), "with IP_RECVERR");
	printf("poll with an error: %x\n", await(s, POLLIN) & POLLERR);
	FACT(sendto(s, "x", 1, 0, (void *)&a, sizeof(a)), "the pending error");
	receive(s, MSG_ERRQUEUE, "its report");
	receive(s, MSG_ERRQUEUE, "no more of them");
	receive(s, 0, "no data either");
	close(s);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(!connect(s, (void *)&a, sizeof(a)));
	FACT(send(s, "x", 1, 0), "connected, to nobody");
	await(s, POLLIN);
	FACT(send(s, "x", 1, 0), "connected, the pending error");
	close(s);
}

static void groups(void)
{
	struct ip_mreqn m = { .imr_multiaddr.s_addr = inet_addr(GROUP),
		.imr_address.s_addr = inet_addr("127.0.0.1") };
	struct ip_mreqn bad = m;
	struct sockaddr_in any, to;
	int r = udp("0.0.0.0", &any), s = socket(AF_INET, SOCK_DGRAM, 0);
	int off = 0;

	to = address(GROUP, ntohs(any.sin_port));
	FACT(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &m.imr_address, 4),
		"IP_MULTICAST_IF by address");
	FACT(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m)),
		"IP_MULTICAST_IF by request");
	bad.imr_multiaddr.s_addr = inet_addr("10.1.2.3");
	FACT(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &bad, sizeof(bad)),
		"join what is no group");
	bad = m;
	bad.imr_ifindex = 77;
	FACT(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &bad, sizeof(bad)),
		"join at no interface");
	FACT(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, 4),
		"join with too little");
	FACT(setsockopt(r, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)),
		"leave what was not joined");
	FACT(sendto(s, "ab", 2, 0, (void *)&to, sizeof(to)), "to no member");
	receive(r, 0, "no member");
	FACT(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)),
		"join");
	FACT(setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)),
		"join again");
	CHECK(!setsockopt(r, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
	FACT(sendto(s, "ab", 2, 0, (void *)&to, sizeof(to)), "to a member");
	await(r, POLLIN);
	receive(r, 0, "a member");
	FACT(setsockopt(s, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off)),
		"IP_MULTICAST_LOOP");
	FACT(setsockopt(r, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)),
		"leave");
	FACT(sendto(s, "ab", 2, 0, (void *)&to, sizeof(to)), "after that");
	receive(r, 0, "no member any more");
	close(r);
	close(s);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 4096);
	options();
	errors();
	groups();
	return 0;
}
