/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of ifconfig, route and arp on any socket (netdevice(7), arp(7)).
 *
 * LIMIT: an interface has one address and no aliases.
 */
#include "sock.h"
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/route.h>
#include <linux/sockios.h>
#include <lwip/etharp.h>

#define CHANGEABLE	(IFF_PROMISC | IFF_ALLMULTI | IFF_NOARP | IFF_DEBUG)

_Static_assert(sizeof(struct ifreq) == 32, "struct ifreq of i386");
_Static_assert(sizeof(struct rtentry) == 84, "struct rtentry of i386");
_Static_assert(sizeof(struct arpreq) == 68, "struct arpreq of i386");

static void put_address(struct sockaddr *sa, uint32_t ip)
{
	struct sockaddr_in *in = (struct sockaddr_in *)sa;

	*in = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = ip,
	};
}

static uint32_t address_of(const struct sockaddr *sa)
{
	return ((const struct sockaddr_in *)sa)->sin_addr.s_addr;
}

/* The mask of an address of old: class A, B, C (RFC 791) */
static uint32_t class_mask(uint32_t ip)
{
	uint8_t first = ntohl(ip) >> 24;

	if (!ip)
		return 0;
	return htonl(first < 128 ? 0xFF000000 : first < 192 ? 0xFFFF0000
		: first < 224 ? 0xFFFFFF00 : 0xFFFFFFFF);
}

static long get_list(struct ifconf *u)
{
	struct inet_address a;
	struct ifconf conf;
	struct netdev *dev;
	int done = 0;

	if (get_user(conf, u))
		return -EFAULT;
	list_for_each(dev, &all_netdevs, link) {
		struct ifreq r = { .ifr_flags = 0 };

		inet_address_get(dev, &a);
		if (!a.address)
			continue;
		strlcpy(r.ifr_name, dev->name, IFNAMSIZ);
		put_address(&r.ifr_addr, a.address);
		if (conf.ifc_buf && done + (int)sizeof(r) > conf.ifc_len)
			break;
		if (conf.ifc_buf && copy_to_user(conf.ifc_buf + done, &r,
				sizeof(r)))
			return -EFAULT;
		done += sizeof(r);
	}
	conf.ifc_len = done;
	return copy_to_user(u, &conf, sizeof(conf));
}

static long get_name(struct ifreq *u)
{
	struct netdev *dev;
	struct ifreq r;

	if (get_user(r, u))
		return -EFAULT;
	dev = netdev_by_index(r.ifr_ifindex);
	if (!dev)
		return -ENODEV;
	strlcpy(r.ifr_name, dev->name, IFNAMSIZ);
	return copy_to_user(u, &r, sizeof(r));
}

static uint32_t flags_of(const struct netdev *dev)
{
	return dev->flags | (dev->up ? IFF_UP : 0)
		| (dev->up && dev->carrier ? IFF_RUNNING : 0);
}

static long get_address(const struct netdev *dev, unsigned cmd,
		struct ifreq *r)
{
	struct inet_address a;
	bool ours = r->ifr_addr.sa_family == AF_INET;

	inet_address_get((struct netdev *)dev, &a);
	if (!a.address || (!ours && r->ifr_addr.sa_family))
		return -EADDRNOTAVAIL;
	switch (cmd) {
	case SIOCGIFNETMASK:
		put_address(&r->ifr_addr, a.mask);
		return 0;
	case SIOCGIFBRDADDR:
		put_address(&r->ifr_addr, a.broadcast);
		return 0;
	default:
		put_address(&r->ifr_addr, a.address);
		return 0;
	}
}

/* Of the interface into *r: 0 or errno */
static long get_one(const struct netdev *dev, unsigned cmd, struct ifreq *r)
{
	switch (cmd) {
	case SIOCGIFFLAGS:
		r->ifr_flags = flags_of(dev);
		return 0;
	case SIOCGIFINDEX:
		r->ifr_ifindex = dev->index;
		return 0;
	case SIOCGIFMTU:
		r->ifr_mtu = dev->mtu;
		return 0;
	case SIOCGIFMETRIC:
		r->ifr_metric = 0;
		return 0;
	case SIOCGIFTXQLEN:
		r->ifr_qlen = dev->tx_queue_len;
		return 0;
	case SIOCGIFHWADDR:
		memset(&r->ifr_hwaddr, 0, sizeof(r->ifr_hwaddr));
		r->ifr_hwaddr.sa_family = dev->type;
		memcpy(r->ifr_hwaddr.sa_data, dev->mac, MAC_SIZE);
		return 0;
	case SIOCGIFMAP:
		memset(&r->ifr_map, 0, sizeof(r->ifr_map));
		return 0;
	default:
		return get_address(dev, cmd, r);
	}
}

