/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_PACKET (packet(7)): frames as they come from and go to the interfaces,
 * with their Ethernet header (SOCK_RAW) or without (SOCK_DGRAM).
 *
 * Every socket listens to all interfaces and takes what it is bound to; what
 * finds no room is dropped.  LIMIT: no rings (PACKET_RX_RING), no fan-out.
 */
#include "packet.h"
#include <pipux/bpf.h>
#include <pipux/mm.h>
#include <pipux/netdev.h>
#include <pipux/sched.h>
#include <asm/ioctls.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>

#define SOL_PACKET	263
#define NAME_SIZE	(offsetof(struct sockaddr_ll, sll_addr) + MAC_SIZE)

struct packet_sock {
	struct socket *socket;
	struct net_listener listener;
	uint16_t protocol;		/* network order; 0: nothing comes */
	int index;			/* of the interface; 0: of all */
	bool auxdata;
	struct bpf_program *filter;
	struct list queue;		/* struct packet */
	uint32_t queued;		/* bytes that it takes up */
	uint32_t packets, drops;	/* PACKET_STATISTICS */
};

struct packet {
	struct list link;
	struct sockaddr_ll from;
	uint32_t len, kept;		/* on the wire; here */
	uint64_t time;			/* CLOCK_REALTIME */
	uint8_t data[];
};

static struct packet_sock *packet_of(struct socket *s)
{
	return s->priv;
}

static uint16_t net16(uint16_t v)
{
	return v << 8 | v >> 8;
}

