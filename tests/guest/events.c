/* SPDX-License-Identifier: BSD-2-Clause */
/* epoll, timerfd and signalfd. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>

#include "check.h"

static int add(int ep, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static int modify(int ep, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
}

static void test_level(void)
{
	struct epoll_event e[4];
	int ep = epoll_create1(0), fd[2];
	char c;

	CHECK(ep >= 0 && !pipe(fd));
	CHECK(lseek(ep, 5, SEEK_SET) == 0);	/* ESPIPE from Linux 6.12 on */
	CHECK(!add(ep, fd[0], EPOLLIN));
	CHECK_ERRNO(add(ep, fd[0], EPOLLIN), EEXIST);
	CHECK_ERRNO(modify(ep, fd[1], EPOLLOUT), ENOENT);
	CHECK_ERRNO(add(ep, ep, EPOLLIN), EINVAL);
	CHECK_ERRNO(add(ep, 99, EPOLLIN), EBADF);
	CHECK_ERRNO(epoll_wait(ep, e, 0, 0), EINVAL);
	CHECK_ERRNO(epoll_wait(fd[0], e, 4, 0), EINVAL);
	CHECK(epoll_wait(ep, e, 4, 0) == 0 && epoll_wait(ep, e, 4, 20) == 0);
	CHECK(write(fd[1], "ab", 2) == 2);
	for (int i = 0; i < 2; i++) {
		CHECK(epoll_wait(ep, e, 4, -1) == 1);
		CHECK(e[0].events == EPOLLIN && e[0].data.fd == fd[0]);
		CHECK(read(fd[0], &c, 1) == 1);
	}
	CHECK(epoll_wait(ep, e, 4, 0) == 0);
	CHECK(!add(ep, fd[1], EPOLLOUT));
	CHECK(epoll_wait(ep, e, 4, -1) == 1 && e[0].data.fd == fd[1]);
	CHECK(!epoll_ctl(ep, EPOLL_CTL_DEL, fd[1], NULL));
	CHECK(!close(fd[1]));
	CHECK(epoll_wait(ep, e, 4, -1) == 1 && e[0].events == EPOLLHUP);
	CHECK(!close(fd[0]));			/* goes by itself */
	CHECK(epoll_wait(ep, e, 4, 0) == 0);
	CHECK(!close(ep));
	fd[0] = open("/tmp", O_RDONLY);
	ep = epoll_create1(EPOLL_CLOEXEC);
	CHECK_ERRNO(add(ep, fd[0], EPOLLIN), EPERM);
	close(fd[0]);
	close(ep);
}

static void test_edge(void)
{
	struct epoll_event e[4];
	int ep = epoll_create1(0), fd[2];
	char c;

	CHECK(!pipe(fd) && !add(ep, fd[0], EPOLLIN | EPOLLET));
	CHECK(write(fd[1], "ab", 2) == 2);
	CHECK(epoll_wait(ep, e, 4, -1) == 1 && epoll_wait(ep, e, 4, 0) == 0);
	CHECK(read(fd[0], &c, 1) == 1 && epoll_wait(ep, e, 4, 0) == 0);
	CHECK(read(fd[0], &c, 1) == 1);
	CHECK(write(fd[1], "c", 1) == 1 && epoll_wait(ep, e, 4, 0) == 1);
	CHECK(!modify(ep, fd[0], EPOLLIN | EPOLLONESHOT));
	CHECK(epoll_wait(ep, e, 4, 0) == 1 && epoll_wait(ep, e, 4, 0) == 0);
	CHECK(write(fd[1], "c", 1) == 1 && epoll_wait(ep, e, 4, 0) == 0);
	CHECK(!modify(ep, fd[0], EPOLLIN | EPOLLONESHOT));
	CHECK(epoll_wait(ep, e, 4, 0) == 1);
	close(fd[0]);
	close(fd[1]);
	close(ep);
}

