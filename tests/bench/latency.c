/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How late a process wakes from a sleep to an absolute time, the measure of
 * cyclictest, on an idle and on a busy system.  Output: lines "latency NAME
 * SAMPLE ..." in nanoseconds; under `-icount shift=0` one is an instruction.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include "bench.h"

#define SAMPLES		1000
#define FIRST		100	/* not counted: clocks settle */
#define PERIOD_NS	1000000
#define SECOND_NS	1000000000

static long late(const struct timespec *wanted)
{
	struct timespec t;

	check(!clock_gettime(CLOCK_MONOTONIC, &t), "clock_gettime");
	return (t.tv_sec - wanted->tv_sec) * SECOND_NS + t.tv_nsec -
		wanted->tv_nsec;
}

static void measure(const char *name)
{
	struct timespec next;
	long sample;

	printf("latency %s", name);
	for (int i = 0; i < FIRST + SAMPLES; i++) {
		check(!clock_gettime(CLOCK_MONOTONIC, &next), "clock_gettime");
		next.tv_nsec += PERIOD_NS;
		if (next.tv_nsec >= SECOND_NS) {
			next.tv_nsec -= SECOND_NS;
			next.tv_sec++;
		}
		check(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next,
			NULL), "clock_nanosleep");
		sample = late(&next);
		if (i >= FIRST)
			printf(" %ld", sample);
	}
	printf("\n");
	fflush(stdout);
}

/* Forks, writes and opens for ever */
static void work(void)
{
	for (;;) {
		pid_t pid = fork();
		FILE *f;

		if (!pid)
			_exit(0);
		reap(pid);
		f = fopen("/tmp/latency", "w");
		check(f && fputs("busy", f) >= 0 && !fclose(f), "write");
	}
}

int main(void)
{
	pid_t load;

	check(!prctl(PR_SET_TIMERSLACK, 1), "prctl");
	measure("process-idle");
	load = fork();
	check(load >= 0, "fork");
	if (!load)
		work();
	measure("process-busy");
	kill(load, SIGKILL);
	waitpid(load, NULL, 0);
	unlink("/tmp/latency");
	return 0;
}
