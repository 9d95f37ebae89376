/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network interfaces and who listens to them; the contract is in
 * <pipux/netdev.h>.
 *
 * Invariant: each walk along the listeners has a cursor in `cursors`, so that
 * a listener that goes meanwhile is stepped over.
 */
#include <linux/if.h>
#include <linux/if_arp.h>
#include <pipux/mm.h>
#include <pipux/netdev.h>

#define NUMBERS		100	/* of a name with '%' */

struct list all_netdevs = LIST_INIT(all_netdevs);

struct cursor {
	struct list *next;
	struct cursor *outer;		/* of the walk that this one is in */
};

static unsigned frame_listeners;	/* besides the protocols' */
static struct list listeners = LIST_INIT(listeners);
static struct cursor *cursors;
static int last_index;

void net_listen(struct net_listener *l)
{
	list_add_tail(&listeners, &l->link);
	frame_listeners += l->frame && !l->protocols;
}

bool netdev_watched(void)
{
	return frame_listeners;
}

void net_unlisten(struct net_listener *l)
{
	for (struct cursor *c = cursors; c; c = c->outer)
		if (c->next == &l->link)
			c->next = l->link.next;
	if (!list_empty(&l->link))
		frame_listeners -= l->frame && !l->protocols;
	list_del(&l->link);
}

static void walk_begin(struct cursor *c)
{
	c->next = listeners.next;
	c->outer = cursors;
	cursors = c;
}

/* The next listener; NULL at the end, where the cursor goes */
static struct net_listener *walk_next(struct cursor *c)
{
	struct list *at = c->next;

	if (at == &listeners) {
		cursors = c->outer;
		return NULL;
	}
	c->next = at->next;
	return list_entry(at, struct net_listener, link);
}

static void show_frame(struct netdev *dev, const void *frame, size_t len,
		bool outgoing)
{
	struct net_listener *l;
	struct cursor c;

	walk_begin(&c);
	while ((l = walk_next(&c)))
		if (l->frame && (!outgoing || l->outgoing))
			l->frame(l, dev, frame, len, outgoing);
}

static void tell(struct netdev *dev, enum netdev_event event)
{
	struct net_listener *l;
	struct cursor c;

	walk_begin(&c);
	while ((l = walk_next(&c)))
		if (l->event)
			l->event(l, dev, event);
}

static bool outgoing_wanted(void)
{
	struct net_listener *l;

	list_for_each(l, &listeners, link)
		if (l->outgoing && l->frame)
			return true;
	return false;
}

/* To those who listen, in one piece */
static int show_outgoing(struct netdev *dev, const struct net_piece *pieces,
		unsigned n, size_t len)
{
	uint8_t *copy, *p;

	if (n == 1) {
		show_frame(dev, pieces->data, len, true);
		return 0;
	}
	copy = p = kmalloc(len);
	if (!copy)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		memcpy(p, pieces[i].data, pieces[i].len);
		p += pieces[i].len;
	}
	show_frame(dev, copy, len, true);
	kfree(copy);
	return 0;
}

static size_t header_size(const struct netdev *dev)
{
	return dev->type == ARPHRD_ETHER || dev->type == ARPHRD_LOOPBACK
		? ETH_HEADER : 0;
}

