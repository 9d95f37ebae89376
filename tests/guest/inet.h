/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets of the Internet protocols on the loopback interface, for tests. */
#ifndef INET_H
#define INET_H

#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#define NONBLOCK	O_NONBLOCK
#define PATIENCE	20000		/* ms; a slow machine is no error */

static inline struct sockaddr_in address_of(const char *ip, int port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	CHECK(inet_pton(AF_INET, ip, &a.sin_addr) == 1);
	return a;
}

static inline struct sockaddr_in loopback(int port)
{
	return address_of("127.0.0.1", port);
}

#define SA(a)	((struct sockaddr *)&(a)), sizeof(a)

static inline int new_socket(int type)
{
	int fd = socket(AF_INET, type, 0);

	CHECK(fd >= 0);
	return fd;
}

/* The address that the socket is bound to */
static inline struct sockaddr_in name_of(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	CHECK(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	CHECK(len == sizeof(a) && a.sin_family == AF_INET);
	return a;
}

static inline int bound_socket(int type)
{
	struct sockaddr_in a = loopback(0);
	int fd = new_socket(type);

	CHECK(bind(fd, SA(a)) == 0);
	return fd;
}

static inline int listener(int backlog)
{
	int fd = bound_socket(SOCK_STREAM);

	CHECK(listen(fd, backlog) == 0);
	return fd;
}

static inline int connected_to(int fd)
{
	struct sockaddr_in a = name_of(fd);
	int c = new_socket(SOCK_STREAM);

	CHECK(connect(c, SA(a)) == 0);
	return c;
}

/* A connection: pair[0] connected, pair[1] accepted */
static inline void tcp_pair(int pair[2])
{
	int l = listener(1);

	pair[0] = connected_to(l);
	pair[1] = accept(l, NULL, NULL);
	CHECK(pair[1] >= 0);
	close(l);
}

static inline void close_pair(int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static inline int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	CHECK(getsockopt(fd, level, name, &value, &len) == 0);
	return value;
}

static inline void set_option(int fd, int level, int name, int value)
{
	CHECK(setsockopt(fd, level, name, &value, sizeof(value)) == 0);
}

/* What poll says of `events` now */
static inline int ready(int fd, int events)
{
	struct pollfd p = { .fd = fd, .events = events };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

/* Waits until poll says any of `events` */
static inline int await(int fd, int events)
{
	struct pollfd p = { .fd = fd, .events = events };

	CHECK(poll(&p, 1, PATIENCE) == 1);
	return p.revents;
}

static inline void ignore_signal(int number)
{
	CHECK(signal(number, SIG_IGN) != SIG_ERR);
}

#endif
