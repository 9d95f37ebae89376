/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP's errors, which lwIP ignores, told to the sockets whose packets
 * caused them (RFC 1122, 4.1.3.3 and 4.2.3.9).
 */
#include "datagram.h"
#include <linux/icmp.h>
#include <pipux/setting.h>
#include <lwip/raw.h>
#include <lwip/prot/ip4.h>

struct icmp_message {
	uint8_t type, code;
	uint16_t checksum, unused, mtu;
} __attribute__((packed));

/* "Destination unreachable" to a program, by code (icmp(7)) */
static const struct {
	uint8_t error;
	bool hard;
} unreachable[] = {
	[ICMP_NET_UNREACH] = { ENETUNREACH, false },
	[ICMP_HOST_UNREACH] = { EHOSTUNREACH, false },
	[ICMP_PROT_UNREACH] = { ENOPROTOOPT, true },
	[ICMP_PORT_UNREACH] = { ECONNREFUSED, true },
	[ICMP_FRAG_NEEDED] = { EMSGSIZE, false },
	[ICMP_SR_FAILED] = { EOPNOTSUPP, false },
	[ICMP_NET_UNKNOWN] = { ENETUNREACH, true },
	[ICMP_HOST_UNKNOWN] = { EHOSTDOWN, true },
	[ICMP_HOST_ISOLATED] = { ENONET, true },
	[ICMP_NET_ANO] = { ENETUNREACH, true },
	[ICMP_HOST_ANO] = { EHOSTUNREACH, true },
	[ICMP_NET_UNR_TOS] = { ENETUNREACH, false },
	[ICMP_HOST_UNR_TOS] = { EHOSTUNREACH, false },
	[ICMP_PKT_FILTERED] = { EHOSTUNREACH, true },
	[ICMP_PREC_VIOLATION] = { EHOSTUNREACH, true },
	[ICMP_PREC_CUTOFF] = { EHOSTUNREACH, true },
};

/* false: it is no error */
static bool classify(struct icmp_report *r)
{
	switch (r->type) {
	case ICMP_DEST_UNREACH:
		if (r->code >= ARRAY_SIZE(unreachable))
			return false;
		r->error = unreachable[r->code].error;
		r->hard = unreachable[r->code].hard;
		return true;
	case ICMP_TIME_EXCEEDED:
		r->error = EHOSTUNREACH;
		return true;
	case ICMP_PARAMETERPROB:
		r->error = EPROTO;
		r->hard = true;
		return true;
	default:
		return false;
	}
}

/* Reads what ICMP quotes of the packet, `at` in r->p; false: too little */
static bool read_packet(struct icmp_report *r, u16_t at)
{
	struct ip_hdr ip;
	uint16_t first[4];		/* ports; or an echo's head */

	if (pbuf_copy_partial(r->p, &ip, IP_HLEN, at) != IP_HLEN
			|| IPH_V(&ip) != 4 || IPH_HL_BYTES(&ip) < IP_HLEN)
		return false;
	at += IPH_HL_BYTES(&ip);
	if (pbuf_copy_partial(r->p, first, sizeof(first), at) != sizeof(first))
		return false;
	r->laddr = ip.src.addr;
	r->raddr = ip.dest.addr;
	r->protocol = IPH_PROTO(&ip);
	r->lport = ntohs(first[r->protocol == IPPROTO_ICMP ? 2 : 0]);
	r->rport = ntohs(first[1]);
	r->data = at + (r->protocol == IPPROTO_UDP ? sizeof(first) : 0);
	return true;
}

static void report(struct icmp_report *r)
{
	if (r->protocol == IPPROTO_TCP && r->type == ICMP_DEST_UNREACH)
		tcp_unreachable(r);
	else if (r->protocol == IPPROTO_UDP)
		udp_icmp_error(r);
	raw_icmp_error(r);
}

int setting_echo_ignore;

/* Sees every ICMP packet, and leaves it to the others: 0; or eats it: 1 */
static u8_t received(void *arg, struct raw_pcb *pcb, struct pbuf *p,
		const ip_addr_t *addr)
{
	u16_t header = IPH_HL_BYTES((const struct ip_hdr *)p->payload);
	struct icmp_report r = { .offender = addr->addr, .p = p };
	struct icmp_message m;

	if (pbuf_copy_partial(p, &m, sizeof(m), header) != sizeof(m))
		return 0;
	r.type = m.type;
	r.code = m.code;
	if (m.code == ICMP_FRAG_NEEDED)
		r.info = ntohs(m.mtu);
	if (classify(&r) && read_packet(&r, header + sizeof(m)))
		report(&r);
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
