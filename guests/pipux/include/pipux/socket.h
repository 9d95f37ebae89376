/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets: between the system calls and the protocol families.
 *
 * net/socket*.c own the descriptor, the calls' arguments, names and control
 * data in user memory, and SOL_SOCKET's options; a family (AF_UNIX, AF_INET,
 * ...) registers how its sockets are made and gives each one operations.
 * A struct socket lives exactly as long as its struct file: what a family
 * needs longer is its own (`priv`).
 *
 * Linux's headers for programs leave AF_*, SOCK_* and MSG_* to the C library:
 * their values, those of i386, are here.
 */
#ifndef PIPUX_SOCKET_H
#define PIPUX_SOCKET_H

#include <pipux/fs.h>
#include <linux/socket.h>
#include <sys/socket.h>
#include <asm/socket.h>

#define AF_UNSPEC	0
#define AF_UNIX		1
#define AF_INET		2
#define AF_INET6	10
#define AF_NETLINK	16
#define AF_PACKET	17
#define AF_MAX		46

#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define SOCK_RAW	3
#define SOCK_RDM	4
#define SOCK_SEQPACKET	5
#define SOCK_PACKET	10
#define SOCK_MAX	11
#define SOCK_TYPE_MASK	15
#define SOCK_CLOEXEC	O_CLOEXEC
#define SOCK_NONBLOCK	O_NONBLOCK

#define MSG_OOB		0x1
#define MSG_PEEK	0x2
#define MSG_DONTROUTE	0x4
#define MSG_CTRUNC	0x8
#define MSG_TRUNC	0x20
#define MSG_DONTWAIT	0x40
#define MSG_EOR		0x80
#define MSG_WAITALL	0x100
#define MSG_CONFIRM	0x800
#define MSG_ERRQUEUE	0x2000
#define MSG_NOSIGNAL	0x4000
#define MSG_MORE	0x8000
#define MSG_WAITFORONE	0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SHUT_RD		0
#define SHUT_WR		1
#define SHUT_RDWR	2

#define SOCKET_BUFFER	212992u		/* net.core.wmem_default, rmem_default */

#define sockaddr_storage __kernel_sockaddr_storage
#define sa_family_t	__kernel_sa_family_t

/* SCM_CREDENTIALS, SO_PEERCRED */
struct ucred {
	int pid;
	uint32_t uid, gid;
};

/* Control data, as i386 programs lay it out (cmsg(3)) */
#define SCM_RIGHTS	1
#define SCM_CREDENTIALS	2
struct cmsghdr {
	uint32_t cmsg_len;		/* with this header */
	int cmsg_level, cmsg_type;
};
#define CMSG_ALIGN(n)	(((n) + 3) & ~3u)

struct socket;

/* Bits of struct socket's `shut` */
#define SHUT_IN		1		/* shutdown(SHUT_RD) */
#define SHUT_OUT	2

/*
 * One message on its way.  flags holds MSG_* of the call, with MSG_DONTWAIT
 * if the descriptor is non-blocking.
 */
struct socket_msg {
	struct iov iov;			/* the data: iov_from, iov_to */
	uint32_t flags;
	/*
	 * Sending: the address given, NULL if none.  Receiving: NULL if the
	 * caller does not want it, else the family stores the sender's and
	 * its length in name_len (0 beforehand).
	 */
	struct sockaddr_storage *name;
	int name_len;
	/* Sending: a copy in the kernel of the control data, or NULL */
	const void *control;
	size_t control_len;
	/* Receiving: by socket_put_cmsg only */
	char *ucontrol;
	size_t ucontrol_left;
	uint32_t out_flags;		/* MSG_TRUNC, MSG_CTRUNC, MSG_EOR... */
};

/*
 * Addresses come in the kernel's memory, 0..128 bytes, the rest of the
 * storage is zeros; a family checks length and sa_family.  `flags` are the
 * file's: O_NONBLOCK.  Operations that are NULL give EOPNOTSUPP.  All return
 * 0 (or bytes) or a negative errno, and may sleep by socket_wait.
 */
struct socket_ops {
	/* A descriptor is closed, perhaps not the last one; may be NULL */
	void (*flush)(struct socket *s);
	/* All are gone; never sleeps on another process */
	void (*release)(struct socket *s);
	int (*bind)(struct socket *s, const struct sockaddr_storage *addr,
		int len);
	int (*connect)(struct socket *s, const struct sockaddr_storage *addr,
		int len, uint32_t flags);
	int (*listen)(struct socket *s, int backlog);	/* not negative */
	/* Waits for a connection and makes the fresh socket `to` it: sets
	 * to->ops and to->priv */
	int (*accept)(struct socket *s, struct socket *to, uint32_t flags);
	int (*pair)(struct socket *a, struct socket *b);
	/* Own address or the peer's: its length */
	int (*getname)(struct socket *s, struct sockaddr_storage *addr,
		bool peer);
	int (*shutdown)(struct socket *s, int how);	/* SHUT_* */
	ssize_t (*sendmsg)(struct socket *s, struct socket_msg *m);
	/* With MSG_TRUNC the whole length of the datagram, else what was
	 * stored */
	ssize_t (*recvmsg)(struct socket *s, struct socket_msg *m);
	/* poll_wait(s->file, &s->rd or &s->wr, pt), and POLL* ready now */
	uint32_t (*poll)(struct socket *s, struct poll_table *pt);
	/* -ENOIOCTLCMD: not one of mine; the interfaces' are tried then */
	long (*ioctl)(struct socket *s, unsigned cmd, unsigned long arg);
	/*
	 * Of other levels than SOL_SOCKET, and those of SOL_SOCKET that
	 * socket_option.c does not know.  `len` is >= 0 but not checked
	 * further, `*ulen` likewise; both are user memory.
	 */
	int (*setsockopt)(struct socket *s, int level, int name,
		const void *uval, int len);
	int (*getsockopt)(struct socket *s, int level, int name, void *uval,
		int *ulen);
	/* A known option of SOL_SOCKET changed in s->opt; may be NULL */
	void (*changed)(struct socket *s, int name);
	int (*set_peek_off)(struct socket *s, int off);
};
#define ENOIOCTLCMD	515		/* only inside the kernel */

