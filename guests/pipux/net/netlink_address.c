/* SPDX-License-Identifier: BSD-2-Clause */
/* RTM_GETADDR, RTM_NEWADDR, RTM_DELADDR: an interface's IPv4 address. */
#include "netlink.h"
#include <pipux/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>

/* Bits of a mask in network order */
static uint8_t prefix_of(uint32_t mask)
{
	return mask ? 32 - __builtin_ctz(__builtin_bswap32(mask)) : 0;
}

static uint32_t mask_of(unsigned prefix)
{
	return prefix ? __builtin_bswap32(~0u << (32 - prefix)) : 0;
}

static void put_address(struct netlink_reply *r, const struct netdev *dev,
		const struct inet_address *a)
{
	struct ifaddrmsg *m = reply_begin(r, RTM_NEWADDR, NLM_F_MULTI,
		sizeof(*m));

	if (!m)
		return;
	m->ifa_family = AF_INET;
	m->ifa_prefixlen = prefix_of(a->mask);
	m->ifa_flags = IFA_F_PERMANENT;
	m->ifa_scope = (dev->flags & IFF_LOOPBACK) ? RT_SCOPE_HOST
		: RT_SCOPE_UNIVERSE;
	m->ifa_index = dev->index;
	reply_u32(r, IFA_ADDRESS, a->address);
	reply_u32(r, IFA_LOCAL, a->address);
	if (a->broadcast)
		reply_u32(r, IFA_BROADCAST, a->broadcast);
	reply_string(r, IFA_LABEL, dev->name);
	reply_end(r);
}

int address_dump(struct netlink_reply *r)
{
	const struct rtgenmsg *g = NLMSG_DATA(r->request);
	struct inet_address a;
	struct netdev *dev;

	if (g->rtgen_family != AF_UNSPEC && g->rtgen_family != AF_INET)
		return 0;
	list_for_each(dev, &all_netdevs, link) {
		inet_address_get(dev, &a);
		if (a.address)
			put_address(r, dev, &a);
	}
	return 0;
}

/* -EEXIST: the interface has it, or (LIMIT) already has another one */
static int add(struct netdev *dev, const struct ifaddrmsg *m,
		const struct attrs *attrs, uint32_t address)
{
	struct inet_address a, old;

	inet_address_get(dev, &old);
	if (old.address && !(old.address == address
	    && old.mask != mask_of(m->ifa_prefixlen)))
		return -EEXIST;
	a.address = address;
	a.mask = mask_of(m->ifa_prefixlen);
	a.broadcast = 0;
	(void)attr_u32(attrs, IFA_BROADCAST, &a.broadcast);
	return inet_address_set(dev, &a);
}

static int drop(struct netdev *dev, const struct ifaddrmsg *m,
		uint32_t address)
{
	struct inet_address none = { 0 }, old;

	inet_address_get(dev, &old);
	if (!old.address || old.address != address
	    || old.mask != mask_of(m->ifa_prefixlen))
		return -EADDRNOTAVAIL;
	return inet_address_set(dev, &none);
}

int address_change(const struct nlmsghdr *h, bool is_new)
{
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	struct attrs a;
	struct netdev *dev;
	uint32_t address;
	int rc = attrs_parse(h, sizeof(*m), &a);

	if (rc)
		return rc;
	if (m->ifa_family != AF_INET)
		return -EOPNOTSUPP;
	if (m->ifa_prefixlen > 32 || !(attr_u32(&a, IFA_LOCAL, &address)
	    || attr_u32(&a, IFA_ADDRESS, &address)))
		return -EINVAL;
	dev = netdev_by_index(m->ifa_index);
	if (!dev)
		return -ENODEV;
	return is_new ? add(dev, m, &a, address) : drop(dev, m, address);
}

