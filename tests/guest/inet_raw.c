/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP segments that nobody sent, by a raw socket.  Without the right to have
 * one there is nothing to test.
 */
#include "inet.h"
#include <netinet/ip.h>

struct packet {
	struct ip ip;
	struct tcphdr tcp;
	char data[8];
} __attribute__((packed));

static uint32_t sum16(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? b[i] : b[i] << 8;
	return sum;
}

static void set_checksum(struct packet *p)
{
	size_t n = sizeof(*p) - sizeof(p->ip);
	uint32_t sum = sum16(&p->ip.ip_src, 8) + IPPROTO_TCP + n;

	p->tcp.th_sum = 0;
	sum += sum16(&p->tcp, n);
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	p->tcp.th_sum = htons(~sum);
}

/* The last segment from port to port */
static struct packet last_segment(int raw, in_port_t from, in_port_t to)
{
	struct packet p, last = { .tcp.th_sport = 0 };

	while (recv(raw, &p, sizeof(p), MSG_DONTWAIT) > 0)
		if (p.tcp.th_sport == from && p.tcp.th_dport == to)
			last = p;
	CHECK(last.tcp.th_sport);
	return last;
}

/*
 * One end gets bytes that the other has not sent.  What each says then is
 * wrong for the other, which answers what is right: nobody else may suffer.
 */
static void out_of_step(int raw)
{
	int to = socket(AF_INET, SOCK_RAW, IPPROTO_RAW), pair[2];
	struct sockaddr_in a = loopback(0);
	struct packet p;
	uint32_t sent;
	char buf[8];

	CHECK(to >= 0);
	tcp_pair(pair);
	CHECK(write(pair[0], "real", 4) == 4 && read(pair[1], buf, 8) == 4);
	p = last_segment(raw, name_of(pair[0]).sin_port,
		name_of(pair[1]).sin_port);
	sent = ntohs(p.ip.ip_len) - p.ip.ip_hl * 4 - p.tcp.th_off * 4;
	p.tcp.th_seq = htonl(ntohl(p.tcp.th_seq) + sent);
	p.tcp.th_off = sizeof(p.tcp) / 4;
	p.tcp.th_flags = TH_PUSH | TH_ACK;
	memcpy(p.data, "not real", 8);
	set_checksum(&p);
	CHECK(sendto(to, &p, sizeof(p), 0, SA(a)) == sizeof(p));
	CHECK(await(pair[1], POLLIN) & POLLIN);
	CHECK(read(pair[1], buf, 8) == 8 && !memcmp(buf, "not real", 8));
	for (int i = 0; i < 20; i++) {
		usleep(10000);
		CHECK(write(pair[0], "x", 1) == 1);
	}
	close_pair(pair);
	close(to);
}

int main(void)
{
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);

	if (raw >= 0)
		out_of_step(raw);
	else
		CHECK(errno == EPERM);
	return passed("inet_raw");
}
