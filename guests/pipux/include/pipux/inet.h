/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Internet protocols, as the rest of the kernel sees them.  Addresses
 * and masks are in network order.
 */
#ifndef PIPUX_INET_H
#define PIPUX_INET_H

#include <pipux/list.h>

struct netdev;

void inet_init(void);			/* with lo; before other interfaces */
uint32_t inet_memory(void);		/* bytes in use, for the census */

/*
 * net/inet/interface.c: an interface's address, at most one.
 * LIMIT: no further addresses of the same interface.
 */
struct inet_address {
	uint32_t address;		/* 0: none */
	uint32_t mask, broadcast;
};
void inet_address_get(struct netdev *dev, struct inet_address *a);
/* Changes the routes to the network, too.  -EINVAL, -ENOBUFS */
int inet_address_set(struct netdev *dev, const struct inet_address *a);

/* net/inet/route.c */
struct inet_route {
	struct list link;		/* in inet_routes: longest mask first */
	uint32_t dest, mask, gateway;	/* gateway 0: on the link */
	uint32_t metric;
	struct netdev *dev;
	bool kernel;			/* follows from an address */
};
extern struct list inet_routes;
/* A copy of *r.  -EEXIST, -ENETUNREACH (gateway), -ENETDOWN, -ENOBUFS */
int inet_route_add(const struct inet_route *r);
/* The first that fits dest, mask and what else of *r is not 0: -ESRCH */
int inet_route_delete(const struct inet_route *r);
/* The way to dest, or NULL */
const struct inet_route *inet_route_find(uint32_t dest);
/* What address a packet to dest has as its source; 0: no route */
uint32_t inet_source(uint32_t dest);

#endif
