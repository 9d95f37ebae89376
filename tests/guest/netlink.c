/* SPDX-License-Identifier: BSD-2-Clause */
/* AF_NETLINK, NETLINK_ROUTE (netlink(7), rtnetlink(7)); malformed requests. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>

#include "sockets.h"

static struct {
	struct nlmsghdr h;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
		char bytes[2000];
	};
} ask;

static char answer[8192];
static int nl;

/* Sends a request with that fixed part: what comes back, as one message */
static struct nlmsghdr *request(int type, int flags, size_t fixed)
{
	static unsigned seq = 7;
	struct nlmsghdr *h = (void *)answer;
	ssize_t n;

	ask.h.nlmsg_len = NLMSG_LENGTH(fixed);
	ask.h.nlmsg_type = type;
	ask.h.nlmsg_flags = NLM_F_REQUEST | flags;
	ask.h.nlmsg_seq = ++seq;
	CHECK(send(nl, &ask, ask.h.nlmsg_len, 0) == (int)ask.h.nlmsg_len);
	n = recv(nl, answer, sizeof(answer), 0);
	CHECK(n >= NLMSG_HDRLEN && NLMSG_OK(h, (unsigned)n));
	CHECK(h->nlmsg_seq == seq);
	return h;
}

static int error_of(struct nlmsghdr *h)
{
	struct nlmsgerr *e = NLMSG_DATA(h);

	CHECK(h->nlmsg_type == NLMSG_ERROR);
	return -e->error;
}

static void test_socket(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK }, b;
	socklen_t len = sizeof(b);
	int other;

	CHECK_ERRNO(socket(AF_NETLINK, SOCK_STREAM, 0), ESOCKTNOSUPPORT);
	CHECK_ERRNO(socket(AF_NETLINK, SOCK_RAW, 31), EPROTONOSUPPORT);
	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	CHECK(nl >= 0);
	CHECK_ERRNO(bind(nl, UN(&a), 4), EINVAL);
	CHECK(!bind(nl, UN(&a), sizeof(a)));
	CHECK(!getsockname(nl, (void *)&b, &len) && len == 12);
	CHECK(b.nl_family == AF_NETLINK && b.nl_pid == (unsigned)getpid());
	other = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	CHECK_ERRNO(bind(other, UN(&b), sizeof(b)), EADDRINUSE);
	CHECK(!bind(other, UN(&a), sizeof(a)));
	len = sizeof(b);
	CHECK(!getsockname(other, (void *)&b, &len));
	CHECK(b.nl_pid && b.nl_pid != (unsigned)getpid());
	CHECK_ERRNO(listen(nl, 1), EOPNOTSUPP);
	CHECK_ERRNO(accept(nl, NULL, NULL), EOPNOTSUPP);
	CHECK_ERRNO(recv(nl, &b, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(ready(nl) == POLLOUT);
	close(other);
}

/* The name of the interface in an answer */
static const char *name_in(struct nlmsghdr *h)
{
	struct rtattr *a = IFLA_RTA(NLMSG_DATA(h));
	int left = IFLA_PAYLOAD(h);

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_IFNAME)
			return RTA_DATA(a);
	return "";
}

static void test_links(void)
{
	struct nlmsghdr *h;
	struct sockaddr_nl from;
	socklen_t len = sizeof(from);
	bool lo = false, done = false;
	int n;

	memset(&ask, 0, sizeof(ask));
	ask.link.ifi_index = 1;
	h = request(RTM_GETLINK, 0, sizeof(ask.link));
	CHECK(h->nlmsg_type == RTM_NEWLINK && !strcmp(name_in(h), "lo"));
	CHECK(!(h->nlmsg_flags & NLM_F_MULTI));
	ask.link.ifi_index = 99999;
	CHECK(error_of(request(RTM_GETLINK, 0, sizeof(ask.link))) == ENODEV);
	ask.link.ifi_index = 0;
	ask.h.nlmsg_len = NLMSG_LENGTH(sizeof(ask.link));
	ask.h.nlmsg_type = RTM_GETLINK;
	ask.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	CHECK(send(nl, &ask, ask.h.nlmsg_len, 0) > 0);
	CHECK(ready(nl) == (POLLIN | POLLOUT));
	CHECK(recv(nl, answer, 1, MSG_PEEK | MSG_TRUNC) > NLMSG_HDRLEN);
	while (!done) {
		n = recvfrom(nl, answer, sizeof(answer), 0, (void *)&from,
			&len);
		CHECK(n > 0 && len == 12 && from.nl_pid == 0);
		for (h = (void *)answer; NLMSG_OK(h, (unsigned)n);
		     h = NLMSG_NEXT(h, n)) {
			CHECK(h->nlmsg_flags & NLM_F_MULTI);
			done = h->nlmsg_type == NLMSG_DONE;
			if (!done && !strcmp(name_in(h), "lo"))
				lo = true;
		}
	}
	CHECK(lo);
}

