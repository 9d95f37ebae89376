/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file over the switch: role 1 sends `kib` KiB of a pattern in numbered
 * frames, up to WINDOW of them unacknowledged; role 2 acknowledges what came
 * in order.  Both print the CRC.
 */
#include "test.h"

#define TYPE		0xB588u		/* IEEE 802 local experimental 1 */
#define DATA		1024u
#define WINDOW		8u
#define PATIENCE_MS	100u
#define TRIES		300		/* the other may start late */

struct frame {
	uint8_t to[6], from[6];
	uint16_t type;
	uint16_t is_ack;
	uint32_t number, total;
	uint8_t data[DATA];
} __attribute__((packed));

#define ACK_SIZE	60u

static struct frame out;

static void make(uint32_t number)
{
	uint32_t *word = (uint32_t *)(void *)out.data;

	for (uint32_t i = 0; i < DATA / 4; i++)
		word[i] = (number * (DATA / 4) + i) * 0x85EBCA6B;
}

static void put(struct net *net, uint32_t number, uint32_t total, bool is_ack)
{
	memcpy(out.from, net->mac, 6);
	out.type = (uint16_t)(TYPE << 8 | TYPE >> 8);
	out.is_ack = is_ack;
	out.number = number;
	out.total = total;
	if (!is_ack)
		make(number);
	net_send(net, &out, is_ack ? ACK_SIZE : sizeof(out));
}

static const struct frame *get(struct net *net, bool is_ack, uint32_t ms)
{
	const struct frame *in;
	uint32_t size;

	do
		in = (const void *)net_next(net, ms, &size);
	while (in && (size < ACK_SIZE || in->is_ack != is_ack
		|| in->type != (uint16_t)(TYPE << 8 | TYPE >> 8)));
	return in;
}

static void send(struct net *net, uint32_t total)
{
	uint32_t acked = 0, next = 0, crc = 0;
	int tries = TRIES;

	memset(out.to, 0xFF, 6);
	while (acked < total && tries) {
		const struct frame *in;

		for (; next < total && next < acked + WINDOW; next++)
			put(net, next, total, false);
		in = get(net, true, PATIENCE_MS);
		if (!in) {
			next = acked;
			tries--;
		} else if (in->number > acked && in->number <= total) {
			acked = in->number;
			memcpy(out.to, in->from, 6);
		}
	}
	ok(acked == total, "all is sent");
	for (uint32_t i = 0; i < total; i++) {
		make(i);
		crc = crc32(crc, out.data, DATA);
	}
	note("sent crc32", crc);
}

static void receive(struct net *net)
{
	uint32_t next = 0, total = UINT32_MAX, crc = 0;
	int tries = TRIES;

	while (next < total && tries) {
		const struct frame *in = get(net, false, PATIENCE_MS);

		if (!in) {
			tries--;
			continue;
		}
		if (in->number == next) {
			crc = crc32(crc, in->data, DATA);
			next++;
		}
		total = in->total;
		memcpy(out.to, in->from, 6);
		put(net, next, total, true);
	}
	ok(next == total, "all is received");
	note("received crc32", crc);
	/* In case that the last acknowledgement gets lost */
	while (get(net, false, 3 * PATIENCE_MS))
		put(net, next, total, true);
}

void test_exchange(struct net *net, uint32_t role)
{
	if (role == 1)
		send(net, option("kib", 1024));
	else
		receive(net);
}
