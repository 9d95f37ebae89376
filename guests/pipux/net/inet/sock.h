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
	bool pktinfo, recvttl, recverr, hdrincl, freebind;
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
/* Checks of bind(2) before the port: the address is ours, the port allowed */
int inet_bind_check(const struct inet_sock *k, uint32_t ip, uint16_t port);
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

/* tcp.c */
int tcp_create(struct socket *s);
/* ICMP says that a connection under way will come to nothing */
void tcp_unreachable(uint32_t laddr, uint16_t lport, uint32_t raddr,
	uint16_t rport, int error);
int tcp_setsockopt(struct socket *s, int name, const void *uval, int len);
int tcp_getsockopt(struct socket *s, int name, void *uval, int *ulen);

/* datagram.c */
int udp_create(struct socket *s);
int raw_create(struct socket *s);
int ping_create(struct socket *s);
void udp_unreachable(uint32_t laddr, uint16_t lport, uint32_t raddr,
	uint16_t rport, int error);

/* icmp.c, proc.c, ioctl.c */
void icmp_errors_init(void);
void inet_proc_init(void);
long inet_ioctl(struct socket *s, unsigned cmd, unsigned long arg);

#endif