/* SOL_SOCKET's values that families look at */
struct socket_options {
	bool debug, reuseaddr, reuseport, keepalive, broadcast, dontroute;
	bool no_check;
	bool oobinline, passcred, linger;
	int linger_time;		/* seconds */
	int priority, mark;
	int rcvlowat;			/* >= 1 */
	int peek_off;			/* < 0: not used */
	uint8_t timestamp;		/* SO_TIMESTAMP*; 0: none is wanted */
	int bound_dev;			/* SO_BINDTODEVICE: index; 0: any */
	uint32_t sndbuf, rcvbuf;	/* bytes, as getsockopt shows them */
	uint64_t rcvtimeo, sndtimeo;	/* ns; 0: for ever */
};

struct socket {
	const struct socket_ops *ops;
	void *priv;			/* the family's */
	struct file *file;		/* without a reference */
	int domain, type, protocol;
	bool listening;			/* SO_ACCEPTCONN; the family's */
	uint8_t shut;			/* SHUT_IN | SHUT_OUT; the family's */
	int error;			/* pending errno, positive: SO_ERROR */
	struct ucred peer;		/* SO_PEERCRED; pid 0, ids -1: none */
	struct socket_options opt;
	struct wait_queue rd, wr;	/* to read or accept; to write, connect */
};

void net_init(void);			/* net/init.c: the families */

/*
 * net/socket.c.  create() checks type and protocol (EPROTONOSUPPORT,
 * ESOCKTNOSUPPORT, EPERM) and sets ops and priv; `s` has its domain, type and
 * protocol.  On failure it leaves nothing behind.
 */
void socket_family_register(int domain, int (*create)(struct socket *s));
/*
 * For ioctls that no family knows: SIOCGIFCONF, SIOCSIFADDR, routes, ARP.
 * One function; -ENOIOCTLCMD if it does not know them either (ENOTTY).
 */
void socket_ioctl_register(long (*fn)(struct socket *s, unsigned cmd,
	unsigned long arg));
/* The socket of an open file, or NULL */
struct socket *file_socket(struct file *f);
/* net/netlink.c: a datagram of the kernel's for a socket of AF_NETLINK; at
 * another, -EINVAL */
int netlink_message(struct file *f, const void *data, size_t n);
/* Takes and clears the pending error: 0 or negative errno */
int socket_error(struct socket *s);
/* -EPIPE, after SIGPIPE unless the flags have MSG_NOSIGNAL */
long socket_broken(uint32_t flags);

/* What a call that begins now has as its deadline; timeout as in opt */
static inline ktime_t socket_deadline(uint64_t timeout)
{
	return timeout ? ktime_get() + timeout : 0;
}

/* socket(7): a timeout is EAGAIN; calls with one are not restarted */
static inline long socket_wait_result(long rc, ktime_t deadline)
{
	if (rc == -ETIMEDOUT)
		return -EAGAIN;
	return rc == -ERESTARTSYS && deadline ? -EINTR : rc;
}

/*
 * Sleeps on s->rd or s->wr until `cond`: 0, -EAGAIN at the deadline,
 * -ERESTARTSYS or -EINTR by a signal.  Callers have looked at MSG_DONTWAIT.
 */
#define socket_wait(queue, cond, deadline)				\
	socket_wait_result(wait_event_until(queue, cond, deadline), deadline)

static inline void socket_wake(struct wait_queue *q)
{
	if (!list_empty(&q->waiters))
		wake_up(q);
}

/*
 * net/socket_msg.c.  Appends control data to what the caller of recvmsg
 * gets, cut if there is no room (MSG_CTRUNC).  0 or -EFAULT.
 */
int socket_put_cmsg(struct socket_msg *m, int level, int type,
	const void *data, size_t len);
/* When the message came, CLOCK_REALTIME, if s->opt wants it: as put_cmsg */
int socket_put_time(const struct socket *s, struct socket_msg *m, uint64_t ns);
/* The next control message of a sending one: *pos from 0 on.  NULL at the
 * end; ERR_PTR(-EINVAL) if it does not fit into the buffer */
const struct cmsghdr *socket_next_cmsg(const struct socket_msg *m,
	size_t *pos);

/* net/socket_option.c: a value for getsockopt(2), cut to the room there */
int socket_put_option(void *uval, int *ulen, const void *val, int size);

#endif
