/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_UNIX sockets (unix(7)): their life, and the operations that all types
 * have in common.
 */
#include "unix.h"
#include <pipux/procfs.h>
#include <asm/ioctls.h>
#include <linux/sockios.h>

#define DGRAM_BACKLOG	10		/* net.unix.max_dgram_qlen */

struct list unix_all = LIST_INIT(unix_all);

struct unix_sock *unix_new(int type)
{
	struct unix_sock *u = kzalloc(sizeof(*u));

	if (!u)
		return NULL;
	u->refs = 1;
	u->type = type;
	u->backlog = DGRAM_BACKLOG;
	u->peer_cred.uid = u->peer_cred.gid = -1;
	list_init(&u->name_link);
	list_init(&u->senders);
	list_init(&u->sender_link);
	list_init(&u->queue);
	list_init(&u->pending);
	list_init(&u->pending_link);
	list_init(&u->inflight_link);
	list_init(&u->gc_link);
	wait_queue_init(&u->room);
	mutex_init(&u->reading);
	list_add_tail(&unix_all, &u->all_link);
	return u;
}

void unix_put(struct unix_sock *u)
{
	if (--u->refs)
		return;
	list_del(&u->all_link);
	unix_addr_put(u->addr);
	kfree(u);
}

void unix_wake(struct unix_sock *u)
{
	if (!u->socket)
		return;
	socket_wake(&u->socket->rd);
	socket_wake(&u->socket->wr);
}

void unix_set_error(struct unix_sock *u, int error)
{
	if (u->socket)
		u->socket->error = error;
	else
		u->error = error;
}

void unix_set_peer(struct unix_sock *u, struct unix_sock *peer)
{
	struct unix_sock *old = u->peer;

	list_del(&u->sender_link);
	u->peer = peer ? unix_get(peer) : NULL;
	if (peer && !unix_connects(u))
		list_add_tail(&peer->senders, &u->sender_link);
	if (old)
		unix_put(old);
}

/* A quarter at most is under way: writers are woken for more than a byte */
bool unix_writable(const struct unix_sock *u)
{
	return u->state != UNIX_LISTENING
		&& u->sent * 4 <= u->socket->opt.sndbuf;
}

/* The other side of a connection learns of this one's end */
static void hang_up(struct unix_sock *u)
{
	struct unix_sock *peer = u->peer;

	if (unix_connects(u)) {
		peer->shut = SHUT_IN | SHUT_OUT;
		if (!list_empty(&u->queue) || !u->socket)
			unix_set_error(peer, ECONNRESET);
		unix_wake(peer);
	}
	unix_set_peer(u, NULL);
}

void unix_close(struct unix_sock *u)
{
	struct unix_sock *s, *next;

	unix_unbind(u);
	u->dead = true;
	u->shut = SHUT_IN | SHUT_OUT;
	wake_up(&u->room);
	if (u->peer)
		hang_up(u);
	u->state = UNIX_CLOSED;
	u->socket = NULL;
	list_for_each_safe(s, next, &u->senders, sender_link) {
		list_del(&s->sender_link);
		unix_wake(s);
	}
	list_for_each_safe(s, next, &u->pending, pending_link) {
		list_del(&s->pending_link);
		unix_close(s);
	}
	unix_purge(u);
	unix_put(u);
}

/* The last reference from outside of messages may be going */
static void unix_flush(struct socket *s)
{
	unix_gc(s->file);
}

static void unix_release(struct socket *s)
{
	unix_close(unix_of(s));
}

/* shutdown(2) of one direction is that of the peer's other one */
static int unix_shutdown(struct socket *s, int how)
{
	struct unix_sock *u = unix_of(s), *peer = u->peer;
	uint8_t bits = how + 1;

	u->shut |= bits;
	unix_wake(u);
	if (!peer || !unix_connects(u))
		return 0;
	if (bits & SHUT_IN)
		peer->shut |= SHUT_OUT;
	if (bits & SHUT_OUT)
		peer->shut |= SHUT_IN;
	unix_wake(peer);
	return 0;
}

/* FIONREAD: all of a stream, the next one of messages */
static long readable(struct unix_sock *u)
{
	struct unix_packet *p;
	long n = 0;

	if (u->state == UNIX_LISTENING)
		return -EINVAL;
	list_for_each(p, &u->queue, link) {
		n += p->len - p->off;
		if (u->type == SOCK_DGRAM)
			break;
	}
	return n;
}

