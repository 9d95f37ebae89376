/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending and receiving: from the calls' arguments to one struct socket_msg
 * and back (send(2), recv(2), sendmmsg(2), recvmmsg(2)).
 */
#include "socket.h"
#include <linux/uio.h>

#define CONTROL_MAX	20480		/* net.core.optmem_max */

/* struct msghdr of i386 */
struct user_msghdr {
	void *name;
	int name_len;
	const struct iovec *iov;
	uint32_t iov_len;
	void *control;
	uint32_t control_len;
	uint32_t flags;
};

struct user_mmsghdr {
	struct user_msghdr hdr;
	uint32_t len;
};

_Static_assert(sizeof(struct user_msghdr) == 28, "struct msghdr of i386");
_Static_assert(sizeof(struct user_mmsghdr) == 32, "struct mmsghdr of i386");

int addr_from_user(struct sockaddr_storage *addr, const void *uaddr, int len)
{
	if (len < 0 || len > (int)sizeof(*addr))
		return -EINVAL;
	memset((char *)addr + len, 0, sizeof(*addr) - len);
	return copy_from_user(addr, uaddr, len);
}

/* *ulen is the room there, then the address's own length (accept(2)) */
int addr_to_user(const struct sockaddr_storage *addr, int len, void *uaddr,
		int *ulen)
{
	int room;

	if (get_user(room, ulen))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (copy_to_user(uaddr, addr, MIN(room, len)))
		return -EFAULT;
	return put_user(len, ulen);
}

int socket_put_cmsg(struct socket_msg *m, int level, int type,
		const void *data, size_t len)
{
	struct cmsghdr h = { sizeof(h) + len, level, type };
	size_t space = CMSG_ALIGN(h.cmsg_len);

	if (m->ucontrol_left < sizeof(h)) {
		m->out_flags |= MSG_CTRUNC;
		return 0;
	}
	if (h.cmsg_len > m->ucontrol_left) {
		m->out_flags |= MSG_CTRUNC;
		h.cmsg_len = m->ucontrol_left;
	}
	if (copy_to_user(m->ucontrol, &h, sizeof(h))
	    || copy_to_user(m->ucontrol + sizeof(h), data,
		h.cmsg_len - sizeof(h)))
		return -EFAULT;
	space = MIN(space, m->ucontrol_left);
	m->ucontrol += space;
	m->ucontrol_left -= space;
	return 0;
}

int socket_put_time(const struct socket *s, struct socket_msg *m, uint64_t ns)
{
	int name = s->opt.timestamp;
	bool nano = name == SO_TIMESTAMPNS_OLD || name == SO_TIMESTAMPNS_NEW;
	struct timespec64 t = ns_to_timespec(ns);
	int64_t new[2] = { t.tv_sec, nano ? t.tv_nsec : t.tv_nsec / 1000 };
	int32_t old[2] = { new[0], new[1] };

	if (!name)
		return 0;
	return name >= SO_TIMESTAMP_NEW
		? socket_put_cmsg(m, SOL_SOCKET, name, new, sizeof(new))
		: socket_put_cmsg(m, SOL_SOCKET, name, old, sizeof(old));
}

const struct cmsghdr *socket_next_cmsg(const struct socket_msg *m, size_t *pos)
{
	const struct cmsghdr *h;

	if (!m->control || m->control_len < sizeof(*h)
	    || *pos > m->control_len - sizeof(*h))
		return NULL;
	h = (const void *)((const char *)m->control + *pos);
	if (h->cmsg_len < sizeof(*h) || h->cmsg_len > m->control_len - *pos)
		return ERR_PTR(-EINVAL);
	*pos += CMSG_ALIGN(h->cmsg_len);
	return h;
}

static uint32_t with_file_flags(struct socket *s, uint32_t flags)
{
	return (s->file->flags & O_NONBLOCK) ? flags | MSG_DONTWAIT : flags;
}

static ssize_t send_one(struct socket *s, struct socket_msg *m)
{
	return s->ops->sendmsg ? s->ops->sendmsg(s, m) : -EOPNOTSUPP;
}

static ssize_t recv_one(struct socket *s, struct socket_msg *m)
{
	return s->ops->recvmsg ? s->ops->recvmsg(s, m) : -EOPNOTSUPP;
}

