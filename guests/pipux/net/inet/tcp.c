/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP sockets (tcp(7)): from nothing to a connection and back.
 *
 * Packets come in while other tasks are in the kernel only where they sleep,
 * and from inet_run(): lwIP's callbacks run there and may take the pcb away.
 */
#include "tcp.h"
#include <lwip/etharp.h>

#define SYN_ARP_SECONDS	3		/* as long as Linux asks for a MAC */
#define BUFFER		(128 * 1024)
#define LOCAL_TICKS	2		/* of half a second */

static u8_t freed_id;			/* of lwIP's extra argument */

/* lwIP frees a pcb, for whatever reason */
static void pcb_freed(u8_t id, void *data)
{
	struct tcp_sock *t = data;

	if (t)
		t->pcb = NULL;
}

static const struct tcp_ext_arg_callbacks freed_callbacks = {
	.destroy = pcb_freed,
};

void tcp_wake(struct tcp_sock *t)
{
	if (!t->k.s)
		return;
	socket_wake(&t->k.s->rd);
	socket_wake(&t->k.s->wr);
}

static void set_error(struct tcp_sock *t, int error)
{
	if (t->k.s)
		t->k.s->error = error;
	else
		t->error = error;
	tcp_wake(t);
}

/* The pcb has ended.  A connection that its peer had closed breaks like a
 * pipe; ERR_CLSD is an orderly end */
static void failed(void *arg, err_t err)
{
	struct tcp_sock *t = arg;
	int error = -inet_errno(err);

	if (!t)
		return;
	t->pcb = NULL;
	if (err == ERR_CLSD)
		error = 0;
	else if (t->connecting && err == ERR_RST)
		error = ECONNREFUSED;
	else if (t->eof && err == ERR_RST)
		error = EPIPE;
	t->connecting = false;
	set_error(t, error);
}

static err_t sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
	struct tcp_sock *t = arg;

	if (t->k.s)
		socket_wake(&t->k.s->wr);
	return ERR_OK;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct tcp_sock *t = arg;

	t->connecting = false;
	t->connected = true;
	tcp_wake(t);
	return ERR_OK;
}

/* From now on lwIP tells t what happens to pcb */
void tcp_attach(struct tcp_sock *t, struct tcp_pcb *pcb)
{
	t->pcb = pcb;
	tcp_ext_arg_set_callbacks(pcb, freed_id, &freed_callbacks);
	tcp_ext_arg_set(pcb, freed_id, t);
	tcp_arg(pcb, t);
	if (pcb->state == LISTEN)
		return;
	tcp_err(pcb, failed);
	tcp_recv(pcb, tcp_received);
	tcp_sent(pcb, sent);
}

struct tcp_pcb *tcp_detach(struct tcp_sock *t)
{
	struct tcp_pcb *pcb = t->pcb;

	t->pcb = NULL;
	tcp_ext_arg_set(pcb, freed_id, NULL);
	tcp_arg(pcb, NULL);
	if (pcb->state == LISTEN)
		return pcb;
	tcp_err(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	return pcb;
}

struct tcp_sock *tcp_sock_new(void)
{
	struct tcp_sock *t = kzalloc(sizeof(*t));

