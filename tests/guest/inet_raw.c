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

/* A segment that could follow the last one of `from` to `to`, without data */
static struct packet forged(int raw, int from, int to)
{
	in_port_t source = name_of(from).sin_port, dest = name_of(to).sin_port;
	struct packet p, last = { .tcp.th_sport = 0 };
	uint32_t sent;

	while (recv(raw, &p, sizeof(p), MSG_DONTWAIT) > 0)
		if (p.tcp.th_sport == source && p.tcp.th_dport == dest)
			last = p;
	CHECK(last.tcp.th_sport && !(last.tcp.th_flags & TH_SYN));
	sent = ntohs(last.ip.ip_len) - last.ip.ip_hl * 4
		- last.tcp.th_off * 4;
	last.tcp.th_seq = htonl(ntohl(last.tcp.th_seq) + sent);
	last.tcp.th_off = sizeof(last.tcp) / 4;
	last.tcp.th_flags = TH_ACK;
	return last;
}

static void send_forged(struct packet *p)
{
	int to = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct sockaddr_in a = loopback(0);

	p->ip.ip_len = htons(sizeof(*p));
	set_checksum(p);
	CHECK(to >= 0);
	CHECK(sendto(to, p, sizeof(*p), 0, SA(a)) == sizeof(*p));
	close(to);
}

/* A connection on which both have sent something */
static void talking_pair(int pair[2])
{
	char c;

	tcp_pair(pair);
	for (int i = 0; i < 2; i++)
		CHECK(write(pair[i], "x", 1) == 1
			&& read(pair[!i], &c, 1) == 1);
}

/*
 * One end gets bytes that the other has not sent.  What each says then is
 * wrong for the other, which answers what is right: nobody else may suffer.
 */
static void out_of_step(int raw)
{
	struct packet p;
	char buf[8];
	int pair[2];

	talking_pair(pair);
	p = forged(raw, pair[0], pair[1]);
	p.tcp.th_flags |= TH_PUSH;
	memcpy(p.data, "not real", 8);
	send_forged(&p);
	CHECK(await(pair[1], POLLIN) & POLLIN);
	CHECK(read(pair[1], buf, 8) == 8 && !memcmp(buf, "not real", 8));
	for (int i = 0; i < 20; i++) {
		usleep(10000);
		CHECK(write(pair[0], "x", 1) == 1);
	}
	close_pair(pair);
}

#define WINDOW	(128 * 1024)

/* An MSS counts with a SYN only: not for data that waits for the window */
static void late_mss(int raw)
{
	static char data[WINDOW + 10000];
	struct packet p;
	int pair[2];

	talking_pair(pair);
	p = forged(raw, pair[1], pair[0]);
	p.tcp.th_off += sizeof(p.data) / 4;
	memcpy(p.data, "\2\4\0\144\1\1\1\0", 8);
	CHECK(write(pair[0], data, WINDOW + 5000) == WINDOW + 5000);
	send_forged(&p);
	CHECK(write(pair[0], data, 5000) == 5000);
	CHECK(recv(pair[1], data, sizeof(data), MSG_WAITALL) == sizeof(data));
	close_pair(pair);
}

int main(void)
{
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);

	CHECK(raw >= 0 || errno == EPERM);
	if (raw >= 0) {
		out_of_step(raw);
		late_mss(raw);
	}
	return passed("inet_raw");
}
