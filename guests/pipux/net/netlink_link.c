/* SPDX-License-Identifier: BSD-2-Clause */
/* RTM_GETLINK, RTM_NEWLINK: the interfaces (rtnetlink(7)). */
#include "netlink.h"
#include <linux/if.h>

static uint32_t flags_of(const struct netdev *dev)
{
	uint32_t flags = dev->flags;

	if (dev->up)
		flags |= IFF_UP;
	if (dev->up && dev->carrier)
		flags |= IFF_RUNNING | IFF_LOWER_UP;
	return flags;
}

/* RFC 2863's states, as IFLA_OPERSTATE has them */
static uint8_t operstate(const struct netdev *dev)
{
	if (dev->flags & IFF_LOOPBACK)
		return IF_OPER_UNKNOWN;
	return dev->up && dev->carrier ? IF_OPER_UP : IF_OPER_DOWN;
}

static void put_link(struct netlink_reply *r, const struct netdev *dev,
		bool multi)
{
	struct ifinfomsg *i = reply_begin(r, RTM_NEWLINK,
		multi ? NLM_F_MULTI : 0, sizeof(*i));
	uint8_t state = operstate(dev), mode = 0;

	if (!i)
		return;
	i->ifi_type = dev->type;
	i->ifi_index = dev->index;
	i->ifi_flags = flags_of(dev);
	reply_string(r, IFLA_IFNAME, dev->name);
	reply_u32(r, IFLA_TXQLEN, dev->tx_queue_len);
	reply_put(r, IFLA_OPERSTATE, &state, 1);
	reply_put(r, IFLA_LINKMODE, &mode, 1);
	reply_u32(r, IFLA_MTU, dev->mtu);
	reply_u32(r, IFLA_MIN_MTU, dev->mtu_min);
	reply_u32(r, IFLA_MAX_MTU, dev->mtu_max);
	reply_string(r, IFLA_QDISC, "noqueue");
	reply_put(r, IFLA_ADDRESS, dev->mac, MAC_SIZE);
	reply_put(r, IFLA_BROADCAST, dev->broadcast, MAC_SIZE);
	reply_put(r, IFLA_STATS64, &dev->stats, sizeof(dev->stats));
	reply_end(r);
}

/* The interface that a request names by number or by name */
static struct netdev *named(const struct ifinfomsg *i, const struct attrs *a)
{
	char name[NETDEV_NAME];

	if (i->ifi_index > 0)
		return netdev_by_index(i->ifi_index);
	return attr_string(a, IFLA_IFNAME, name, sizeof(name))
		? netdev_by_name(name) : NULL;
}

int link_get(struct netlink_reply *r, const struct nlmsghdr *h, bool dump)
{
	struct netdev *dev;
	struct attrs a;
	int rc;

	if (dump) {
		list_for_each(dev, &all_netdevs, link)
			put_link(r, dev, true);
		return 0;
	}
	rc = attrs_parse(h, sizeof(struct ifinfomsg), &a);
	if (rc)
		return rc;
	dev = named(NLMSG_DATA(h), &a);
	if (!dev)
		return -ENODEV;
	put_link(r, dev, false);
	return 0;
}

static int set_mac(struct netdev *dev, const struct rtattr *attr)
{
	if (RTA_PAYLOAD(attr) < MAC_SIZE)
		return -EINVAL;
	return netdev_set_mac(dev, RTA_DATA(attr));
}

int link_set(const struct nlmsghdr *h)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct netdev *dev;
	struct attrs a;
	uint32_t mtu;
	int rc = attrs_parse(h, sizeof(*i), &a);

	if (rc)
		return rc;
	dev = named(i, &a);
	if (!dev)		/* LIMIT: interfaces cannot be made */
		return (h->nlmsg_flags & NLM_F_CREATE) ? -EOPNOTSUPP
			: -ENODEV;
	if (a.at[IFLA_ADDRESS])
		rc = set_mac(dev, a.at[IFLA_ADDRESS]);
	if (rc == 0 && attr_u32(&a, IFLA_MTU, &mtu))
		rc = netdev_set_mtu(dev, mtu);
	if (rc || !((i->ifi_change ? i->ifi_change : i->ifi_flags) & IFF_UP))
		return rc;
	if (i->ifi_flags & IFF_UP)
		return netdev_up(dev);
	netdev_down(dev);
	return 0;
}

static void put_change(struct netlink_reply *r, const void *dev)
{
	put_link(r, dev, false);
}

static void event(struct net_listener *l, struct netdev *dev,
		enum netdev_event event)
{
	netlink_notify(RTNLGRP_LINK, put_change, dev);
}

void link_init(void)
{
	static struct net_listener listener = { .event = event };

	net_listen(&listener);
}