static uint8_t type_of(const struct netdev *dev, const struct ethhdr *h,
		bool outgoing)
{
	if (outgoing)
		return PACKET_OUTGOING;
	if (!memcmp(h->h_dest, dev->mac, MAC_SIZE))
		return PACKET_HOST;
	if (!memcmp(h->h_dest, dev->broadcast, MAC_SIZE))
		return PACKET_BROADCAST;
	return (h->h_dest[0] & 1) ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

static void queue(struct packet_sock *p, struct netdev *dev,
		const void *data, uint32_t len, uint32_t keep, uint8_t type,
		const struct ethhdr *h)
{
	uint32_t size = sizeof(struct packet) + keep;
	struct packet *q;

	p->packets++;
	if (p->queued + size > p->socket->opt.rcvbuf || !(q = kmalloc(size))) {
		p->drops++;
		return;
	}
	memset(q, 0, sizeof(*q));
	q->from.sll_family = AF_PACKET;
	q->from.sll_protocol = h->h_proto;
	q->from.sll_ifindex = dev->index;
	q->from.sll_hatype = dev->type;
	q->from.sll_pkttype = type;
	q->from.sll_halen = MAC_SIZE;
	memcpy(q->from.sll_addr, h->h_source, MAC_SIZE);
	q->len = len;
	q->time = realtime_get();
	q->kept = keep;
	memcpy(q->data, data, keep);
	list_add_tail(&p->queue, &q->link);
	p->queued += size;
	socket_wake(&p->socket->rd);
}

static void frame(struct net_listener *l, struct netdev *dev,
		const void *data, size_t len, bool outgoing)
{
	struct packet_sock *p = container_of(l, struct packet_sock, listener);
	const struct ethhdr *h = data;
	const uint8_t *at = data;
	uint32_t keep;

	if (len < ETH_HEADER
	    || (p->index && p->index != dev->index))
		return;
	if (p->protocol != net16(ETH_P_ALL) && p->protocol != h->h_proto)
		return;
	if (p->socket->type == SOCK_DGRAM) {
		at += ETH_HEADER;
		len -= ETH_HEADER;
	}
	keep = p->filter ? bpf_run(p->filter, at, len) : len;
	if (keep)
		queue(p, dev, at, len, MIN(keep, (uint32_t)len),
			type_of(dev, h, outgoing), h);
}

/* packet(7): the interface that one is bound to goes down */
static void event(struct net_listener *l, struct netdev *dev,
		enum netdev_event what)
{
	struct packet_sock *p = container_of(l, struct packet_sock, listener);

	if (what != NETDEV_DOWN || p->index != dev->index)
		return;
	p->socket->error = ENETDOWN;
	socket_wake(&p->socket->rd);
}

/* Listens from now on to what protocol and index say */
static void rebind(struct packet_sock *p, uint16_t protocol, int index)
{
	net_unlisten(&p->listener);
	p->protocol = protocol;
	p->index = index;
	p->listener.outgoing = protocol == net16(ETH_P_ALL);
	if (protocol)
		net_listen(&p->listener);
}

static int packet_bind(struct socket *s, const struct sockaddr_storage *addr,
		int len)
{
	const struct sockaddr_ll *ll = (const void *)addr;
	struct packet_sock *p = packet_of(s);
	struct netdev *dev;

	if (len < (int)sizeof(*ll) || ll->sll_family != AF_PACKET)
		return -EINVAL;
	dev = netdev_by_index(ll->sll_ifindex);
	if (ll->sll_ifindex && !dev)
		return -ENODEV;
	rebind(p, ll->sll_protocol ? ll->sll_protocol : p->protocol,
		ll->sll_ifindex);
	if (dev && !dev->up)
		s->error = ENETDOWN;
	return 0;
}

static int packet_getname(struct socket *s, struct sockaddr_storage *addr,
		bool peer)
{
	struct packet_sock *p = packet_of(s);
	struct netdev *dev = netdev_by_index(p->index);
	struct sockaddr_ll *ll = (void *)addr;

	if (peer)
		return -EOPNOTSUPP;
	memset(ll, 0, sizeof(*ll));
	ll->sll_family = AF_PACKET;
	ll->sll_ifindex = p->index;
	ll->sll_protocol = p->protocol;
	if (!dev)
		return offsetof(struct sockaddr_ll, sll_addr);
	ll->sll_hatype = dev->type;
	ll->sll_halen = MAC_SIZE;
	memcpy(ll->sll_addr, dev->mac, MAC_SIZE);
	return NAME_SIZE;
}

/* Where it goes: bound to, or by an address as packet(7) wants it */
struct target {
	struct netdev *dev;
	uint16_t protocol;
	const uint8_t *mac;		/* SOCK_DGRAM */
};

static int find_target(struct socket *s, const struct socket_msg *m,
		struct target *t)
{
	const struct sockaddr_ll *ll = (const void *)m->name;
	struct packet_sock *p = packet_of(s);
	int index = p->index;

	t->protocol = p->protocol;
	t->mac = NULL;
	if (m->name) {
		if (m->name_len < (int)sizeof(*ll)
		    && m->name_len < (int)offsetof(struct sockaddr_ll,
			sll_addr) + ll->sll_halen)
			return -EINVAL;
		if (ll->sll_halen > sizeof(ll->sll_addr))
			return -EINVAL;
		index = ll->sll_ifindex;
		t->protocol = ll->sll_protocol;
		t->mac = ll->sll_halen >= MAC_SIZE ? ll->sll_addr : NULL;
		if (s->type == SOCK_DGRAM && !t->mac)
			return -EINVAL;
	}
	t->dev = netdev_by_index(index);
	if (!t->dev)
		return -ENXIO;
	return t->dev->up ? 0 : -ENETDOWN;
}

static ssize_t packet_send(struct socket *s, struct socket_msg *m)
{
	size_t n = m->iov.len, head = s->type == SOCK_DGRAM ? ETH_HEADER : 0;
	struct net_piece piece;
	struct ethhdr *h;
	struct target t;
	int rc = find_target(s, m, &t);
	char *buf;

	if (rc)
		return rc;
	if (n + head > t.dev->mtu + ETH_HEADER)
		return -EMSGSIZE;
	if (n + head < ETH_HEADER)
		return -EINVAL;
	buf = kzalloc(n + head);
	if (!buf)
		return -ENOBUFS;
	h = (struct ethhdr *)buf;
	if (head) {
		if (t.mac)
			memcpy(h->h_dest, t.mac, MAC_SIZE);
		memcpy(h->h_source, t.dev->mac, MAC_SIZE);
		h->h_proto = t.protocol;
	}
	piece = (struct net_piece){ buf, n + head };
	rc = iov_from(&m->iov, buf + head, n);
	/* copying may have slept: the interface is looked for again */
	if (rc == 0)
		rc = find_target(s, m, &t);
	if (rc == 0)
		rc = netdev_transmit(t.dev, &piece, 1);
	kfree(buf);
	return rc ? rc : (ssize_t)n;
}

static long wait_packet(struct socket *s, uint32_t flags)
{
	ktime_t deadline = socket_deadline(s->opt.rcvtimeo);
	struct packet_sock *p = packet_of(s);
	long rc;

	for (;;) {
		rc = socket_error(s);
		if (rc || !list_empty(&p->queue))
			return rc;
		if (flags & MSG_DONTWAIT)
			return -EAGAIN;
		rc = socket_wait(&s->rd, s->error || !list_empty(&p->queue),
			deadline);
		if (rc)
			return rc;
	}
}

static void put_auxdata(struct socket *s, struct socket_msg *m,
		const struct packet *q)
{
	struct tpacket_auxdata aux = {
		.tp_status = TP_STATUS_USER, .tp_len = q->len,
		.tp_snaplen = q->kept,
		.tp_net = s->type == SOCK_DGRAM ? 0 : ETH_HEADER,
	};

	if (packet_of(s)->auxdata)
		(void)socket_put_cmsg(m, SOL_PACKET, PACKET_AUXDATA, &aux,
			sizeof(aux));
}

static ssize_t deliver(struct socket *s, struct socket_msg *m,
		struct packet *q)
{
	uint32_t n = MIN((size_t)q->kept, m->iov.len);

	if (m->name) {
		memset(m->name, 0, sizeof(*m->name));
		memcpy(m->name, &q->from, sizeof(q->from));
		m->name_len = NAME_SIZE;
	}
	if (n < q->kept)
		m->out_flags |= MSG_TRUNC;
	if (iov_to(&m->iov, q->data, n))
		return -EFAULT;
	put_auxdata(s, m, q);
	(void)socket_put_time(s, m, q->time);
	return (m->flags & MSG_TRUNC) ? q->kept : n;
}

static void unlink(struct packet_sock *p, struct packet *q)
{
	list_del(&q->link);
	p->queued -= sizeof(*q) + q->kept;
}

/* A packet is off the queue while it is copied, which may sleep */
static ssize_t packet_recv(struct socket *s, struct socket_msg *m)
{
	struct packet_sock *p = packet_of(s);
	ssize_t rc = wait_packet(s, m->flags);
	struct packet *q;

	if (rc)
		return rc;
	q = list_first(&p->queue, struct packet, link);
	unlink(p, q);
	rc = deliver(s, m, q);
	if (m->flags & MSG_PEEK) {
		list_add(&p->queue, &q->link);
		p->queued += sizeof(*q) + q->kept;
		socket_wake(&s->rd);
	} else {
		kfree(q);
	}
	return rc;
}

static uint32_t packet_poll(struct socket *s, struct poll_table *pt)
{
	struct packet_sock *p = packet_of(s);

	poll_wait(s->file, &s->rd, pt);
	return (list_empty(&p->queue) ? 0 : POLLIN | POLLRDNORM)
		| (s->error ? POLLERR : 0)
		| POLLOUT | POLLWRNORM | POLLWRBAND;
}

static long packet_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	struct packet_sock *p = packet_of(s);
	int n = 0;

	if (cmd != SIOCINQ)
		return -ENOIOCTLCMD;
	if (!list_empty(&p->queue))
		n = list_first(&p->queue, struct packet, link)->kept;
	return put_user(n, (int *)arg);
}

