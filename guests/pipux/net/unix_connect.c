/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections of SOCK_STREAM and SOCK_SEQPACKET.  connect() makes the other
 * end at once and leaves it with the listener; both sides may send before it
 * is accepted.
 */
#include "unix.h"

struct ucred unix_own_cred(void)
{
	return (struct ucred){ current->process->pid, current->cred.euid,
		current->cred.egid };
}

int unix_listen(struct socket *s, int backlog)
{
	struct unix_sock *u = unix_of(s);

	if (!u->addr || u->state == UNIX_CONNECTED)
		return -EINVAL;
	if ((uint32_t)backlog > u->backlog)
		wake_up(&u->room);
	u->backlog = backlog;
	u->state = UNIX_LISTENING;
	s->listening = true;
	s->peer = unix_own_cred();
	return 0;
}

/* Whoever listens there and has room, referenced, or ERR_PTR */
static struct unix_sock *listener_at(struct socket *s,
		const struct sockaddr_storage *addr, int len, uint32_t flags,
		ktime_t deadline)
{
	struct unix_sock *l;
	long rc;

	for (;;) {
		l = unix_find(addr, len, s->type);
		if (IS_ERR(l))
			return l;
		rc = -ECONNREFUSED;
		if (l->state != UNIX_LISTENING || (l->shut & SHUT_IN))
			break;
		if (!unix_full(l))
			return l;
		rc = -EAGAIN;
		if (flags & O_NONBLOCK)
			break;
		rc = socket_wait(&l->room, l->dead || !unix_full(l)
			|| (l->shut & SHUT_IN), deadline);
		if (rc)
			break;
		unix_put(l);
	}
	unix_put(l);
	return ERR_PTR(rc);
}

/* Two ends find each other */
static void join(struct unix_sock *a, struct unix_sock *b)
{
	unix_set_peer(a, b);
	unix_set_peer(b, a);
	a->state = b->state = UNIX_CONNECTED;
}

static int connect_to(struct socket *s, struct unix_sock *l,
		struct unix_sock *end)
{
	struct unix_sock *u = unix_of(s);

	if (u->state != UNIX_CLOSED)
		return u->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
	end->peer_cred = unix_own_cred();
	end->addr = l->addr;
	end->addr->refs++;
	s->peer = l->socket->peer;
	join(u, end);
	list_add_tail(&l->pending, &end->pending_link);
	l->queued++;
	socket_wake(&l->socket->rd);
	return 0;
}

int unix_connect(struct socket *s, const struct sockaddr_storage *addr,
		int len, uint32_t flags)
{
	struct unix_sock *l, *end;
	int rc = unix_check_addr(addr, len);

	if (rc == 0 && s->opt.passcred)
		rc = unix_autobind(unix_of(s));
	if (rc)
		return rc;
	end = unix_new(s->type);
	if (!end)
		return -ENOMEM;
	l = listener_at(s, addr, len, flags,
		socket_deadline(s->opt.sndtimeo));
	if (IS_ERR(l)) {
		unix_put(end);
		return PTR_ERR(l);
	}
	rc = connect_to(s, l, end);
	unix_put(l);
	if (rc)
		unix_put(end);
	return rc;
}

int unix_accept(struct socket *s, struct socket *to, uint32_t flags)
{
	ktime_t deadline = socket_deadline(s->opt.rcvtimeo);
	struct unix_sock *u = unix_of(s), *end;
	long rc;

	if (u->state != UNIX_LISTENING)
		return -EINVAL;
	if (list_empty(&u->pending)) {
		if (u->shut & SHUT_IN)
			return -EINVAL;
		if (flags & O_NONBLOCK)
			return -EAGAIN;
		rc = socket_wait(&s->rd, !list_empty(&u->pending)
			|| (u->shut & SHUT_IN), deadline);
		if (rc)
			return rc;
		if (list_empty(&u->pending))
			return -EINVAL;
	}
	end = list_first(&u->pending, struct unix_sock, pending_link);
	list_del(&end->pending_link);
	u->queued--;
	socket_wake(&u->room);
	unix_attach(end, to);
	to->error = end->error;
	to->peer = end->peer_cred;
	/* the way back to the calls' address is passed on, as on Linux */
	to->opt.passcred = s->opt.passcred;
	return 0;
}

/* socketpair(2) */
int unix_pair(struct socket *a, struct socket *b)
{
	join(unix_of(a), unix_of(b));
	a->peer = b->peer = unix_own_cred();
	return 0;
}
