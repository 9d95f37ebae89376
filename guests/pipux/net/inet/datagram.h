/* SPDX-License-Identifier: BSD-2-Clause */
/* What UDP, raw and ping sockets have in common: a queue of packets. */
#ifndef PIPUX_INET_DATAGRAM_H
#define PIPUX_INET_DATAGRAM_H

#include "sock.h"
#include <lwip/raw.h>
#include <lwip/udp.h>

#define SOL_RAW		255

struct dgram_sock {
	struct inet_sock k;
	union {
		struct udp_pcb *udp;
		struct raw_pcb *raw;
	};
	struct list link;		/* of raw and of ping sockets: raw.c */
	struct list queue;		/* of struct packet */
	struct list errors;		/* errors.c */
	struct list groups;		/* multicast.c */
	size_t queued;			/* bytes, with what they cost */
	uint32_t icmp_filter;		/* bit set: that type is not wanted */
};

static inline struct dgram_sock *dgram_sk(const struct socket *s)
{
	return (struct dgram_sock *)s->priv;
}

/* Where a message goes and as whom */
struct dgram_route {
	uint32_t dest, source;
	uint16_t port;
	struct netif *netif;
};

/* datagram.c */
struct dgram_sock *dgram_new(struct socket *s);
void dgram_free(struct dgram_sock *d);
/* Takes p, or frees it; source, its port and what lwIP knows of it */
void dgram_queue(struct dgram_sock *d, struct pbuf *p, uint32_t source,
	uint16_t port);
ssize_t dgram_recvmsg(struct socket *s, struct socket_msg *m);
uint32_t dgram_poll(struct socket *s, struct poll_table *pt);
long dgram_ioctl(struct socket *s, unsigned cmd, unsigned long arg);
int dgram_shutdown(struct socket *s, int how);
/* Of a message to be sent: destination, rights, way.  0 or errno */
int dgram_route(struct socket *s, const struct socket_msg *m,
	struct dgram_route *r);
/* Its data, or ERR_PTR: -EMSGSIZE, -ENOBUFS, -EFAULT */
struct pbuf *dgram_data(struct socket_msg *m, pbuf_layer layer, size_t max);
/* What a connected socket talks to: sets k's addresses.  0 or errno */
int dgram_connect_to(struct socket *s, const struct sockaddr_storage *addr,
	int len);
/* Name, errors and pending error of a sendmsg: 0 or errno */
int dgram_send_check(struct socket *s, const struct socket_msg *m);

void multicast_leave_all(struct dgram_sock *d);	/* multicast.c */

/* errors.c: IP_RECVERR, MSG_ERRQUEUE.  A report about a socket's packet */
void dgram_error(struct dgram_sock *d, const struct icmp_report *r);
ssize_t dgram_recv_error(struct socket *s, struct socket_msg *m);
void dgram_errors_drop(struct dgram_sock *d);

/* udp.c, raw.c: to the sockets that may have sent it */
void udp_icmp_error(const struct icmp_report *r);
void raw_icmp_error(const struct icmp_report *r);

/* raw.c */
extern struct list inet_raws;		/* for /proc/net/raw */
int raw_setsockopt(struct socket *s, int name, const void *uval, int len);

#endif