static int attach_filter(struct packet_sock *p, const void *uval, int len)
{
	struct bpf_program *filter;
	struct sock_fprog prog;

	if (len != (int)sizeof(prog))
		return -EINVAL;
	if (get_user(prog, (const struct sock_fprog *)uval))
		return -EFAULT;
	filter = bpf_load(&prog);
	if (IS_ERR(filter))
		return PTR_ERR(filter);
	kfree(p->filter);
	p->filter = filter;
	return 0;
}

static int detach_filter(struct packet_sock *p)
{
	if (!p->filter)
		return -ENOENT;
	kfree(p->filter);
	p->filter = NULL;
	return 0;
}

/* Frames for others come anyway, if the card lets them: nothing to do */
static int membership(const void *uval, int len)
{
	struct packet_mreq mreq;

	if (len < (int)sizeof(mreq))
		return -EINVAL;
	if (get_user(mreq, (const struct packet_mreq *)uval))
		return -EFAULT;
	return netdev_by_index(mreq.mr_ifindex) ? 0 : -ENODEV;
}

static int packet_setsockopt(struct socket *s, int level, int name,
		const void *uval, int len)
{
	struct packet_sock *p = packet_of(s);
	int on;

	if (level == SOL_SOCKET && name == SO_ATTACH_FILTER)
		return attach_filter(p, uval, len);
	if (level == SOL_SOCKET && name == SO_DETACH_FILTER)
		return detach_filter(p);
	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	switch (name) {
	case PACKET_AUXDATA:
		if (len < (int)sizeof(on))
			return -EINVAL;
		if (get_user(on, (const int *)uval))
			return -EFAULT;
		p->auxdata = on;
		return 0;
	case PACKET_ADD_MEMBERSHIP:
	case PACKET_DROP_MEMBERSHIP:
		return membership(uval, len);
	}
	return -ENOPROTOOPT;
}

