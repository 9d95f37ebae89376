/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Context switches as lmbench's lat_ctx measures them: processes in a ring
 * of pipes hand a token on, and each reads its own buffer before it does.  A
 * row is the cost of one hop, pipe and buffer included: "context-N-K" for N
 * processes of K KiB.
 */
#include <signal.h>
#include <string.h>
#include "bench.h"

#define PROCESSES	16
#define KIB_MAX		64
#define ROUNDS		20

static int ring[PROCESSES][2];
static pid_t children[PROCESSES];
static volatile char data[KIB_MAX * 1024];
static int processes, kib;

static void touch(void)
{
	for (int i = 0; i < kib * 1024; i += 32)
		(void)data[i];
}

static void pass(int from, int to)
{
	char token;

	check(read(ring[from][0], &token, 1) == 1, "read");
	touch();
	check(write(ring[to][1], &token, 1) == 1, "write");
}

/* The token once around, from this process to the last */
static void round_trip(void)
{
	check(write(ring[1][1], "t", 1) == 1, "write");
	check(read(ring[0][0], (char[1]){ 0 }, 1) == 1, "read");
	touch();
}

static void start(void)
{
	for (int i = 0; i < processes; i++)
		check(!pipe(ring[i]), "pipe");
	for (int i = 1; i < processes; i++) {
		children[i] = fork();
		check(children[i] >= 0, "fork");
		if (children[i])
			continue;
		memset((void *)data, i, kib * 1024);
		for (;;)
			pass(i, (i + 1) % processes);
	}
}

static void stop(void)
{
	for (int i = 1; i < processes; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	for (int i = 0; i < processes; i++) {
		close(ring[i][0]);
		close(ring[i][1]);
	}
}

int main(void)
{
	static const int counts[] = { 2, 8, 16 }, sizes[] = { 0, 16, 64 };
	char name[32];

	memset((void *)data, 1, sizeof(data));
	for (int c = 0; c < 3; c++)
		for (int s = 0; s < 3; s++) {
			processes = counts[c];
			kib = sizes[s];
			start();
			round_trip();
			snprintf(name, sizeof(name), "context-%d-%d",
				processes, kib);
			report(name, best_mean(round_trip, ROUNDS) / processes);
			stop();
		}
	return 0;
}