static long unix_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	struct unix_sock *u = unix_of(s);
	long n;

	switch (cmd) {
	case SIOCINQ:
		n = readable(u);
		return n < 0 ? n : put_user((int)n, (int *)arg);
	case SIOCOUTQ:
		return put_user((int)u->sent, (int *)arg);
	case SIOCATMARK:
		if (u->type != SOCK_STREAM)
			break;
		return put_user((int)unix_at_mark(u), (int *)arg);
	}
	return -ENOIOCTLCMD;
}

static int unix_set_peek_off(struct socket *s, int off)
{
	s->opt.peek_off = off;
	return 0;
}

static uint32_t poll_common(struct socket *s, struct poll_table *pt)
{
	struct unix_sock *u = unix_of(s);
	uint32_t mask = 0;

	poll_wait(s->file, &s->rd, pt);
	poll_wait(s->file, &s->wr, pt);
	if (s->error)
		mask |= POLLERR;
	if (u->shut == (SHUT_IN | SHUT_OUT))
		mask |= POLLHUP;
	if (u->shut & SHUT_IN)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (!list_empty(&u->queue) || !list_empty(&u->pending))
		mask |= POLLIN | POLLRDNORM;
	if (unix_connects(u) && u->state == UNIX_CLOSED)
		mask |= POLLHUP;
	return mask;
}

static uint32_t stream_poll(struct socket *s, struct poll_table *pt)
{
	uint32_t mask = poll_common(s, pt);

	if (unix_writable(unix_of(s)))
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	if (unix_of(s)->urgent)
		mask |= POLLPRI;
	return mask;
}

/* Messages need room with the receiver, too */
static uint32_t packet_poll(struct socket *s, struct poll_table *pt)
{
	uint32_t mask = poll_common(s, pt);
	struct unix_sock *peer = unix_of(s)->peer;

	if (!unix_writable(unix_of(s)))
		return mask;
	if (peer && peer->peer != unix_of(s) && unix_full(peer))
		return mask;
	return mask | POLLOUT | POLLWRNORM | POLLWRBAND;
}

#define COMMON_OPS							\
	.flush = unix_flush,						\
	.release = unix_release,					\
	.bind = unix_bind,						\
	.pair = unix_pair,						\
	.getname = unix_getname,					\
	.shutdown = unix_shutdown,					\
	.ioctl = unix_ioctl,						\
	.set_peek_off = unix_set_peek_off

static const struct socket_ops stream_ops = {
	COMMON_OPS,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.sendmsg = unix_stream_send,
	.recvmsg = unix_stream_recv,
	.poll = stream_poll,
};

static const struct socket_ops dgram_ops = {
	COMMON_OPS,
	.connect = unix_dgram_connect,
	.sendmsg = unix_dgram_send,
	.recvmsg = unix_dgram_recv,
	.poll = packet_poll,
};

static const struct socket_ops seqpacket_ops = {
	COMMON_OPS,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.sendmsg = unix_seqpacket_send,
	.recvmsg = unix_seqpacket_recv,
	.poll = packet_poll,
};

void unix_attach(struct unix_sock *u, struct socket *s)
{
	static const struct socket_ops *const ops[] = {
		[SOCK_STREAM] = &stream_ops,
		[SOCK_DGRAM] = &dgram_ops,
		[SOCK_SEQPACKET] = &seqpacket_ops,
	};

	s->ops = ops[u->type];
	s->priv = u;
	s->type = u->type;
	u->socket = s;
}

static int unix_create(struct socket *s)
{
	struct unix_sock *u;

	if (s->protocol && s->protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (s->type == SOCK_RAW)
		s->type = SOCK_DGRAM;	/* as Linux: BSD's meaning of it */
	if (s->type != SOCK_STREAM && s->type != SOCK_DGRAM
	    && s->type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	u = unix_new(s->type);
	if (!u)
		return -ENOMEM;
	unix_attach(u, s);
	return 0;
}

void unix_init(void)
{
	socket_family_register(AF_UNIX, unix_create);
	proc_net_register("unix", unix_show);
}
