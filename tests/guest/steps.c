/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who waits for a time of the real-time clock notices when it is set; in the
 * guest only.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

#include "check.h"

#define HOUR	3600

static struct timespec now(clockid_t clock)
{
	struct timespec t;

	CHECK(!clock_gettime(clock, &t));
	return t;
}

static void step(int seconds)
{
	struct timespec t = now(CLOCK_REALTIME);

	t.tv_sec += seconds;
	CHECK(!clock_settime(CLOCK_REALTIME, &t));
}

static struct itimerspec in_an_hour(void)
{
	struct itimerspec s = { .it_value = now(CLOCK_REALTIME) };

	s.it_value.tv_sec += HOUR;
	return s;
}

static int ready(int fd, int timeout)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout);
}

static void test_timerfd(void)
{
	struct itimerspec s = in_an_hour(), left;
	struct itimerspec relative = { .it_value.tv_sec = HOUR };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	int other = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	uint64_t n;

	CHECK(!timerfd_settime(fd, TFD_TIMER_ABSTIME, &s, NULL));
	CHECK(!timerfd_settime(other, 0, &relative, NULL));
	step(-HOUR);
	CHECK(!timerfd_gettime(fd, &left) && left.it_value.tv_sec > HOUR);
	step(2 * HOUR + 10);
	CHECK(ready(fd, 20000) == 1);
	CHECK(read(fd, &n, sizeof(n)) == sizeof(n) && n == 1);
	CHECK(ready(other, 0) == 0);	/* a span of time stays what it is */
	step(-HOUR - 10);
	close(fd);
	close(other);
}

/* Also one that does not expire by it, and any direction */
static void test_cancel(void)
{
	struct itimerspec s = in_an_hour();
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	uint64_t n;

	CHECK(!timerfd_settime(fd, TFD_TIMER_ABSTIME
		| TFD_TIMER_CANCEL_ON_SET, &s, NULL));
	CHECK(ready(fd, 0) == 0);
	step(-1);
	CHECK(ready(fd, 20000) == 1);
	CHECK_ERRNO(read(fd, &n, sizeof(n)), ECANCELED);
	CHECK_ERRNO(read(fd, &n, sizeof(n)), EAGAIN);
	step(1);
	CHECK_ERRNO(read(fd, &n, sizeof(n)), ECANCELED);
	CHECK(!timerfd_settime(fd, TFD_TIMER_ABSTIME, &s, NULL));
	step(-1);
	CHECK(ready(fd, 0) == 0);
	step(1);
	close(fd);
}

static void test_timer(void)
{
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1 };
	struct itimerspec s = in_an_hour();
	struct timespec patience = { 20, 0 };
	sigset_t set;
	timer_t t;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK(!timer_create(CLOCK_REALTIME, &e, &t));
	CHECK(!timer_settime(t, TIMER_ABSTIME, &s, NULL));
	step(HOUR + 10);
	CHECK(sigtimedwait(&set, NULL, &patience) == SIGUSR1);
	step(-HOUR - 10);
	CHECK(!timer_delete(t));
}

static void *sleeper(void *unused)
{
	struct itimerspec s = in_an_hour();

	CHECK(!clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &s.it_value,
		NULL));
	return unused;
}

static void test_sleep(void)
{
	struct timespec began = now(CLOCK_MONOTONIC);
	pthread_t t;

	CHECK(!pthread_create(&t, NULL, sleeper, NULL));
	usleep(50000);
	step(HOUR + 10);
	CHECK(!pthread_join(t, NULL));
	step(-HOUR - 10);
	CHECK(now(CLOCK_MONOTONIC).tv_sec - began.tv_sec < HOUR / 2);
}

int main(void)
{
	test_timerfd();
	test_cancel();
	test_timer();
	test_sleep();
	return passed("steps");
}
