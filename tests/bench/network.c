/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP and UDP on the loopback interface: 4 KiB of a stream written 64 KiB at
 * a time, and one byte there and back between two processes.
 */
#include "bench.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#define CHUNK	(64 * 1024)
#define CHUNKS	64
#define ROUNDS	500

static char data[CHUNK];
static int fd[2];

static struct sockaddr_in name_of(int s)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	check(!getsockname(s, (struct sockaddr *)&a, &len), "getsockname");
	return a;
}

static int bound(int type)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int s = socket(AF_INET, type, 0);

	check(s >= 0 && !bind(s, (struct sockaddr *)&a, sizeof(a)), "bind");
	return s;
}

static void join(int s, int to)
{
	struct sockaddr_in a = name_of(to);

	check(!connect(s, (struct sockaddr *)&a, sizeof(a)), "connect");
}

static void stream_pair(void)
{
	int on = 1, l = bound(SOCK_STREAM);

	check(!listen(l, 1), "listen");
	fd[0] = bound(SOCK_STREAM);
	join(fd[0], l);
	fd[1] = accept(l, NULL, NULL);
	check(fd[1] >= 0, "accept");
	for (int i = 0; i < 2; i++)
		check(!setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &on,
			sizeof(on)), "nodelay");
	close(l);
}

static void dgram_pair(void)
{
	fd[0] = bound(SOCK_DGRAM);
	fd[1] = bound(SOCK_DGRAM);
	join(fd[0], fd[1]);
	join(fd[1], fd[0]);
}

static pid_t child(void (*fn)(void))
{
	pid_t pid = fork();

	if (pid)
		return pid;
	fn();
	_exit(0);
}

static void drain(void)
{
	close(fd[0]);
	while (read(fd[1], data, CHUNK) > 0)
		;
}

static void echo(void)
{
	char c;

	while (read(fd[1], &c, 1) == 1)
		check(write(fd[1], &c, 1) == 1, "echo");
}

static void send_chunk(void)
{
	check(write(fd[0], data, CHUNK) == CHUNK, "write");
}

static void ping(void)
{
	char c = 0;

	check(write(fd[0], &c, 1) == 1 && read(fd[0], &c, 1) == 1, "ping");
}

static void measure_echo(const char *row)
{
	pid_t pid = child(echo);

	report(row, best_mean(ping, ROUNDS));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	pid_t pid;

	stream_pair();
	pid = child(drain);
	close(fd[1]);
	report("tcp-stream-4k", best_mean(send_chunk, CHUNKS)
		/ (CHUNK / PAGE));
	close(fd[0]);
	reap(pid);
	stream_pair();
	measure_echo("tcp-ping-pong");
	dgram_pair();
	measure_echo("udp-ping-pong");
	return 0;
}
