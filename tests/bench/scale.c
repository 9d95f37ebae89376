/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A few of all costs, to be measured again beside other guests and with more
 * memory.  Rows: "start": the TSC at the start; "null", "pipe", "fork",
 * "fault": as in syscalls.c; "late": median lateness of a sleeping process, in
 * nanoseconds; "total", "free": the system's memory in bytes, before the rest;
 * "end": the TSC at the end.  With the arguments "sleep N" or "compute N" it is
 * a neighbour: it does only that until the TSC is N million.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include "bench.h"

#define FAULTS		100
#define SAMPLES		101
#define SETTLE_US	500000	/* the neighbours start meanwhile */
#define SLEEP_NS	2000000
#define SECOND_NS	1000000000

static int to[2], from[2];
static char *fresh;

static void null_call(void)
{
	syscall(SYS_getppid);
}

static void fault(void)
{
	*fresh = 1;
	fresh += PAGE;
}

static void ping_pong(void)
{
	char c = 0;

	check(write(to[1], &c, 1) == 1, "write");
	check(read(from[0], &c, 1) == 1, "read");
}

/* Answers each byte, until there are no more writers */
static void partner(void)
{
	char c;

	close(to[1]);
	while (read(to[0], &c, 1) == 1)
		check(write(from[1], &c, 1) == 1, "write");
	_exit(0);
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static long late(void)
{
	static long sample[SAMPLES];
	struct timespec due, t;

	for (int i = 0; i < SAMPLES; i++) {
		check(!clock_gettime(CLOCK_MONOTONIC, &due), "clock_gettime");
		due.tv_nsec += SLEEP_NS;
		due.tv_sec += due.tv_nsec / SECOND_NS;
		due.tv_nsec %= SECOND_NS;
		check(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due,
			NULL), "clock_nanosleep");
		check(!clock_gettime(CLOCK_MONOTONIC, &t), "clock_gettime");
		sample[i] = (t.tv_sec - due.tv_sec) * SECOND_NS +
			t.tv_nsec - due.tv_nsec;
	}
	qsort(sample, SAMPLES, sizeof(*sample), compare);
	return sample[SAMPLES / 2];
}

static void measure(void)
{
	static const struct row rows[] = {
		{ "null", null_call, 200 },
		{ "pipe", ping_pong, 50 },
		{ "fork", fork_exit, 10 },
		{ "fault", fault, FAULTS },	/* makes a fork dearer */
	};
	pid_t pid;

	fresh = mmap(NULL, BATCHES * FAULTS * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(fresh != MAP_FAILED, "mmap");
	check(!pipe(to) && !pipe(from), "pipe");
	pid = fork();
	check(pid >= 0, "fork");
	if (!pid)
		partner();
	for (int i = 0; i < 4; i++)
		report(rows[i].name, best_mean(rows[i].fn, rows[i].count));
	check(!prctl(PR_SET_TIMERSLACK, 1), "prctl");
	report("late", late());
	close(to[1]);
	reap(pid);
}

static void neighbour(bool sleeps, uint64_t end)
{
	while (now() < end)
		if (sleeps)
			usleep(SLEEP_NS / 1000);
}

int main(int argc, char **argv)
{
	uint64_t start = now();
	struct sysinfo si;

	if (argc > 2) {
		neighbour(!strcmp(argv[1], "sleep"),
			strtoull(argv[2], NULL, 10) * 1000000);
		return 0;
	}
	usleep(SETTLE_US);
	check(!sysinfo(&si), "sysinfo");
	report("start", start);
	report("total", (uint64_t)si.totalram * si.mem_unit);
	report("free", (uint64_t)si.freeram * si.mem_unit);
	measure();
	report("end", now());
	return 0;
}
