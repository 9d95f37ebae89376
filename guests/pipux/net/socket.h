/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the socket core share among themselves only. */
#ifndef PIPUX_NET_SOCKET_H
#define PIPUX_NET_SOCKET_H

#include <pipux/mm.h>
#include <pipux/sched.h>
#include <pipux/socket.h>

/* socket.c */
/*
 * A socket with its file and without a family: release takes it back by
 * file_put.  ERR_PTR(-ENOMEM).
 */
struct socket *socket_new(int domain, int type, int protocol, uint32_t flags);
int socket_create(struct socket *s);	/* asks the family */
bool socket_family_known(int domain);
/* The socket of a descriptor; f->refs is taken: ERR_PTR(-EBADF, -ENOTSOCK) */
struct socket *fd_socket(int fd);

/* socket_msg.c: addresses from and to user memory */
int addr_from_user(struct sockaddr_storage *addr, const void *uaddr, int len);
int addr_to_user(const struct sockaddr_storage *addr, int len, void *uaddr,
		int *ulen);
ssize_t socket_read(struct file *f, struct iov *iov, loff_t *pos);
ssize_t socket_write(struct file *f, struct iov *iov, loff_t *pos);

#endif
