/* SPDX-License-Identifier: BSD-2-Clause */
/* What the socket types of AF_INET share: family.c, tcp*.c, datagram*.c. */
#ifndef PIPUX_INET_SOCK_H
#define PIPUX_INET_SOCK_H

#include "interface.h"
#include <pipux/mm.h>
#include <pipux/sched.h>
#include <pipux/socket.h>
#include <linux/in.h>
#include <lwip/ip.h>
#include <lwip/tcp.h>

/* The first member of every socket's private part */
struct inet_sock {
	struct socket *s;		/* NULL: not accepted yet, or closed */
	uint32_t laddr, raddr;		/* network order; 0: none */
	uint16_t lport, rport;		/* the host's order */
	bool bound_addr, bound_port;	/* by bind() */
	/* options of level IPPROTO_IP */
	uint8_t ttl, tos, mtu_discover, multicast_ttl, multicast_loop;
	int multicast_if;		/* index; 0: by route */
	bool pktinfo, recvttl, recvtos, recverr, hdrincl, freebind, recvorig;
};

static inline struct inet_sock *inet_sk(const struct socket *s)
{
	return s->priv;
}

/* family.c */
int inet_create(struct socket *s);
void inet_sock_init(struct inet_sock *k, struct socket *s);
int inet_getname(struct socket *s, struct sockaddr_storage *addr, bool peer);
int inet_name(struct sockaddr_storage *addr, uint32_t ip, uint16_t port);
/* -EINVAL (length), -EAFNOSUPPORT */
int inet_address(const struct sockaddr_storage *addr, int len, uint32_t *ip,
	uint16_t *port);
/*
 * bind(2)'s name, with the checks that come before those of the port: the
 * address is ours, the port allowed.  privileged: it may be any port
 */
int inet_bind_name(const struct inet_sock *k,
	const struct sockaddr_storage *addr, int len, bool privileged,
	uint32_t *ip, uint16_t *port);
int inet_errno(err_t err);

/*
 * A port of the range for clients that `in_use` does not object to: 0 if
 * there is none.
 */
uint16_t inet_port_pick(const struct inet_sock *k, uint32_t ip,
	bool (*in_use)(const struct inet_sock *k, uint32_t ip,
	uint16_t port));

/* option.c */
int inet_setsockopt(struct socket *s, int level, int name, const void *uval,
	int len);
int inet_getsockopt(struct socket *s, int level, int name, void *uval,
	int *ulen);
int option_get_int(const void *uval, int len, int *val);
int option_put_int(void *uval, int *ulen, int val);

/* multicast.c: IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP, IP_MULTICAST_IF */
int multicast_setsockopt(struct socket *s, int name, const void *uval,
	int len);

/* tcp.c */
int tcp_create(struct socket *s);
/* ICMP says that a connection under way will come to nothing */
struct icmp_report;
void tcp_unreachable(const struct icmp_report *r);
int tcp_setsockopt(struct socket *s, int name, const void *uval, int len);
int tcp_getsockopt(struct socket *s, int name, void *uval, int *ulen);

/* datagram.c */
int udp_create(struct socket *s);
int raw_create(struct socket *s);
int ping_create(struct socket *s);

/*
 * icmp.c.  An error by ICMP: who reports it, what to a program, and the
 * packet that caused it, as its sender sees it; ports in the host's order.
 */
struct icmp_report {
	uint32_t offender, laddr, raddr;
	uint16_t lport, rport;
	uint8_t type, code, protocol;
	bool hard;			/* no use in trying again */
	int error;
	uint32_t info;			/* the MTU of a hop */
	struct pbuf *p;			/* with the packet's data, from here */
	u16_t data;
};

/* icmp.c, proc.c, ioctl.c */
void icmp_errors_init(void);
void inet_proc_init(void);
long inet_ioctl(struct socket *s, unsigned cmd, unsigned long arg);

#endif
