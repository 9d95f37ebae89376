/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP sockets: tcp.c (their life), tcp_listen.c, tcp_data.c, tcp_option.c. */
#ifndef PIPUX_INET_TCP_H
#define PIPUX_INET_TCP_H

#include "sock.h"
#include <lwip/priv/tcp_priv.h>
#include <pipux/mutex.h>

/* TCP_QUICKACK: not set; every packet is acknowledged at once; off */
enum { QUICKACK_USUAL, QUICKACK_ON, QUICKACK_OFF };

/*
 * Lives as long as its socket; one that waits to be accepted, as long as its
 * listener.  lwIP frees pcbs on its own: `pcb` is NULL from then on.
 */
struct tcp_sock {
	struct inet_sock k;
	struct tcp_pcb *pcb;		/* NULL: none, or ended */
	bool connecting, connected;	/* connected: once, even if it ended */
	bool told;			/* connect() has reported it */
	bool eof;			/* the peer's FIN has come */
	bool cork;
	uint8_t quickack;		/* QUICKACK_* */
	int defer_accept;		/* of a listener: seconds */
	int user_timeout, syncnt;	/* ms; SYNs sent again; 0: default */
	int stalled;			/* seconds since the peer's last ACK */
	int keepidle, keepintvl, keepcnt;	/* seconds, probes; 0: default */
	bool nodelay;
	int error;			/* before it has a socket */
	struct mutex reading;		/* who takes from rx: copying may sleep */
	struct pbuf *rx, *rx_tail;	/* received; chained without tot_len */
	size_t rx_len;
	uint32_t rx_total;		/* bytes that ever came; wraps around */
	uint32_t urgent_at;		/* tcp_urgent.c: its place among them */
	uint8_t urgent, urgent_byte;	/* URGENT_* */
	struct tcp_sock *listener;	/* of one that waits to be accepted */
	struct list accepting;		/* such of this listener, by link */
	struct list silent;		/* ... and such that have sent nothing yet */
	struct list link;
	bool deferred;			/* in the listener's list of these */
	int waiting;			/* seconds: for the MAC, or deferred */
};

static inline struct tcp_sock *tcp_sk(const struct socket *s)
{
	return (struct tcp_sock *)s->priv;
}

/* tcp.c */
extern const struct socket_ops tcp_socket_ops;
void inet_tcp_init(void);
struct tcp_sock *tcp_sock_new(void);		/* NULL: no memory */
void tcp_sock_free(struct tcp_sock *t);		/* aborts its connection */
void tcp_wake(struct tcp_sock *t);
void tcp_attach(struct tcp_sock *t, struct tcp_pcb *pcb);
struct tcp_pcb *tcp_detach(struct tcp_sock *t);
int tcp_bind_pcb(struct tcp_sock *t, uint32_t ip, uint16_t port);
void tcp_apply_options(struct tcp_sock *t);

/* tcp_listen.c */
void tcp_undefer(struct tcp_sock *t);		/* it may be accepted */
int tcp_listen_socket(struct socket *s, int backlog);
int tcp_accept_socket(struct socket *s, struct socket *to, uint32_t flags);
void tcp_listener_close(struct tcp_sock *l);
unsigned tcp_accepting(const struct tcp_sock *t);	/* how many wait */

/* tcp_data.c */
ssize_t tcp_sendmsg(struct socket *s, struct socket_msg *m);
ssize_t tcp_recvmsg(struct socket *s, struct socket_msg *m);
uint32_t tcp_poll_socket(struct socket *s, struct poll_table *pt);
long tcp_ioctl(struct socket *s, unsigned cmd, unsigned long arg);
err_t tcp_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err);
void tcp_discard(struct tcp_sock *t);	/* what was received */

/* tcp_urgent.c */
enum { URGENT_NONE, URGENT_AHEAD, URGENT_HERE, URGENT_READ };
void tcp_urgent_announced(struct tcp_pcb *pcb, const struct tcp_hdr *h);
void tcp_urgent_arrived(struct tcp_sock *t);
bool tcp_at_mark(const struct tcp_sock *t);	/* sockatmark(3) */
bool tcp_urgent_unread(const struct tcp_sock *t);
/* t->urgent is not NONE: is the byte next?  Else *n is cut to end before it */
enum mark { MARK_NONE, MARK_HERE } tcp_mark(struct tcp_sock *t, size_t *n);
ssize_t tcp_recv_urgent(struct socket *s, struct socket_msg *m);
void tcp_send_urgent(struct tcp_pcb *pcb);

void tcp_hook_init(void);			/* tcp_hook.c */

/* tcp_option.c */
void tcp_option_changed(struct socket *s, int name);
int tcp_state_number(enum tcp_state state);	/* as Linux counts them */

#endif
