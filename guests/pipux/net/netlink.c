/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_NETLINK (netlink(7)): requests to the kernel and its answers.  A send
 * carries its requests out and leaves the answers in the socket's own queue,
 * from where they are received.
 * LIMIT: NETLINK_ROUTE only; programs cannot send to each other; groups are
 * told of interfaces (RTNLGRP_LINK) only.
 */
#include "netlink.h"
#include "packet.h"

#define REQUEST_MAX	65536u
#define SOL_NETLINK	270

struct netlink_sock {
	struct socket *socket;
	uint32_t pid, groups;		/* the socket's address; 0: none yet */
	uint32_t packets;		/* in the queue; SO_RCVBUF limits them */
	struct list queue;		/* struct netlink_packet */
	struct list link;		/* in all */
};

static struct list all = LIST_INIT(all);

static struct netlink_sock *netlink_of(struct socket *s)
{
	return s->priv;
}

static bool taken(uint32_t pid)
{
	struct netlink_sock *n;

	list_for_each(n, &all, link)
		if (n->pid == pid)
			return true;
	return false;
}

/* netlink(7): the process's id, or for its further sockets another number */
static void autobind(struct netlink_sock *n)
{
	static uint32_t other = -4096;

	n->pid = current->process->pid;
	list_del(&n->link);
	while (taken(n->pid))
		n->pid = other--;
	list_add_tail(&all, &n->link);
}

static int netlink_bind(struct socket *s, const struct sockaddr_storage *addr,
		int len)
{
	const struct sockaddr_nl *nl = (const void *)addr;
	struct netlink_sock *n = netlink_of(s);

	if (len < (int)sizeof(*nl) || nl->nl_family != AF_NETLINK)
		return -EINVAL;
	if (n->pid && nl->nl_pid != n->pid)
		return -EINVAL;
	if (!n->pid && nl->nl_pid && taken(nl->nl_pid))
		return -EADDRINUSE;
	if (!n->pid && nl->nl_pid)
		n->pid = nl->nl_pid;
	else if (!n->pid)
		autobind(n);
	n->groups = nl->nl_groups;
	return 0;
}

/* Only the kernel can be talked to */
static int check_target(const struct sockaddr_storage *addr, int len)
{
	const struct sockaddr_nl *nl = (const void *)addr;

	if (len < (int)sizeof(*nl) || nl->nl_family != AF_NETLINK)
		return -EINVAL;
	if (nl->nl_groups && !capable(CAP_NET_ADMIN))
		return -EPERM;
	return nl->nl_pid ? -ECONNREFUSED : 0;
}

static int netlink_connect(struct socket *s,
		const struct sockaddr_storage *addr, int len, uint32_t flags)
{
	struct netlink_sock *n = netlink_of(s);
	int rc;

	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	rc = addr->ss_family == AF_UNSPEC ? 0 : check_target(addr, len);
	if (rc == 0 && !n->pid)
		autobind(n);
	return rc;
}

static int netlink_getname(struct socket *s, struct sockaddr_storage *addr,
		bool peer)
{
	struct sockaddr_nl *nl = (void *)addr;

	memset(nl, 0, sizeof(*nl));
	nl->nl_family = AF_NETLINK;
	if (!peer) {
		nl->nl_pid = netlink_of(s)->pid;
		nl->nl_groups = netlink_of(s)->groups;
	}
	return sizeof(*nl);
}

/* Room for n more bytes at the end of the answer, or NULL */
static void *extend(struct netlink_reply *r, size_t n)
{
	struct netlink_packet *p = list_entry(r->queue->prev,
		struct netlink_packet, link);
	void *at = p->data + p->len;

	n = NLMSG_ALIGN(n);
	if (r->error || p->len + n > p->room) {
		r->error = -ENOBUFS;
		return NULL;
	}
	memset(at, 0, n);
	p->len += n;
	return at;
}

/* Messages are far smaller than what is kept free for the next one */
#define MESSAGE_MAX	1024

