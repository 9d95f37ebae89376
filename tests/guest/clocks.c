/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and sleeping: never backwards, never too early, not absurdly late. */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

#include "check.h"

#define SECOND	1000000000LL

static long long now(clockid_t clock)
{
	struct timespec ts;

	CHECK(!clock_gettime(clock, &ts));
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < SECOND);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static void test_monotonic(void)
{
	long long last = now(CLOCK_MONOTONIC), next;
	long long start = last;
	struct timespec resolution;

	while (last - start < SECOND / 10) {
		next = now(CLOCK_MONOTONIC);
		CHECK(next >= last);
		last = next;
	}
	CHECK(!clock_getres(CLOCK_MONOTONIC, &resolution));
	CHECK(resolution.tv_sec == 0 && resolution.tv_nsec > 0);
}

static void test_wall(void)
{
	struct timeval tv;
	long long wall = now(CLOCK_REALTIME);

	/* Between the year this was written and 2100. */
	CHECK(wall / SECOND > 1700000000 && wall / SECOND < 4102444800);
	CHECK(!gettimeofday(&tv, NULL));
	CHECK(llabs(tv.tv_sec - wall / SECOND) <= 2);
	CHECK(llabs(time(NULL) - wall / SECOND) <= 2);
}

static void test_sleep(void)
{
	static const int milliseconds[] = { 0, 1, 5, 20, 100 };

	for (int i = 0; i < 5; i++) {
		long long length = milliseconds[i] * 1000000LL;
		struct timespec ts = { .tv_nsec = length };
		long long start = now(CLOCK_MONOTONIC), slept;

		CHECK(!nanosleep(&ts, NULL));
		slept = now(CLOCK_MONOTONIC) - start;
		CHECK(slept >= length && slept < length + 2 * SECOND);
	}
	CHECK_ERRNO(nanosleep(&(struct timespec){ 0, SECOND }, NULL), EINVAL);
	CHECK_ERRNO(nanosleep(&(struct timespec){ -1, 0 }, NULL), EINVAL);
	CHECK_ERRNO(clock_gettime(99, &(struct timespec){ 0 }), EINVAL);
}

/* Time in this process passes when it computes, not when it sleeps. */
static void test_processor_time(void)
{
	long long start = now(CLOCK_PROCESS_CPUTIME_ID), slept;
	struct rusage usage;
	struct tms tms;

	usleep(200000);
	slept = now(CLOCK_PROCESS_CPUTIME_ID) - start;
	CHECK(slept < SECOND / 10);
	while (now(CLOCK_PROCESS_CPUTIME_ID) - start < SECOND / 5)
		;
	CHECK(!getrusage(RUSAGE_SELF, &usage));
	CHECK(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
		+ usage.ru_utime.tv_usec + usage.ru_stime.tv_usec > 0);
	CHECK(times(&tms) != (clock_t)-1);
}

static void *compute(void *stop)
{
	while (!*(volatile int *)stop)
		;
	return NULL;
}

/* A thread's time passes while it computes, whoever asks. */
static void test_thread_time(void)
{
	long long start = now(CLOCK_THREAD_CPUTIME_ID), first;
	struct timespec some = { 0, SECOND / 10 };
	pthread_t thread;
	clockid_t clock;
	int stop = 0;

	while (now(CLOCK_THREAD_CPUTIME_ID) - start < SECOND / 10)
		;
	CHECK(!pthread_create(&thread, NULL, compute, &stop));
	CHECK(!pthread_getcpuclockid(thread, &clock));
	first = now(clock);
	usleep(200000);
	CHECK(now(clock) > first);
	first = now(clock);
	CHECK(!clock_nanosleep(clock, 0, &some, NULL));
	CHECK(now(clock) - first >= SECOND / 10);
	stop = 1;
	CHECK(!pthread_join(thread, NULL));
}

/* Waits for a timer of 0.1 s of this clock; false: none came in two seconds. */
static int timer_fires(clockid_t clock)
{
	struct itimerspec it = { .it_value.tv_nsec = SECOND / 10 };
	struct timespec patience = { 2, 0 };
	sigset_t set;
	timer_t timer;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK(!timer_create(clock, NULL, &timer));
	CHECK(!timer_settime(timer, 0, &it, NULL));
	signo = sigtimedwait(&set, NULL, &patience);
	CHECK(!timer_delete(timer));
	return signo == SIGALRM;
}

/* A timer counts the time of whose clock it is, not that of who set it. */
static void test_timers_of_others(void)
{
	int stop = 0;
	pthread_t thread;
	clockid_t mine, other;
	pid_t pid = checked_fork();

	if (!pid)
		compute(&stop);
	CHECK(!clock_getcpuclockid(pid, &other) && timer_fires(other));
	CHECK(!kill(pid, SIGKILL));
	expect_signal(pid, SIGKILL);
	CHECK(!pthread_getcpuclockid(pthread_self(), &mine));
	CHECK(!pthread_create(&thread, NULL, compute, &stop));
	CHECK(!pthread_getcpuclockid(thread, &other));
	CHECK(timer_fires(other) && !timer_fires(mine));
	stop = 1;
	CHECK(!pthread_join(thread, NULL));
}

static volatile sig_atomic_t profiled;

static void note_profile(int number)
{
	profiled = number;
}

/* Time that nobody uses is nobody's, whatever looks at it meanwhile */
static void test_idle_time(void)
{
	struct itimerval limit = { .it_value.tv_usec = 200000 };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	long long used = now(CLOCK_PROCESS_CPUTIME_ID);

	CHECK(signal(SIGPROF, note_profile) != SIG_ERR);
	CHECK(!setitimer(ITIMER_PROF, &limit, NULL));
	CHECK(!usleep(900000) || errno == EINTR);
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) - used < SECOND / 5);
	CHECK(!profiled);
	CHECK(!setitimer(ITIMER_PROF, &off, NULL));
}

static void use(size_t kib)
{
	long long start = now(CLOCK_PROCESS_CPUTIME_ID);
	char *p = malloc(kib * 1024);

	CHECK(p);
	explicit_bzero(p, kib * 1024);
	while (now(CLOCK_PROCESS_CPUTIME_ID) - start < SECOND / 5)
		;
	free(p);
}

/* What a grandchild used reaches us by way of the child that waited. */
static void test_children_usage(void)
{
	struct rusage usage, all;
	pid_t pid = checked_fork();
	int status;

	if (!pid) {
		pid = checked_fork();
		if (!pid) {
			use(3000);
			_exit(0);
		}
		expect_success(pid);
		_exit(0);
	}
	CHECK(wait4(pid, &status, 0, &usage) == pid && status == 0);
	CHECK(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec > 100000);
	CHECK(usage.ru_maxrss >= 2800 && usage.ru_maxrss < 30000);
	CHECK(usage.ru_minflt > 0 && usage.ru_nvcsw > 0);
	CHECK(!getrusage(RUSAGE_CHILDREN, &all));
	CHECK(!memcmp(&all, &usage,
		offsetof(struct rusage, __reserved)));
}

int main(void)
{
	test_children_usage();
	test_monotonic();
	test_wall();
	test_sleep();
	test_processor_time();
	test_thread_time();
	test_timers_of_others();
	test_idle_time();
	return passed("clocks");
}
