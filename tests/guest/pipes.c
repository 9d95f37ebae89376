/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes and FIFOs: blocking, ends, non-blocking use, poll and select. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>

#include "check.h"

#define TOTAL	(1024 * 1024)

/* A megabyte in odd pieces arrives whole and in order. */
static void test_stream(void)
{
	unsigned char buffer[5000];
	unsigned total = 0;
	int ends[2];
	ssize_t n;
	pid_t pid;

	CHECK(!pipe(ends));
	pid = checked_fork();
	if (!pid) {
		close(ends[0]);
		for (unsigned sent = 0; sent < TOTAL; sent += 1024) {
			for (unsigned i = 0; i < 1024; i++)
				buffer[i] = (unsigned char)((sent + i) % 251);
			CHECK(write(ends[1], buffer, 1024) == 1024);
		}
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], buffer, 4999)) > 0)
		for (ssize_t i = 0; i < n; i++, total++)
			CHECK(buffer[i] == total % 251);
	CHECK(n == 0 && total == TOTAL);
	close(ends[0]);
	expect_success(pid);
}

static void test_limits(void)
{
	struct pollfd poll_in, poll_out;
	char block[PIPE_BUF] = { 0 };
	int ends[2], filled = 0, available;

	CHECK(!pipe2(ends, O_NONBLOCK | O_CLOEXEC));
	poll_in = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	poll_out = (struct pollfd){ .fd = ends[1], .events = POLLOUT };
	CHECK_ERRNO(read(ends[0], block, 1), EAGAIN);
	CHECK(poll(&poll_in, 1, 0) == 0);
	CHECK(poll(&poll_out, 1, 0) == 1 && poll_out.revents == POLLOUT);
	while (write(ends[1], block, PIPE_BUF) == PIPE_BUF)
		filled += PIPE_BUF;
	CHECK(errno == EAGAIN && filled >= PIPE_BUF);
	CHECK(poll(&poll_out, 1, 0) == 0);
	CHECK(poll(&poll_in, 1, -1) == 1 && poll_in.revents == POLLIN);
	CHECK(!ioctl(ends[0], FIONREAD, &available) && available == filled);
	/* PIPE_BUF bytes go in whole or not at all. */
	CHECK(read(ends[0], block, 1) == 1);
	CHECK_ERRNO(write(ends[1], block, PIPE_BUF), EAGAIN);
	close(ends[1]);
	while (filled > 1)
		filled -= read(ends[0], block, PIPE_BUF);
	CHECK(read(ends[0], block, 1) == 0);
	CHECK(poll(&poll_in, 1, 0) == 1 && poll_in.revents & POLLHUP);
	close(ends[0]);

	CHECK(!pipe(ends));
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO(write(ends[1], block, 1), EPIPE);
	CHECK(poll(&poll_out, 1, 0) == 1 && poll_out.revents & POLLERR);
	signal(SIGPIPE, SIG_DFL);
	CHECK_ERRNO(lseek(ends[1], 0, SEEK_SET), ESPIPE);
	close(ends[1]);
}

/* select wakes for the one of many that becomes readable. */
static void test_select(void)
{
	struct timeval soon = { .tv_usec = 30000 };
	int pipes[10][2];
	fd_set set;
	pid_t pid;
	char byte;

	FD_ZERO(&set);
	for (int i = 0; i < 10; i++) {
		CHECK(!pipe(pipes[i]));
		FD_SET(pipes[i][0], &set);
	}
	CHECK(select(pipes[9][1] + 1, &set, NULL, NULL, &soon) == 0);
	for (int i = 0; i < 10; i++)
		FD_SET(pipes[i][0], &set);
	pid = checked_fork();
	if (!pid) {
		usleep(30000);
		_exit(write(pipes[6][1], "s", 1) != 1);
	}
	CHECK(select(pipes[9][1] + 1, &set, NULL, NULL, NULL) == 1);
	CHECK(FD_ISSET(pipes[6][0], &set) && !FD_ISSET(pipes[5][0], &set));
	CHECK(read(pipes[6][0], &byte, 1) == 1 && byte == 's');
	expect_success(pid);
	for (int i = 0; i < 10; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

static void test_fifo(void)
{
	char text[8] = { 0 };
	pid_t pid;
	int fd;

	CHECK(!mkfifo("/tmp/pipes-fifo", 0600));
	CHECK_ERRNO(open("/tmp/pipes-fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	pid = checked_fork();
	if (!pid) {
		/* Each open waits for the other side. */
		fd = open("/tmp/pipes-fifo", O_WRONLY);
		CHECK(fd >= 0);
		_exit(write(fd, "fifo", 4) != 4);
	}
	fd = open("/tmp/pipes-fifo", O_RDONLY);
	CHECK(fd >= 0);
	CHECK(read(fd, text, sizeof(text)) == 4 && !strcmp(text, "fifo"));
	expect_success(pid);
	CHECK(read(fd, text, 1) == 0);
	close(fd);
	CHECK(!unlink("/tmp/pipes-fifo"));
}

/* A token goes round a ring of processes. */
static void test_ring(void)
{
	enum { PROCESSES = 8, ROUNDS = 50 };
	int pipes[PROCESSES][2], value = 0;
	pid_t pids[PROCESSES];

	for (int i = 0; i < PROCESSES; i++)
		CHECK(!pipe(pipes[i]));
	for (int i = 0; i < PROCESSES - 1; i++) {
		pids[i] = checked_fork();
		if (pids[i])
			continue;
		for (int n = 0; n < ROUNDS; n++) {
			CHECK(read(pipes[i][0], &value, 4) == 4);
			value++;
			CHECK(write(pipes[i + 1][1], &value, 4) == 4);
		}
		_exit(0);
	}
	for (int n = 0; n < ROUNDS; n++) {
		CHECK(write(pipes[0][1], &value, 4) == 4);
		CHECK(read(pipes[PROCESSES - 1][0], &value, 4) == 4);
	}
	CHECK(value == ROUNDS * (PROCESSES - 1));
	for (int i = 0; i < PROCESSES - 1; i++)
		expect_success(pids[i]);
	for (int i = 0; i < PROCESSES; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

int main(void)
{
	test_stream();
	test_limits();
	test_select();
	test_fifo();
	test_ring();
	return passed("pipes");
}
