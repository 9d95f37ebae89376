/* SPDX-License-Identifier: BSD-2-Clause */
/* AF_NETLINK: answers that netlink.c sends and netlink_*.c make. */
#ifndef PIPUX_NET_NETLINK_H
#define PIPUX_NET_NETLINK_H

#include <pipux/mm.h>
#include <pipux/netdev.h>
#include <pipux/sched.h>
#include <pipux/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/*
 * What a request is answered with: messages one behind the other, cut into
 * datagrams.  `error` remembers that memory was short.
 */
struct netlink_reply {
	struct socket *socket;
	const struct nlmsghdr *request;
	uint32_t pid;			/* the asking socket's */
	struct list *queue;		/* struct netlink_packet */
	struct nlmsghdr *open;		/* the message that is being made */
	int error;
};

struct netlink_packet {
	struct list link;
	uint32_t len, room;		/* bytes in data[]; for how many */
	uint8_t data[];
};
#define NETLINK_PACKET	3072		/* at most; several fit a reader's 8 KiB */

/* netlink.c: a message begins with its fixed part, of zeros; NULL: no memory
 * (then the rest does nothing) */
void *reply_begin(struct netlink_reply *r, uint16_t type, uint16_t flags,
		size_t fixed);
void reply_end(struct netlink_reply *r);
void reply_put(struct netlink_reply *r, uint16_t type, const void *data,
		size_t len);
void reply_u32(struct netlink_reply *r, uint16_t type, uint32_t value);
void reply_string(struct netlink_reply *r, uint16_t type, const char *text);

/*
 * The attributes of a request behind its fixed part, by type; unknown ones
 * are passed over.  -EINVAL: it is too short or malformed.
 */
#define ATTR_MAX	32
struct attrs {
	const struct rtattr *at[ATTR_MAX];
};
int attrs_parse(const struct nlmsghdr *h, size_t fixed, struct attrs *a);
/* Is it there and a word?  Then *value */
bool attr_u32(const struct attrs *a, unsigned type, uint32_t *value);
/* As a string of at most size - 1 characters: false if it is not there */
bool attr_string(const struct attrs *a, unsigned type, char *to, size_t size);

/* netlink_route.c: carries a request of NETLINK_ROUTE out: 0 or errno; `dump`
 * requests leave their answers in r */
int netlink_route(struct netlink_reply *r, const struct nlmsghdr *h);

/* netlink.c: a message, made by `put`, for all who listen to RTNLGRP_* */
void netlink_notify(int group, void (*put)(struct netlink_reply *r,
	const void *what), const void *what);

/* netlink_link.c, netlink_address.c */
void link_init(void);
int link_get(struct netlink_reply *r, const struct nlmsghdr *h, bool dump);
int link_set(const struct nlmsghdr *h);
int address_dump(struct netlink_reply *r);
int address_change(const struct nlmsghdr *h, bool add);
int route_get(struct netlink_reply *r, const struct nlmsghdr *h, bool dump);
int route_change(const struct nlmsghdr *h, bool add);

#endif