/* A datagram with `room` bytes to be filled, in the queue; NULL: none left */
static struct netlink_packet *packet_add(struct socket *s, uint32_t room)
{
	struct netlink_sock *nl = netlink_of(s);
	struct netlink_packet *p = nl->packets * NETLINK_PACKET < s->opt.rcvbuf
		? kmalloc(sizeof(*p) + room) : NULL;

	if (!p)
		return NULL;
	p->len = 0;
	p->room = room;
	nl->packets++;
	list_add_tail(&nl->queue, &p->link);
	return p;
}

static bool open_packet(struct netlink_reply *r)
{
	struct netlink_packet *p;

	if (!list_empty(r->queue)) {
		p = list_entry(r->queue->prev, struct netlink_packet, link);
		if (p->len + MESSAGE_MAX <= p->room)
			return true;
	}
	if (packet_add(r->socket, NETLINK_PACKET))
		return true;
	r->error = -ENOBUFS;
	return false;
}

void *reply_begin(struct netlink_reply *r, uint16_t type, uint16_t flags,
		size_t fixed)
{
	if (r->error || !open_packet(r))
		return NULL;
	r->open = extend(r, NLMSG_HDRLEN);
	if (!r->open)
		return NULL;
	r->open->nlmsg_type = type;
	r->open->nlmsg_flags = flags;
	r->open->nlmsg_seq = r->request->nlmsg_seq;
	r->open->nlmsg_pid = r->pid;
	return extend(r, fixed);
}

void reply_end(struct netlink_reply *r)
{
	struct netlink_packet *p = list_entry(r->queue->prev,
		struct netlink_packet, link);

	if (!r->error)
		r->open->nlmsg_len = p->data + p->len - (uint8_t *)r->open;
	else			/* half a message is none */
		p->len = (uint8_t *)r->open - p->data;
}

void reply_put(struct netlink_reply *r, uint16_t type, const void *data,
		size_t len)
{
	struct rtattr *a = r->error ? NULL : extend(r, RTA_LENGTH(len));

	if (!a)
		return;
	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
}

void reply_u32(struct netlink_reply *r, uint16_t type, uint32_t value)
{
	reply_put(r, type, &value, sizeof(value));
}

void reply_string(struct netlink_reply *r, uint16_t type, const char *text)
{
	reply_put(r, type, text, strlen(text) + 1);
}

/* NLMSG_ERROR, also as an acknowledgement (error 0) */
static void reply_error(struct netlink_reply *r, const struct nlmsghdr *h,
		int error)
{
	size_t echo = error ? MIN(h->nlmsg_len, 512u) : sizeof(*h);
	struct nlmsgerr *e = reply_begin(r, NLMSG_ERROR,
		error ? 0 : NLM_F_CAPPED, sizeof(int) + echo);

	if (!e)
		return;
	e->error = error;
	memcpy(&e->msg, h, echo);
	reply_end(r);
}

static void reply_done(struct netlink_reply *r)
{
	if (reply_begin(r, NLMSG_DONE, NLM_F_MULTI, sizeof(int)))
		reply_end(r);
}

int attrs_parse(const struct nlmsghdr *h, size_t fixed, struct attrs *a)
{
	size_t pos = NLMSG_HDRLEN + NLMSG_ALIGN(fixed);

	memset(a, 0, sizeof(*a));
	if (h->nlmsg_len < NLMSG_HDRLEN + fixed)
		return -EINVAL;
	while (pos + sizeof(struct rtattr) <= h->nlmsg_len) {
		const struct rtattr *attr = (const void *)((const char *)h
			+ pos);
		unsigned type = attr->rta_type & NLA_TYPE_MASK;

		if (attr->rta_len < sizeof(*attr)
		    || attr->rta_len > h->nlmsg_len - pos)
			return -EINVAL;
		if (type < ATTR_MAX)
			a->at[type] = attr;
		pos += RTA_ALIGN(attr->rta_len);
	}
	return 0;
}

bool attr_u32(const struct attrs *a, unsigned type, uint32_t *value)
{
	const struct rtattr *attr = a->at[type];

	if (!attr || RTA_PAYLOAD(attr) < sizeof(*value))
		return false;
	memcpy(value, RTA_DATA(attr), sizeof(*value));
	return true;
}

