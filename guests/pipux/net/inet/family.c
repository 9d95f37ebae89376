/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_INET: which sockets there are (ip(7)), names and ports.
 *
 * LIMIT: IPv4 only.
 */
#include "tcp.h"
#include <lwip/init.h>
#include <pipux/setting.h>
#include <linux/icmp.h>

#define PORT_FREE	1024		/* below: CAP_NET_BIND_SERVICE */

int setting_port_range[2] = { 32768, 60999 };	/* ip(7) */
int setting_ping_groups[2] = { 1, 0 };		/* icmp(7): nobody */

static int stream_create(struct socket *s)
{
	if (s->protocol && s->protocol != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	s->protocol = IPPROTO_TCP;
	return tcp_create(s);
}

/* icmp(7), ping_group_range: root too needs one of the groups */
static bool may_ping(void)
{
	const struct credentials *c = &current->cred;
	uint32_t low = setting_ping_groups[0], high = setting_ping_groups[1];

	if (c->egid >= low && c->egid <= high)
		return true;
	for (uint32_t i = 0; c->groups && i < c->groups->n; i++)
		if (c->groups->id[i] >= low && c->groups->id[i] <= high)
			return true;
	return false;
}

static int dgram_create(struct socket *s)
{
	if (s->protocol == IPPROTO_ICMP)
		return may_ping() ? ping_create(s) : -EACCES;
	if (s->protocol && s->protocol != IPPROTO_UDP)
		return -EPROTONOSUPPORT;
	s->protocol = IPPROTO_UDP;
	return udp_create(s);
}

/* The order of errors is Linux's: type, then protocol, then rights */
int inet_create(struct socket *s)
{
	if (s->protocol < 0 || s->protocol >= IPPROTO_MAX)
		return -EINVAL;
	switch (s->type) {
	case SOCK_STREAM:
		return stream_create(s);
	case SOCK_DGRAM:
		return dgram_create(s);
	case SOCK_RAW:
		if (!s->protocol || s->protocol > IPPROTO_RAW)
			return -EPROTONOSUPPORT;
		return capable(CAP_NET_RAW) ? raw_create(s) : -EPERM;
	default:
		return -ESOCKTNOSUPPORT;
	}
}

void inet_sock_init(struct inet_sock *k, struct socket *s)
{
	k->s = s;
	k->ttl = IP_DEFAULT_TTL;
	k->multicast_ttl = k->multicast_loop = 1;
	k->mtu_discover = IP_PMTUDISC_WANT;
	s->priv = k;
}

int inet_name(struct sockaddr_storage *addr, uint32_t ip, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;

	*in = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = ip,
	};
	return sizeof(*in);
}

int inet_getname(struct socket *s, struct sockaddr_storage *addr, bool peer)
{
	const struct inet_sock *k = inet_sk(s);

	if (peer && !k->rport)
		return -ENOTCONN;
	return peer ? inet_name(addr, k->raddr, k->rport)
		: inet_name(addr, k->laddr, k->lport);
}

int inet_address(const struct sockaddr_storage *addr, int len, uint32_t *ip,
		uint16_t *port)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

	if (len < (int)sizeof(*in))
		return -EINVAL;
	if (in->sin_family != AF_INET && in->sin_family != AF_UNSPEC)
		return -EAFNOSUPPORT;
	*ip = in->sin_addr.s_addr;
	*port = ntohs(in->sin_port);
	return 0;
}

int inet_bind_name(const struct inet_sock *k,
		const struct sockaddr_storage *addr, int len, bool privileged,
		uint32_t *ip, uint16_t *port)
{
	int rc = inet_address(addr, len, ip, port);
	ip4_addr_t a;

	if (rc)
		return rc;
	if (addr->ss_family == AF_UNSPEC && *ip)
		return -EAFNOSUPPORT;
	a.addr = *ip;
	if (*ip && !k->freebind && !inet_is_local(*ip)
			&& !inet_is_broadcast(*ip) && !ip4_addr_ismulticast(&a))
		return -EADDRNOTAVAIL;
	return *port && *port < PORT_FREE && !privileged
		&& !capable(CAP_NET_BIND_SERVICE) ? -EACCES : 0;
}

/* From anywhere in the range on: ports shall not be guessed (RFC 6056) */
uint16_t inet_port_pick(const struct inet_sock *k, uint32_t ip,
		bool (*in_use)(const struct inet_sock *k, uint32_t ip,
		uint16_t port))
{
	uint32_t first = setting_port_range[0];
	uint32_t n = setting_port_range[1] - first + 1;
	uint32_t at = inet_random() % n;

	for (uint32_t i = 0; i < n; i++) {
		uint16_t port = first + (at + i) % n;

		if (!in_use(k, ip, port))
			return port;
	}
	return 0;
}

int inet_errno(err_t err)
{
	static const uint16_t errnos[] = {
		[-ERR_OK] = 0, [-ERR_MEM] = ENOBUFS, [-ERR_BUF] = ENOBUFS,
		[-ERR_TIMEOUT] = ETIMEDOUT, [-ERR_RTE] = ENETUNREACH,
		[-ERR_INPROGRESS] = EINPROGRESS, [-ERR_VAL] = EINVAL,
		[-ERR_WOULDBLOCK] = EAGAIN, [-ERR_USE] = EADDRINUSE,
		[-ERR_ALREADY] = EALREADY, [-ERR_ISCONN] = EISCONN,
		[-ERR_CONN] = ENOTCONN, [-ERR_IF] = ENETDOWN,
		[-ERR_ABRT] = ETIMEDOUT, [-ERR_RST] = ECONNRESET,
		[-ERR_CLSD] = ENOTCONN, [-ERR_ARG] = EINVAL,
	};

	return -errnos[-err];
}

void inet_init(void)
{
	lwip_init();
	inet_interfaces_init();
	inet_tcp_init();
	icmp_errors_init();
	socket_family_register(AF_INET, inet_create);
	socket_ioctl_register(inet_ioctl);
	inet_proc_init();
}