	if (!t)
		return NULL;
	mutex_init(&t->reading);
	list_init(&t->accepting);
	list_init(&t->silent);
	list_init(&t->link);
	return t;
}

int tcp_create(struct socket *s)
{
	struct tcp_sock *t = tcp_sock_new();

	if (!t)
		return -ENOBUFS;
	inet_sock_init(&t->k, s);
	s->opt.sndbuf = s->opt.rcvbuf = BUFFER;
	s->ops = &tcp_socket_ops;
	return 0;
}

/* A pcb for a socket that has none: -ENOBUFS */
static int need_pcb(struct tcp_sock *t)
{
	struct tcp_pcb *pcb = t->pcb ? t->pcb : tcp_new();

	if (!pcb)
		return -ENOBUFS;
	if (!t->pcb)
		tcp_attach(t, pcb);
	tcp_apply_options(t);
	return 0;
}

/* What may not be bound beside k: SO_REUSEADDR of both, socket(7) */
static bool conflicts(const struct inet_sock *k, uint32_t ip, uint16_t port,
		const struct tcp_pcb *pcb)
{
	const struct socket_options *o = &k->s->opt;

	if (pcb->local_port != port || pcb->callback_arg == k
			|| (ip && pcb->local_ip.addr
			&& pcb->local_ip.addr != ip))
		return false;
	return !o->reuseaddr || !ip_get_option(pcb, SOF_REUSEADDR)
		|| pcb->state == LISTEN;
}

static bool port_in_use(const struct inet_sock *k, uint32_t ip, uint16_t port)
{
	for (int i = 0; i < NUM_TCP_PCB_LISTS; i++)
		for (struct tcp_pcb *p = *tcp_pcb_lists[i]; p; p = p->next)
			if (conflicts(k, ip, port, p))
				return true;
	return false;
}

/* No connection at all may have it: for a port of the kernel's choice */
static bool port_taken(const struct inet_sock *k, uint32_t ip, uint16_t port)
{
	for (int i = 0; i < NUM_TCP_PCB_LISTS; i++)
		for (struct tcp_pcb *p = *tcp_pcb_lists[i]; p; p = p->next)
			if (p->local_port == port)
				return true;
	return false;
}

/* port 0: any.  The pcb is fresh */
int tcp_bind_pcb(struct tcp_sock *t, uint32_t ip, uint16_t port)
{
	ip4_addr_t a = { ip };
	int rc;

	if (!port)
		port = inet_port_pick(&t->k, ip, port_taken);
	else if (port_in_use(&t->k, ip, port))
		return -EADDRINUSE;
	if (!port)
		return -EADDRINUSE;
	rc = need_pcb(t);
	if (rc)
		return rc;
	rc = inet_errno(tcp_bind(t->pcb, &a, port));
	if (rc)
		return rc;
	t->k.laddr = ip;
	t->k.lport = port;
	return 0;
}

static int tcp_bind_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len)
{
	struct tcp_sock *t = tcp_sk(s);
	uint16_t port;
	uint32_t ip;
	int rc = inet_bind_name(&t->k, addr, len, false, &ip, &port);

	if (rc)
		return rc;
	if (t->k.lport || t->connecting || t->connected)
		return -EINVAL;
	rc = tcp_bind_pcb(t, ip, port);
	if (rc == 0) {
		t->k.bound_addr = ip;
		t->k.bound_port = port;
	}
	return rc;
}

/* Back to a socket that may be connected anew, bound as it was by bind() */
static void disconnect(struct tcp_sock *t)
{
	struct tcp_pcb *pcb = t->pcb ? tcp_detach(t) : NULL;

	if (pcb)
		tcp_abort(pcb);
	inet_run();
	mutex_lock(&t->reading);
	tcp_discard(t);
	mutex_unlock(&t->reading);
	t->connecting = t->connected = t->told = t->eof = false;
	t->k.s->shut = 0;
	t->k.raddr = t->k.rport = 0;
	if (!t->k.bound_addr)
		t->k.laddr = 0;
	if (!t->k.bound_port)
		t->k.lport = 0;
}

/* Sends the SYN: 0 or errno */
static int connect_begin(struct tcp_sock *t, uint32_t ip, uint16_t port)
{
	uint32_t source;
	ip4_addr_t a;
	int rc;

	if (!ip)
		ip = htonl(INADDR_LOOPBACK);
	a.addr = ip;
	source = inet_source(ip);
	if (!source || inet_is_broadcast(ip) || ip4_addr_ismulticast(&a))
		return -ENETUNREACH;
	if (!t->pcb || !t->pcb->local_port) {
		uint32_t own = t->k.bound_addr ? t->k.laddr : source;

		rc = tcp_bind_pcb(t, own, t->k.lport);
		if (rc)
			return rc == -EADDRINUSE ? -EADDRNOTAVAIL : rc;
	}
	if (!t->k.laddr)
		t->k.laddr = t->pcb->local_ip.addr = source;
	rc = inet_errno(tcp_connect(t->pcb, &a, port, connected));
	if (rc)
		return rc == -EADDRINUSE ? -EADDRNOTAVAIL : rc;
	t->k.raddr = ip;
	t->k.rport = port;
	t->connecting = true;
	t->waiting = 0;
	return 0;
}

