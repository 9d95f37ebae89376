/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SOCK_STREAM: bytes in order.  Each write is a run of packets; a read takes
 * from as many as it wants, but never over files that were sent, nor, if it
 * wants credentials, from one sender to another.
 *
 * An urgent byte is a packet of its own.  The last one, if it is unread, is
 * the socket's `urgent`: a read ends before it, and the next one passes over
 * it or, with SO_OOBINLINE, takes it.  Read by MSG_OOB it stays as a mark.
 */
#include "unix.h"

#define CHUNK_MAX	32768u

/* The room that is taken up at once: half of it, so that two are under way */
static size_t chunk(const struct socket *s, size_t left)
{
	size_t half = s->opt.sndbuf / 2 - 64;

	return MIN(left, half < CHUNK_MAX ? half : CHUNK_MAX);
}

/*
 * One packet, the last byte by itself if it is urgent; the control data goes
 * with the first: bytes or errno
 */
static ssize_t send_chunk(struct socket *s, struct socket_msg *m,
		struct unix_scm *scm, ktime_t deadline)
{
	struct unix_sock *u = unix_of(s);
	struct unix_packet *p;
	bool oob = (m->flags & MSG_OOB) && m->iov.len == 1;
	ssize_t n = chunk(s, m->iov.len - (m->flags & MSG_OOB && !oob));
	int rc = unix_wait_sendable(s, m->flags, deadline);

	if (rc)
		return rc;
	p = unix_packet_new(u, m, n);
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (u->peer->dead || (u->peer->shut & SHUT_IN)) {
		unix_packet_free(p);
		return -EPIPE;
	}
	unix_scm_stamp(scm, s, u->peer);
	p->scm = *scm;
	scm->fds = NULL;
	if (p->scm.fds)
		unix_inflight(p->scm.fds);
	p->oob = oob;
	if (oob)
		u->peer->urgent = p;
	unix_packet_queue(u->peer, p);
	if (oob && u->peer->socket)
		file_urgent(u->peer->socket->file);
	return n;
}

static ssize_t send_all(struct socket *s, struct socket_msg *m,
		struct unix_scm *scm)
{
	ktime_t deadline = socket_deadline(s->opt.sndtimeo);
	ssize_t sent = 0, rc = 0;

	if (unix_of(s)->shut & SHUT_OUT)
		rc = -EPIPE;
	while (rc >= 0 && m->iov.len) {
		rc = send_chunk(s, m, scm, deadline);
		if (rc > 0)
			sent += rc;
	}
	if (sent)
		return sent;
	return rc == -EPIPE ? socket_broken(m->flags) : rc;
}

ssize_t unix_stream_send(struct socket *s, struct socket_msg *m)
{
	struct unix_sock *u = unix_of(s);
	struct unix_scm scm;
	ssize_t rc = unix_scm_parse(m, &scm);

	if (rc)
		return rc;
	if ((m->flags & MSG_OOB) && !m->iov.len)
		rc = -EOPNOTSUPP;
	else if (m->name_len)
		rc = u->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	else if (!u->peer)
		rc = -ENOTCONN;
	else
		rc = send_all(s, m, &scm);
	unix_fds_put(scm.fds);
	return rc;
}

/* A read in progress */
struct reading {
	struct socket_msg *m;
	struct unix_scm scm;
	ssize_t copied;
	size_t target;			/* enough to return */
	uint32_t skip;			/* peeking: bytes to pass over */
	bool begun;			/* scm.cred is that of a packet */
};

