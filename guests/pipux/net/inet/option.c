/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of level IPPROTO_IP (ip(7)) and SO_BINDTODEVICE, for all types of
 * sockets.  Those that lwIP knows nothing of are kept and given back.
 */
#include "sock.h"
#include "datagram.h"
#include <linux/icmp.h>
#include <linux/if.h>

int option_get_int(const void *uval, int len, int *val)
{
	unsigned char byte;

	if (len >= (int)sizeof(*val))
		return get_user(*val, (const int *)uval);
	if (len < 1)
		return -EINVAL;
	if (get_user(byte, (const unsigned char *)uval))
		return -EFAULT;
	*val = byte;
	return 0;
}

/* A program with little room gets one byte (ip(7) of old) */
int option_put_int(void *uval, int *ulen, int val)
{
	int len;

	if (get_user(len, ulen))
		return -EFAULT;
	len = MIN(len, (int)sizeof(val));
	if (copy_to_user(uval, &val, len))
		return -EFAULT;
	return put_user(len, ulen);
}

/* Where the option lies that is a bool: NULL if it is another one */
static bool *flag_of(struct inet_sock *k, int name)
{
	switch (name) {
	case IP_PKTINFO:
		return &k->pktinfo;
	case IP_RECVTTL:
		return &k->recvttl;
	case IP_RECVTOS:
		return &k->recvtos;
	case IP_RECVORIGDSTADDR:
		return &k->recvorig;
	case IP_RECVERR:
		return &k->recverr;
	case IP_FREEBIND:
		return &k->freebind;
	default:
		return NULL;
	}
}

static int bind_to_device(struct socket *s, const void *uval, int len)
{
	char name[NETDEV_NAME] = "";
	struct netdev *dev;

	len = MIN(len, NETDEV_NAME - 1);
	if (copy_from_user(name, uval, len))
		return -EFAULT;
	if (s->opt.bound_dev && !capable(CAP_NET_RAW))
		return -EPERM;
	if (!name[0]) {
		s->opt.bound_dev = 0;
		return 0;
	}
	dev = netdev_by_name(name);
	if (!dev)
		return -ENODEV;
	s->opt.bound_dev = dev->index;
	return 0;
}

static int bind_to_index(struct socket *s, const void *uval, int len)
{
	int index;

	if (len < (int)sizeof(index))
		return -EINVAL;
	if (get_user(index, (const int *)uval))
		return -EFAULT;
	if (s->opt.bound_dev && !capable(CAP_NET_RAW))
		return -EPERM;
	if (index < 0)
		return -EINVAL;
	s->opt.bound_dev = index;
	return 0;
}

/* ip(7), IP_MTU: of the way to the peer, as far as it is known here */
static int get_mtu(const struct inet_sock *k, int *val)
{
	ip4_addr_t dest = { k->raddr };
	struct netif *netif = k->raddr ? route_hook(IP4_ADDR_ANY4, &dest)
		: NULL;

	if (!netif)
		return -ENOTCONN;
	*val = netif->mtu;
	return 0;
}

