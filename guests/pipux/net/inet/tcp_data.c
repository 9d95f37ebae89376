/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP sockets: data, and what poll says (tcp(7), send(2), recv(2)).
 */
#include "tcp.h"
#include <asm/ioctls.h>
#include <linux/sockios.h>

#define WRITE_MAX	0xFFFFu

/* Nothing can come or go any more */
static bool closed(const struct tcp_sock *t)
{
	return !t->connecting && (!t->pcb || t->pcb->state == CLOSED
		|| t->pcb->state == TIME_WAIT);
}

/* No data will follow what is there */
static bool ended(const struct socket *s)
{
	const struct tcp_sock *t = tcp_sk(s);

	return t->eof || (s->shut & SHUT_IN) || closed(t);
}

err_t tcp_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct tcp_sock *t = arg;

	if (p) {
		t->rx_len += p->tot_len;
		t->rx_total += p->tot_len;
		if (t->rx)
			t->rx_tail->next = p;
		else
			t->rx = p;
		while (p->next)
			p = p->next;
		t->rx_tail = p;
		if (unlikely(t->urgent))
			tcp_urgent_arrived(t);
		if (unlikely(t->quickack == QUICKACK_ON))
			tcp_ack_now(pcb);
	} else {
		t->eof = true;
	}
	if (unlikely(t->deferred))
		tcp_undefer(t);
	if (!t->k.s)
		return ERR_OK;
	socket_wake(&t->k.s->rd);
	if (t->eof)
		socket_wake(&t->k.s->wr);
	return ERR_OK;
}

/* The first buffer, read to its end */
static void rx_next(struct tcp_sock *t)
{
	struct pbuf *p = t->rx;

	t->rx = p->next;
	p->next = NULL;
	pbuf_free(p);
}

void tcp_discard(struct tcp_sock *t)
{
	while (t->rx)
		rx_next(t);
	t->rx_len = 0;
}

/* The window grows by what was read; lwIP counts in 16 bits */
static void window_open(struct tcp_sock *t, size_t n)
{
	while (n && t->pcb && t->pcb->state != LISTEN) {
		u16_t part = MIN(n, (size_t)WRITE_MAX);

		tcp_recved(t->pcb, part);
		n -= part;
	}
}

/* Who waits for more has no answer that the ACK could travel with */
static void ack_now(struct tcp_sock *t)
{
	if (!t->pcb || !(t->pcb->flags & TF_ACK_DELAY))
		return;
	tcp_ack_now(t->pcb);
	(void)tcp_output(t->pcb);
	inet_run();
}

/* At most `max` bytes from the skip-th on */
static ssize_t peek(struct tcp_sock *t, struct socket_msg *m, size_t max,
		size_t skip)
{
	size_t done = 0;

	for (struct pbuf *p = t->rx; p && done < max; p = p->next) {
		size_t n;

		if (p->len <= skip) {
			skip -= p->len;
			continue;
		}
		n = MIN((size_t)p->len - skip, max - done);
		if (iov_to(&m->iov, (u8_t *)p->payload + skip, n))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
		skip = 0;
	}
	return done;
}

/* What is there, `max` bytes, goes to the user: bytes or -EFAULT */
static ssize_t take(struct tcp_sock *t, struct socket_msg *m, size_t max)
{
	size_t done = 0;
	long rc = 0;

	while (t->rx && done < max) {
		struct pbuf *p = t->rx;
		size_t n = MIN((size_t)p->len, max - done);

		if (m->flags & MSG_TRUNC)
			iov_skip(&m->iov, n);
		else
			rc = iov_to(&m->iov, p->payload, n);
		if (rc)
			break;
		done += n;
		t->rx_len -= n;
		p->payload = (u8_t *)p->payload + n;
		p->len -= n;
		if (!p->len)
			rx_next(t);
	}
	window_open(t, done);
	return done ? (ssize_t)done : rc;
}

/* An urgent byte that is not part of the data */
static void pass_urgent(struct tcp_sock *t)
{
	struct socket_msg nowhere = { .iov.len = 1, .iov.seg = 1,
		.flags = MSG_TRUNC };

	(void)take(t, &nowhere, 1);
	t->urgent = URGENT_NONE;
}

