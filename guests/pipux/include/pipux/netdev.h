/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network interfaces: between the drivers and who sends and listens, that is
 * the protocol stack and packet sockets.
 *
 * Everything here runs in a task: a driver hands received frames up from a
 * kernel thread (see <pipux/work.h>), never from where interrupts are looked
 * at.  Since nobody is preempted inside the kernel, a listener runs from its
 * begin to its end unless it sleeps, which it must not.
 */
#ifndef PIPUX_NETDEV_H
#define PIPUX_NETDEV_H

#include <pipux/wait.h>
#include <linux/if_link.h>

#define NETDEV_NAME	16		/* IFNAMSIZ */
#define MAC_SIZE	6
#define ETH_HEADER	14
#define ETH_FRAME_MIN	14		/* drivers and cards pad */

struct netdev;

/* A frame may lie in several pieces, anywhere in kernel memory */
struct net_piece {
	const void *data;
	size_t len;
};

struct netdev_ops {
	/* Up: begin to receive.  0 or errno; may sleep */
	int (*open)(struct netdev *dev);
	/* Down: when it returns no frame is handed up any more */
	void (*stop)(struct netdev *dev);
	/*
	 * Sends `len` bytes in n pieces, ETH_FRAME_MIN..mtu + ETH_HEADER (or
	 * what the type of interface has), from the destination address on,
	 * without checksum.  Copies: the pieces are the caller's again when
	 * it returns.  0; -ENOBUFS: no room now (see writable); -EIO.  Does
	 * not sleep.
	 */
	int (*transmit)(struct netdev *dev, const struct net_piece *pieces,
		unsigned n, size_t len);
	/* A new address is in dev->mac: 0 or errno.  NULL: not possible */
	int (*set_mac)(struct netdev *dev);
};

struct netdev {
	char name[NETDEV_NAME];		/* "eth0": with '%', the driver's */
	int index;			/* 1, 2, ...: SIOCGIFINDEX */
	uint16_t type;			/* ARPHRD_* */
	uint8_t mac[MAC_SIZE], broadcast[MAC_SIZE];
	uint32_t mtu, mtu_min, mtu_max;	/* without the link header */
	uint32_t flags;			/* IFF_*, but UP, RUNNING, LOWER_UP */
	bool up;			/* by netdev_up */
	bool carrier;			/* the link's state */
	uint32_t tx_queue_len;
	const struct netdev_ops *ops;
	void *priv;			/* the driver's */
	void *stack;			/* the protocol stack's (struct netif) */
	struct rtnl_link_stats64 stats;	/* kept by net/ and the driver */
	struct wait_queue writable;	/* woken when transmit has room again */
	struct list link;		/* in all_netdevs, by index */
};

extern struct list all_netdevs;

/* What there is to be told of an interface */
enum netdev_event {
	NETDEV_NEW, NETDEV_UP, NETDEV_DOWN, NETDEV_CARRIER, NETDEV_CHANGED,
};

/*
 * Somebody who gets every frame of every interface: the stack, a packet
 * socket.  The frame lies in one piece, is the listener's to read as long as
 * it is called, and belongs to the driver afterwards.
 */
struct net_listener {
	/* Received, or (outgoing) about to be transmitted; may be NULL */
	void (*frame)(struct net_listener *l, struct netdev *dev,
		const void *frame, size_t len, bool outgoing);
	/* Something happened; NULL: not interested */
	void (*event)(struct net_listener *l, struct netdev *dev,
		enum netdev_event event);
	bool outgoing;			/* wants those, too */
	bool protocols;			/* is the stack, which expects to be */
	struct list link;
};

/* net/netdev.c.  A listener may add or remove itself or another at any time */
void net_listen(struct net_listener *l);
void net_unlisten(struct net_listener *l);
bool netdev_watched(void);	/* somebody but the stack sees frames */

/*
 * Checks that dev is up and the size, shows the frame to those who listen to
 * outgoing ones, transmits, counts.  -ENETDOWN, -EMSGSIZE, -ENOBUFS, -EIO,
 * -ENOMEM (a listener's copy).
 */
int netdev_transmit(struct netdev *dev, const struct net_piece *pieces,
	unsigned n);
/* 0 or what open() says; idempotent.  Events are sent */
int netdev_up(struct netdev *dev);
void netdev_down(struct netdev *dev);
int netdev_set_mtu(struct netdev *dev, uint32_t mtu);	/* -EINVAL */
int netdev_set_mac(struct netdev *dev, const uint8_t *mac);
					/* -EOPNOTSUPP, -EADDRNOTAVAIL */
struct netdev *netdev_by_index(int index);		/* NULL */
struct netdev *netdev_by_name(const char *name);

/*
 * For drivers (and the stack's loopback).  name "eth%" takes the next free
 * number, index the next one; the interface is down.  -ENOSPC, -EEXIST
 */
int netdev_register(struct netdev *dev);
/* A received frame: counts, tells the listeners.  Not from an interrupt */
void netdev_receive(struct netdev *dev, const void *frame, size_t len);
void netdev_carrier(struct netdev *dev, bool up);

#endif