static int packet_getsockopt(struct socket *s, int level, int name,
		void *uval, int *ulen)
{
	struct packet_sock *p = packet_of(s);
	struct tpacket_stats stats = { p->packets, p->drops };
	int aux = p->auxdata;

	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	switch (name) {
	case PACKET_STATISTICS:		/* read once */
		p->packets = p->drops = 0;
		return socket_put_option(uval, ulen, &stats, sizeof(stats));
	case PACKET_AUXDATA:
		return socket_put_option(uval, ulen, &aux, sizeof(aux));
	}
	return -ENOPROTOOPT;
}

static void packet_release(struct socket *s)
{
	struct packet_sock *p = packet_of(s);

	net_unlisten(&p->listener);
	while (!list_empty(&p->queue)) {
		struct packet *q = list_first(&p->queue, struct packet, link);

		unlink(p, q);
		kfree(q);
	}
	kfree(p->filter);
	kfree(p);
}

static const struct socket_ops packet_ops = {
	.release = packet_release,
	.bind = packet_bind,
	.getname = packet_getname,
	.sendmsg = packet_send,
	.recvmsg = packet_recv,
	.poll = packet_poll,
	.ioctl = packet_ioctl,
	.setsockopt = packet_setsockopt,
	.getsockopt = packet_getsockopt,
};

static int packet_create(struct socket *s)
{
	struct packet_sock *p;

	if (!capable(CAP_NET_RAW))
		return -EPERM;
	if (s->type != SOCK_RAW && s->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	p = kzalloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->socket = s;
	p->listener.frame = frame;
	p->listener.event = event;
	list_init(&p->listener.link);
	list_init(&p->queue);
	s->priv = p;
	s->ops = &packet_ops;
	rebind(p, s->protocol, 0);
	return 0;
}

void packet_init(void)
{
	socket_family_register(AF_PACKET, packet_create);
}