static void test_errors(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_pid = 999999 };

	memset(&ask, 0, sizeof(ask));
	CHECK(error_of(request(RTM_GETLINK, NLM_F_ACK, 0)) == 0);
	CHECK(error_of(request(NLMSG_NOOP, NLM_F_ACK, 0)) == 0);
	ask.address.ifa_family = AF_INET;
	ask.address.ifa_prefixlen = 33;
	CHECK(error_of(request(RTM_NEWADDR, 0, sizeof(ask.address)))
		== EINVAL);
	CHECK_ERRNO(sendto(nl, &ask, 20, 0, UN(&a), sizeof(a)),
		ECONNREFUSED);
	CHECK_ERRNO(sendto(nl, &ask, 20, 0, UN(&a), 2), EINVAL);
	CHECK_ERRNO(send(nl, &ask, 20, MSG_OOB), EOPNOTSUPP);
	if (!checked_fork()) {
		CHECK(!setuid(1));
		close(nl);
		nl = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
		memset(&ask, 0, sizeof(ask));
		ask.link.ifi_index = 1;
		CHECK(error_of(request(RTM_NEWLINK, 0, sizeof(ask.link)))
			== EPERM);
		CHECK(error_of(request(RTM_DELROUTE, 0, sizeof(ask.route)))
			== EPERM);
		CHECK(request(RTM_GETLINK, 0, sizeof(ask.link))->nlmsg_type
			== RTM_NEWLINK);
		_exit(0);
	}
	expect_success(-1);
}

/* Lengths that lie, attributes that overlap the end, and noise */
static void test_malformed(void)
{
	unsigned seed = 1;

	close(nl);
	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE);
	for (int i = 0; i < 3000; i++) {
		unsigned char *p = (void *)&ask;
		size_t n = 16 + i % 100;

		for (size_t k = 0; k < n; k++)
			p[k] = (seed = seed * 1103515245 + 12345) >> 16;
		ask.h.nlmsg_len = i % 3 ? n : seed % 200;
		/* questions only: this runs on the host, too */
		ask.h.nlmsg_type = 18 + seed / 64 % 20 * 4;
		ask.h.nlmsg_flags = NLM_F_REQUEST | (i % 2 ? NLM_F_DUMP : 0);
		CHECK(send(nl, &ask, n, 0) == (int)n || errno == EBUSY
			|| errno == ENOBUFS);
		while (recv(nl, answer, sizeof(answer), 0) > 0)
			;
	}
}

/* Who asks and never reads is told so, and takes up no more */
static void test_unread(void)
{
	int i, n = 0;

	memset(&ask, 0, sizeof(ask));
	ask.link.ifi_index = 1;
	ask.h.nlmsg_len = NLMSG_LENGTH(sizeof(ask.link));
	ask.h.nlmsg_type = RTM_GETLINK;
	ask.h.nlmsg_flags = NLM_F_REQUEST;
	for (i = 0; i < 20000; i++)
		if (send(nl, &ask, ask.h.nlmsg_len, 0) < 0)
			break;
	CHECK_ERRNO(recv(nl, answer, sizeof(answer), 0), ENOBUFS);
	while (recv(nl, answer, sizeof(answer), 0) > 0)
		n++;
	CHECK(errno == EAGAIN && n > 0 && n < 2000);
}

/* Who is in the group of links hears of a change that another one makes;
 * only `netlink change` makes one, of lo */
static void test_group(bool change)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK };
	struct ifinfomsg *i = NLMSG_DATA((struct nlmsghdr *)answer);
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), group = 0;
	struct nlmsghdr *h = (void *)answer;

	CHECK(fd >= 0 && !bind(fd, UN(&a), sizeof(a)));
	CHECK_ERRNO(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		&group, sizeof(group)), EINVAL);
	CHECK_ERRNO(recv(fd, answer, sizeof(answer), MSG_DONTWAIT), EAGAIN);
	if (!change)
		return;
	memset(&ask, 0, sizeof(ask));
	ask.link.ifi_index = if_nametoindex("lo");
	ask.link.ifi_change = IFF_UP;		/* down */
	CHECK(error_of(request(RTM_NEWLINK, NLM_F_ACK, sizeof(ask.link)))
		== 0);
	CHECK(recv(fd, answer, sizeof(answer), 0) > 0);
	CHECK(h->nlmsg_type == RTM_NEWLINK && !h->nlmsg_seq);
	CHECK(i->ifi_index == (int)if_nametoindex("lo"));
	CHECK(!(i->ifi_flags & IFF_UP));
	ask.link.ifi_flags = IFF_UP;
	CHECK(error_of(request(RTM_NEWLINK, NLM_F_ACK, sizeof(ask.link)))
		== 0);
	CHECK(recv(fd, answer, sizeof(answer), 0) > 0);
	CHECK(i->ifi_flags & IFF_UP);
	close(fd);
}

int main(int argc, char **argv)
{
	(void)argv;
	test_socket();
	test_links();
	test_errors();
	test_malformed();
	test_unread();
	test_group(argc > 1);
	close(nl);
	return passed("netlink");
}
