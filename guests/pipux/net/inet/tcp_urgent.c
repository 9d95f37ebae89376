/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP sockets: urgent data (tcp(7)), one byte at a time, as BSD understands
 * RFC 793: the pointer is behind the byte.  lwIP knows nothing of it: the
 * pointer of a packet is seen by its hook before the packet is, and put into
 * the header of a segment that waits to be sent.
 *
 * Positions count bytes of the stream; what is read next is at
 * rx_total - rx_len.
 */
#include "tcp.h"

/* How far the byte is from what is read next; negative: it was passed */
static int32_t distance(const struct tcp_sock *t)
{
	return t->urgent_at - (t->rx_total - t->rx_len);
}

bool tcp_at_mark(const struct tcp_sock *t)
{
	return t->urgent && distance(t) == 0;
}

bool tcp_urgent_unread(const struct tcp_sock *t)
{
	return t->urgent == URGENT_HERE && distance(t) >= 0;
}

/* A packet with a pointer that may be news (seqno: host order) */
void tcp_urgent_announced(struct tcp_pcb *pcb, const struct tcp_hdr *h)
{
	struct tcp_sock *t = pcb->callback_arg;
	uint16_t pointer = ntohs(h->urgp);
	int32_t ahead;

	if (!t)
		return;
	ahead = h->seqno + pointer - !!pointer - pcb->rcv_nxt;
	if (ahead < 0 || (t->urgent && distance(t) >= 0
			&& (int32_t)(t->rx_total + ahead - t->urgent_at) <= 0))
		return;
	t->urgent = URGENT_AHEAD;
	t->urgent_at = t->rx_total + ahead;
	if (t->k.s) {
		file_urgent(t->k.s->file);
		socket_wake(&t->k.s->rd);
	}
}

/* Data has come: perhaps with the byte, which is kept aside */
void tcp_urgent_arrived(struct tcp_sock *t)
{
	int32_t at = distance(t);

	if (t->urgent != URGENT_AHEAD || at < 0 || (size_t)at >= t->rx_len)
		return;
	for (const struct pbuf *p = t->rx; p; at -= p->len, p = p->next)
		if (at < p->len) {
			t->urgent_byte = ((const uint8_t *)p->payload)[at];
			t->urgent = URGENT_HERE;
			return;
		}
}

enum mark tcp_mark(struct tcp_sock *t, size_t *n)
{
	int32_t at = distance(t);

	if (at == 0)
		return t->rx_len ? MARK_HERE : MARK_NONE;
	if (at < 0)
		t->urgent = URGENT_NONE;
	else
		*n = MIN(*n, (size_t)at);
	return MARK_NONE;
}

/* recv(2), MSG_OOB */
ssize_t tcp_recv_urgent(struct socket *s, struct socket_msg *m)
{
	struct tcp_sock *t = tcp_sk(s);

	if (s->opt.oobinline || !t->urgent || t->urgent == URGENT_READ
			|| distance(t) < 0)
		return -EINVAL;
	if (t->urgent == URGENT_AHEAD)
		return t->eof || !t->pcb ? 0 : -EAGAIN;
	m->out_flags |= MSG_OOB;
	if (!m->iov.len)
		m->out_flags |= MSG_TRUNC;
	else if (iov_to(&m->iov, &t->urgent_byte, 1))
		return -EFAULT;
	if (!(m->flags & MSG_PEEK))
		t->urgent = URGENT_READ;
	return !(m->out_flags & MSG_TRUNC);
}

/* The last byte that was queued is urgent: it waits for no acknowledgement */
void tcp_send_urgent(struct tcp_pcb *pcb)
{
	bool eager = tcp_nagle_disabled(pcb);
	struct tcp_seg *seg = pcb->unsent;

	if (!seg)
		return;
	while (seg->next)
		seg = seg->next;
	TCPH_SET_FLAG(seg->tcphdr, TCP_URG);
	seg->tcphdr->urgp = htons(seg->len);
	tcp_nagle_disable(pcb);
	(void)tcp_output(pcb);
	if (!eager)
		tcp_nagle_enable(pcb);
}
