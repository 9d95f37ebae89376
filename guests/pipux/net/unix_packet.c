/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data on its way between AF_UNIX sockets.  Its sender pays for it until it
 * is read: SO_SNDBUF limits what is under way.
 */
#include "unix.h"

#define INLINE_MAX	(2048 - sizeof(struct unix_packet))

/* Waits until something may be sent: 0 or why not (send(2)) */
int unix_wait_sendable(struct socket *s, uint32_t flags, ktime_t deadline)
{
	struct unix_sock *u = unix_of(s);
	long rc;

	for (;;) {
		rc = socket_error(s);
		if (rc)
			return rc;
		if (u->shut & SHUT_OUT)
			return -EPIPE;
		if (u->sent < s->opt.sndbuf)
			return 0;
		if (flags & MSG_DONTWAIT)
			return -EAGAIN;
		rc = socket_wait(&s->wr, s->error || (u->shut & SHUT_OUT)
			|| u->sent < s->opt.sndbuf, deadline);
		if (rc)
			return rc;
	}
}

static void free_pages(struct unix_packet *p)
{
	if (!p->page)
		return;
	for (uint32_t i = 0; i < PAGE_ALIGN(p->len) >> PAGE_SHIFT; i++)
		if (p->page[i])
			page_free(p->page[i]);
	kfree(p->page);
}

static bool alloc_pages(struct unix_packet *p)
{
	uint32_t n = PAGE_ALIGN(p->len) >> PAGE_SHIFT;

	p->page = kzalloc(n * sizeof(void *));
	if (!p->page)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		p->page[i] = page_alloc();
		if (!p->page[i]) {
			free_pages(p);
			return false;
		}
	}
	p->charge += n * PAGE_SIZE;
	return true;
}

static struct unix_packet *alloc(uint32_t n)
{
	bool small = n <= INLINE_MAX;
	size_t size = sizeof(struct unix_packet) + (small ? n : 0);
	struct unix_packet *p = kmalloc(size);

	if (!p)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->len = n;
	p->charge = size;
	if (small || alloc_pages(p))
		return p;
	kfree(p);
	return NULL;
}

/* Where the data from `off` on is, and how much of it in one piece */
static char *piece(struct unix_packet *p, uint32_t off, uint32_t *n)
{
	if (!p->page) {
		*n = p->len - off;
		return p->data + off;
	}
	*n = MIN(PAGE_SIZE - off % PAGE_SIZE, p->len - off);
	return (char *)p->page[off / PAGE_SIZE] + off % PAGE_SIZE;
}

static long fill(struct unix_packet *p, struct iov *iov)
{
	for (uint32_t off = 0, n; off < p->len; off += n) {
		char *at = piece(p, off, &n);

		if (iov_from(iov, at, n))
			return -EFAULT;
	}
	return 0;
}

long unix_packet_copy(struct unix_packet *p, uint32_t off, uint32_t n,
		struct iov *iov)
{
	while (n) {
		uint32_t k;
		const char *at = piece(p, off, &k);

		k = MIN(k, n);
		if (iov_to(iov, at, k))
			return -EFAULT;
		off += k;
		n -= k;
	}
	return 0;
}

struct unix_packet *unix_packet_new(struct unix_sock *sender,
		struct socket_msg *m, size_t n)
{
	struct unix_packet *p = alloc(n);

	if (!p)
		return ERR_PTR(-ENOBUFS);
	p->sender = unix_get(sender);
	sender->sent += p->charge;
	if (fill(p, &m->iov) == 0)
		return p;
	unix_packet_free(p);
	return ERR_PTR(-EFAULT);
}

void unix_packet_free(struct unix_packet *p)
{
	struct unix_sock *sender = p->sender;

	if (p->scm.fds) {
		unix_landed(p->scm.fds);
		unix_fds_put(p->scm.fds);
	}
	sender->sent -= p->charge;
	if (sender->socket && unix_writable(sender))
		socket_wake(&sender->socket->wr);
	unix_put(sender);
	free_pages(p);
	kfree(p);
}

void unix_packet_queue(struct unix_sock *to, struct unix_packet *p)
{
	list_add_tail(&to->queue, &p->link);
	to->queued++;
	if (to->socket)
		socket_wake(&to->socket->rd);
}

/* There is room for another: for all who are connected, and who wait */
void unix_packet_unlink(struct unix_sock *u, struct unix_packet *p)
{
	bool full = unix_full(u);
	struct unix_sock *s;

	list_del(&p->link);
	if (u->urgent == p)
		u->urgent = NULL;
	u->queued--;
	socket_wake(&u->room);
	if (!full)
		return;
	list_for_each(s, &u->senders, sender_link)
		if (s->socket)
			socket_wake(&s->socket->wr);
}

void unix_purge(struct unix_sock *u)
{
	while (!list_empty(&u->queue)) {
		struct unix_packet *p = list_first(&u->queue,
			struct unix_packet, link);

		unix_packet_unlink(u, p);
		unix_packet_free(p);
	}
}
