/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What fork costs by the pages of the process and by what happens to them.
 * All rows are of a process with N dirty pages, of fork and wait:
 * "exit-N": the child ends;
 * "exec-N": it runs another program, which ends;
 * "child-K-N": it writes K of the pages, spread evenly, and ends;
 * "parent-K-N": it ends, and the parent writes K of them;
 * "both-K-N": the parent does so while the child waits, which then does, too.
 */
#include <string.h>
#include <sys/mman.h>
#include "bench.h"

#define COUNT		3		/* forks in a batch */

static const int sizes[] = { 16, 32, 64, 128, 256, 1024, 4096 };
static const int parts[] = { 16, 4, 1 };	/* K = N / part */

static char *memory;
static int pages, step, go[2];
static const char *program;

static void touch(void)
{
	for (int i = 0; i < pages; i += step)
		memory[i * PAGE]++;
}

static void exec_self(void)
{
	fork_exec(program);
}

static void fork_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		touch();
		_exit(0);
	}
	reap(pid);
}

static void fork_parent(void)
{
	fork_exit();
	touch();
}

static void fork_both(void)
{
	pid_t pid = fork();
	char c;

	if (!pid) {
		check(read(go[0], &c, 1) == 1, "read");
		touch();
		_exit(0);
	}
	touch();
	check(write(go[1], "g", 1) == 1, "write");
	reap(pid);
}

static void measure(const char *name, void (*fn)(void), int touched)
{
	char row[32];

	if (touched)
		snprintf(row, sizeof(row), "%s-%d-%d", name, touched, pages);
	else
		snprintf(row, sizeof(row), "%s-%d", name, pages);
	report(row, best_mean(fn, COUNT));
}

static void of_size(int n)
{
	size_t bytes = (size_t)n * PAGE;

	pages = n;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(memory != MAP_FAILED, "mmap");
	memset(memory, 1, bytes);
	measure("exit", fork_exit, 0);
	measure("exec", exec_self, 0);
	for (int i = 0; i < 3; i++) {
		step = parts[i];
		measure("child", fork_child, n / step);
		measure("parent", fork_parent, n / step);
		measure("both", fork_both, n / step);
	}
	munmap(memory, bytes);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "exit"))
		return 0;
	program = argv[0];
	check(!pipe(go), "pipe");
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		of_size(sizes[i]);
	return 0;
}
