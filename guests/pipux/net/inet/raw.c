/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raw sockets (raw(7)), which get whole IP packets of one protocol, and ping
 * sockets (icmp(7), ping_group_range): echo requests for everybody, with the
 * identifier as the port.
 */
#include "datagram.h"
#include <linux/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/icmp.h>
#include <lwip/prot/ip4.h>

#define PACKET_MAX	65535u

static const struct socket_ops raw_ops, ping_ops;
struct list inet_raws = LIST_INIT(inet_raws);
static struct list pings = LIST_INIT(pings);

/* The packet goes on to others: a copy is queued.  Returns 0: not eaten */
static u8_t raw_received(void *arg, struct raw_pcb *pcb, struct pbuf *p,
		const ip_addr_t *addr)
{
	struct dgram_sock *d = arg;
	const struct ip_hdr *ip = p->payload;
	uint8_t type;

	if (d->icmp_filter && pcb->protocol == IPPROTO_ICMP
			&& pbuf_copy_partial(p, &type, 1, IPH_HL_BYTES(ip)) == 1
			&& type < 32 && (d->icmp_filter >> type & 1))
		return 0;
	p = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
	if (p)
		dgram_queue(d, p, addr->addr, 0);
	return 0;
}

static u8_t ping_received(void *arg, struct raw_pcb *pcb, struct pbuf *p,
		const ip_addr_t *addr)
{
	struct dgram_sock *d = arg;
	u16_t header = IPH_HL_BYTES((const struct ip_hdr *)p->payload);
	struct icmp_echo_hdr echo;

	if (pbuf_copy_partial(p, &echo, sizeof(echo), header) != sizeof(echo)
			|| echo.type != ICMP_ER || ntohs(echo.id) != d->k.lport)
		return 0;
	p = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
	if (!p)
		return 0;
	pbuf_remove_header(p, header);
	dgram_queue(d, p, addr->addr, 0);
	return 0;
}

static void apply_options(struct socket *s, int name)
{
	struct dgram_sock *d = dgram_sk(s);
	struct netdev *dev = netdev_by_index(s->opt.bound_dev);

	d->raw->so_options = s->opt.broadcast ? SOF_BROADCAST : 0;
	d->raw->ttl = d->k.ttl;
	d->raw->tos = d->k.tos;
	raw_set_multicast_ttl(d->raw, d->k.multicast_ttl);
	d->raw->local_ip.addr = d->k.bound_addr ? d->k.laddr : 0;
	raw_bind_netif(d->raw, dev && dev->stack ? inet_netif(dev) : NULL);
	if (d->k.hdrincl)
		raw_set_flags(d->raw, RAW_FLAGS_HDRINCL);
	else
		raw_clear_flags(d->raw, RAW_FLAGS_HDRINCL);
}

static int create(struct socket *s, raw_recv_fn received,
		const struct socket_ops *ops)
{
	struct dgram_sock *d = dgram_new(s);

	if (!d)
		return -ENOBUFS;
	d->raw = raw_new(s->protocol);
	if (!d->raw) {
		dgram_free(d);
		return -ENOBUFS;
	}
	raw_recv(d->raw, received, d);
	s->ops = ops;
	d->k.hdrincl = s->type == SOCK_RAW && s->protocol == IPPROTO_RAW;
	apply_options(s, 0);
	return 0;
}

int raw_create(struct socket *s)
{
	int rc = create(s, raw_received, &raw_ops);

	if (rc)
		return rc;
	dgram_sk(s)->k.lport = s->protocol;
	list_add_tail(&inet_raws, &dgram_sk(s)->link);
	return 0;
}

int ping_create(struct socket *s)
{
	int rc = create(s, ping_received, &ping_ops);

	if (rc == 0)
		list_add_tail(&pings, &dgram_sk(s)->link);
	return rc;
}

static void raw_release(struct socket *s)
{
	struct dgram_sock *d = dgram_sk(s);

	list_del(&d->link);
	raw_remove(d->raw);
	dgram_free(d);
}

static int raw_bind_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len)
{
	struct dgram_sock *d = dgram_sk(s);
	uint16_t port;
	uint32_t ip;
	int rc = inet_bind_name(&d->k, addr, len, true, &ip, &port);

	if (rc)
		return rc;
	d->k.laddr = ip;
	d->k.bound_addr = ip;
	apply_options(s, 0);
	return 0;
}

/* Two sockets with one identifier would both get the answers */
static bool id_taken(const struct inet_sock *k, uint32_t ip, uint16_t id)
{
	const struct dgram_sock *d;

	list_for_each(d, &pings, link)
		if (d->k.lport == id)
			return true;
	return false;
}

static int ping_bind_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len)
{
	struct inet_sock *k = inet_sk(s);
	uint16_t port;
	uint32_t ip;
	int rc = inet_address(addr, len, &ip, &port);

	if (rc == 0 && k->lport)
		rc = -EINVAL;
	if (rc == 0 && port && id_taken(k, ip, port))
		rc = -EADDRINUSE;
	if (rc == 0)
		rc = raw_bind_socket(s, addr, len);
	if (rc == 0)
		k->lport = port ? port : inet_port_pick(k, ip, id_taken);
	return rc;
}

static int raw_connect_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len, uint32_t flags)
{
	struct dgram_sock *d = dgram_sk(s);
	ip4_addr_t peer;
	int rc;

	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	if (addr->ss_family == AF_UNSPEC) {
		raw_disconnect(d->raw);
		d->k.raddr = d->k.rport = 0;
		apply_options(s, 0);
		return 0;
	}
	rc = dgram_connect_to(s, addr, len);
	if (rc)
		return rc;
	peer.addr = d->k.raddr;
	return inet_errno(raw_connect(d->raw, &peer));
}