/* Reads once: bytes, or errno; 0 also at an urgent byte behind others */
static ssize_t read_some(struct socket *s, struct socket_msg *m, size_t done)
{
	struct tcp_sock *t = tcp_sk(s);
	bool peeking = m->flags & MSG_PEEK, skip = false;
	size_t max = m->iov.len;

	if (unlikely(t->urgent) && tcp_mark(t, &max) == MARK_HERE) {
		if (done)
			return 0;
		skip = !s->opt.oobinline;
		if (skip && !peeking)
			pass_urgent(t);
	}
	return peeking ? peek(t, m, max, skip) : take(t, m, max);
}

/* Nothing to read: 0 at the end of the stream, 1 to wait, or errno */
static long nothing(struct socket *s, uint32_t flags)
{
	const struct tcp_sock *t = tcp_sk(s);

	if (t->eof)
		return 0;
	if (s->error)
		return socket_error(s);
	if (ended(s))
		return 0;
	return flags & MSG_DONTWAIT ? -EAGAIN : 1;
}

ssize_t tcp_recvmsg(struct socket *s, struct socket_msg *m)
{
	struct tcp_sock *t = tcp_sk(s);
	ktime_t deadline = socket_deadline(s->opt.rcvtimeo);
	size_t want = m->iov.len, target = 1, done = 0;
	long rc = 0;

	if (m->flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if (s->listening)
		return -ENOTCONN;
	if (m->flags & MSG_OOB)
		return tcp_recv_urgent(s, m);
	if (!(t->connected || t->connecting || s->error))
		return -ENOTCONN;
	if ((m->flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL)
		target = want;
	else if (!(m->flags & MSG_PEEK))
		target = MIN(want, (size_t)s->opt.rcvlowat);
	for (;;) {
		if (t->rx_len) {
			mutex_lock(&t->reading);
			rc = read_some(s, m, done);
			mutex_unlock(&t->reading);
		}
		if (rc < 0)
			break;
		done += rc;
		if (unlikely(t->urgent) && done && tcp_at_mark(t))
			break;
		if (done >= target && (done || !want))
			break;
		rc = nothing(s, m->flags);
		if (rc <= 0)
			break;
		ack_now(t);
		rc = socket_wait(&s->rd, t->rx_len || ended(s) || s->error,
			deadline);
		if (rc)
			break;
	}
	inet_run();
	return done ? (ssize_t)done : rc;
}

/* Bytes that may be queued now; SO_SNDBUF may be less than lwIP's buffer */
static size_t space(const struct socket *s)
{
	const struct tcp_sock *t = tcp_sk(s);
	size_t queued, limit = MIN(s->opt.sndbuf, (uint32_t)TCP_SND_BUF);

	if (!t->pcb || tcp_sndqueuelen(t->pcb) >= TCP_SND_QUEUELEN - 4)
		return 0;
	queued = TCP_SND_BUF - t->pcb->snd_buf;
	return queued < limit ? limit - queued : 0;
}

static bool may_send(const struct socket *s)
{
	const struct tcp_sock *t = tcp_sk(s);

	return !s->error && !(s->shut & SHUT_OUT) && t->connected
		&& !closed(t);
}

/* tcp(7): the pending error, or EPIPE with its signal */
static long send_broken(struct socket *s, uint32_t flags)
{
	long rc = socket_error(s);

	return rc && rc != -EPIPE ? rc : socket_broken(flags);
}

/* Queues the next piece: 0, 1 if there is no room now, or errno */
static long queue_piece(struct socket *s, struct socket_msg *m)
{
	struct tcp_sock *t = tcp_sk(s);
	size_t n, room = space(s);
	const void *src;
	u8_t how = TCP_WRITE_FLAG_COPY;

	if (!room)
		return 1;
	src = iov_peek(&m->iov, &n);	/* may sleep */
	if (!src)
		return -EFAULT;
	if (!may_send(s))
		return 0;
	n = MIN(n, (size_t)WRITE_MAX);
	room = space(s);
	n = MIN(n, room);
	if (n < m->iov.len || (m->flags & MSG_MORE))
		how |= TCP_WRITE_FLAG_MORE;
	if (tcp_write(t->pcb, src, n, how) != ERR_OK)
		return t->pcb->unacked || t->pcb->unsent ? 1 : -ENOBUFS;
	iov_skip(&m->iov, n);
	return 0;
}

static void flush(struct tcp_sock *t)
{
	if (t->pcb && t->pcb->state != LISTEN)
		(void)tcp_output(t->pcb);
	inet_run();
}

/* tcp(7), TCP_CORK: less than a segment waits for more */
static bool corked(const struct tcp_sock *t, uint32_t flags)
{
	const struct tcp_seg *seg = t->pcb && t->pcb->state != LISTEN
		? t->pcb->unsent : NULL;

	return (unlikely(t->cork) || (flags & MSG_MORE)) && seg && !seg->next
		&& seg->len < tcp_mss(t->pcb);
}

/* Waits for room; lwIP's buffers may lack memory though there is some */
static long wait_for_room(struct socket *s, uint32_t flags, ktime_t deadline)
{
	size_t before;
	struct tcp_sock *t = tcp_sk(s);

	before = space(s);
	flush(t);
	if (!may_send(s) || space(s) > before)
		return 0;
	if (flags & MSG_DONTWAIT)
		return -EAGAIN;
	return socket_wait(&s->wr, !may_send(s) || space(s) > before,
		deadline);
}

ssize_t tcp_sendmsg(struct socket *s, struct socket_msg *m)
{
	struct tcp_sock *t = tcp_sk(s);
	ktime_t deadline = socket_deadline(s->opt.sndtimeo);
	size_t want = m->iov.len;
	long rc = 0;

	if (t->connecting)
		rc = m->flags & MSG_DONTWAIT ? -EAGAIN
			: socket_wait(&s->wr, !t->connecting, deadline);
	while (rc == 0 && (m->iov.len || !may_send(s))) {
		if (!may_send(s)) {
			if (m->iov.len == want)
				rc = send_broken(s, m->flags);
			break;
		}
		rc = queue_piece(s, m);
		if (rc == 1)
			rc = wait_for_room(s, m->flags, deadline);
	}
	if (unlikely(m->flags & MSG_OOB) && want > m->iov.len && t->pcb)
		tcp_send_urgent(t->pcb);
	if (!corked(t, m->flags))
		flush(t);
	return want > m->iov.len ? (ssize_t)(want - m->iov.len) : rc;
}

/* As Linux: room for a third of what is under way */
static bool writable(const struct socket *s)
{
	size_t limit = MIN(s->opt.sndbuf, (uint32_t)TCP_SND_BUF);

	return space(s) >= limit / 3;
}

uint32_t tcp_poll_socket(struct socket *s, struct poll_table *pt)
{
	struct tcp_sock *t = tcp_sk(s);
	bool in = ended(s), out = s->shut & SHUT_OUT;
	uint32_t ready = 0;

	poll_wait(s->file, &s->rd, pt);
	poll_wait(s->file, &s->wr, pt);
	if (s->listening)
		return list_empty(&t->accepting) ? 0 : POLLIN | POLLRDNORM;
	if (!t->rx_len)
		ack_now(t);
	if (s->error)
		ready |= POLLERR;
	if (t->connecting)
		return ready;
	if (closed(t) || (in && out))
		ready |= POLLHUP;
	if (!t->connected && !s->error)
		return ready | POLLOUT | POLLWRNORM;
	if (in)
		ready |= POLLIN | POLLRDNORM | POLLRDHUP;
	if (t->rx_len >= MIN((size_t)s->opt.rcvlowat, (size_t)TCP_WND / 2)
			&& t->rx_len)
		ready |= POLLIN | POLLRDNORM;
	if (unlikely(t->urgent) && tcp_urgent_unread(t))
		ready |= POLLPRI;
	if (out || closed(t) || writable(s))
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

long tcp_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	const struct tcp_sock *t = tcp_sk(s);

	switch (cmd) {
	case FIONREAD:
		if (s->listening)
			return -EINVAL;
		return put_user((int)t->rx_len, (int *)arg);
	case TIOCOUTQ:
		if (s->listening)
			return -EINVAL;
		return put_user(t->pcb ? (int)(TCP_SND_BUF
			- t->pcb->snd_buf) : 0, (int *)arg);
	case SIOCATMARK:
		return put_user((int)tcp_at_mark(t), (int *)arg);
	default:
		return -ENOIOCTLCMD;
	}
}
