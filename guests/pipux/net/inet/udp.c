/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP sockets (udp(7)). */
#include "datagram.h"

#define DATA_MAX	65507u		/* 65535 less two headers */

static const struct socket_ops udp_ops;

static void received(void *arg, struct udp_pcb *pcb, struct pbuf *p,
		const ip_addr_t *addr, u16_t port)
{
	dgram_queue(arg, p, addr->addr, port);
}

static void apply_options(struct socket *s, int name)
{
	struct dgram_sock *d = dgram_sk(s);
	struct netdev *dev = netdev_by_index(s->opt.bound_dev);

	d->udp->so_options = (s->opt.reuseaddr ? SOF_REUSEADDR : 0)
		| (s->opt.broadcast ? SOF_BROADCAST : 0);
	d->udp->ttl = d->k.ttl;
	d->udp->tos = d->k.tos;
	udp_set_multicast_ttl(d->udp, d->k.multicast_ttl);
	if (d->k.multicast_loop)
		udp_set_flags(d->udp, UDP_FLAGS_MULTICAST_LOOP);
	else
		udp_clear_flags(d->udp, UDP_FLAGS_MULTICAST_LOOP);
	udp_bind_netif(d->udp, dev && dev->stack ? inet_netif(dev) : NULL);
}

int udp_create(struct socket *s)
{
	struct dgram_sock *d = dgram_new(s);

	if (!d)
		return -ENOBUFS;
	d->udp = udp_new();
	if (!d->udp) {
		dgram_free(d);
		return -ENOBUFS;
	}
	udp_recv(d->udp, received, d);
	s->ops = &udp_ops;
	apply_options(s, 0);
	return 0;
}

static void udp_release(struct socket *s)
{
	struct dgram_sock *d = dgram_sk(s);

	udp_remove(d->udp);
	dgram_free(d);
}

/* socket(7), SO_REUSEPORT: nobody takes another user's port */
static bool same_user(const struct socket *a, const struct socket *b)
{
	return a->file->inode->uid == b->file->inode->uid;
}

static bool port_in_use(const struct inet_sock *k, uint32_t ip, uint16_t port)
{
	const struct socket_options *o = &k->s->opt, *other;

	for (struct udp_pcb *p = udp_pcbs; p; p = p->next) {
		const struct dgram_sock *d = p->recv_arg;

		if (p->local_port != port || &d->k == k
				|| (ip && p->local_ip.addr
				&& p->local_ip.addr != ip))
			continue;
		other = &d->k.s->opt;
		if (o->bound_dev && other->bound_dev
				&& o->bound_dev != other->bound_dev)
			continue;
		if (!(o->reuseaddr && other->reuseaddr)
				&& !(o->reuseport && other->reuseport
				&& same_user(k->s, d->k.s)))
			return true;
	}
	return false;
}

static bool port_taken(const struct inet_sock *k, uint32_t ip, uint16_t port)
{
	for (struct udp_pcb *p = udp_pcbs; p; p = p->next)
		if (p->local_port == port)
			return true;
	return false;
}

/*
 * lwIP's own check knows less of options than ours: it is made to agree by
 * binding without a port, which puts the pcb into its list.
 */
static int bind_port(struct dgram_sock *d, uint32_t ip, uint16_t port)
{
	ip4_addr_t a = { ip };
	int rc;

	if (!port)
		port = inet_port_pick(&d->k, ip, port_taken);
	else if (port_in_use(&d->k, ip, port))
		return -EADDRINUSE;
	if (!port)
		return -EADDRINUSE;
	rc = inet_errno(udp_bind(d->udp, &a, 0));
	if (rc)
		return rc;
	d->udp->local_port = d->k.lport = port;
	return 0;
}

static int udp_bind_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len)
{
	struct dgram_sock *d = dgram_sk(s);
	uint16_t port;
	uint32_t ip;
	int rc = inet_bind_name(&d->k, addr, len, false, &ip, &port);

	if (rc == 0 && d->k.lport)
		rc = -EINVAL;
	if (rc == 0)
		rc = bind_port(d, ip, port);
	if (rc)
		return rc;
	d->k.laddr = ip;
	d->k.bound_addr = ip;
	d->k.bound_port = port;
	return 0;
}

static int need_port(struct dgram_sock *d)
{
	return d->k.lport ? 0 : bind_port(d, d->k.laddr, 0);
}

static int udp_disconnect_socket(struct socket *s)
{
	struct dgram_sock *d = dgram_sk(s);

	udp_disconnect(d->udp);
	apply_options(s, 0);
	d->k.raddr = d->k.rport = 0;
	if (!d->k.bound_addr)
		d->k.laddr = d->udp->local_ip.addr = 0;
	return 0;
}

static int udp_connect_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len, uint32_t flags)
{
	struct dgram_sock *d = dgram_sk(s);
	ip4_addr_t peer;
	int rc;

	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	if (addr->ss_family == AF_UNSPEC)
		return udp_disconnect_socket(s);
	rc = dgram_connect_to(s, addr, len);
	if (rc == 0)
		rc = need_port(d);
	if (rc)
		return rc;
	peer.addr = d->k.raddr;
	d->udp->local_ip.addr = d->k.laddr;
	return inet_errno(udp_connect(d->udp, &peer, d->k.rport));
}

static ssize_t udp_sendmsg(struct socket *s, struct socket_msg *m)
{
	struct dgram_sock *d = dgram_sk(s);
	ip4_addr_t dest, source;
	struct dgram_route r;
	size_t n = m->iov.len;
	struct pbuf *p;
	int rc = dgram_send_check(s, m);

	if (rc == 0 && n > DATA_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		rc = dgram_route(s, m, &r);
	if (rc == 0 && !r.port)
		rc = -EINVAL;
	if (rc == 0)
		rc = need_port(d);
	if (rc)
		return rc;
	p = dgram_data(m, PBUF_TRANSPORT, DATA_MAX);
	if (IS_ERR(p))
		return PTR_ERR(p);
	dest.addr = r.dest;
	source.addr = r.source;
	rc = inet_errno(udp_sendto_if_src(d->udp, p, &dest, r.port, r.netif,
		&source));
	pbuf_free(p);
	inet_run();
	/* ip(7): what a full queue drops is no error of the program's */
	return rc && rc != -ENOBUFS ? rc : (ssize_t)n;
}

void udp_icmp_error(const struct icmp_report *r)
{
	for (struct udp_pcb *p = udp_pcbs; p; p = p->next) {
		struct dgram_sock *d = p->recv_arg;

		if (p->local_port == r->lport
				&& (!d->k.laddr || d->k.laddr == r->laddr)
				&& (!d->k.raddr || (d->k.raddr == r->raddr
				&& d->k.rport == r->rport)))
			dgram_error(d, r);
	}
}

static const struct socket_ops udp_ops = {
	.release = udp_release,
	.bind = udp_bind_socket,
	.connect = udp_connect_socket,
	.getname = inet_getname,
	.shutdown = dgram_shutdown,
	.sendmsg = udp_sendmsg,
	.recvmsg = dgram_recvmsg,
	.poll = dgram_poll,
	.ioctl = dgram_ioctl,
	.setsockopt = inet_setsockopt,
	.getsockopt = inet_getsockopt,
	.changed = apply_options,
};