bool attr_string(const struct attrs *a, unsigned type, char *to, size_t size)
{
	const struct rtattr *attr = a->at[type];
	size_t n;

	if (!attr)
		return false;
	n = MIN((size_t)RTA_PAYLOAD(attr), size - 1);
	memcpy(to, RTA_DATA(attr), n);
	to[n] = 0;
	return true;
}

/* One request and what is to be said to it */
static void handle(struct netlink_reply *r, const struct nlmsghdr *h)
{
	bool dump = (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int rc = 0;

	r->request = h;
	if (!(h->nlmsg_flags & NLM_F_REQUEST))
		return;
	if (h->nlmsg_type >= NLMSG_MIN_TYPE)
		rc = netlink_route(r, h);
	else
		dump = false;
	if (dump && rc == 0)
		reply_done(r);
	else if (rc || (h->nlmsg_flags & NLM_F_ACK))
		reply_error(r, h, rc);
}

static int handle_all(struct socket *s, const char *buf, size_t n)
{
	struct netlink_sock *nl = netlink_of(s);
	struct netlink_reply r = { .socket = s, .pid = nl->pid,
		.queue = &nl->queue };
	const struct nlmsghdr *h = (const void *)buf;

	while (n >= NLMSG_HDRLEN) {
		size_t len;

		if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > n)
			break;
		len = MIN(NLMSG_ALIGN(h->nlmsg_len), n);
		handle(&r, h);
		n -= len;
		h = (const void *)((const char *)h + len);
	}
	socket_wake(&s->rd);
	return r.error;
}

static ssize_t netlink_send(struct socket *s, struct socket_msg *m)
{
	struct netlink_sock *nl = netlink_of(s);
	size_t n = m->iov.len;
	char *buf;
	int rc = 0;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->name)
		rc = check_target(m->name, m->name_len);
	if (rc)
		return rc;
	if (!nl->pid)
		autobind(nl);
	if (n > MIN(s->opt.sndbuf - 32, REQUEST_MAX))
		return -EMSGSIZE;
	buf = kmalloc(n + 1);
	if (!buf)
		return -ENOBUFS;
	rc = iov_from(&m->iov, buf, n);
	if (rc == 0)
		rc = handle_all(s, buf, n);
	kfree(buf);
	if (rc == -ENOBUFS)	/* netlink(7): told by the next receive */
		s->error = ENOBUFS;
	return rc && rc != -ENOBUFS ? rc : (ssize_t)n;
}

static long wait_answer(struct socket *s, uint32_t flags)
{
	ktime_t deadline = socket_deadline(s->opt.rcvtimeo);
	struct netlink_sock *nl = netlink_of(s);
	long rc;

	for (;;) {
		rc = socket_error(s);
		if (rc || !list_empty(&nl->queue))
			return rc;
		if (flags & MSG_DONTWAIT)
			return -EAGAIN;
		rc = socket_wait(&s->rd, s->error || !list_empty(&nl->queue),
			deadline);
		if (rc)
			return rc;
	}
}

static ssize_t netlink_recv(struct socket *s, struct socket_msg *m)
{
	ssize_t rc = wait_answer(s, m->flags);
	struct netlink_sock *nl = netlink_of(s);
	struct netlink_packet *p;
	size_t n;

	if (rc)
		return rc;
	p = list_first(&nl->queue, struct netlink_packet, link);
	list_del(&p->link);
	nl->packets--;
	n = MIN((size_t)p->len, m->iov.len);
	if (n < p->len)
		m->out_flags |= MSG_TRUNC;
	rc = (m->flags & MSG_TRUNC) ? p->len : n;
	if (m->name) {
		*(struct sockaddr_nl *)m->name = (struct sockaddr_nl){
			.nl_family = AF_NETLINK };
		m->name_len = sizeof(struct sockaddr_nl);
	}
	if (iov_to(&m->iov, p->data, n))
		rc = -EFAULT;
	if (m->flags & MSG_PEEK) {
		list_add(&nl->queue, &p->link);
		nl->packets++;
		socket_wake(&s->rd);
	} else {
		kfree(p);
	}
	return rc;
}

