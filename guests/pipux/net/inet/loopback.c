/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lo: what is sent comes back.  A packet's headers are copied, because
 * both ends write to theirs; its data is not: the receiver's buffer refers
 * to the sender's, which the sender's retransmission knows to leave alone.
 *
 * While packet sockets listen, packets take the way of all frames instead,
 * with an Ethernet header of zeros as on Linux.
 *
 * Packets wait in a queue until inet_run(), since TCP must have come to an
 * end with one packet before the answer to it arrives.
 */
#include "inet.h"
#include "interface.h"
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <pipux/mm.h>
#include <pipux/work.h>
#include <lwip/ip4.h>
#include <lwip/prot/ip4.h>

#define QUEUE		256u		/* packets; a power of two */
#define BUDGET		1024u		/* packets in one go */
#define HEADERS		128u		/* IP's and TCP's are 120 at most */
#define LO_MTU		65535		/* lwIP counts in 16 bits */

/* Data that belongs to another pbuf */
struct reference {
	struct pbuf_custom custom;
	struct pbuf *owner;
};

static struct pbuf *queue[QUEUE];
static bool running;			/* inet_run() */
static unsigned head, tail;		/* taken out at head; free running */

static void reference_free(struct pbuf *p)
{
	struct reference *r = (struct reference *)p;

	pbuf_free(r->owner);
	inet_free(r);
}

/* A pbuf for the bytes of q from `offset` on: NULL if out of memory */
static struct pbuf *reference_new(struct pbuf *q, u16_t offset)
{
	struct reference *r = inet_alloc(sizeof(*r));

	if (!r)
		return NULL;
	r->custom.custom_free_function = reference_free;
	r->owner = q;
	pbuf_ref(q);
	return pbuf_alloced_custom(PBUF_RAW, q->len - offset, PBUF_REF,
		&r->custom, (u8_t *)q->payload + offset, q->len - offset);
}

/* The receiver's form of p, or NULL */
static struct pbuf *packet_clone(struct pbuf *p)
{
	u16_t n = LWIP_MIN(p->tot_len, HEADERS), skip = n;
	struct pbuf *copy = pbuf_alloc(PBUF_LINK, n, PBUF_RAM), *r;

	if (!copy)
		return NULL;
	pbuf_copy_partial(p, copy->payload, n, 0);
	for (struct pbuf *q = p; q; q = q->next) {
		if (skip >= q->len) {
			skip -= q->len;
			continue;
		}
		r = reference_new(q, skip);
		if (!r) {
			pbuf_free(copy);
			return NULL;
		}
		pbuf_cat(copy, r);
		skip = 0;
	}
	return copy;
}

static err_t lo_output(struct netif *netif, struct pbuf *p,
		const ip4_addr_t *dest)
{
	struct netdev *dev = inet_netdev(netif);
	struct pbuf *copy = tail - head < QUEUE ? packet_clone(p) : NULL;

	if (!copy) {
		dev->stats.tx_dropped++;
		return ERR_MEM;
	}
	if (!netdev_watched()) {	/* else netdev_transmit counts */
		dev->stats.tx_packets++;
		dev->stats.tx_bytes += p->tot_len;
	}
	queue[tail++ % QUEUE] = copy;
	return ERR_OK;
}

void lo_return(struct netif *netif, struct pbuf *p)
{
	struct pbuf *copy = tail - head < QUEUE ? packet_clone(p) : NULL;

	if (!copy)
		return;
	copy->if_idx = netif_get_index(netif);
	queue[tail++ % QUEUE] = copy;
}

/*
 * All of 127.0.0.0/8 is this host (RFC 1122, 3.2.1.3), and so are the other
 * interfaces' addresses: for a packet to one of these, lo has that address.
 */
err_t lo_input(struct pbuf *p, struct netif *lo)
{
	ip4_addr_t own = *netif_ip4_addr(lo), dest;
	const struct ip_hdr *ip = p->payload;

	if (p->len >= IP_HLEN) {
		ip4_addr_copy(dest, ip->dest);
		if (inet_is_local(dest.addr))
			ip4_addr_copy(lo->ip_addr, dest);
		if (unlikely(IPH_OFFSET(ip) & PP_HTONS(IP_MF | IP_OFFMASK)))
			inet_fragments_wait();
	}
	(void)ip4_input(p, lo);
	ip4_addr_copy(lo->ip_addr, own);
	return ERR_OK;
}

/* Shown as sent, then received like a frame: p is copied */
static void show_packet(struct netdev *dev, struct pbuf *p)
{
	size_t len = ETH_HLEN + p->tot_len;
	struct ethhdr *h = kzalloc(len);
	struct net_piece piece = { h, len };

	if (h) {
		h->h_proto = htons(ETH_P_IP);
		pbuf_copy_partial(p, h + 1, p->tot_len, 0);
		(void)netdev_transmit(dev, &piece, 1);
	} else {
		dev->stats.rx_dropped++;
	}
	kfree(h);
	pbuf_free(p);
}

static void run_on(struct work *w)
{
	inet_run();
}

static struct work rest = WORK_INIT(rest, run_on);

/*
 * Two ends of a connection that somebody has brought out of step answer each
 * other for ever: others must be able to run, and to end them.
 */
void inet_run(void)
{
	struct netdev *dev = inet_loopback();
	unsigned budget = BUDGET;

	if (running)
		return;
	running = true;
	while (head != tail && budget--) {
		struct pbuf *p = queue[head++ % QUEUE];

		if (unlikely(p->if_idx)) {
			(void)ip4_input(p, netif_get_by_index(p->if_idx));
			continue;
		}
		if (unlikely(netdev_watched())) {
			show_packet(dev, p);
			continue;
		}
		dev->stats.rx_packets++;
		dev->stats.rx_bytes += p->tot_len;
		(void)lo_input(p, inet_netif(dev));
	}
	running = false;
	if (unlikely(head != tail))
		work_schedule(&rest);
}

static int lo_open(struct netdev *dev)
{
	return 0;
}

static void lo_stop(struct netdev *dev)
{
	while (head != tail)
		pbuf_free(queue[head++ % QUEUE]);
}

/* A frame of a packet socket, or one that it sees, comes back at once */
static int lo_transmit(struct netdev *dev, const struct net_piece *pieces,
		unsigned n, size_t len)
{
	uint8_t *frame = kmalloc(len), *at = frame;

	if (!frame)
		return -ENOBUFS;
	for (unsigned i = 0; i < n; i++) {
		memcpy(at, pieces[i].data, pieces[i].len);
		at += pieces[i].len;
	}
	netdev_receive(dev, frame, len);
	kfree(frame);
	inet_run();
	return 0;
}

static const struct netdev_ops lo_ops = {
	.open = lo_open,
	.stop = lo_stop,
	.transmit = lo_transmit,
};

static struct netdev lo = {
	.name = "lo", .type = ARPHRD_LOOPBACK,
	.mtu = LO_MTU, .mtu_min = 68, .mtu_max = LO_MTU,
	.flags = IFF_LOOPBACK, .carrier = true,
	.tx_queue_len = 1000, .ops = &lo_ops,
};

struct netdev *inet_loopback(void)
{
	return &lo;
}

err_t lo_netif_init(struct netif *netif)
{
	netif->name[0] = 'l';
	netif->name[1] = 'o';
	netif->output = lo_output;
	netif->mtu = LO_MTU;
	netif->flags = NETIF_FLAG_IGMP;
	NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_DISABLE_ALL);
	return ERR_OK;
}
