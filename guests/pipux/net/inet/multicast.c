/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multicast groups of UDP, raw and ping sockets (ip(7)).  A socket's groups
 * are this host's on the interface, which lwIP tells the neighbours by IGMP;
 * who is bound to the port gets what comes to any of them.
 */
#include "datagram.h"
#include <lwip/igmp.h>

#define MEMBERSHIPS_MAX	20		/* of a socket: igmp_max_memberships */

struct membership {
	struct list link;
	struct netif *netif;
	uint32_t group;
};

/* struct ip_mreqn, ip_mreq, or an address alone; zeros for the rest */
static int read_request(struct ip_mreqn *m, const void *uval, int len)
{
	*m = (struct ip_mreqn){ 0 };
	if (len >= (int)sizeof(*m))
		return copy_from_user(m, uval, sizeof(*m));
	if (len >= (int)sizeof(struct ip_mreq))
		return copy_from_user(m, uval, sizeof(struct ip_mreq));
	return copy_from_user(&m->imr_address, uval, sizeof(m->imr_address));
}

/* The interface that is meant by index or address, or NULL */
static struct netif *find_netif(const struct ip_mreqn *m)
{
	struct netdev *dev = netdev_by_index(m->imr_ifindex);
	struct netif *netif;

	if (m->imr_ifindex)
		return dev && dev->stack ? inet_netif(dev) : NULL;
	NETIF_FOREACH(netif)
		if (m->imr_address.s_addr
				&& netif_ip4_addr(netif)->addr
				== m->imr_address.s_addr)
			return netif;
	return NULL;
}

static struct membership *find(const struct dgram_sock *d, uint32_t group,
		const struct netif *netif)
{
	struct membership *m;

	list_for_each(m, &d->groups, link)
		if (m->group == group && m->netif == netif)
			return m;
	return NULL;
}

static int join(struct dgram_sock *d, uint32_t group, struct netif *netif)
{
	ip4_addr_t a = { group };
	struct membership *m;
	unsigned n = 0;

	list_for_each(m, &d->groups, link)
		n++;
	m = n < MEMBERSHIPS_MAX ? kzalloc(sizeof(*m)) : NULL;
	if (!m || igmp_joingroup_netif(netif, &a)) {
		kfree(m);
		return -ENOBUFS;
	}
	m->group = group;
	m->netif = netif;
	list_add_tail(&d->groups, &m->link);
	return 0;
}

static void leave(struct membership *m)
{
	ip4_addr_t a = { m->group };

	(void)igmp_leavegroup_netif(m->netif, &a);
	list_del(&m->link);
	kfree(m);
}

void multicast_leave_all(struct dgram_sock *d)
{
	while (!list_empty(&d->groups))
		leave(list_first(&d->groups, struct membership, link));
	inet_run();
}

static int change(struct dgram_sock *d, int name, const struct ip_mreqn *r)
{
	ip4_addr_t group = { r->imr_multiaddr.s_addr };
	struct membership *m;
	struct netif *netif;
	int rc = 0;

	if (!ip4_addr_ismulticast(&group))
		return name == IP_ADD_MEMBERSHIP ? -EINVAL : -EADDRNOTAVAIL;
	netif = find_netif(r);
	if (!netif && !r->imr_ifindex && !r->imr_address.s_addr)
		netif = route_hook(IP4_ADDR_ANY4, &group);
	if (!netif)
		return -ENODEV;
	m = find(d, group.addr, netif);
	if (name == IP_DROP_MEMBERSHIP && !m)
		return -EADDRNOTAVAIL;
	if (name == IP_DROP_MEMBERSHIP)
		leave(m);
	else
		rc = m ? -EADDRINUSE : join(d, group.addr, netif);
	inet_run();
	return rc;
}

static int set_interface(struct inet_sock *k, const struct ip_mreqn *r)
{
	struct netif *netif = find_netif(r);

	if (!netif && (r->imr_ifindex || r->imr_address.s_addr))
		return -EADDRNOTAVAIL;
	k->multicast_if = netif ? inet_netdev(netif)->index : 0;
	return 0;
}

int multicast_setsockopt(struct socket *s, int name, const void *uval, int len)
{
	bool interface = name == IP_MULTICAST_IF;
	struct ip_mreqn r;

	if (s->type == SOCK_STREAM)
		return interface ? -EINVAL : -EPROTO;
	if (len < (int)(interface ? sizeof(struct in_addr)
			: sizeof(struct ip_mreq)))
		return -EINVAL;
	if (read_request(&r, uval, len))
		return -EFAULT;
	return interface ? set_interface(inet_sk(s), &r)
		: change(dgram_sk(s), name, &r);
}
