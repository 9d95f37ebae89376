/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fetches the file `file` from QEMU's user network by TFTP (RFC 1350, block
 * size by RFC 2348) and prints its CRC: ARP, IPv4 and UDP as far as that
 * takes.
 */
#include "test.h"

#define BLOCK		1428u
#define PATIENCE_MS	2000u
#define TRIES		5
#define PORT_TFTP	69
#define PORT_OURS	2000
#define ETHER_ARP	0x0806
#define ETHER_IP	0x0800
#define IP_UDP		17

enum tftp_op { TFTP_READ = 1, TFTP_DATA = 3, TFTP_ACK = 4, TFTP_OACK = 6 };

struct ether {
	uint8_t to[6], from[6];
	uint16_t type;
};

struct arp {
	struct ether ether;
	uint16_t hardware, protocol;
	uint8_t hardware_size, protocol_size;
	uint16_t operation;
	uint8_t from_mac[6], from_ip[4], to_mac[6], to_ip[4];
};

struct udp {
	struct ether ether;
	uint8_t version, service;
	uint16_t length, id, fragment;
	uint8_t ttl, protocol;
	uint16_t checksum;
	uint8_t from_ip[4], to_ip[4];
	uint16_t from_port, to_port, udp_length, udp_checksum;
	uint16_t op, block;
	uint8_t data[BLOCK];
} __attribute__((packed));

#define UDP_HEADERS	offsetof(struct udp, op)
#define TFTP_HEADERS	offsetof(struct udp, data)

static const uint8_t our_ip[4] = { 10, 0, 2, 15 };
static const uint8_t server_ip[4] = { 10, 0, 2, 2 };
static uint8_t server_mac[6];
static uint16_t server_port;

static uint16_t swap(uint32_t n)
{
	return (uint16_t)(n << 8 | (n >> 8 & 0xFF));
}

static bool arp(struct net *net)
{
	struct arp out = {
		.ether.type = swap(ETHER_ARP), .hardware = swap(1),
		.protocol = swap(ETHER_IP), .hardware_size = 6,
		.protocol_size = 4, .operation = swap(1),
	};

	memset(out.ether.to, 0xFF, 6);
	memcpy(out.ether.from, net->mac, 6);
	memcpy(out.from_mac, net->mac, 6);
	memcpy(out.from_ip, our_ip, 4);
	memcpy(out.to_ip, server_ip, 4);
	for (int tries = TRIES; tries; tries--) {
		const struct arp *in;
		uint32_t size;

		net_send(net, &out, sizeof(out));
		while ((in = (const void *)net_next(net, PATIENCE_MS, &size)))
			if (in->ether.type == swap(ETHER_ARP)
					&& in->operation == swap(2)) {
				memcpy(server_mac, in->from_mac, 6);
				return true;
			}
	}
	return false;
}

static uint16_t ip_checksum(const struct udp *udp)
{
	const uint8_t *p = &udp->version;
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xFFFF) + (sum >> 16);
	return swap(~(sum + (sum >> 16)));
}

/* `size` bytes from `op` on are in place */
static void udp_send(struct net *net, struct udp *udp, uint32_t size)
{
	memcpy(udp->ether.to, server_mac, 6);
	memcpy(udp->ether.from, net->mac, 6);
	udp->ether.type = swap(ETHER_IP);
	udp->version = 0x45;
	udp->length = swap(28 + size);
	udp->ttl = 64;
	udp->protocol = IP_UDP;
	udp->checksum = 0;
	memcpy(udp->from_ip, our_ip, 4);
	memcpy(udp->to_ip, server_ip, 4);
	udp->checksum = ip_checksum(udp);
	udp->from_port = swap(PORT_OURS);
	udp->to_port = server_port;
	udp->udp_length = swap(8 + size);
	net_send(net, udp, UDP_HEADERS + size);
}

static const struct udp *udp_next(struct net *net, uint32_t *size)
{
	const struct udp *in;

	while ((in = (const void *)net_next(net, PATIENCE_MS, size)))
		if (*size >= TFTP_HEADERS
				&& in->ether.type == swap(ETHER_IP)
				&& in->protocol == IP_UDP
				&& in->to_port == swap(PORT_OURS)) {
			*size = swap(in->udp_length) - 8u - 4u;
			return in;
		}
	return NULL;
}

static void acknowledge(struct net *net, uint32_t block)
{
	static struct udp out;

	out.op = swap(TFTP_ACK);
	out.block = swap(block);
	udp_send(net, &out, 4);
}

static bool ask(struct net *net)
{
	static const char text[] = "file\0octet\0blksize\0" "1428";
	static struct udp out;
	const struct udp *in;
	uint32_t size;

	out.op = swap(TFTP_READ);
	memcpy(&out.block, text, sizeof(text));
	server_port = swap(PORT_TFTP);
	for (int tries = TRIES; tries; tries--) {
		udp_send(net, &out, 2 + sizeof(text));
		in = udp_next(net, &size);
		if (!in || in->op != swap(TFTP_OACK))
			continue;
		server_port = in->from_port;
		return true;
	}
	return false;
}

void test_tftp(struct net *net)
{
	uint32_t crc = 0, total = 0, block = 0, size = BLOCK;
	int tries = TRIES;

	ok(arp(net), "an answer to ARP");
	ok(ask(net), "the server has the file");
	while (size == BLOCK && tries) {
		const struct udp *in;
		uint32_t n;

		acknowledge(net, block);
		in = udp_next(net, &n);
		if (!in || in->op != swap(TFTP_DATA)
				|| in->block != swap(block + 1)) {
			tries--;
			continue;
		}
		size = n;
		crc = crc32(crc, in->data, size);
		total += size;
		block++;
	}
	acknowledge(net, block);
	ok(size < BLOCK, "the whole file");
	note("bytes", total);
	note("file crc32", crc);
}