static long set_flags(struct netdev *dev, uint32_t flags)
{
	dev->flags = (dev->flags & ~CHANGEABLE) | (flags & CHANGEABLE);
	if (flags & IFF_UP)
		return netdev_up(dev);
	netdev_down(dev);
	return 0;
}

static long set_address(struct netdev *dev, unsigned cmd,
		const struct ifreq *r)
{
	uint32_t ip = address_of(&r->ifr_addr);
	struct inet_address a;

	if (r->ifr_addr.sa_family != AF_INET)
		return -EINVAL;
	inet_address_get(dev, &a);
	if (cmd != SIOCSIFADDR && !a.address)
		return -EADDRNOTAVAIL;
	switch (cmd) {
	case SIOCSIFADDR:
		a.address = ip;
		a.mask = class_mask(ip);
		a.broadcast = ip ? ip | ~a.mask : 0;
		break;
	case SIOCSIFNETMASK:
		/* the broadcast address goes along if it was derived */
		if (a.broadcast == (a.address | ~a.mask))
			a.broadcast = a.address | ~ip;
		a.mask = ip;
		break;
	case SIOCSIFBRDADDR:
		a.broadcast = ip;
		break;
	}
	if (dev->flags & IFF_LOOPBACK)
		a.broadcast = 0;
	return inet_address_set(dev, &a);
}

static long set_one(struct netdev *dev, unsigned cmd, const struct ifreq *r)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	switch (cmd) {
	case SIOCSIFFLAGS:
		return set_flags(dev, (uint16_t)r->ifr_flags);
	case SIOCSIFMTU:
		return netdev_set_mtu(dev, r->ifr_mtu);
	case SIOCSIFTXQLEN:
		if (r->ifr_qlen < 0)
			return -EINVAL;
		dev->tx_queue_len = r->ifr_qlen;
		return 0;
	case SIOCSIFMETRIC:
		return -EOPNOTSUPP;
	case SIOCSIFHWADDR:
		if (r->ifr_hwaddr.sa_family != dev->type)
			return -EINVAL;
		return netdev_set_mac(dev,
			(const uint8_t *)r->ifr_hwaddr.sa_data);
	default:
		return set_address(dev, cmd, r);
	}
}

static long interface_ioctl(unsigned cmd, struct ifreq *u, bool set)
{
	struct netdev *dev;
	struct ifreq r;
	long rc;

	if (get_user(r, u))
		return -EFAULT;
	r.ifr_name[IFNAMSIZ - 1] = 0;
	dev = netdev_by_name(r.ifr_name);
	if (!dev)
		return -ENODEV;
	rc = set ? set_one(dev, cmd, &r) : get_one(dev, cmd, &r);
	if (rc || set)
		return rc;
	return copy_to_user(u, &r, sizeof(r));
}

