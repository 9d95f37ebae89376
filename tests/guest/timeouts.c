/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A peer that never answers, 10.9.0.2: connections give up as TCP_SYNCNT and
 * TCP_USER_TIMEOUT of tcp(7) say, and connect() as SO_SNDTIMEO does; and a
 * multicast group on an interface, which its own host hears.
 */
#include <time.h>

#include "inet.h"

#define PEER	"10.9.0.2"
#define OWN	"10.9.0.1"

static double now(void)
{
	struct timespec t;

	CHECK(!clock_gettime(CLOCK_MONOTONIC, &t));
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Connects until there is an error: how long it took */
static double connects(int fd, int error)
{
	struct sockaddr_in a = address_of(PEER, 80);
	double began = now();

	CHECK_ERRNO(connect(fd, SA(a)), error);
	close(fd);
	return now() - began;
}

static void test_timeouts(void)
{
	struct timeval brief = { 1, 0 };
	int fd = new_socket(SOCK_STREAM);
	double few, usual;

	set_option(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	few = connects(fd, ETIMEDOUT);
	fd = new_socket(SOCK_STREAM);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
	usual = connects(fd, ETIMEDOUT);
	printf("TCP_SYNCNT 1: %.1f s, TCP_USER_TIMEOUT 1 s: %.1f s\n", few,
		usual);
	CHECK(few > 1 && few < 60 && usual > 1 && usual < 60);
	fd = new_socket(SOCK_STREAM);
	CHECK(!setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &brief,
		sizeof(brief)));
	CHECK(connects(fd, EINPROGRESS) >= 1);
}

/* What goes to a group comes back, but not without IP_MULTICAST_LOOP */
static void test_group(void)
{
	struct ip_mreq m = { .imr_multiaddr.s_addr = inet_addr("239.1.2.3"),
		.imr_interface.s_addr = inet_addr(OWN) };
	struct sockaddr_in a = address_of("0.0.0.0", 7007);
	struct sockaddr_in to = address_of("239.1.2.3", 7007), from;
	socklen_t len = sizeof(from);
	int r = new_socket(SOCK_DGRAM), s = new_socket(SOCK_DGRAM);
	char c;

	CHECK(!bind(r, SA(a)));
	CHECK(!setsockopt(r, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	CHECK(!setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &m.imr_interface,
		sizeof(m.imr_interface)));
	set_option(s, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
	CHECK(sendto(s, "a", 1, 0, SA(to)) == 1);
	set_option(s, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
	CHECK(sendto(s, "b", 1, 0, SA(to)) == 1);
	CHECK(recvfrom(r, &c, 1, 0, (void *)&from, &len) == 1 && c == 'b');
	CHECK(from.sin_addr.s_addr == inet_addr(OWN));
	close(r);
	close(s);
}

int main(void)
{
	test_group();
	test_timeouts();
	return passed("timeouts");
}
