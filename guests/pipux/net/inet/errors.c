/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors that ICMP reports about the packets of UDP, raw and ping sockets
 * (ip(7), IP_RECVERR): the pending error and, where it is wanted, the queue
 * that MSG_ERRQUEUE reads.
 */
#include "datagram.h"
#include <linux/errqueue.h>

#define QUEUE_MAX	32		/* reports of one socket */
#define DATA_MAX	576u

struct error {
	struct list link;
	struct {
		struct sock_extended_err e;
		struct sockaddr_in offender;
	} report;
	uint32_t dest;
	uint16_t port, len;
	uint8_t data[];
};

static void queue(struct dgram_sock *d, const struct icmp_report *r)
{
	size_t len = MIN(r->p->tot_len - r->data, (int)DATA_MAX);
	struct error *e, *other;
	unsigned n = 0;

	list_for_each(other, &d->errors, link)
		n++;
	e = n < QUEUE_MAX ? kzalloc(sizeof(*e) + len) : NULL;
	if (!e)
		return;
	e->report.e = (struct sock_extended_err){
		.ee_errno = r->error, .ee_origin = SO_EE_ORIGIN_ICMP,
		.ee_type = r->type, .ee_code = r->code, .ee_info = r->info,
	};
	e->report.offender.sin_family = AF_INET;
	e->report.offender.sin_addr.s_addr = r->offender;
	e->dest = r->raddr;
	e->port = r->protocol == IPPROTO_UDP ? r->rport : 0;
	e->len = pbuf_copy_partial(r->p, e->data, len, r->data);
	list_add_tail(&d->errors, &e->link);
}

/* Without IP_RECVERR only what is final, and of connected sockets */
void dgram_error(struct dgram_sock *d, const struct icmp_report *r)
{
	if (d->k.recverr)
		queue(d, r);
	else if (!r->hard || !d->k.raddr)
		return;
	d->k.s->error = r->error;
	socket_wake(&d->k.s->rd);
}

static void drop(struct error *e)
{
	list_del(&e->link);
	kfree(e);
}

void dgram_errors_drop(struct dgram_sock *d)
{
	while (!list_empty(&d->errors))
		drop(list_first(&d->errors, struct error, link));
}

static int deliver(struct socket_msg *m, const struct error *e, size_t n)
{
	if (iov_to(&m->iov, e->data, n))
		return -EFAULT;
	if (m->name)
		m->name_len = inet_name(m->name, e->dest, e->port);
	return socket_put_cmsg(m, IPPROTO_IP, IP_RECVERR, &e->report,
		sizeof(e->report));
}

/* The pending error becomes that of the next report, if there is one */
ssize_t dgram_recv_error(struct socket *s, struct socket_msg *m)
{
	struct dgram_sock *d = dgram_sk(s);
	struct error *e;
	size_t n;
	int rc;

	if (list_empty(&d->errors))
		return -EAGAIN;
	e = list_first(&d->errors, struct error, link);
	list_del(&e->link);		/* copying may sleep */
	n = MIN((size_t)e->len, m->iov.len);
	m->out_flags |= MSG_ERRQUEUE | (n < e->len ? MSG_TRUNC : 0);
	rc = deliver(m, e, n);
	kfree(e);
	s->error = list_empty(&d->errors) ? 0 : (int)list_first(&d->errors,
		struct error, link)->report.e.ee_errno;
	return rc ? rc : (ssize_t)n;
}
