/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_UNIX: what its files share.
 *
 * A unix_sock outlives its socket as long as somebody refers to it: a peer,
 * a message that it sent, a call that is under way.  A connection that waits
 * to be accepted is one without a socket yet.
 */
#ifndef PIPUX_NET_UNIX_H
#define PIPUX_NET_UNIX_H

#include <pipux/mm.h>
#include <pipux/mutex.h>
#include <pipux/sched.h>
#include <pipux/socket.h>
#include <linux/un.h>

struct proc_out;
struct proc_node;

#define UNIX_NAME_MIN	offsetof(struct sockaddr_un, sun_path)
/* A path of 108 characters gets a NUL behind it */
#define UNIX_NAME_MAX	(sizeof(struct sockaddr_un) + 1)

enum unix_state { UNIX_CLOSED, UNIX_LISTENING, UNIX_CONNECTED };

struct unix_sock {
	int refs;
	struct socket *socket;		/* NULL: not yet, or no more */
	uint8_t state, shut, type;
	bool dead;			/* its socket was closed */
	int error;			/* of one without a socket yet */
	struct ucred peer_cred;		/* likewise: SO_PEERCRED */
	struct unix_addr *addr;		/* NULL: no name */
	struct path path;		/* of a name in the file system */
	struct list name_link;		/* in its bucket: abstract names */
	struct list all_link;		/* in unix_all */
	struct unix_sock *peer;		/* referenced */
	struct list senders, sender_link; /* SOCK_DGRAM: connected to this */

	struct list queue;		/* received: struct unix_packet */
	uint32_t queued;		/* packets, or connections */
	uint32_t backlog;		/* more than that many have to wait */
	uint32_t sent;			/* bytes on their way from here */
	struct unix_packet *urgent;	/* in `queue`, not yet read; or NULL */
	struct mutex reading;		/* keeps the order among readers */
	struct list pending;		/* listening: by pending_link */
	struct list pending_link;
	struct wait_queue room;		/* who waits for the queue; refers */

	/* unix_gc.c: messages that carry this socket's file */
	uint32_t inflight, unexplained;
	struct list inflight_link, gc_link;
	bool candidate;
};

struct unix_addr {
	int refs, len;			/* of sun */
	struct sockaddr_un sun;
	char nul;			/* of the longest path */
};

/* Open files on their way (SCM_RIGHTS) */
struct unix_fds {
	struct list link;		/* to be closed; unix_scm.c */
	unsigned n;
	struct file *file[];
};
#define UNIX_FDS_MAX	253		/* SCM_MAX_FD */

/* The control part of a message */
struct unix_scm {
	struct unix_fds *fds;		/* or NULL */
	struct ucred cred;		/* pid 0: the sender gave none */
};

/*
 * Data on its way: behind the structure if there is little of it, else in
 * pages.  `off` bytes of a stream's have been read.
 */
struct unix_packet {
	struct list link;
	struct unix_sock *sender;	/* referenced; pays for it */
	struct unix_scm scm;
	uint32_t len, off, charge;
	bool peeked;
	bool oob;			/* one urgent byte; read: the mark stays */
	void **page;			/* NULL: data[] */
	char data[];
};

static inline struct unix_sock *unix_of(struct socket *s)
{
	return s->priv;
}

static inline struct unix_sock *unix_get(struct unix_sock *u)
{
	u->refs++;
	return u;
}

static inline bool unix_connects(const struct unix_sock *u)
{
	return u->type != SOCK_DGRAM;
}

static inline bool unix_full(const struct unix_sock *u)
{
	return u->queued > u->backlog;
}

/* unix.c */
extern struct list unix_all;
void unix_init(void);
struct unix_sock *unix_new(int type);	/* NULL: out of memory */
void unix_put(struct unix_sock *u);
void unix_close(struct unix_sock *u);	/* no socket any more; drops a ref */
void unix_set_error(struct unix_sock *u, int error);
void unix_wake(struct unix_sock *u);	/* all who wait for its state */
void unix_set_peer(struct unix_sock *u, struct unix_sock *peer);
void unix_attach(struct unix_sock *u, struct socket *s);
bool unix_writable(const struct unix_sock *u);

