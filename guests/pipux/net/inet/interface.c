/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interfaces: each netdev of type Ethernet, and lo, has a netif of lwIP's.
 * Frames come from netdev_receive() and go by netdev_transmit().
 */
#include "interface.h"
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <lwip/etharp.h>
#include <lwip/igmp.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>
#include <pipux/mm.h>
#include <pipux/wait.h>
#include <pipux/work.h>

#define PIECES	16u		/* of a frame; of more, one is made */
#define CARDS	8u

static void tx_again(struct work *w);
static struct work tx_work = WORK_INIT(tx_work, tx_again);

/* A driver has room again: what TCP could not send goes now */
static void tx_again(struct work *w)
{
	tcp_txnow();
	inet_run();
}

static bool writable(struct waiter *w)
{
	work_schedule(&tx_work);
	return false;
}

static err_t ether_transmit(struct netif *netif, struct pbuf *p)
{
	struct net_piece piece[PIECES];
	struct pbuf *one = NULL, *q;
	unsigned n = 0;
	int rc;

	if (pbuf_clen(p) > PIECES) {
		one = p = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
		if (!p)
			return ERR_MEM;
	}
	for (q = p; q; q = q->next)
		piece[n++] = (struct net_piece){ q->payload, q->len };
	rc = netdev_transmit(inet_netdev(netif), piece, n);
	if (one)
		pbuf_free(one);
	if (!rc)
		return ERR_OK;
	return rc == -ENOBUFS || rc == -ENOMEM ? ERR_MEM : ERR_IF;
}

/* ip(7), IP_MULTICAST_LOOP: what goes to a group of ours is ours, too */
static err_t ether_output(struct netif *netif, struct pbuf *p,
		const ip4_addr_t *dest)
{
	if ((p->flags & PBUF_FLAG_MCASTLOOP)
			&& igmp_lookfor_group(netif, dest))
		lo_return(netif, p);
	return etharp_output(netif, p, dest);
}

static err_t ether_netif_init(struct netif *netif)
{
	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->output = ether_output;
	netif->linkoutput = ether_transmit;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP
		| NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP;
	netif->hwaddr_len = MAC_SIZE;
	return ERR_OK;
}

/* Takes over what may change: size, address, state */
static void interface_update(struct interface *i)
{
	struct netdev *dev = i->dev;
	struct netif *netif = &i->netif;

	netif->mtu = dev->mtu;
	memcpy(netif->hwaddr, dev->mac, MAC_SIZE);
	if (dev->carrier)
		netif_set_link_up(netif);
	else
		netif_set_link_down(netif);
	if (dev->up == !!netif_is_up(netif))
		return;
	if (dev->up)
		netif_set_up(netif);
	else
		netif_set_down(netif);
	(void)route_network(i);
	if (dev->up && dev != inet_loopback())
		tcp_timer_needed();
	else if (!dev->up)
		inet_fragments_wait();
}

static void interface_new(struct netdev *dev)
{
	static struct waiter waiters[CARDS];
	static unsigned used;
	struct interface *i;
	bool loopback = dev->type == ARPHRD_LOOPBACK;

	if (!loopback && dev->type != ARPHRD_ETHER)
		return;
	i = kzalloc(sizeof(*i));
	if (!i)
		return;
	i->dev = dev;
	dev->stack = i;
	netif_add_noaddr(&i->netif, NULL,
		loopback ? lo_netif_init : ether_netif_init,
		loopback ? lo_input : ethernet_input);
	if (!loopback && used < CARDS)
		wait_add_fn(&dev->writable, &waiters[used++], writable);
	interface_update(i);
}

static void event(struct net_listener *l, struct netdev *dev,
		enum netdev_event event)
{
	if (event == NETDEV_NEW)
		interface_new(dev);
	else if (dev->stack)
		interface_update(dev->stack);
}

/* Frames of types that lwIP does not know are not copied */
static void frame(struct net_listener *l, struct netdev *dev,
		const void *data, size_t len, bool outgoing)
{
	const struct ethhdr *eth = data;
	struct netif *netif = dev->stack;
	struct pbuf *p;

	if (!netif || len < ETH_HLEN || len > ETH_HLEN + 0xFFFF
			|| (eth->h_proto != htons(ETH_P_IP)
			&& eth->h_proto != htons(ETH_P_ARP)))
		return;
	if (dev == inet_loopback()) {	/* its netif takes IP packets */
		data = eth + 1;
		len -= ETH_HLEN;
	}
	p = pbuf_alloc(PBUF_RAW, len, PBUF_RAM);
	if (!p) {
		dev->stats.rx_dropped++;
		return;
	}
	memcpy(p->payload, data, len);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
	if (dev != inet_loopback())
		inet_run();
}

bool inet_link_is_up(void)
{
	struct netdev *dev;

	list_for_each(dev, &all_netdevs, link)
		if (dev->up && dev->stack && dev != inet_loopback())
			return true;
	return false;
}

bool inet_is_local(uint32_t address)
{
	struct netif *netif;

	if ((ntohl(address) >> 24) == 127)
		return true;
	NETIF_FOREACH(netif)
		if (address && netif_ip4_addr(netif)->addr == address)
			return true;
	return false;
}

bool inet_is_broadcast(uint32_t address)
{
	ip4_addr_t a = { address };
	struct netif *netif;

	if (address == IPADDR_BROADCAST)
		return true;
	NETIF_FOREACH(netif)
		if (netif_is_up(netif) && ip4_addr_isbroadcast(&a, netif))
			return true;
	return false;
}

void inet_address_get(struct netdev *dev, struct inet_address *a)
{
	struct interface *i = dev->stack;

	memset(a, 0, sizeof(*a));
	if (!i)
		return;
	a->address = netif_ip4_addr(&i->netif)->addr;
	a->mask = netif_ip4_netmask(&i->netif)->addr;
	a->broadcast = i->broadcast;
}

/* Connections that used the address before end: lwIP aborts them */
int inet_address_set(struct netdev *dev, const struct inet_address *a)
{
	ip4_addr_t address = { a->address }, mask = { a->mask };
	struct interface *i = dev->stack;
	uint32_t host = ~ntohl(a->mask);

	if (!i || (host & (host + 1)) || ip4_addr_ismulticast(&address)
			|| a->address == IPADDR_BROADCAST)
		return -EINVAL;
	netif_set_addr(&i->netif, &address, &mask, IP4_ADDR_ANY4);
	i->broadcast = a->broadcast;
	return route_network(i);
}

static struct net_listener listener = {
	.frame = frame, .event = event, .protocols = true,
};

void inet_interfaces_init(void)
{
	net_listen(&listener);
	netdev_register(inet_loopback());
}
