/* SPDX-License-Identifier: BSD-2-Clause */
/* lwIP's interfaces on ours: interface.c, loopback.c, timer.c. */
#ifndef PIPUX_INET_INTERFACE_H
#define PIPUX_INET_INTERFACE_H

#include "inet.h"

/* netdev.stack */
struct interface {
	struct netif netif;			/* first: lwIP's */
	struct netdev *dev;
	uint32_t broadcast;
};

static inline struct netif *inet_netif(const struct netdev *dev)
{
	return dev->stack;
}

static inline struct netdev *inet_netdev(const struct netif *netif)
{
	return ((const struct interface *)netif)->dev;
}

/* interface.c */
void inet_interfaces_init(void);
bool inet_link_is_up(void);		/* of any interface but lo */
/* `address` is one of this host's: 127.0.0.0/8 or an interface's */
bool inet_is_local(uint32_t address);
/* ... or the broadcast address of an interface, or of all */
bool inet_is_broadcast(uint32_t address);

/* loopback.c: delivers what was sent to lo, of very much the rest a little
 * later; not from lwIP's callbacks */
void inet_run(void);
struct netdev *inet_loopback(void);
/* A copy of p will be received as from netif, which is not lo */
void lo_return(struct netif *netif, struct pbuf *p);
err_t lo_netif_init(struct netif *netif);
err_t lo_input(struct pbuf *p, struct netif *lo);

/* route.c: an interface's network, after its address or state changed */
int route_network(struct interface *i);

/* timer.c: fragments may be there whose rest never comes */
void inet_fragments_wait(void);

/* tcp.c: a second has passed */
void inet_tcp_second(void);

#endif