/* unix_name.c */
int unix_bind(struct socket *s, const struct sockaddr_storage *addr, int len);
int unix_autobind(struct unix_sock *u);
int unix_getname(struct socket *s, struct sockaddr_storage *addr, bool peer);
void unix_unbind(struct unix_sock *u);
void unix_addr_put(struct unix_addr *addr);
int unix_check_addr(const struct sockaddr_storage *addr, int len);
/* Who is bound to it, referenced, of that type, or ERR_PTR */
struct unix_sock *unix_find(const struct sockaddr_storage *addr, int len,
		int type);
void unix_copy_name(struct socket_msg *m, const struct unix_sock *u);

/* unix_connect.c */
int unix_listen(struct socket *s, int backlog);
int unix_accept(struct socket *s, struct socket *to, uint32_t flags);
int unix_connect(struct socket *s, const struct sockaddr_storage *addr,
		int len, uint32_t flags);
int unix_pair(struct socket *a, struct socket *b);
struct ucred unix_own_cred(void);

/* unix_stream.c, unix_dgram.c */
ssize_t unix_stream_send(struct socket *s, struct socket_msg *m);
ssize_t unix_stream_recv(struct socket *s, struct socket_msg *m);
bool unix_at_mark(const struct unix_sock *u);	/* sockatmark(3) */
int unix_dgram_connect(struct socket *s, const struct sockaddr_storage *addr,
		int len, uint32_t flags);
ssize_t unix_dgram_send(struct socket *s, struct socket_msg *m);
ssize_t unix_dgram_recv(struct socket *s, struct socket_msg *m);
ssize_t unix_seqpacket_send(struct socket *s, struct socket_msg *m);
ssize_t unix_seqpacket_recv(struct socket *s, struct socket_msg *m);

/* unix_packet.c */
int unix_wait_sendable(struct socket *s, uint32_t flags, ktime_t deadline);
struct unix_packet *unix_packet_new(struct unix_sock *sender,
		struct socket_msg *m, size_t n);	/* ERR_PTR */
void unix_packet_free(struct unix_packet *p);
void unix_packet_queue(struct unix_sock *to, struct unix_packet *p);
void unix_packet_unlink(struct unix_sock *u, struct unix_packet *p);
long unix_packet_copy(struct unix_packet *p, uint32_t off, uint32_t n,
		struct iov *iov);
void unix_purge(struct unix_sock *u);	/* all that was received */

/* unix_scm.c */
int unix_scm_parse(const struct socket_msg *m, struct unix_scm *scm);
/* Whose message it is, if either side wants to know */
void unix_scm_stamp(struct unix_scm *scm, struct socket *s,
		const struct unix_sock *to);
/* Hands control data over to the caller of recvmsg and releases it */
void unix_scm_deliver(struct socket *s, struct socket_msg *m,
		struct unix_scm *scm);
struct unix_fds *unix_fds_dup(const struct unix_fds *fds);	/* or NULL */
void unix_fds_put(struct unix_fds *fds);	/* closes them; NULL: none */

/* unix_proc.c: /proc/net/unix */
int unix_show(struct proc_out *o, const struct proc_node *n);

/* unix_gc.c */
struct unix_sock *unix_of_file(struct file *f);	/* NULL: another file */
/* The files begin or end to be in a message */
void unix_inflight(struct unix_fds *fds);
void unix_landed(struct unix_fds *fds);
int unix_inflight_check(unsigned more);	/* 0 or -ETOOMANYREFS */
/* Frees what only unreachable messages refer to; a reference to `closing`
 * is about to go */
void unix_gc(struct file *closing);

#endif
