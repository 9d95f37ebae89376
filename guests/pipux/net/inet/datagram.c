/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagrams: the queue of those received, and the way of those sent, for UDP
 * (udp(7)), raw (raw(7)) and ping sockets.
 *
 * Invariant: `queued` is what the packets in `queue` cost; a packet that
 * would take it over SO_RCVBUF is dropped.
 */
#include "datagram.h"
#include <asm/ioctls.h>
#include <linux/sockios.h>

#define OVERHEAD	256		/* of a packet, besides its data */

struct packet {
	struct list link;
	struct pbuf *p;
	uint32_t source, dest;
	uint16_t port;
	uint8_t ttl, tos;
	int index;			/* of the interface */
	uint64_t time;			/* CLOCK_REALTIME */
};

struct dgram_sock *dgram_new(struct socket *s)
{
	struct dgram_sock *d = kzalloc(sizeof(*d));

	if (!d)
		return NULL;
	list_init(&d->queue);
	list_init(&d->errors);
	list_init(&d->groups);
	inet_sock_init(&d->k, s);
	return d;
}

static void packet_free(struct dgram_sock *d, struct packet *q)
{
	list_del(&q->link);
	d->queued -= q->p->tot_len + OVERHEAD;
	pbuf_free(q->p);
	inet_free(q);
}

void dgram_free(struct dgram_sock *d)
{
	dgram_errors_drop(d);
	multicast_leave_all(d);
	while (!list_empty(&d->queue))
		packet_free(d, list_first(&d->queue, struct packet, link));
	kfree(d);
}

void dgram_queue(struct dgram_sock *d, struct pbuf *p, uint32_t source,
		uint16_t port)
{
	size_t cost = p->tot_len + OVERHEAD;
	struct packet *q = NULL;

	if (d->queued + cost <= d->k.s->opt.rcvbuf
			&& !(d->k.s->shut & SHUT_IN))
		q = inet_alloc(sizeof(*q));
	if (!q) {
		pbuf_free(p);
		return;
	}
	*q = (struct packet){
		.p = p, .source = source, .port = port,
		.dest = ip4_current_dest_addr()->addr,
		.ttl = IPH_TTL(ip4_current_header()),
		.tos = IPH_TOS(ip4_current_header()),
		.index = inet_netdev(ip_current_input_netif())->index,
		.time = realtime_get(),
	};
	list_add_tail(&d->queue, &q->link);
	d->queued += cost;
	socket_wake(&d->k.s->rd);
}

