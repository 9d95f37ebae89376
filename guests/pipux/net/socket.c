/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets as open files: their life, their families, what read, write, poll
 * and ioctl do with them.
 */
#include "socket.h"
#include <asm/ioctls.h>

static int (*families[AF_MAX])(struct socket *s);
static long (*device_ioctl)(struct socket *s, unsigned cmd,
		unsigned long arg);
static const struct socket_ops no_ops;
static const struct file_ops socket_fops;

void socket_family_register(int domain, int (*create)(struct socket *s))
{
	families[domain] = create;
}

void socket_ioctl_register(long (*fn)(struct socket *s, unsigned cmd,
		unsigned long arg))
{
	device_ioctl = fn;
}

bool socket_family_known(int domain)
{
	return (unsigned)domain < AF_MAX && families[domain];
}

int socket_create(struct socket *s)
{
	return families[s->domain](s);
}

struct socket *socket_new(int domain, int type, int protocol, uint32_t flags)
{
	struct socket *s = kzalloc(sizeof(*s));

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->file = anon_file("socket", &socket_fops, s,
		O_RDWR | (flags & O_NONBLOCK));
	if (!s->file) {
		kfree(s);
		return ERR_PTR(-ENOMEM);
	}
	s->ops = &no_ops;
	s->domain = domain;
	s->type = type;
	s->protocol = protocol;
	s->peer.uid = s->peer.gid = -1;
	s->opt.sndbuf = s->opt.rcvbuf = SOCKET_BUFFER;
	s->opt.rcvlowat = 1;
	s->opt.peek_off = -1;
	wait_queue_init(&s->rd);
	wait_queue_init(&s->wr);
	return s;
}

struct socket *file_socket(struct file *f)
{
	return f->ops == &socket_fops ? f->priv : NULL;
}

struct socket *fd_socket(int fd)
{
	struct file *f = fd_get_io(fd);
	struct socket *s;

	if (!f)
		return ERR_PTR(-EBADF);
	s = file_socket(f);
	if (s)
		return s;
	file_put(f);
	return ERR_PTR(-ENOTSOCK);
}

int socket_error(struct socket *s)
{
	int error = s->error;

	s->error = 0;
	return -error;
}

long socket_broken(uint32_t flags)
{
	return (flags & MSG_NOSIGNAL) ? -EPIPE : broken_pipe();
}

static void socket_flush(struct file *f)
{
	struct socket *s = f->priv;

	if (s->ops->flush)
		s->ops->flush(s);
}

static void socket_release(struct file *f)
{
	struct socket *s = f->priv;

	if (s->ops->release)
		s->ops->release(s);
	kfree(s);
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
	struct socket *s = f->priv;

	return s->ops->poll ? s->ops->poll(s, pt) : 0;
}

static long socket_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct socket *s = f->priv;
	long rc = -ENOIOCTLCMD;

	if (s->ops->ioctl)
		rc = s->ops->ioctl(s, cmd, arg);
	if (rc == -ENOIOCTLCMD && device_ioctl)
		rc = device_ioctl(s, cmd, arg);
	return rc == -ENOIOCTLCMD ? -ENOTTY : rc;
}

static const struct file_ops socket_fops = {
	.read = socket_read,
	.write = socket_write,
	.poll = socket_poll,
	.ioctl = socket_ioctl,
	.flush = socket_flush,
	.release = socket_release,
};