static bool same_sender(const struct ucred *a, const struct ucred *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

/* Bytes of p were read: what is empty goes.  True: p had files */
static bool consume(struct socket *s, struct unix_packet *p, uint32_t n,
		struct reading *r)
{
	struct unix_sock *u = unix_of(s);
	bool files = p->scm.fds;

	p->off += n;
	if (s->opt.peek_off >= 0)
		s->opt.peek_off = MAX(s->opt.peek_off - (int)n, 0);
	if (files) {
		unix_landed(p->scm.fds);
		r->scm.fds = p->scm.fds;
		p->scm.fds = NULL;
	}
	if (p->off == p->len) {
		unix_packet_unlink(u, p);
		unix_packet_free(p);
	}
	return files;
}

static bool peek(struct socket *s, struct unix_packet *p, uint32_t n,
		struct reading *r)
{
	if (s->opt.peek_off >= 0)
		s->opt.peek_off += n;
	if (p->scm.fds)
		r->scm.fds = unix_fds_dup(p->scm.fds);
	return p->scm.fds;
}

/* Takes from one packet: 1 go on with the next, 0 enough, or -EFAULT */
static int take_packet(struct socket *s, struct unix_packet *p,
		struct reading *r)
{
	struct socket_msg *m = r->m;
	uint32_t n = MIN(p->len - p->off - r->skip, (uint32_t)m->iov.len);

	if (r->begun && s->opt.passcred
	    && !same_sender(&p->scm.cred, &r->scm.cred))
		return 0;
	if (!r->begun) {
		r->begun = true;
		r->scm.cred = p->scm.cred;
		unix_copy_name(m, p->sender);
	}
	if (unix_packet_copy(p, p->off + r->skip, n, &m->iov))
		return -EFAULT;
	r->copied += n;
	r->skip = 0;
	if ((m->flags & MSG_PEEK) ? peek(s, p, n, r) : consume(s, p, n, r))
		return 0;
	return m->iov.len != 0;
}

/* An urgent byte is next: 1 to read it, 0 to end before it, -1: it is gone */
static int at_urgent(struct socket *s, struct unix_packet *p,
		const struct reading *r)
{
	struct unix_sock *u = unix_of(s);
	bool peeking = r->m->flags & MSG_PEEK, unread = p->off < p->len;

	if (unread && u->urgent != p)
		return 1;		/* a later one made it plain data */
	if (r->copied)
		return 0;
	if (unread && s->opt.oobinline) {
		u->urgent = peeking ? p : NULL;
		return 1;
	}
	if (!peeking) {
		unix_packet_unlink(u, p);
		unix_packet_free(p);
	}
	return -1;
}

/* All that is there and wanted: as take_packet */
static int take(struct socket *s, struct reading *r)
{
	struct unix_sock *u = unix_of(s);
	struct unix_packet *p, *next;
	int rc = 1;

	list_for_each_safe(p, next, &u->queue, link) {
		if (r->skip >= p->len - p->off && r->skip) {
			r->skip -= p->len - p->off;
			continue;
		}
		if (p->oob)
			rc = at_urgent(s, p, r);
		if (rc > 0)
			rc = take_packet(s, p, r);
		if (rc == 0 || rc == -EFAULT)
			return rc;
		rc = 1;
	}
	return 1;
}

/* Nothing left: 1 look again, 0 end of it, or errno */
static long wait_data(struct socket *s, struct reading *r, ktime_t deadline)
{
	struct unix_sock *u = unix_of(s);
	struct unix_packet *last = list_empty(&u->queue) ? NULL
		: list_entry(u->queue.prev, struct unix_packet, link);
	long rc = socket_error(s);

	if (rc)
		return rc;
	if (u->shut & SHUT_IN)
		return 0;
	if (r->m->flags & MSG_DONTWAIT)
		return -EAGAIN;
	mutex_unlock(&u->reading);
	rc = socket_wait(&s->rd, s->error || (u->shut & SHUT_IN)
		|| (!list_empty(&u->queue)
			&& u->queue.prev != (last ? &last->link : NULL)),
		deadline);
	mutex_lock(&u->reading);
	return rc ? rc : 1;
}

static long read_on(struct socket *s, struct reading *r, ktime_t deadline)
{
	long rc;

	for (;;) {
		if (r->m->flags & MSG_PEEK)
			r->skip = s->opt.peek_off >= 0 ? s->opt.peek_off
				: r->copied;
		rc = take(s, r);
		if (rc <= 0 || r->copied >= (ssize_t)r->target)
			return rc < 0 ? rc : 0;
		rc = wait_data(s, r, deadline);
		if (rc <= 0)
			return rc;
	}
}

bool unix_at_mark(const struct unix_sock *u)
{
	const struct unix_packet *p;

	if (list_empty(&u->queue))
		return false;
	p = list_first(&u->queue, struct unix_packet, link);
	return p->oob && (p == u->urgent || p->off == p->len);
}

/* MSG_OOB: the urgent byte, wherever the reader is */
static ssize_t recv_urgent(struct socket *s, struct socket_msg *m)
{
	struct unix_sock *u = unix_of(s);
	struct unix_packet *p;
	ssize_t rc = 1;

	mutex_lock(&u->reading);
	p = u->urgent;
	if (!p || s->opt.oobinline)
		rc = -EINVAL;
	else if (!m->iov.len || unix_packet_copy(p, 0, 1, &m->iov))
		rc = -EFAULT;
	if (rc > 0) {
		m->out_flags |= MSG_OOB;
		if (!(m->flags & MSG_PEEK)) {
			/* a later one may have come while the copy slept */
			if (u->urgent == p)
				u->urgent = NULL;
			p->off = p->len;
		}
	}
	mutex_unlock(&u->reading);
	return rc;
}

ssize_t unix_stream_recv(struct socket *s, struct socket_msg *m)
{
	struct unix_sock *u = unix_of(s);
	struct reading r = { .m = m };
	long rc;

	if (u->state != UNIX_CONNECTED)
		return -EINVAL;
	if (m->flags & MSG_OOB)
		return recv_urgent(s, m);
	r.target = (m->flags & MSG_WAITALL) ? m->iov.len
		: MIN((size_t)s->opt.rcvlowat, m->iov.len);
	r.target = MAX(r.target, (size_t)1);
	mutex_lock(&u->reading);
	rc = read_on(s, &r, socket_deadline(s->opt.rcvtimeo));
	mutex_unlock(&u->reading);
	if (r.copied == 0 && !r.begun && rc)
		return rc;
	unix_scm_deliver(s, m, &r.scm);
	return r.copied ? r.copied : rc;
}