/* What the kernel fills in of a header that a program has made (raw(7)) */
static int complete_header(struct pbuf *p, const struct dgram_route *r)
{
	struct ip_hdr *ip = p->payload;

	if (p->len < IP_HLEN || IPH_HL_BYTES(ip) < IP_HLEN
			|| IPH_HL_BYTES(ip) > p->len)
		return -EINVAL;
	IPH_LEN_SET(ip, htons(p->tot_len));
	if (!ip->src.addr)
		ip->src.addr = r->source;
	if (!IPH_ID(ip))
		IPH_ID_SET(ip, inet_random());
	IPH_CHKSUM_SET(ip, 0);
	IPH_CHKSUM_SET(ip, inet_chksum(ip, IPH_HL_BYTES(ip)));
	return 0;
}

static int send_packet(struct dgram_sock *d, struct pbuf *p,
		const struct dgram_route *r)
{
	ip4_addr_t dest = { r->dest }, source = { r->source };
	int rc = inet_errno(raw_sendto_if_src(d->raw, p, &dest, r->netif,
		&source));

	pbuf_free(p);
	inet_run();
	return rc == -ENOBUFS ? 0 : rc;		/* dropped, as a queue drops */
}

static ssize_t raw_sendmsg(struct socket *s, struct socket_msg *m)
{
	struct dgram_sock *d = dgram_sk(s);
	bool whole = d->k.hdrincl;
	struct dgram_route r;
	size_t n = m->iov.len;
	struct pbuf *p;
	int rc = dgram_send_check(s, m);

	if (rc == 0 && n > PACKET_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		rc = dgram_route(s, m, &r);
	if (rc == 0 && whole && n > r.netif->mtu)
		rc = -EMSGSIZE;
	if (rc)
		return rc;
	p = dgram_data(m, whole ? PBUF_LINK : PBUF_IP,
		PACKET_MAX - (whole ? 0 : IP_HLEN));
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (whole)
		rc = complete_header(p, &r);
	if (rc) {
		pbuf_free(p);
		return rc;
	}
	rc = send_packet(d, p, &r);
	return rc ? rc : (ssize_t)n;
}

/* The kernel's share of an echo request: identifier and checksum */
static int complete_echo(struct pbuf *p, uint16_t id)
{
	struct icmp_echo_hdr *echo = p->payload;

	if (p->len < sizeof(*echo) || echo->type != ICMP_ECHO || echo->code)
		return -EINVAL;
	echo->id = htons(id);
	echo->chksum = 0;
	echo->chksum = inet_chksum_pbuf(p);
	return 0;
}

static ssize_t ping_sendmsg(struct socket *s, struct socket_msg *m)
{
	struct dgram_sock *d = dgram_sk(s);
	struct dgram_route r;
	size_t n = m->iov.len;
	struct pbuf *p;
	int rc = dgram_send_check(s, m);

	if (rc == 0 && n > PACKET_MAX)
		rc = -EMSGSIZE;
	if (rc == 0 && n < sizeof(struct icmp_echo_hdr))
		rc = -EINVAL;
	if (rc == 0)
		rc = dgram_route(s, m, &r);
	if (rc)
		return rc;
	if (!d->k.lport)
		d->k.lport = inet_port_pick(&d->k, 0, id_taken);
	p = dgram_data(m, PBUF_IP, PACKET_MAX - IP_HLEN);
	if (IS_ERR(p))
		return PTR_ERR(p);
	rc = complete_echo(p, d->k.lport);
	if (rc) {
		pbuf_free(p);
		return rc;
	}
	rc = send_packet(d, p, &r);
	return rc ? rc : (ssize_t)n;
}

static void tell(struct list *sockets, const struct icmp_report *r,
		uint16_t port)
{
	struct dgram_sock *d;

	list_for_each(d, sockets, link)
		if (d->k.lport == port && (!d->k.raddr
				|| d->k.raddr == r->raddr))
			dgram_error(d, r);
}

/* r->data is behind the ports, or what lies in their place of an echo */
void raw_icmp_error(const struct icmp_report *r)
{
	tell(&inet_raws, r, r->protocol);
	if (r->protocol == IPPROTO_ICMP)
		tell(&pings, r, r->lport);
}

int raw_setsockopt(struct socket *s, int name, const void *uval, int len)
{
	struct dgram_sock *d = dgram_sk(s);

	if (s->protocol != IPPROTO_ICMP)
		return -EOPNOTSUPP;
	if (name != ICMP_FILTER)
		return -ENOPROTOOPT;
	if (len < (int)sizeof(d->icmp_filter))
		return -EINVAL;
	return get_user(d->icmp_filter, (const uint32_t *)uval);
}

static const struct socket_ops raw_ops = {
	.release = raw_release,
	.bind = raw_bind_socket,
	.connect = raw_connect_socket,
	.getname = inet_getname,
	.shutdown = dgram_shutdown,
	.sendmsg = raw_sendmsg,
	.recvmsg = dgram_recvmsg,
	.poll = dgram_poll,
	.ioctl = dgram_ioctl,
	.setsockopt = inet_setsockopt,
	.getsockopt = inet_getsockopt,
	.changed = apply_options,
};

static const struct socket_ops ping_ops = {
	.release = raw_release,
	.bind = ping_bind_socket,
	.connect = raw_connect_socket,
	.getname = inet_getname,
	.shutdown = dgram_shutdown,
	.sendmsg = ping_sendmsg,
	.recvmsg = dgram_recvmsg,
	.poll = dgram_poll,
	.ioctl = dgram_ioctl,
	.setsockopt = inet_setsockopt,
	.getsockopt = inet_getsockopt,
	.changed = apply_options,
};
