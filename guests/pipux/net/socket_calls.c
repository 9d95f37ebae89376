/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls that make, name and connect sockets.  Each follows its man page;
 * the order of checks is Linux's.
 */
#include "socket.h"
#include <pipux/setting.h>

#define FLAGS_MASK	(SOCK_CLOEXEC | SOCK_NONBLOCK)

int setting_somaxconn = 4096;

/* socket(2)'s checks that come before any family */
static int check(int domain, int type)
{
	if (type & ~(SOCK_TYPE_MASK | FLAGS_MASK))
		return -EINVAL;
	if ((unsigned)domain >= AF_MAX)
		return -EAFNOSUPPORT;
	if ((type & SOCK_TYPE_MASK) >= SOCK_MAX)
		return -EINVAL;
	return socket_family_known(domain) ? 0 : -EAFNOSUPPORT;
}

static struct socket *open_socket(int domain, int type, int protocol)
{
	struct socket *s = socket_new(domain, type & SOCK_TYPE_MASK, protocol,
		type);
	int rc;

	if (IS_ERR(s))
		return s;
	rc = socket_create(s);
	if (rc == 0)
		return s;
	file_put(s->file);
	return ERR_PTR(rc);
}

long sys_socket(int domain, int type, int protocol)
{
	int rc = check(domain, type);
	struct socket *s;

	if (rc)
		return rc;
	s = open_socket(domain, type, protocol);
	if (IS_ERR(s))
		return PTR_ERR(s);
	return fd_install_new(s->file, type & SOCK_CLOEXEC);
}

/* Two connected sockets, or nothing */
static int open_pair(struct socket *s[2], int domain, int type, int protocol)
{
	int rc;

	s[0] = open_socket(domain, type, protocol);
	if (IS_ERR(s[0]))
		return PTR_ERR(s[0]);
	s[1] = open_socket(domain, type, protocol);
	if (IS_ERR(s[1])) {
		file_put(s[0]->file);
		return PTR_ERR(s[1]);
	}
	rc = s[0]->ops->pair ? s[0]->ops->pair(s[0], s[1]) : -EOPNOTSUPP;
	if (rc) {
		file_put(s[0]->file);
		file_put(s[1]->file);
	}
	return rc;
}

long sys_socketpair(int domain, int type, int protocol, int *ufd)
{
	bool cloexec = type & SOCK_CLOEXEC;
	struct socket *s[2];
	int fd[2], rc;

	if (type & ~(SOCK_TYPE_MASK | FLAGS_MASK))
		return -EINVAL;
	fd[0] = fd_alloc(0, cloexec);
	if (fd[0] < 0)
		return fd[0];
	fd[1] = fd_alloc(0, cloexec);
	rc = fd[1] < 0 ? fd[1] : copy_to_user(ufd, fd, sizeof(fd));
	if (rc == 0)
		rc = check(domain, type);
	if (rc == 0)
		rc = open_pair(s, domain, type, protocol);
	if (rc) {
		fd_release(fd[0]);
		if (fd[1] >= 0)
			fd_release(fd[1]);
		return rc;
	}
	fd_install(fd[0], s[0]->file);
	fd_install(fd[1], s[1]->file);
	return 0;
}

long sys_bind(int fd, const void *uaddr, int len)
{
	struct socket *s = fd_socket(fd);
	struct sockaddr_storage addr;
	int rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = addr_from_user(&addr, uaddr, len);
	if (rc == 0)
		rc = s->ops->bind ? s->ops->bind(s, &addr, len) : -EOPNOTSUPP;
	file_put(s->file);
	return rc;
}

long sys_connect(int fd, const void *uaddr, int len)
{
	struct socket *s = fd_socket(fd);
	struct sockaddr_storage addr;
	int rc;

	if (PTR_ERR(s) == -EBADF)
		return -EBADF;
	/* Linux looks at the address before it asks for a socket */
	rc = addr_from_user(&addr, uaddr, len);
	if (IS_ERR(s))
		return rc ? rc : PTR_ERR(s);
	if (rc == 0)
		rc = s->ops->connect ? s->ops->connect(s, &addr, len,
			s->file->flags) : -EOPNOTSUPP;
	file_put(s->file);
	return rc;
}

long sys_listen(int fd, int backlog)
{
	struct socket *s = fd_socket(fd);
	int rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if ((unsigned)backlog > (unsigned)setting_somaxconn)
		backlog = setting_somaxconn;
	rc = s->ops->listen ? s->ops->listen(s, backlog) : -EOPNOTSUPP;
	file_put(s->file);
	return rc;
}

static int accept_name(struct socket *s, void *uaddr, int *ulen)
{
	struct sockaddr_storage addr;
	int len;

	if (!uaddr)
		return 0;
	len = s->ops->getname(s, &addr, true);
	if (len < 0)
		return -ECONNABORTED;
	return addr_to_user(&addr, len, uaddr, ulen);
}

/* The new socket of the next connection, or ERR_PTR */
static struct socket *accept_on(struct socket *s, int flags, void *uaddr,
		int *ulen)
{
	struct socket *to;
	int rc;

	to = socket_new(s->domain, s->type, s->protocol, flags);
	if (IS_ERR(to))
		return to;
	rc = s->ops->accept ? s->ops->accept(s, to, s->file->flags)
		: -EOPNOTSUPP;
	if (rc == 0)
		rc = accept_name(to, uaddr, ulen);
	if (rc == 0)
		return to;
	file_put(to->file);
	return ERR_PTR(rc);
}

long sys_accept4(int fd, void *uaddr, int *ulen, int flags)
{
	struct socket *s, *to;
	int new;

	s = fd_socket(fd);
	if (s == ERR_PTR(-ENOTSOCK) && (flags & ~FLAGS_MASK))
		return -EINVAL;
	if (IS_ERR(s))
		return PTR_ERR(s);
	if (flags & ~FLAGS_MASK) {
		file_put(s->file);
		return -EINVAL;
	}
	new = fd_alloc(0, flags & SOCK_CLOEXEC);
	if (new >= 0) {
		to = accept_on(s, flags, uaddr, ulen);
		if (IS_ERR(to)) {
			fd_release(new);
			new = PTR_ERR(to);
		} else {
			fd_install(new, to->file);
		}
	}
	file_put(s->file);
	return new;
}

static long name_of(int fd, void *uaddr, int *ulen, bool peer)
{
	struct socket *s = fd_socket(fd);
	struct sockaddr_storage addr;
	int rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = s->ops->getname ? s->ops->getname(s, &addr, peer) : -EOPNOTSUPP;
	if (rc >= 0)
		rc = addr_to_user(&addr, rc, uaddr, ulen);
	file_put(s->file);
	return rc;
}

long sys_getsockname(int fd, void *uaddr, int *ulen)
{
	return name_of(fd, uaddr, ulen, false);
}

long sys_getpeername(int fd, void *uaddr, int *ulen)
{
	return name_of(fd, uaddr, ulen, true);
}

long sys_shutdown(int fd, int how)
{
	struct socket *s = fd_socket(fd);
	int rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if ((unsigned)how > SHUT_RDWR)
		rc = -EINVAL;
	else
		rc = s->ops->shutdown ? s->ops->shutdown(s, how)
			: -EOPNOTSUPP;
	file_put(s->file);
	return rc;
}
