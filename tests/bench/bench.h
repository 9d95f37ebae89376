/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs here share.  Time is the TSC: instructions under
 * `-icount shift=0,sleep=off`.  A row is the line "NAME VALUE".
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCHES	5
#define PAGE	4096

struct row {
	const char *name;
	void (*fn)(void);
	int count;		/* calls in a batch */
};

static inline uint64_t now(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline void check(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

static inline void reap(pid_t pid)
{
	int status;

	check(pid > 0, "fork");
	check(waitpid(pid, &status, 0) == pid && !status, "wait");
}

static inline void fork_exit(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	reap(pid);
}

/* `program` run with the argument "exit" must end with 0 */
static inline void fork_exec(const char *program)
{
	pid_t pid = fork();

	if (!pid) {
		execl(program, program, "exit", NULL);
		_exit(1);
	}
	reap(pid);
}

static inline void report(const char *name, uint64_t value)
{
	printf("%s %llu\n", name, (unsigned long long)value);
	fflush(stdout);
}

/* The mean of a batch, of the best batch: a first call's misses do not count */
static inline uint64_t best_mean(void (*fn)(void), int count)
{
	uint64_t best = 0, t;

	for (int batch = 0; batch < BATCHES; batch++) {
		t = now();
		for (int i = 0; i < count; i++)
			fn();
		t = (now() - t) / count;
		if (!best || t < best)
			best = t;
	}
	return best;
}

#endif
