/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs that test sockets have in common. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <stdbool.h>

#include "check.h"

#define NONBLOCK	SOCK_NONBLOCK
#define UN(addr)	((const struct sockaddr *)(addr))

/* A name: of the file system, or abstract if it begins with @.  Its length */
static inline socklen_t un_name(struct sockaddr_un *a, const char *name)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, name);
	if (*name == '@')
		a->sun_path[0] = 0;
	return offsetof(struct sockaddr_un, sun_path) + strlen(name)
		+ (*name != '@');
}

static inline int un_socket(int type)
{
	int fd = socket(AF_UNIX, type, 0);

	CHECK(fd >= 0);
	return fd;
}

static inline int un_bind(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = un_name(&a, name);

	return bind(fd, UN(&a), len);
}

static inline int un_connect(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = un_name(&a, name);

	return connect(fd, UN(&a), len);
}

static inline int un_listen(int type, const char *name, int backlog)
{
	int fd = un_socket(type);

	CHECK(!un_bind(fd, name) && !listen(fd, backlog));
	return fd;
}

static inline int get_option(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	CHECK(!getsockopt(fd, SOL_SOCKET, option, &value, &len));
	CHECK(len == sizeof(value));
	return value;
}

static inline int set_option(int fd, int option, int value)
{
	return setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value));
}

static inline void set_timeout(int fd, int option, int ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	CHECK(!setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t)));
}

/* What poll says now */
static inline int ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static inline void pair_of(int type, int fd[2])
{
	CHECK(!socketpair(AF_UNIX, type, 0, fd));
}

static inline void close_pair(int fd[2])
{
	CHECK(!close(fd[0]) && !close(fd[1]));
}

static inline long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

#endif