ssize_t socket_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct socket *s = f->priv;
	struct socket_msg m = { .iov = *iov, .flags = with_file_flags(s, 0) };

	if (!iov->len)
		return 0;
	return recv_one(s, &m);
}

ssize_t socket_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct socket *s = f->priv;
	struct socket_msg m = { .iov = *iov, .flags = with_file_flags(s, 0) };

	if (s->type == SOCK_SEQPACKET)
		m.flags |= MSG_EOR;
	return send_one(s, &m);
}

static int import(struct iov *iov, const void *buf, size_t n)
{
	if (n > MAX_RW)
		n = MAX_RW;
	if (!user_range_ok(buf, n))
		return -EFAULT;
	*iov = iov_user(buf, n);
	return 0;
}

long sys_sendto(int fd, const void *buf, size_t n, uint32_t flags,
		const void *uaddr, int len)
{
	struct sockaddr_storage addr;
	struct socket_msg m = { .name = NULL };
	struct socket *s;
	long rc = import(&m.iov, buf, n);

	if (rc)
		return rc;
	s = fd_socket(fd);
	if (IS_ERR(s))
		return PTR_ERR(s);
	m.flags = with_file_flags(s, flags);
	if (uaddr) {
		rc = addr_from_user(&addr, uaddr, len);
		m.name = &addr;
		m.name_len = len;
	}
	if (rc == 0)
		rc = send_one(s, &m);
	file_put(s->file);
	return rc;
}

long sys_recvfrom(int fd, void *buf, size_t n, uint32_t flags, void *uaddr,
		int *ulen)
{
	struct sockaddr_storage addr;
	struct socket_msg m = { .name = uaddr ? &addr : NULL };
	struct socket *s;
	long rc = import(&m.iov, buf, n);

	if (rc)
		return rc;
	s = fd_socket(fd);
	if (IS_ERR(s))
		return PTR_ERR(s);
	m.flags = with_file_flags(s, flags);
	rc = recv_one(s, &m);
	if (rc >= 0 && uaddr) {
		int bad = addr_to_user(&addr, m.name_len, uaddr, ulen);

		if (bad)
			rc = bad;
	}
	file_put(s->file);
	return rc;
}

/* A msghdr and its iovec; *vec is to be freed */
static int import_hdr(struct user_msghdr *h, const struct user_msghdr *uhdr,
		struct iovec **vec, struct iov *iov)
{
	long rc;

	if (get_user(*h, uhdr))
		return -EFAULT;
	if (!h->name)
		h->name_len = 0;
	if (h->name_len < 0)
		return -EINVAL;
	h->name_len = MIN(h->name_len, (int)sizeof(struct sockaddr_storage));
	if (h->iov_len > UIO_MAXIOV)
		return -EMSGSIZE;
	rc = iovec_import(h->iov, h->iov_len, vec, iov);
	return rc < 0 ? rc : 0;
}

/* Control data of a message to be sent, copied into the kernel */
static int import_control(struct socket_msg *m, const struct user_msghdr *h)
{
	void *copy;

	if (!h->control_len)
		return 0;
	if (h->control_len > CONTROL_MAX)
		return -ENOBUFS;
	copy = kmalloc(h->control_len);
	if (!copy)
		return -ENOBUFS;
	if (copy_from_user(copy, h->control, h->control_len)) {
		kfree(copy);
		return -EFAULT;
	}
	m->control = copy;
	m->control_len = h->control_len;
	return 0;
}

static long send_hdr(struct socket *s, const struct user_msghdr *uhdr,
		uint32_t flags)
{
	struct sockaddr_storage addr;
	struct socket_msg m = { .flags = with_file_flags(s, flags) };
	struct user_msghdr h;
	struct iovec *vec;
	long rc = import_hdr(&h, uhdr, &vec, &m.iov);

	if (rc)
		return rc;
	if (h.name && h.name_len) {
		rc = addr_from_user(&addr, h.name, h.name_len);
		m.name = &addr;
		m.name_len = h.name_len;
	}
	if (rc == 0)
		rc = import_control(&m, &h);
	if (rc == 0)
		rc = send_one(s, &m);
	kfree((void *)m.control);
	kfree(vec);
	return rc;
}

/* What recvmsg stores besides the data */
static int export_hdr(const struct socket_msg *m, const struct user_msghdr *h,
		struct user_msghdr *uhdr)
{
	uint32_t used = m->ucontrol - (char *)h->control;
	int rc = 0;