/* Control data that was asked for (ip(7)) */
static int put_control(const struct inet_sock *k, struct socket_msg *m,
		const struct packet *q)
{
	struct in_pktinfo info = {
		.ipi_ifindex = q->index, .ipi_spec_dst.s_addr = q->dest,
		.ipi_addr.s_addr = q->dest,
	};
	struct sockaddr_in dest = { .sin_family = AF_INET,
		.sin_port = htons(k->lport), .sin_addr.s_addr = q->dest };
	int ttl = q->ttl, rc = socket_put_time(k->s, m, q->time);

	if (rc == 0 && k->pktinfo)
		rc = socket_put_cmsg(m, IPPROTO_IP, IP_PKTINFO, &info,
			sizeof(info));
	if (rc == 0 && k->recvttl)
		rc = socket_put_cmsg(m, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	if (rc == 0 && k->recvtos)
		rc = socket_put_cmsg(m, IPPROTO_IP, IP_TOS, &q->tos, 1);
	if (rc == 0 && k->recvorig && k->s->protocol == IPPROTO_UDP)
		rc = socket_put_cmsg(m, IPPROTO_IP, IP_ORIGDSTADDR, &dest,
			sizeof(dest));
	return rc;
}

/* The packet's data to the user, cut to what fits: bytes or errno */
static ssize_t deliver(const struct inet_sock *k, struct socket_msg *m,
		const struct packet *q)
{
	size_t done = 0, total = q->p->tot_len;

	for (struct pbuf *p = q->p; p && m->iov.len; p = p->next) {
		size_t n = MIN((size_t)p->len, m->iov.len);

		if (iov_to(&m->iov, p->payload, n))
			return -EFAULT;
		done += n;
	}
	if (done < total)
		m->out_flags |= MSG_TRUNC;
	if (m->name)
		m->name_len = inet_name(m->name, q->source, q->port);
	if (put_control(k, m, q))
		return -EFAULT;
	return m->flags & MSG_TRUNC ? total : done;
}

ssize_t dgram_recvmsg(struct socket *s, struct socket_msg *m)
{
	struct dgram_sock *d = dgram_sk(s);
	ktime_t deadline = socket_deadline(s->opt.rcvtimeo);
	struct packet *q;
	ssize_t rc = 0;

	if ((m->flags & MSG_OOB) && s->protocol != IPPROTO_UDP)
		return -EOPNOTSUPP;
	if (m->flags & MSG_ERRQUEUE)
		return dgram_recv_error(s, m);
	while (list_empty(&d->queue) && !s->error) {
		if (s->shut & SHUT_IN)
			return 0;
		if (m->flags & MSG_DONTWAIT)
			return -EAGAIN;
		rc = socket_wait(&s->rd, !list_empty(&d->queue) || s->error
			|| (s->shut & SHUT_IN), deadline);
		if (rc)
			return rc;
	}
	if (s->error)
		return socket_error(s);
	q = list_first(&d->queue, struct packet, link);
	list_del(&q->link);		/* copying may sleep */
	rc = deliver(&d->k, m, q);
	if (m->flags & MSG_PEEK) {
		list_add(&d->queue, &q->link);
		socket_wake(&s->rd);
	} else {
		packet_free(d, q);
	}
	return rc;
}

uint32_t dgram_poll(struct socket *s, struct poll_table *pt)
{
	const struct dgram_sock *d = dgram_sk(s);
	uint32_t ready = POLLOUT | POLLWRNORM;

	poll_wait(s->file, &s->rd, pt);
	if (s->error || !list_empty(&d->errors))
		ready |= POLLERR;
	if (!list_empty(&d->queue))
		ready |= POLLIN | POLLRDNORM;
	if (s->shut & SHUT_IN)
		ready |= POLLIN | POLLRDNORM | POLLRDHUP;
	if (s->shut == (SHUT_IN | SHUT_OUT))
		ready |= POLLHUP;
	return ready;
}

long dgram_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	const struct dgram_sock *d = dgram_sk(s);
	int n = 0;

	switch (cmd) {
	case FIONREAD:
		if (!list_empty(&d->queue))
			n = list_first(&d->queue, struct packet, link)
				->p->tot_len;
		break;
	case TIOCOUTQ:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	return put_user(n, (int *)arg);
}

int dgram_shutdown(struct socket *s, int how)
{
	s->shut |= how + 1;
	socket_wake(&s->rd);
	return dgram_sk(s)->k.raddr ? 0 : -ENOTCONN;
}

/* IP_PKTINFO chooses the source and the interface */
static int read_control(const struct socket_msg *m, struct dgram_route *r)
{
	const struct in_pktinfo *info;
	const struct cmsghdr *c;
	struct netdev *dev;
	size_t pos = 0;

	while ((c = socket_next_cmsg(m, &pos))) {
		if (IS_ERR(c))
			return PTR_ERR(c);
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		if (c->cmsg_len < sizeof(*c) + sizeof(*info))
			return -EINVAL;
		info = (const void *)(c + 1);
		if (info->ipi_spec_dst.s_addr)
			r->source = info->ipi_spec_dst.s_addr;
		if (!info->ipi_ifindex)
			continue;
		dev = netdev_by_index(info->ipi_ifindex);
		if (!dev || !dev->stack)
			return -ENODEV;
		r->netif = inet_netif(dev);
	}
	return 0;
}

/* That of IP_MULTICAST_IF, or NULL */
static struct netif *multicast_netif(const struct inet_sock *k, uint32_t ip)
{
	struct netdev *dev = netdev_by_index(k->multicast_if);
	ip4_addr_t a = { ip };

	return dev && ip4_addr_ismulticast(&a) ? inet_netif(dev) : NULL;
}

/* The interface and the source, where they are not given */
static int find_way(struct socket *s, struct dgram_route *r)
{
	struct netdev *dev = netdev_by_index(s->opt.bound_dev);
	ip4_addr_t source = { r->source }, dest = { r->dest };

	if (!r->netif && dev && !inet_is_local(r->dest))
		r->netif = dev->stack;
	if (!r->netif)
		r->netif = multicast_netif(inet_sk(s), r->dest);
	if (!r->netif) {
		r->netif = route_hook(&source, &dest);
		if (!r->source)
			r->source = inet_source(r->dest);
	}
	if (!r->netif)
		return -ENETUNREACH;
	if (!r->source)
		r->source = netif_ip4_addr(r->netif)->addr;
	return netif_is_up(r->netif) ? 0 : -ENETDOWN;
}

int dgram_route(struct socket *s, const struct socket_msg *m,
		struct dgram_route *r)
{
	struct inet_sock *k = inet_sk(s);
	int rc = 0;

	*r = (struct dgram_route){ .dest = k->raddr, .port = k->rport };
	if (m->name)
		rc = inet_address(m->name, m->name_len, &r->dest, &r->port);
	else if (!k->raddr)
		rc = -EDESTADDRREQ;
	if (rc)
		return rc;
	if (!r->dest)
		r->dest = htonl(INADDR_LOOPBACK);
	if (k->laddr && !inet_is_broadcast(k->laddr))
		r->source = k->laddr;
	rc = read_control(m, r);
	if (rc == 0)
		rc = find_way(s, r);
	if (rc == 0 && inet_is_broadcast(r->dest) && !s->opt.broadcast)
		rc = -EACCES;
	return rc;
}

struct pbuf *dgram_data(struct socket_msg *m, pbuf_layer layer, size_t max)
{
	size_t n = m->iov.len;
	struct pbuf *p;

	if (n > max)
		return ERR_PTR(-EMSGSIZE);
	p = pbuf_alloc(layer, n, n > PAGE_SIZE ? PBUF_POOL : PBUF_RAM);
	if (!p)
		return ERR_PTR(-ENOBUFS);
	for (struct pbuf *q = p; q; q = q->next)
		if (iov_from(&m->iov, q->payload, q->len)) {
			pbuf_free(p);
			return ERR_PTR(-EFAULT);
		}
	return p;
}

int dgram_connect_to(struct socket *s, const struct sockaddr_storage *addr,
		int len)
{
	struct inet_sock *k = inet_sk(s);
	struct netif *netif;
	uint16_t port;
	uint32_t ip, source;
	int rc = inet_address(addr, len, &ip, &port);

	if (rc)
		return rc;
	if (!ip)
		ip = htonl(INADDR_LOOPBACK);
	if (inet_is_broadcast(ip) && !s->opt.broadcast)
		return -EACCES;
	source = inet_source(ip);
	netif = multicast_netif(k, ip);
	if (netif)
		source = netif_ip4_addr(netif)->addr;
	if (!source && !s->opt.bound_dev)
		return -ENETUNREACH;
	if (!k->bound_addr)
		k->laddr = source;
	k->raddr = ip;
	k->rport = port;
	return 0;
}

int dgram_send_check(struct socket *s, const struct socket_msg *m)
{
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (s->shut & SHUT_OUT)
		return socket_broken(m->flags);
	return socket_error(s);
}