static uint32_t netlink_poll(struct socket *s, struct poll_table *pt)
{
	poll_wait(s->file, &s->rd, pt);
	return (list_empty(&netlink_of(s)->queue) ? 0 : POLLIN | POLLRDNORM)
		| (s->error ? POLLERR : 0)
		| POLLOUT | POLLWRNORM | POLLWRBAND;
}

/* Settings of how much is told: accepted, all is told as it is */
/* Groups by number; those that there is nothing to tell of are accepted */
static int set_member(struct netlink_sock *n, const void *uval, int len,
		bool add)
{
	uint32_t group, bit;

	if (len < (int)sizeof(group))
		return -EINVAL;
	if (get_user(group, (const uint32_t *)uval))
		return -EFAULT;
	if (!group || group > RTNLGRP_MAX)
		return -EINVAL;
	bit = group <= 32 ? 1u << (group - 1) : 0;
	n->groups = add ? n->groups | bit : n->groups & ~bit;
	return 0;
}

void netlink_notify(int group, void (*put)(struct netlink_reply *r,
		const void *what), const void *what)
{
	static const struct nlmsghdr unasked;
	struct netlink_sock *n;

	list_for_each(n, &all, link) {
		struct netlink_reply r = { .socket = n->socket,
			.request = &unasked, .queue = &n->queue };

		if (!(n->groups & 1u << (group - 1)))
			continue;
		put(&r, what);
		if (r.error)
			n->socket->error = -r.error;
		socket_wake(&n->socket->rd);
	}
}

int netlink_message(struct file *f, const void *data, size_t n)
{
	struct socket *s = file_socket(f);
	struct netlink_packet *p;

	if (!s || s->domain != AF_NETLINK)
		return -EINVAL;
	p = packet_add(s, n);
	if (!p)
		return -ENOBUFS;
	p->len = n;
	memcpy(p->data, data, n);
	socket_wake(&s->rd);
	return 0;
}

static int netlink_setsockopt(struct socket *s, int level, int name,
		const void *uval, int len)
{
	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	switch (name) {
	case NETLINK_ADD_MEMBERSHIP:
	case NETLINK_DROP_MEMBERSHIP:
		return set_member(netlink_of(s), uval, len,
			name == NETLINK_ADD_MEMBERSHIP);
	}
	switch (name) {
	case NETLINK_EXT_ACK:
	case NETLINK_CAP_ACK:
	case NETLINK_GET_STRICT_CHK:
	case NETLINK_NO_ENOBUFS:
		return len < (int)sizeof(int) ? -EINVAL : 0;
	}
	return -ENOPROTOOPT;
}

static void netlink_release(struct socket *s)
{
	struct netlink_sock *nl = netlink_of(s);

	while (!list_empty(&nl->queue)) {
		struct netlink_packet *p = list_first(&nl->queue,
			struct netlink_packet, link);

		list_del(&p->link);
		kfree(p);
	}
	list_del(&nl->link);
	kfree(nl);
}

static const struct socket_ops netlink_ops = {
	.release = netlink_release,
	.bind = netlink_bind,
	.connect = netlink_connect,
	.getname = netlink_getname,
	.sendmsg = netlink_send,
	.recvmsg = netlink_recv,
	.poll = netlink_poll,
	.setsockopt = netlink_setsockopt,
};

static int netlink_create(struct socket *s)
{
	struct netlink_sock *nl;

	if (s->type != SOCK_RAW && s->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (s->protocol != NETLINK_ROUTE)
		return -EPROTONOSUPPORT;
	nl = kzalloc(sizeof(*nl));
	if (!nl)
		return -ENOMEM;
	nl->socket = s;
	list_init(&nl->queue);
	list_add_tail(&all, &nl->link);
	s->priv = nl;
	s->ops = &netlink_ops;
	return 0;
}

void netlink_init(void)
{
	socket_family_register(AF_NETLINK, netlink_create);
	link_init();
}
