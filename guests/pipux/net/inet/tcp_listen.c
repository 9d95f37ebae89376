/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP sockets that listen (listen(2), accept(2)).  A connection that nobody
 * has accepted is a tcp_sock without a socket, in a list of its listener's:
 * with TCP_DEFER_ACCEPT in `silent` until data has come.
 */
#include "tcp.h"

/* One that ended while it waited; false: there is none */
static bool drop_ended(struct list *waiting)
{
	struct tcp_sock *t;

	list_for_each(t, waiting, link)
		if (!t->pcb) {
			tcp_sock_free(t);
			return true;
		}
	return false;
}

static unsigned length(const struct list *waiting)
{
	const struct tcp_sock *t;
	unsigned n = 0;

	list_for_each(t, waiting, link)
		n++;
	return n;
}

/* lwIP's backlog counts those that live; with the others it is as long */
static void make_room(struct tcp_sock *l)
{
	const struct tcp_pcb_listen *pcb = (void *)l->pcb;

	if (length(&l->accepting) + length(&l->silent) >= pcb->backlog
			&& !drop_ended(&l->silent))
		(void)drop_ended(&l->accepting);
}

/* lwIP has a new connection for a listener: it waits to be accepted */
static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct tcp_sock *l = arg, *t;

	if (err != ERR_OK || !pcb || !l)
		return ERR_VAL;
	t = tcp_sock_new();
	if (!t)
		return ERR_MEM;		/* lwIP resets it */
	make_room(l);
	t->listener = l;
	t->connected = true;
	t->told = true;
	t->k.laddr = pcb->local_ip.addr;
	t->k.lport = pcb->local_port;
	t->k.raddr = pcb->remote_ip.addr;
	t->k.rport = pcb->remote_port;
	tcp_attach(t, pcb);
	tcp_backlog_delayed(pcb);
	t->deferred = l->defer_accept > 0;
	list_add_tail(t->deferred ? &l->silent : &l->accepting, &t->link);
	if (!t->deferred)
		socket_wake(&l->k.s->rd);
	return ERR_OK;
}

void tcp_undefer(struct tcp_sock *t)
{
	struct tcp_sock *l = t->listener;

	t->deferred = false;
	list_del(&t->link);
	list_add_tail(&l->accepting, &t->link);
	socket_wake(&l->k.s->rd);
}

unsigned tcp_accepting(const struct tcp_sock *t)
{
	return length(&t->accepting);
}

int tcp_listen_socket(struct socket *s, int backlog)
{
	struct tcp_sock *t = tcp_sk(s);
	struct tcp_pcb *pcb;
	err_t err;
	int rc = 0;

	backlog = MIN(backlog + 1, 255);
	if (s->listening) {
		tcp_backlog_set(t->pcb, backlog);
		return 0;
	}
	if (t->connecting || t->connected)
		return -EINVAL;
	if (!t->k.lport)
		rc = tcp_bind_pcb(t, t->k.laddr, 0);
	else if (!t->pcb)
		rc = tcp_bind_pcb(t, t->k.laddr, t->k.lport);
	if (rc)
		return rc;
	pcb = tcp_detach(t);
	t->pcb = (struct tcp_pcb *)tcp_listen_with_backlog_and_err(pcb,
		backlog, &err);
	if (!t->pcb) {
		tcp_attach(t, pcb);
		return inet_errno(err);
	}
	tcp_attach(t, t->pcb);
	tcp_accept(t->pcb, accepted);
	s->listening = true;
	return 0;
}

/* The first that waits becomes `to`'s */
int tcp_accept_socket(struct socket *s, struct socket *to,
		uint32_t flags)
{
	struct tcp_sock *l = tcp_sk(s), *t;
	ktime_t deadline = socket_deadline(s->opt.rcvtimeo);
	int rc = 0;

	if (!s->listening)
		return -EINVAL;
	if (list_empty(&l->accepting)) {
		if (flags & O_NONBLOCK)
			return -EAGAIN;
		rc = socket_wait(&s->rd, !list_empty(&l->accepting)
			|| !s->listening, deadline);
	}
	if (rc)
		return rc;
	if (!s->listening)
		return -EINVAL;
	t = list_first(&l->accepting, struct tcp_sock, link);
	list_del(&t->link);
	t->listener = NULL;
	inet_sock_init(&t->k, to);
	t->k.ttl = l->k.ttl;
	t->k.tos = l->k.tos;
	to->opt = s->opt;
	to->error = t->error;
	to->ops = &tcp_socket_ops;
	if (t->pcb) {
		tcp_backlog_accepted(t->pcb);
		tcp_apply_options(t);
	}
	return 0;
}

/* A listener ends: with it those that nobody accepted */
void tcp_listener_close(struct tcp_sock *l)
{
	struct tcp_sock *t, *next;

	if (l->pcb)
		tcp_close(tcp_detach(l));
	list_for_each_safe(t, next, &l->accepting, link)
		tcp_sock_free(t);
	list_for_each_safe(t, next, &l->silent, link)
		tcp_sock_free(t);
	inet_run();
	l->k.s->listening = false;
	tcp_wake(l);
}