static void test_nested(void)
{
	struct epoll_event e[4];
	struct pollfd p;
	int outer = epoll_create1(0), inner = epoll_create1(0);
	int fd = eventfd(0, 0);
	uint64_t one = 1;

	CHECK(!add(outer, inner, EPOLLIN) && !add(inner, fd, EPOLLIN));
	CHECK_ERRNO(add(inner, outer, EPOLLIN), ELOOP);
	CHECK(epoll_wait(outer, e, 4, 0) == 0);
	if (!fork()) {
		usleep(20000);
		_exit(write(fd, &one, 8) != 8);
	}
	CHECK(epoll_wait(outer, e, 4, 5000) == 1 && e[0].data.fd == inner);
	p = (struct pollfd){ outer, POLLIN, 0 };
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLIN);
	CHECK(epoll_wait(inner, e, 4, 0) == 1 && e[0].data.fd == fd);
	CHECK(read(fd, &one, 8) == 8);
	CHECK(poll(&p, 1, 0) == 0);
	CHECK(wait(NULL) > 0);
	close(outer);
	close(inner);
	close(fd);
}

#define LAYERS	5
#define WIDTH	30

/* Chains end somewhere, and there may be many ways from the first to the last */
static void test_mesh(void)
{
	struct epoll_event e[WIDTH];
	int ep[LAYERS][WIDTH], fd = eventfd(0, 0), chain[8];
	int linked = 0;
	uint64_t one = 1;

	for (int i = 0; i < 8; i++)
		CHECK((chain[i] = epoll_create1(0)) >= 0);
	for (int i = 0; i < LAYERS - 1; i++)
		CHECK(!add(chain[i], chain[i + 1], EPOLLIN));
	CHECK_ERRNO(add(chain[LAYERS - 1], chain[7], EPOLLIN), ELOOP);
	CHECK_ERRNO(add(chain[7], chain[0], EPOLLIN), ELOOP);
	CHECK(!add(chain[6], chain[7], EPOLLIN));
	CHECK_ERRNO(add(chain[3], chain[6], EPOLLIN), ELOOP);
	CHECK(!add(chain[LAYERS - 1], fd, EPOLLIN));
	for (int i = 0; i < LAYERS; i++)
		for (int j = 0; j < WIDTH; j++)
			CHECK((ep[i][j] = epoll_create1(0)) >= 0);
	for (int i = 0; i < LAYERS - 1; i++)
		for (int j = 0; j < WIDTH; j++)
			for (int k = 0; k < WIDTH; k++)
				CHECK(!add(ep[i][j], ep[i + 1][k], EPOLLIN));
	/* Linux counts the ways, and refuses so many */
	for (int i = 0; i < WIDTH; i++)
		linked += !add(ep[LAYERS - 1][i], fd, EPOLLIN);
	CHECK(linked == WIDTH || (linked == 0 && errno == EINVAL));
	CHECK(epoll_wait(ep[0][0], e, WIDTH, 0) == 0);
	CHECK(write(fd, &one, 8) == 8);
	CHECK(epoll_wait(ep[0][0], e, WIDTH, 0) == linked);
	CHECK(epoll_wait(chain[0], e, WIDTH, 0) == 1);
	CHECK(read(fd, &one, 8) == 8);
	CHECK(epoll_wait(ep[0][0], e, WIDTH, 0) == 0);
	CHECK(!syscall(SYS_close_range, fd, ~0u, 0));
}