	if (m->name)
		rc = addr_to_user(m->name, m->name_len, h->name,
			&uhdr->name_len);
	if (rc == 0)
		rc = put_user(m->out_flags, &uhdr->flags);
	if (rc == 0)
		rc = put_user(used, &uhdr->control_len);
	return rc;
}

static long recv_hdr(struct socket *s, struct user_msghdr *uhdr,
		uint32_t flags)
{
	struct sockaddr_storage addr;
	struct socket_msg m = { .flags = with_file_flags(s, flags),
		.out_flags = flags & MSG_CMSG_CLOEXEC };
	struct user_msghdr h;
	struct iovec *vec;
	long rc = import_hdr(&h, uhdr, &vec, &m.iov);

	if (rc)
		return rc;
	m.name = h.name ? &addr : NULL;
	m.ucontrol = h.control;
	m.ucontrol_left = h.control ? h.control_len : 0;
	rc = recv_one(s, &m);
	if (rc >= 0) {
		int bad = export_hdr(&m, &h, uhdr);

		if (bad)
			rc = bad;
	}
	kfree(vec);
	return rc;
}

long sys_sendmsg(int fd, const struct user_msghdr *uhdr, uint32_t flags)
{
	struct socket *s = fd_socket(fd);
	long rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = send_hdr(s, uhdr, flags);
	file_put(s->file);
	return rc;
}

long sys_recvmsg(int fd, struct user_msghdr *uhdr, uint32_t flags)
{
	struct socket *s = fd_socket(fd);
	long rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = recv_hdr(s, uhdr, flags);
	file_put(s->file);
	return rc;
}

/* sendmmsg(2): an error counts only if it is the first message's */
long sys_sendmmsg(int fd, struct user_mmsghdr *umsgs, unsigned n,
		uint32_t flags)
{
	struct socket *s = fd_socket(fd);
	unsigned done = 0;
	long rc = 0;

	if (IS_ERR(s))
		return PTR_ERR(s);
	n = MIN(n, (unsigned)UIO_MAXIOV);
	while (done < n) {
		rc = send_hdr(s, &umsgs[done].hdr, flags);
		if (rc >= 0)
			rc = put_user((uint32_t)rc, &umsgs[done].len);
		if (rc < 0)
			break;
		done++;
		if (signal_pending())
			break;
	}
	file_put(s->file);
	return done ? (long)done : rc;
}

static long recv_several(struct socket *s, struct user_mmsghdr *umsgs,
		unsigned n, uint32_t flags, ktime_t deadline)
{
	unsigned done = 0;
	long rc = (flags & MSG_ERRQUEUE) ? 0 : socket_error(s);

	while (rc == 0 && done < n) {
		rc = recv_hdr(s, &umsgs[done].hdr, flags & ~MSG_WAITFORONE);
		if (rc >= 0)
			rc = put_user((uint32_t)rc, &umsgs[done].len);
		if (rc < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline && ktime_get() >= deadline)
			break;
	}
	if (!done)
		return rc;
	/* recvmmsg(2), BUGS: the error is kept for the next call */
	if (rc < 0 && rc != -EAGAIN && rc != -ERESTARTSYS && rc != -EINTR)
		s->error = -rc;
	return done;
}

/* The timeout is looked at after each message only (recvmmsg(2), BUGS) */
static long recvmmsg(int fd, struct user_mmsghdr *umsgs, unsigned n,
		uint32_t flags, void *utime, bool wide)
{
	struct socket *s;
	ktime_t deadline, now;
	long rc = deadline_from_user(utime, wide, &deadline);

	if (rc)
		return rc;
	s = fd_socket(fd);
	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = recv_several(s, umsgs, MIN(n, (unsigned)UIO_MAXIOV), flags,
		deadline);
	now = ktime_get();
	if (rc > 0 && utime && timespec_to_user(utime, wide,
			deadline > now ? deadline - now : 0))
		rc = -EFAULT;
	file_put(s->file);
	return rc;
}

long sys_recvmmsg(int fd, struct user_mmsghdr *umsgs, unsigned n,
		uint32_t flags, void *utime)
{
	return recvmmsg(fd, umsgs, n, flags, utime, false);
}

long sys_recvmmsg_time64(int fd, struct user_mmsghdr *umsgs, unsigned n,
		uint32_t flags, void *utime)
{
	return recvmmsg(fd, umsgs, n, flags, utime, true);
}
