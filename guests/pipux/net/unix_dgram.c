/* SPDX-License-Identifier: BSD-2-Clause */
/* SOCK_DGRAM and SOCK_SEQPACKET: messages, each received as it was sent. */
#include "unix.h"

#define OVERHEAD	32		/* of SO_SNDBUF, in each message */

/* unix(7): one that is connected takes messages from its peer only */
static bool may_send(const struct unix_sock *from, const struct unix_sock *to)
{
	return !to->peer || to->peer == from;
}

/* The old connection ends: nothing of it is received any more */
static void forget(struct unix_sock *u, struct unix_sock *old)
{
	if (list_empty(&u->queue))
		return;
	mutex_lock(&u->reading);
	unix_purge(u);
	mutex_unlock(&u->reading);
	if (!old->dead && old->peer == u) {
		unix_set_error(old, ECONNRESET);
		unix_wake(old);
	}
}

static void set_peer(struct unix_sock *u, struct unix_sock *to)
{
	struct unix_sock *old = u->peer ? unix_get(u->peer) : NULL;

	unix_set_peer(u, to);
	u->state = to ? UNIX_CONNECTED : UNIX_CLOSED;
	if (!old)
		return;
	if (old != to)
		forget(u, old);
	unix_put(old);
}

int unix_dgram_connect(struct socket *s, const struct sockaddr_storage *addr,
		int len, uint32_t flags)
{
	struct unix_sock *u = unix_of(s), *to;
	int rc;

	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	if (addr->ss_family == AF_UNSPEC) {
		set_peer(u, NULL);
		return 0;
	}
	rc = unix_check_addr(addr, len);
	if (rc == 0 && s->opt.passcred)
		rc = unix_autobind(u);
	if (rc)
		return rc;
	to = unix_find(addr, len, SOCK_DGRAM);
	if (IS_ERR(to))
		return PTR_ERR(to);
	if (may_send(u, to))
		set_peer(u, to);
	else
		rc = -EPERM;
	unix_put(to);
	return rc;
}

/* Whom the message goes to, referenced */
static struct unix_sock *receiver(struct socket *s, struct socket_msg *m)
{
	struct unix_sock *u = unix_of(s);

	if (m->name_len)
		return unix_find(m->name, m->name_len, s->type);
	return u->peer ? unix_get(u->peer) : ERR_PTR(-ENOTCONN);
}

/* The peer is gone: a new one may come to the name */
static int lost(struct unix_sock *u, struct unix_sock *to)
{
	if (u->peer != to)
		return 1;
	if (u->type == SOCK_SEQPACKET)
		return -EPIPE;
	set_peer(u, NULL);
	return -ECONNREFUSED;
}

/* Queues p with `to`: 0; 1: the receiver is to be looked for again */
static long deliver(struct socket *s, struct socket_msg *m,
		struct unix_packet *p, struct unix_sock *to, ktime_t deadline)
{
	struct unix_sock *u = unix_of(s);
	long rc;

	if (!may_send(u, to))
		return -EPERM;
	if (to->dead)
		return lost(u, to);
	if (to->shut & SHUT_IN)
		return -EPIPE;
	if (to != u && to->peer != u && unix_full(to)) {
		if (m->flags & MSG_DONTWAIT)
			return -EAGAIN;
		rc = socket_wait(&to->room, to->dead || !unix_full(to)
			|| (to->shut & SHUT_IN), deadline);
		return rc ? rc : 1;
	}
	unix_scm_stamp(&p->scm, s, to);
	unix_packet_queue(to, p);
	return 0;
}

static long deliver_somewhere(struct socket *s, struct socket_msg *m,
		struct unix_packet *p, ktime_t deadline)
{
	long rc;

	do {
		struct unix_sock *to = receiver(s, m);

		if (IS_ERR(to))
			return PTR_ERR(to);
		rc = deliver(s, m, p, to, deadline);
		unix_put(to);
	} while (rc > 0);
	return rc;
}

/* The checks that come before there is a packet */
static int may_begin(struct socket *s, struct socket_msg *m)
{
	struct unix_sock *u = unix_of(s);
	int rc = 0;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->name_len)
		rc = unix_check_addr(m->name, m->name_len);
	else if (!u->peer)
		rc = -ENOTCONN;
	if (rc == 0 && s->opt.passcred)
		rc = unix_autobind(u);
	if (rc == 0 && m->iov.len > s->opt.sndbuf - OVERHEAD)
		rc = -EMSGSIZE;
	return rc;
}

static ssize_t send_packet(struct socket *s, struct socket_msg *m,
		struct unix_scm *scm)
{
	ktime_t deadline = socket_deadline(s->opt.sndtimeo);
	ssize_t n = m->iov.len;
	struct unix_packet *p;
	long rc = may_begin(s, m);

