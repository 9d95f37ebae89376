/* SPDX-License-Identifier: BSD-2-Clause */
/* AF_PACKET (packet(7)) without a card: its errors, options and filters. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>

#include "sockets.h"

static int attach(int fd, const struct sock_filter *code, int n)
{
	struct sock_fprog p = { n, (void *)code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p));
}

static void test_socket(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET }, b;
	socklen_t len = sizeof(b);
	int fd, n = -1;
	char c;

	CHECK_ERRNO(socket(AF_PACKET, SOCK_STREAM, 0), ESOCKTNOSUPPORT);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	CHECK(fd >= 0);
	CHECK_ERRNO(bind(fd, UN(&a), 4), EINVAL);
	a.sll_ifindex = 99999;
	CHECK_ERRNO(bind(fd, UN(&a), sizeof(a)), ENODEV);
	a.sll_ifindex = 0;
	a.sll_protocol = htons(ETH_P_ARP);
	CHECK(!bind(fd, UN(&a), sizeof(a)));
	CHECK(!getsockname(fd, (void *)&b, &len));
	CHECK(b.sll_family == AF_PACKET && b.sll_protocol == a.sll_protocol);
	CHECK_ERRNO(getpeername(fd, (void *)&b, &len), EOPNOTSUPP);
	CHECK_ERRNO(connect(fd, UN(&a), sizeof(a)), EOPNOTSUPP);
	CHECK_ERRNO(listen(fd, 1), EOPNOTSUPP);
	CHECK_ERRNO(recv(fd, &c, 1, MSG_DONTWAIT), EAGAIN);
	CHECK_ERRNO(send(fd, &c, 1, 0), ENXIO);		/* bound to none */
	a.sll_ifindex = 99999;
	a.sll_halen = 6;
	CHECK_ERRNO(sendto(fd, &c, 1, 0, UN(&a), sizeof(a)), ENXIO);
	CHECK_ERRNO(sendto(fd, &c, 1, 0, UN(&a), 4), EINVAL);
	CHECK(ready(fd) == POLLOUT);
	n = 1;
	CHECK(!setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &n, sizeof(n)));
	CHECK_ERRNO(setsockopt(fd, SOL_PACKET, 9999, &n, sizeof(n)),
		ENOPROTOOPT);
	close(fd);
	if (!checked_fork()) {
		CHECK(!setuid(1));
		CHECK_ERRNO(socket(AF_PACKET, SOCK_RAW, 0), EPERM);
		_exit(0);
	}
	expect_success(-1);
}

/* A datagram over lo is seen as sent and as received, with its header */
static void test_loopback(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	int u = socket(AF_INET, SOCK_DGRAM, 0), on = 1, seen[2] = { 0, 0 };
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex("lo") };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(ll);
	unsigned char frame[200];
	ssize_t n;

	CHECK(fd >= 0 && !bind(fd, UN(&ll), sizeof(ll)));
	CHECK(!setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on)));
	CHECK(sendto(u, "seen", 4, 0, UN(&to), sizeof(to)) == 4);
	while (!seen[0] || !seen[1]) {
		n = recvfrom(fd, frame, sizeof(frame), 0, (void *)&ll, &len);
		if (n != ETH_HLEN + 20 + 8 + 4)
			continue;
		CHECK(frame[12] == 8 && !frame[13] && frame[14] == 0x45);
		CHECK(!memcmp(frame + n - 4, "seen", 4));
		CHECK(ll.sll_pkttype == PACKET_HOST
			|| ll.sll_pkttype == PACKET_OUTGOING);
		seen[ll.sll_pkttype == PACKET_HOST]++;
	}
	/* and what is put in there comes to a UDP socket */
	close(u);
	u = socket(AF_INET, SOCK_DGRAM, 0);
	to.sin_addr.s_addr = 0;
	CHECK(!bind(u, UN(&to), sizeof(to)));
	CHECK(send(fd, frame, n, 0) == n);
	CHECK(recv(u, frame, sizeof(frame), 0) == 4);
	CHECK(!memcmp(frame, "seen", 4));
	close(u);
	close(fd);
}

/* Programs that could read beyond, loop or fall off their end */
static void test_bad_filters(void)
{
	static const struct sock_filter bad[][2] = {
		{ BPF_STMT(BPF_RET, 1), BPF_STMT(BPF_LD | BPF_IMM, 1) },
		{ BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 1, 0), BPF_STMT(BPF_RET, 0) },
		{ BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 0, 9), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(BPF_JMP | BPF_JA, -1), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(BPF_LD | BPF_MEM, 16), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(BPF_ST, 16), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(BPF_STX, -1), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(BPF_ALU | BPF_DIV, 0), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(BPF_ALU | BPF_LSH, 32), BPF_STMT(BPF_RET, 0) },
		{ BPF_STMT(0xFFFF, 0), BPF_STMT(BPF_RET, 0) },
	};
	static const struct sock_filter good[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ, 17, 0, 1),
		BPF_STMT(BPF_RET, -1), BPF_STMT(BPF_RET, 0),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0), v = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERRNO(attach(fd, bad[i], 2), EINVAL);
	CHECK_ERRNO(attach(fd, good, 0), EINVAL);
	CHECK_ERRNO(attach(fd, (void *)8, 4), EFAULT);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &v, 4),
		ENOENT);
	CHECK(!attach(fd, good, 4) && !attach(fd, good, 4));
	CHECK(!setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &v, 4));
	close(fd);
}

int main(void)
{
	test_socket();
	test_loopback();
	test_bad_filters();
	return passed("packets");
}
