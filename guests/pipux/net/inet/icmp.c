/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP's errors, which lwIP ignores, told to the sockets whose packets
 * caused them (RFC 1122, 4.1.3.3 and 4.2.3.9).
 */
#include "sock.h"
#include <linux/icmp.h>
#include <pipux/setting.h>
#include <lwip/raw.h>
#include <lwip/prot/ip4.h>

struct icmp_message {
	uint8_t type, code;
	uint16_t checksum;
	uint32_t unused;
} __attribute__((packed));

struct ports {
	uint16_t source, dest;
} __attribute__((packed));

/* What a code of "destination unreachable" is to a program (icmp(7)) */
static int error_of(uint8_t code)
{
	switch (code) {
	case ICMP_NET_UNREACH:
	case ICMP_NET_UNKNOWN:
	case ICMP_NET_ANO:
	case ICMP_NET_UNR_TOS:
		return ENETUNREACH;
	case ICMP_PROT_UNREACH:
		return ENOPROTOOPT;
	case ICMP_PORT_UNREACH:
		return ECONNREFUSED;
	default:
		return EHOSTUNREACH;
	}
}

/* `at` is where the header of the packet that caused it lies in p */
static void unreachable(struct pbuf *p, u16_t at, uint8_t code)
{
	struct ip_hdr ip;
	struct ports ports;
	int error = error_of(code);

	if (pbuf_copy_partial(p, &ip, IP_HLEN, at) != IP_HLEN
			|| IPH_V(&ip) != 4 || IPH_HL_BYTES(&ip) < IP_HLEN)
		return;
	if (pbuf_copy_partial(p, &ports, sizeof(ports),
			at + IPH_HL_BYTES(&ip)) != sizeof(ports))
		return;
	ports.source = ntohs(ports.source);
	ports.dest = ntohs(ports.dest);
	if (IPH_PROTO(&ip) == IPPROTO_TCP)
		tcp_unreachable(ip.src.addr, ports.source, ip.dest.addr,
			ports.dest, error);
	else if (IPH_PROTO(&ip) == IPPROTO_UDP
			&& (code == ICMP_PORT_UNREACH
			|| code == ICMP_PROT_UNREACH))
		udp_unreachable(ip.src.addr, ports.source, ip.dest.addr,
			ports.dest, error);
}

int setting_echo_ignore;

/* Sees every ICMP packet, and leaves it to the others: 0; or eats it: 1 */
static u8_t received(void *arg, struct raw_pcb *pcb, struct pbuf *p,
		const ip_addr_t *addr)
{
	u16_t header = IPH_HL_BYTES((const struct ip_hdr *)p->payload);
	struct icmp_message m;

	if (pbuf_copy_partial(p, &m, sizeof(m), header) != sizeof(m))
		return 0;
	if (m.type == ICMP_DEST_UNREACH)
		unreachable(p, header + sizeof(m), m.code);
	if (m.type != ICMP_ECHO || !setting_echo_ignore)
		return 0;
	pbuf_free(p);
	return 1;
}

void icmp_errors_init(void)
{
	struct raw_pcb *pcb = raw_new(IPPROTO_ICMP);

	BUG_ON(!pcb);
	raw_recv(pcb, received, NULL);
}