/* A route, or the way to one address (scope host: one of our own) */
static void put_route(struct netlink_reply *r, const struct inet_route *route,
		uint16_t flags)
{
	struct rtmsg *m = reply_begin(r, RTM_NEWROUTE, flags, sizeof(*m));
	uint32_t source;

	if (!m)
		return;
	m->rtm_family = AF_INET;
	m->rtm_dst_len = prefix_of(route->mask);
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = route->kernel ? RTPROT_KERNEL : RTPROT_BOOT;
	m->rtm_scope = route->gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	m->rtm_type = RTN_UNICAST;
	reply_u32(r, RTA_TABLE, RT_TABLE_MAIN);
	if (route->mask)
		reply_u32(r, RTA_DST, route->dest);
	if (route->gateway)
		reply_u32(r, RTA_GATEWAY, route->gateway);
	if (route->metric)
		reply_u32(r, RTA_PRIORITY, route->metric);
	reply_u32(r, RTA_OIF, route->dev->index);
	source = route->kernel ? inet_source(route->dest) : 0;
	if (source)
		reply_u32(r, RTA_PREFSRC, source);
	reply_end(r);
}

/* `ip route get`: how a packet to one address goes */
static int way_to(struct netlink_reply *r, const struct attrs *a)
{
	const struct inet_route *found;
	struct inet_route one;
	uint32_t dest;

	if (!attr_u32(a, RTA_DST, &dest))
		return -EINVAL;
	found = inet_route_find(dest);
	if (!found)
		return -ENETUNREACH;
	one = *found;
	one.dest = dest;
	one.mask = ~0u;
	one.kernel = true;		/* with the source address */
	put_route(r, &one, 0);
	return 0;
}

int route_get(struct netlink_reply *r, const struct nlmsghdr *h, bool dump)
{
	const struct rtgenmsg *g = NLMSG_DATA(h);
	struct inet_route *route;
	struct attrs a;
	int rc;

	if (dump) {
		if (g->rtgen_family == AF_UNSPEC || g->rtgen_family == AF_INET)
			list_for_each(route, &inet_routes, link)
				put_route(r, route, NLM_F_MULTI);
		return 0;
	}
	rc = attrs_parse(h, sizeof(struct rtmsg), &a);
	if (rc)
		return rc;
	return g->rtgen_family == AF_INET ? way_to(r, &a) : -EOPNOTSUPP;
}

static int change(const struct nlmsghdr *h, const struct inet_route *route,
		bool is_new)
{
	int rc;

	if (!is_new)
		return inet_route_delete(route);
	if (!(h->nlmsg_flags & (NLM_F_CREATE | NLM_F_REPLACE)))
		return -ENOENT;
	if (h->nlmsg_flags & NLM_F_REPLACE) {
		struct inet_route old = { .dest = route->dest,
			.mask = route->mask, .metric = route->metric };

		(void)inet_route_delete(&old);
	}
	rc = inet_route_add(route);
	return rc;
}

/* A route without an interface goes where its gateway is */
static struct netdev *device_for(const struct attrs *a,
		const struct inet_route *route)
{
	const struct inet_route *way;
	uint32_t index;

	if (attr_u32(a, RTA_OIF, &index))
		return netdev_by_index(index);
	way = route->gateway ? inet_route_find(route->gateway) : NULL;
	return way ? way->dev : NULL;
}

int route_change(const struct nlmsghdr *h, bool is_new)
{
	const struct rtmsg *m = NLMSG_DATA(h);
	struct inet_route route = { 0 };
	struct attrs a;
	int rc = attrs_parse(h, sizeof(*m), &a);

	if (rc)
		return rc;
	if (m->rtm_family != AF_INET)
		return -EOPNOTSUPP;
	if (m->rtm_dst_len > 32 || (is_new && m->rtm_type != RTN_UNICAST))
		return m->rtm_dst_len > 32 ? -EINVAL : -EOPNOTSUPP;
	route.mask = mask_of(m->rtm_dst_len);
	(void)attr_u32(&a, RTA_DST, &route.dest);
	if (route.dest & ~route.mask)
		return -EINVAL;
	(void)attr_u32(&a, RTA_GATEWAY, &route.gateway);
	(void)attr_u32(&a, RTA_PRIORITY, &route.metric);
	route.dev = device_for(&a, &route);
	if (is_new && !route.dev)
		return a.at[RTA_OIF] ? -ENODEV : route.gateway ? -ENETUNREACH
			: -EINVAL;
	return change(h, &route, is_new);
}