int netdev_transmit(struct netdev *dev, const struct net_piece *pieces,
		unsigned n)
{
	size_t len = 0;
	int rc = 0;

	for (unsigned i = 0; i < n; i++)
		len += pieces[i].len;
	if (!dev->up)
		return -ENETDOWN;
	if (len < header_size(dev) || len > header_size(dev) + dev->mtu)
		return -EMSGSIZE;
	if (outgoing_wanted())
		rc = show_outgoing(dev, pieces, n, len);
	if (rc == 0)
		rc = dev->ops->transmit(dev, pieces, n, len);
	if (rc) {
		dev->stats.tx_dropped++;
		return rc;
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	return 0;
}

void netdev_receive(struct netdev *dev, const void *frame, size_t len)
{
	const uint8_t *to = frame;

	if (!dev->up || len < header_size(dev)
			|| len > header_size(dev) + dev->mtu) {
		dev->stats.rx_dropped++;
		return;
	}
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += len;
	dev->stats.multicast += to[0] & 1;
	show_frame(dev, frame, len, false);
}

int netdev_up(struct netdev *dev)
{
	int rc;

	if (dev->up)
		return 0;
	rc = dev->ops->open ? dev->ops->open(dev) : 0;
	if (rc)
		return rc;
	dev->up = true;
	tell(dev, NETDEV_UP);
	return 0;
}

void netdev_down(struct netdev *dev)
{
	if (!dev->up)
		return;
	dev->up = false;
	if (dev->ops->stop)
		dev->ops->stop(dev);
	tell(dev, NETDEV_DOWN);
}

void netdev_carrier(struct netdev *dev, bool up)
{
	if (dev->carrier == up)
		return;
	dev->carrier = up;
	tell(dev, NETDEV_CARRIER);
}

int netdev_set_mtu(struct netdev *dev, uint32_t mtu)
{
	if (mtu < dev->mtu_min || mtu > dev->mtu_max)
		return -EINVAL;
	if (dev->mtu != mtu) {
		dev->mtu = mtu;
		tell(dev, NETDEV_CHANGED);
	}
	return 0;
}

/* Of one station, and not nobody's */
static bool mac_valid(const uint8_t *mac)
{
	uint8_t any = 0;

	for (unsigned i = 0; i < MAC_SIZE; i++)
		any |= mac[i];
	return any && !(mac[0] & 1);
}

int netdev_set_mac(struct netdev *dev, const uint8_t *mac)
{
	uint8_t old[MAC_SIZE];
	int rc;

	if (!dev->ops->set_mac)
		return -EOPNOTSUPP;
	if (!mac_valid(mac))
		return -EADDRNOTAVAIL;
	memcpy(old, dev->mac, MAC_SIZE);
	memcpy(dev->mac, mac, MAC_SIZE);
	rc = dev->ops->set_mac(dev);
	if (rc)
		memcpy(dev->mac, old, MAC_SIZE);
	else
		tell(dev, NETDEV_CHANGED);
	return rc;
}

struct netdev *netdev_by_index(int index)
{
	struct netdev *dev;

	list_for_each(dev, &all_netdevs, link)
		if (dev->index == index)
			return dev;
	return NULL;
}

struct netdev *netdev_by_name(const char *name)
{
	struct netdev *dev;

	list_for_each(dev, &all_netdevs, link)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

/* "eth%" becomes the first of eth0, eth1, ... that is free */
static int number_name(struct netdev *dev)
{
	char *percent = strchr(dev->name, '%');
	size_t room;

	if (!percent)
		return netdev_by_name(dev->name) ? -EEXIST : 0;
	room = sizeof(dev->name) - (size_t)(percent - dev->name);
	for (int i = 0; i < NUMBERS; i++) {
		char number[12], name[NETDEV_NAME];

		snprintf(number, sizeof(number), "%d", i);
		if (strlen(number) >= room)
			break;
		strlcpy(name, dev->name, sizeof(name));
		strlcpy(name + (percent - dev->name), number, room);
		if (!netdev_by_name(name)) {
			strlcpy(dev->name, name, sizeof(dev->name));
			return 0;
		}
	}
	return -ENOSPC;
}

int netdev_register(struct netdev *dev)
{
	int rc = number_name(dev);

	if (rc)
		return rc;
	dev->index = ++last_index;
	wait_queue_init(&dev->writable);
	list_add_tail(&all_netdevs, &dev->link);
	printk(KERN_INFO "%s: %02x:%02x:%02x:%02x:%02x:%02x\n", dev->name,
		dev->mac[0], dev->mac[1], dev->mac[2], dev->mac[3],
		dev->mac[4], dev->mac[5]);
	tell(dev, NETDEV_NEW);
	return 0;
}