	if (rc == 0)
		rc = unix_wait_sendable(s, m->flags, deadline);
	if (rc)
		return rc;
	p = unix_packet_new(unix_of(s), m, n);
	if (IS_ERR(p))
		return PTR_ERR(p);
	p->scm = *scm;
	scm->fds = NULL;
	if (p->scm.fds)
		unix_inflight(p->scm.fds);
	rc = deliver_somewhere(s, m, p, deadline);
	if (rc == 0)
		return n;
	unix_packet_free(p);
	return rc;
}

ssize_t unix_dgram_send(struct socket *s, struct socket_msg *m)
{
	struct unix_scm scm;
	ssize_t rc = unix_scm_parse(m, &scm);

	if (rc)
		return rc;
	rc = send_packet(s, m, &scm);
	unix_fds_put(scm.fds);
	return rc;
}

ssize_t unix_seqpacket_send(struct socket *s, struct socket_msg *m)
{
	int rc = socket_error(s);

	if (rc)
		return rc;
	if (unix_of(s)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	m->name_len = 0;
	return unix_dgram_send(s, m);
}

/* The packet to be received; NULL: none.  *skip: bytes to pass over in it */
static struct unix_packet *next_packet(struct socket *s, uint32_t flags,
		uint32_t *skip)
{
	struct unix_packet *p;
	int off = s->opt.peek_off;

	*skip = 0;
	list_for_each(p, &unix_of(s)->queue, link) {
		if (!(flags & MSG_PEEK) || off < 0)
			return p;
		if (off >= (int)p->len && (off || p->peeked)) {
			off -= p->len;
			continue;
		}
		*skip = off;
		return p;
	}
	return NULL;
}

/* Waits for a packet: 1, 0 at the end of all, or errno */
static long wait_packet(struct socket *s, uint32_t flags, ktime_t deadline,
		struct unix_packet **p, uint32_t *skip)
{
	struct unix_sock *u = unix_of(s);
	long rc;

	for (;;) {
		rc = socket_error(s);
		if (rc)
			return rc;
		*p = next_packet(s, flags, skip);
		if (*p)
			return 1;
		if (u->shut & SHUT_IN)
			return (flags & MSG_DONTWAIT)
				&& u->type == SOCK_DGRAM ? -EAGAIN : 0;
		if (flags & MSG_DONTWAIT)
			return -EAGAIN;
		mutex_unlock(&u->reading);
		rc = socket_wait(&s->rd, s->error || (u->shut & SHUT_IN)
			|| next_packet(s, flags, skip), deadline);
		mutex_lock(&u->reading);
		if (rc)
			return rc;
	}
}

/* The files of the packet: its own if it goes, else copies */
static struct unix_fds *take_files(struct unix_packet *p, uint32_t flags)
{
	struct unix_fds *fds = p->scm.fds;

	if (flags & MSG_PEEK)
		return unix_fds_dup(fds);
	if (fds)
		unix_landed(fds);
	p->scm.fds = NULL;
	return fds;
}

static ssize_t receive(struct socket *s, struct socket_msg *m,
		struct unix_packet *p, uint32_t skip)
{
	struct unix_scm scm = p->scm;
	uint32_t left = p->len - skip, n = MIN(left, (uint32_t)m->iov.len);

	unix_copy_name(m, p->sender);
	if (n < left)
		m->out_flags |= MSG_TRUNC;
	if (unix_packet_copy(p, skip, n, &m->iov))
		return -EFAULT;
	if (s->opt.peek_off >= 0)
		s->opt.peek_off = (m->flags & MSG_PEEK) ? s->opt.peek_off
			+ (int)n : MAX(s->opt.peek_off - (int)p->len, 0);
	scm.fds = take_files(p, m->flags);
	unix_scm_deliver(s, m, &scm);
	return (m->flags & MSG_TRUNC) ? left : n;
}

ssize_t unix_dgram_recv(struct socket *s, struct socket_msg *m)
{
	struct unix_sock *u = unix_of(s);
	struct unix_packet *p;
	uint32_t skip;
	ssize_t rc;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	mutex_lock(&u->reading);
	rc = wait_packet(s, m->flags, socket_deadline(s->opt.rcvtimeo), &p,
		&skip);
	if (rc > 0 && (m->flags & MSG_PEEK)) {
		p->peeked = true;
		rc = receive(s, m, p, skip);
	} else if (rc > 0) {
		unix_packet_unlink(u, p);
		rc = receive(s, m, p, skip);
		unix_packet_free(p);
	}
	mutex_unlock(&u->reading);
	return rc;
}

ssize_t unix_seqpacket_recv(struct socket *s, struct socket_msg *m)
{
	if (unix_of(s)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	return unix_dgram_recv(s, m);
}