/* What a program asked for as a route (route(8)): 0 or errno */
static long read_route(const struct rtentry *e, struct inet_route *r)
{
	char name[IFNAMSIZ] = "";
	uint32_t host;
	long rc = 0;

	*r = (struct inet_route){ .dest = address_of(&e->rt_dst),
		.mask = 0xFFFFFFFF };
	if (e->rt_dst.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	if (e->rt_flags & RTF_REJECT)
		return -EOPNOTSUPP;
	if (!(e->rt_flags & RTF_HOST))
		r->mask = address_of(&e->rt_genmask);
	host = ~ntohl(r->mask);
	if ((host & (host + 1)) || (r->dest & ~r->mask))
		return -EINVAL;
	if (e->rt_metric > 0)
		r->metric = e->rt_metric - 1;
	if (e->rt_dev) {
		rc = strncpy_from_user(name, e->rt_dev, sizeof(name));
		if (rc < 0)
			return rc == -EFAULT ? rc : -ENODEV;
		r->dev = netdev_by_name(name);
		if (!r->dev)
			return -ENODEV;
	}
	if (e->rt_flags & RTF_GATEWAY && e->rt_gateway.sa_family == AF_INET)
		r->gateway = address_of(&e->rt_gateway);
	if (e->rt_flags & RTF_GATEWAY && !r->gateway)
		return -EINVAL;
	return 0;
}

static long route_ioctl(const struct rtentry *u, bool add)
{
	struct inet_route r;
	struct rtentry e;
	long rc;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (get_user(e, u))
		return -EFAULT;
	rc = read_route(&e, &r);
	if (rc)
		return rc;
	return add ? inet_route_add(&r) : inet_route_delete(&r);
}

/* The entry for ip: its interface, and its address into *mac; or NULL */
static struct netif *arp_find(uint32_t ip, struct eth_addr **mac)
{
	struct netif *netif;
	ip4_addr_t *at;

	for (unsigned i = 0; i < ARP_TABLE_SIZE; i++)
		if (etharp_get_entry(i, &at, &netif, mac) && at->addr == ip)
			return netif;
	return NULL;
}

static long arp_get(struct arpreq *r, struct arpreq *u)
{
	struct eth_addr *mac;
	struct netif *netif = arp_find(address_of(&r->arp_pa), &mac);

	if (!netif)
		return -ENXIO;
	r->arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(r->arp_ha.sa_data, mac, MAC_SIZE);
	r->arp_flags = ATF_COM;
	strlcpy(r->arp_dev, inet_netdev(netif)->name, sizeof(r->arp_dev));
	return copy_to_user(u, r, sizeof(*r));
}

/* lwIP deletes static ones only: one that was learnt becomes such first */
static long arp_delete(const ip4_addr_t *ip)
{
	struct eth_addr *mac, own;

	if (!arp_find(ip->addr, &mac))
		return -ENXIO;
	own = *mac;
	(void)etharp_add_static_entry(ip, &own);
	return inet_errno(etharp_remove_static_entry(ip));
}

static long arp_ioctl(unsigned cmd, struct arpreq *u)
{
	struct eth_addr mac;
	struct arpreq r;
	ip4_addr_t ip;
	long rc;

	if (cmd != SIOCGARP && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (get_user(r, u))
		return -EFAULT;
	if (r.arp_pa.sa_family != AF_INET)
		return -EPFNOSUPPORT;
	ip.addr = address_of(&r.arp_pa);
	memcpy(&mac, r.arp_ha.sa_data, sizeof(mac));
	switch (cmd) {
	case SIOCGARP:
		return arp_get(&r, u);
	case SIOCSARP:
		rc = inet_errno(etharp_add_static_entry(&ip, &mac));
		return rc == -EINVAL ? -ENETUNREACH : rc;
	default:
		return arp_delete(&ip);
	}
}

long inet_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case SIOCGIFCONF:
		return get_list((struct ifconf *)arg);
	case SIOCGIFNAME:
		return get_name((struct ifreq *)arg);
	case SIOCGIFFLAGS: case SIOCGIFINDEX: case SIOCGIFMTU:
	case SIOCGIFMETRIC: case SIOCGIFTXQLEN: case SIOCGIFHWADDR:
	case SIOCGIFMAP: case SIOCGIFADDR: case SIOCGIFNETMASK:
	case SIOCGIFBRDADDR: case SIOCGIFDSTADDR:
		return interface_ioctl(cmd, (struct ifreq *)arg, false);
	case SIOCSIFFLAGS: case SIOCSIFMTU: case SIOCSIFMETRIC:
	case SIOCSIFTXQLEN: case SIOCSIFHWADDR: case SIOCSIFADDR:
	case SIOCSIFNETMASK: case SIOCSIFBRDADDR:
		return interface_ioctl(cmd, (struct ifreq *)arg, true);
	case SIOCADDRT: case SIOCDELRT:
		return route_ioctl((const struct rtentry *)arg,
			cmd == SIOCADDRT);
	case SIOCGARP: case SIOCSARP: case SIOCDARP:
		return arp_ioctl(cmd, (struct arpreq *)arg);
	case SIOCETHTOOL: case SIOCSIFDSTADDR:
		return -EOPNOTSUPP;
	default:
		return -ENOIOCTLCMD;
	}
}
