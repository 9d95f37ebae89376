/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routing table, lwIP's only way to choose an interface and a gateway.
 *
 * Invariant: inet_routes is in the order in which routes are tried: longest
 * mask first, then least metric, then oldest.  Every route's interface is up.
 */
#include "interface.h"
#include <pipux/mm.h>
#include <lwip/ip4_addr.h>

#define ROUTES_MAX	256

struct list inet_routes = LIST_INIT(inet_routes);
static unsigned nr_routes;

static bool comes_before(const struct inet_route *a,
		const struct inet_route *b)
{
	if (a->mask != b->mask)
		return ntohl(a->mask) > ntohl(b->mask);
	return a->metric < b->metric;
}

static void insert(struct inet_route *r)
{
	struct list *pos = inet_routes.prev;

	while (pos != &inet_routes && comes_before(r,
			list_entry(pos, struct inet_route, link)))
		pos = pos->prev;
	list_add_after(pos, &r->link);
	nr_routes++;
}

static void route_free(struct inet_route *r)
{
	list_del(&r->link);
	nr_routes--;
	kfree(r);
}

static bool same(const struct inet_route *a, const struct inet_route *b)
{
	return a->dest == b->dest && a->mask == b->mask
		&& a->metric == b->metric;
}

const struct inet_route *inet_route_find(uint32_t dest)
{
	struct inet_route *r;

	list_for_each(r, &inet_routes, link)
		if ((dest & r->mask) == r->dest)
			return r;
	return NULL;
}

/* The interface that *r leaves by */
static int route_device(const struct inet_route *r, struct netdev **dev)
{
	const struct inet_route *to_gateway;

	*dev = r->dev;
	if (r->gateway) {
		to_gateway = inet_route_find(r->gateway);
		if (!to_gateway || to_gateway->gateway
				|| inet_is_local(r->gateway)
				|| (r->dev && r->dev != to_gateway->dev))
			return -ENETUNREACH;
		*dev = to_gateway->dev;
	}
	if (!*dev || !(*dev)->stack)
		return -ENODEV;
	return (*dev)->up ? 0 : -ENETDOWN;
}

int inet_route_add(const struct inet_route *given)
{
	struct inet_route *r;
	struct netdev *dev;
	int rc;

	if (given->dest & ~given->mask)
		return -EINVAL;
	rc = route_device(given, &dev);
	if (rc)
		return rc;
	list_for_each(r, &inet_routes, link)
		if (same(r, given))
			return -EEXIST;
	if (nr_routes >= ROUTES_MAX)
		return -ENOBUFS;
	r = kmalloc(sizeof(*r));
	if (!r)
		return -ENOBUFS;
	*r = *given;
	r->dev = dev;
	insert(r);
	return 0;
}

int inet_route_delete(const struct inet_route *w)
{
	struct inet_route *r;

	list_for_each(r, &inet_routes, link)
		if (r->dest == w->dest && r->mask == w->mask
				&& (!w->gateway || r->gateway == w->gateway)
				&& (!w->metric || r->metric == w->metric)
				&& (!w->dev || r->dev == w->dev)) {
			route_free(r);
			return 0;
		}
	return -ESRCH;
}

int route_network(struct interface *i)
{
	uint32_t address = netif_ip4_addr(&i->netif)->addr;
	uint32_t mask = netif_ip4_netmask(&i->netif)->addr;
	bool on = i->dev->up && address;
	struct inet_route *r, *next, own = {
		.dest = address & mask, .mask = mask, .dev = i->dev,
		.kernel = true,
	};

	list_for_each_safe(r, next, &inet_routes, link)
		if (r->dev == i->dev && (r->kernel || !on))
			route_free(r);
	if (!on || i->dev == inet_loopback() || mask == IPADDR_BROADCAST)
		return 0;
	return inet_route_add(&own);
}

uint32_t inet_source(uint32_t dest)
{
	const struct inet_route *r;

	if (inet_is_local(dest))
		return dest;
	r = inet_route_find(dest);
	return r ? netif_ip4_addr(inet_netif(r->dev))->addr : 0;
}

/* What goes to this host goes by lo, whatever interface has the address */
struct netif *route_hook(const ip4_addr_t *src, const ip4_addr_t *dest)
{
	const struct inet_route *r;

	if (inet_is_local(dest->addr))
		return inet_loopback()->up ? inet_netif(inet_loopback())
			: NULL;
	r = inet_route_find(dest->addr);
	return r ? inet_netif(r->dev) : NULL;
}

const ip4_addr_t *gateway_hook(struct netif *netif, const ip4_addr_t *dest)
{
	const struct inet_route *r = inet_route_find(dest->addr);
	static ip4_addr_t gateway;

	if (!r || inet_netif(r->dev) != netif || !r->gateway)
		return dest;
	gateway.addr = r->gateway;
	return &gateway;
}