/* connect(2) after the first: what became of it, or wait */
static int connect_wait(struct socket *s, uint32_t flags, int busy)
{
	struct tcp_sock *t = tcp_sk(s);
	ktime_t deadline = socket_deadline(s->opt.sndtimeo);
	int rc = 0;

	if (t->connecting && (flags & O_NONBLOCK))
		return busy;
	if (t->connecting)
		rc = socket_wait(&s->wr, !t->connecting, deadline);
	if (rc)
		return rc == -EAGAIN ? busy : rc;
	if (t->connected && !s->error)
		return 0;
	rc = socket_error(s);
	disconnect(t);
	return rc ? rc : -ECONNABORTED;
}

static int tcp_connect_socket(struct socket *s,
		const struct sockaddr_storage *addr, int len, uint32_t flags)
{
	struct tcp_sock *t = tcp_sk(s);
	bool reported = t->k.rport;
	uint16_t port;
	uint32_t ip;
	int rc;

	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	if (addr->ss_family == AF_UNSPEC) {
		if (!s->listening)
			disconnect(t);
		return s->listening ? -EISCONN : 0;
	}
	rc = inet_address(addr, len, &ip, &port);
	if (rc)
		return rc;
	if (s->listening || t->told)
		return -EISCONN;
	if (!reported) {
		rc = connect_begin(t, ip, port);
		if (rc)
			return rc;
		if (flags & O_NONBLOCK) {
			inet_run();
			return -EINPROGRESS;
		}
		inet_run();
	}
	rc = connect_wait(s, flags, reported ? -EALREADY : -EINPROGRESS);
	if (rc == 0)
		t->told = true;
	return rc;
}

void tcp_sock_free(struct tcp_sock *t)
{
	struct tcp_pcb *pcb = t->pcb ? tcp_detach(t) : NULL;

	if (pcb)
		tcp_abort(pcb);
	list_del(&t->link);
	tcp_discard(t);
	kfree(t);
}

static bool unsent(const struct tcp_sock *t)
{
	return t->pcb && (t->pcb->unsent || t->pcb->unacked);
}

/* SO_LINGER: sleeps until all was acknowledged.  A process that ends does
 * not wait */
static void linger(struct socket *s)
{
	struct tcp_sock *t = tcp_sk(s);

	if (!s->opt.linger || !s->opt.linger_time || current->process->exiting)
		return;
	(void)wait_event_until(&s->wr, !unsent(t), ktime_get()
		+ s->opt.linger_time * NSEC_PER_SEC);
}

/* Data that nobody has read makes it a reset (RFC 2525, 2.17) */
static void tcp_release(struct socket *s)
{
	struct tcp_sock *t = tcp_sk(s);
	bool abort = t->rx_len || (s->opt.linger && !s->opt.linger_time);

	if (s->listening) {
		tcp_listener_close(t);
	} else if (t->pcb && abort) {
		tcp_abort(tcp_detach(t));
	} else if (t->pcb && t->pcb->state != CLOSED) {
		(void)tcp_shutdown(t->pcb, 0, 1);
		inet_run();
		linger(s);
		if (t->pcb)
			(void)tcp_close(tcp_detach(t));
	}
	inet_run();
	tcp_sock_free(t);
}

static int tcp_shutdown_socket(struct socket *s, int how)
{
	struct tcp_sock *t = tcp_sk(s);

	if (s->listening && how != SHUT_WR) {
		tcp_listener_close(t);
		return 0;
	}
	if (!t->connected || !t->pcb || t->pcb->state == TIME_WAIT)
		return -ENOTCONN;
	s->shut |= how + 1;
	if (s->shut & SHUT_OUT)
		(void)tcp_shutdown(t->pcb, 0, 1);
	inet_run();
	tcp_wake(t);
	return 0;
}