static void test_timerfd(void)
{
	struct itimerspec t = { .it_value.tv_nsec = 20000000,
		.it_interval.tv_nsec = 10000000 };
	struct timespec now;
	struct pollfd p;
	uint64_t n;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

	CHECK(fd >= 0);
	CHECK_ERRNO(timerfd_create(99, 0), EINVAL);
	CHECK_ERRNO(read(fd, &n, 8), EAGAIN);
	CHECK(!timerfd_settime(fd, 0, &t, NULL));
	p = (struct pollfd){ fd, POLLIN, 0 };
	CHECK(poll(&p, 1, 5000) == 1);
	CHECK(read(fd, &n, 8) == 8 && n >= 1);
	usleep(50000);
	CHECK(read(fd, &n, 8) == 8 && n >= 3);
	CHECK(!timerfd_gettime(fd, &t) && t.it_interval.tv_nsec == 10000000);
	memset(&t, 0, sizeof(t));
	CHECK(!timerfd_settime(fd, 0, &t, NULL));
	CHECK(poll(&p, 1, 30) == 0);
	CHECK(!clock_gettime(CLOCK_MONOTONIC, &now));
	t.it_value = now;			/* already over */
	CHECK(!timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL));
	CHECK(poll(&p, 1, 5000) == 1 && read(fd, &n, 8) == 8 && n == 1);
	CHECK_ERRNO(timerfd_gettime(0, &t), EINVAL);
	CHECK(!close(fd));
}

/* What nobody reads is counted when it is */
static void test_unread(void)
{
	struct itimerspec t = { { 0, 1000 }, { 0, 1 } };
	uint64_t n, more;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

	CHECK(!timerfd_settime(fd, 0, &t, NULL));
	usleep(30000);
	CHECK(read(fd, &n, 8) == 8 && n >= 30000);
	usleep(30000);
	CHECK(!timerfd_gettime(fd, &t) && t.it_value.tv_nsec <= 1000);
	usleep(30000);
	CHECK(read(fd, &more, 8) == 8 && more >= 60000);
	t.it_value.tv_sec = t.it_interval.tv_sec = 1000;
	CHECK(!timerfd_settime(fd, 0, &t, NULL));
	CHECK_ERRNO(read(fd, &n, 8), EAGAIN);
	CHECK(!close(fd));
}

/* Timers that are due all the time leave time to take them away */
static void test_many_timers(void)
{
	const struct itimerspec t = { { 0, 1 }, { 0, 1 } };
	const struct timespec pause = { 0, 1000000 };
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	static timer_t timers[800];
	static int fds[800];

	for (int i = 0; i < 800; i++) {
		fds[i] = timerfd_create(CLOCK_REALTIME, 0);
		CHECK(!timerfd_settime(fds[i], 0, &t, NULL));
		CHECK(!timer_create(CLOCK_MONOTONIC, &none, &timers[i]));
		CHECK(!timer_settime(timers[i], 0, &t, NULL));
	}
	for (int i = 0; i < 20; i++)
		CHECK(!nanosleep(&pause, NULL));
	for (int i = 0; i < 800; i++)
		CHECK(!close(fds[i]) && !timer_delete(timers[i]));
}

static void test_signalfd(void)
{
	struct signalfd_siginfo si[2];
	struct pollfd p;
	sigset_t set;
	pid_t pid;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_ERRNO(read(fd, si, sizeof(si)), EAGAIN);
	CHECK_ERRNO(read(fd, si, 10), EINVAL);
	CHECK(!kill(getpid(), SIGUSR1));
	CHECK(read(fd, si, sizeof(si)) == sizeof(si[0]));
	CHECK(si[0].ssi_signo == SIGUSR1);
	CHECK(si[0].ssi_pid == (uint32_t)getpid());
	pid = fork();
	if (!pid) {
		usleep(20000);
		_exit(3);
	}
	p = (struct pollfd){ fd, POLLIN, 0 };
	CHECK(poll(&p, 1, 5000) == 1);
	CHECK(read(fd, si, sizeof(si)) == sizeof(si[0]));
	CHECK(si[0].ssi_signo == SIGCHLD && si[0].ssi_status == 3);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(!close(fd));
}

int main(void)
{
	alarm(30);
	test_level();
	test_edge();
	test_nested();
	test_mesh();
	test_timerfd();
	test_unread();
	test_many_timers();
	test_signalfd();
	return passed("events");
}