static int set_ip(struct socket *s, int name, int val)
{
	struct inet_sock *k = inet_sk(s);
	bool *flag = flag_of(k, name);

	if (flag) {
		*flag = val;
		return 0;
	}
	switch (name) {
	case IP_TTL:
		if (val != -1 && (val < 1 || val > 255))
			return -EINVAL;
		k->ttl = val == -1 ? IP_DEFAULT_TTL : val;
		return 0;
	case IP_TOS:
		k->tos = val;
		return 0;
	case IP_MTU_DISCOVER:
		if (val < IP_PMTUDISC_DONT || val > IP_PMTUDISC_OMIT)
			return -EINVAL;
		k->mtu_discover = val;
		return 0;
	case IP_MULTICAST_TTL:
		if (s->type == SOCK_STREAM || val < -1 || val > 255)
			return -EINVAL;
		k->multicast_ttl = val == -1 ? 1 : val;
		return 0;
	case IP_MULTICAST_LOOP:
		k->multicast_loop = !!val;
		return 0;
	case IP_HDRINCL:
		if (s->type != SOCK_RAW)
			return -ENOPROTOOPT;
		k->hdrincl = val;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int get_ip(struct socket *s, int name, int *val)
{
	struct inet_sock *k = inet_sk(s);
	const bool *flag = flag_of(k, name);

	if (flag) {
		*val = *flag;
		return 0;
	}
	switch (name) {
	case IP_TTL:
		*val = k->ttl;
		return 0;
	case IP_TOS:
		*val = k->tos;
		return 0;
	case IP_MTU_DISCOVER:
		*val = k->mtu_discover;
		return 0;
	case IP_MULTICAST_TTL:
		*val = k->multicast_ttl;
		return 0;
	case IP_MULTICAST_LOOP:
		*val = k->multicast_loop;
		return 0;
	case IP_HDRINCL:
		*val = k->hdrincl;
		return 0;
	case IP_MTU:
		return get_mtu(k, val);
	default:
		return -ENOPROTOOPT;
	}
}

/* ip(7) does not say so: most options are 0 if no value is given */
static bool without_value(int name)
{
	return name != IP_MULTICAST_TTL && name != IP_MULTICAST_LOOP
		&& name != IP_FREEBIND;
}

int inet_setsockopt(struct socket *s, int level, int name, const void *uval,
		int len)
{
	int rc, val;

	if (level == IPPROTO_TCP && s->type == SOCK_STREAM)
		return tcp_setsockopt(s, name, uval, len);
	if (level == SOL_RAW && s->type == SOCK_RAW)
		return raw_setsockopt(s, name, uval, len);
	if (level == SOL_SOCKET && name == SO_BINDTODEVICE)
		rc = bind_to_device(s, uval, len);
	else if (level == SOL_SOCKET && name == SO_BINDTOIFINDEX)
		rc = bind_to_index(s, uval, len);
	else if (level != IPPROTO_IP)
		return -ENOPROTOOPT;
	else if (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP
			|| name == IP_MULTICAST_IF)
		return multicast_setsockopt(s, name, uval, len);
	else
		rc = !len && without_value(name) ? (val = 0)
			: option_get_int(uval, len, &val);
	if (rc == 0 && level == IPPROTO_IP)
		rc = set_ip(s, name, val);
	if (rc == 0 && s->ops->changed)
		s->ops->changed(s, name);
	return rc;
}

static int get_bound_device(struct socket *s, void *uval, int *ulen)
{
	struct netdev *dev = netdev_by_index(s->opt.bound_dev);
	int len, size = dev ? (int)strlen(dev->name) + 1 : 0;

	if (get_user(len, ulen))
		return -EFAULT;
	if (dev && len < NETDEV_NAME)
		return -EINVAL;
	if (dev && copy_to_user(uval, dev->name, size))
		return -EFAULT;
	return put_user(size, ulen);
}

int inet_getsockopt(struct socket *s, int level, int name, void *uval,
		int *ulen)
{
	int rc, val;

	if (level == IPPROTO_TCP && s->type == SOCK_STREAM)
		return tcp_getsockopt(s, name, uval, ulen);
	if (level == SOL_SOCKET && name == SO_BINDTODEVICE)
		return get_bound_device(s, uval, ulen);
	if (level == SOL_SOCKET)
		return name == SO_BINDTOIFINDEX
			? option_put_int(uval, ulen, s->opt.bound_dev)
			: -ENOPROTOOPT;
	if (level != IPPROTO_IP)
		return level == s->protocol ? -ENOPROTOOPT : -EOPNOTSUPP;
	if (name == IP_MULTICAST_IF) {
		struct netdev *dev = netdev_by_index(inet_sk(s)->multicast_if);

		return option_put_int(uval, ulen, dev ? (int)netif_ip4_addr(
			inet_netif(dev))->addr : 0);
	}
	rc = get_ip(s, name, &val);
	return rc ? rc : option_put_int(uval, ulen, val);
}