static int tcp_getname(struct socket *s, struct sockaddr_storage *addr,
		bool peer)
{
	const struct tcp_sock *t = tcp_sk(s);

	if (peer && (!t->connected || !t->pcb || t->pcb->state == TIME_WAIT))
		return -ENOTCONN;
	return inet_getname(s, addr, peer);
}

static void give_up(struct tcp_sock *t, int error)
{
	tcp_abandon(tcp_detach(t), 0);
	t->connecting = false;
	set_error(t, error);
}

void tcp_unreachable(const struct icmp_report *r)
{
	for (struct tcp_pcb *p = tcp_active_pcbs; p; p = p->next)
		if (p->state == SYN_SENT && p->callback_arg
				&& p->local_port == r->lport
				&& p->remote_port == r->rport
				&& p->local_ip.addr == r->laddr
				&& p->remote_ip.addr == r->raddr) {
			give_up(p->callback_arg, r->error);
			return;
		}
}

/* The SYN still waits for ARP */
static bool unresolved(const struct tcp_pcb *p)
{
	struct netif *netif = route_hook(&p->local_ip, &p->remote_ip);
	const ip4_addr_t *next, *ip;
	struct eth_addr *mac;

	if (!netif || !(netif->flags & NETIF_FLAG_ETHARP))
		return false;
	next = gateway_hook(netif, &p->remote_ip);
	return etharp_find_addr(netif, next, &mac, &ip) < 0;
}

/* On lo no packet can come late: TIME_WAIT would only hold memory */
static void drop_time_wait(void)
{
	struct tcp_pcb *p = tcp_tw_pcbs, *next;

	for (; p; p = next) {
		next = p->next;
		if (inet_is_local(p->remote_ip.addr)
				&& (u32_t)(tcp_ticks - p->tmr) > LOCAL_TICKS)
			tcp_abort(p);
	}
}

/* tcp(7): TCP_SYNCNT, TCP_USER_TIMEOUT */
static bool gave_up(struct tcp_sock *t)
{
	const struct tcp_pcb *p = t->pcb;

	t->stalled = p->nrtx ? t->stalled + 1 : 0;
	if (p->state == SYN_SENT && t->syncnt && p->nrtx > t->syncnt)
		return true;
	return t->user_timeout && t->stalled * 1000 >= t->user_timeout;
}

void inet_tcp_second(void)
{
	struct tcp_pcb *p = tcp_active_pcbs, *next;

	drop_time_wait();

	for (; p; p = next) {
		struct tcp_sock *t = p->callback_arg;

		next = p->next;
		/* A half-open one still has the argument of its listener, which
		 * may be gone: lwIP gives it up by itself */
		if (!t || p->state == SYN_RCVD)
			continue;
		if (t->deferred && ++t->waiting >= t->listener->defer_accept)
			tcp_undefer(t);
		if (gave_up(t))
			give_up(t, ETIMEDOUT);
		else if (p->state == SYN_SENT && unresolved(p)
				&& ++t->waiting > SYN_ARP_SECONDS)
			give_up(t, EHOSTUNREACH);
	}
}

void inet_tcp_init(void)
{
	freed_id = tcp_ext_arg_alloc_id();
	tcp_hook_init();
}

const struct socket_ops tcp_socket_ops = {
	.release = tcp_release,
	.bind = tcp_bind_socket,
	.connect = tcp_connect_socket,
	.listen = tcp_listen_socket,
	.accept = tcp_accept_socket,
	.getname = tcp_getname,
	.shutdown = tcp_shutdown_socket,
	.sendmsg = tcp_sendmsg,
	.recvmsg = tcp_recvmsg,
	.poll = tcp_poll_socket,
	.ioctl = tcp_ioctl,
	.setsockopt = inet_setsockopt,
	.getsockopt = inet_getsockopt,
	.changed = tcp_option_changed,
};
