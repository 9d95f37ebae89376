/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private memory after fork: more of it than a kernel copies at once.  What
 * one process writes the other never sees, whoever writes first and however:
 * by itself, by the kernel, by another process.
 *
 * `cow large KIB` forks while that much is dirty, `cow eat KIB` has a child
 * that writes all of it besides.
 */
#include <sys/mman.h>
#include <sys/uio.h>

#include "check.h"

#define PAGE	4096
#define PAGES	1500			/* more than a page table's */

static int to[2], from[2];
static volatile unsigned char *memory;

/* Of another's turn: each process waits for the other's byte */
static void pass(int fd)
{
	CHECK(write(fd, "g", 1) == 1);
}

static void await(int fd)
{
	char c;

	CHECK(read(fd, &c, 1) == 1);
}

static unsigned char *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* The first byte of each page says who wrote it last */
static void fill(int step, int value)
{
	for (int i = 0; i < PAGES; i += step)
		memory[i * PAGE] = value;
}

static void expect(int step, int value, int others)
{
	for (int i = 0; i < PAGES; i++)
		CHECK(memory[i * PAGE] == (i % step ? others : value));
}

static void setup(void)
{
	memory = map(PAGES * PAGE);
	fill(1, 1);
	CHECK(!pipe(to) && !pipe(from));
}

static void teardown(void)
{
	CHECK(!munmap((void *)memory, PAGES * PAGE));
	for (int i = 0; i < 2; i++)
		close(to[i]), close(from[i]);
}

/* Both read all, in turns, then both write */
static void in_turns(int child_step, int parent_step)
{
	pid_t pid;

	setup();
	pid = checked_fork();
	if (!pid) {
		expect(1, 1, 1);
		pass(from[1]);
		await(to[0]);
		fill(child_step, 2);
		pass(from[1]);
		await(to[0]);
		expect(child_step, 2, 1);
		_exit(0);
	}
	await(from[0]);
	expect(1, 1, 1);
	pass(to[1]);
	await(from[0]);
	expect(1, 1, 1);
	fill(parent_step, 3);
	pass(to[1]);
	expect_success(pid);
	expect(parent_step, 3, 1);
	teardown();
}

/* A process of each generation changes its share, and all know their own */
static void generations(int depth)
{
	pid_t pid = checked_fork();

	if (pid) {
		expect_success(pid);
		return;
	}
	for (int i = depth; i < PAGES; i += 7)
		memory[i * PAGE] = 10 + depth;
	if (depth < 5)
		generations(depth + 1);
	for (int i = 0; i < PAGES; i++)
		CHECK(memory[i * PAGE] == (i % 7 && i % 7 <= depth
			? 10 + i % 7 : 1));
	_exit(0);
}

/* The kernel writes, for read(2) and process_vm_writev(2) */
static void by_the_kernel(void)
{
	struct iovec local, remote;
	pid_t pid;

	setup();
	pid = checked_fork();
	if (!pid) {
		await(to[0]);
		CHECK(memory[PAGE] == 1 && memory[0] == 'w');
		CHECK(read(to[0], (void *)&memory[5 * PAGE], 1) == 1);
		CHECK(memory[5 * PAGE] == 'r');
		_exit(0);
	}
	local = (struct iovec){ "w", 1 };
	remote = (struct iovec){ (void *)memory, 1 };
	CHECK(process_vm_writev(pid, &local, 1, &remote, 1, 0) == 1);
	pass(to[1]);
	CHECK(write(to[1], "r", 1) == 1);
	expect_success(pid);
	expect(1, 1, 1);
	teardown();
}

/* What changes mappings while their pages are shared */
static void changes(void)
{
	unsigned char *p = (unsigned char *)memory, *q;

	CHECK(!munmap(p + 10 * PAGE, 20 * PAGE));
	q = mremap(p + 100 * PAGE, 100 * PAGE, 200 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED && q != p + 100 * PAGE);
	for (int i = 0; i < 200; i++)
		CHECK(q[i * PAGE] == (i < 100));
	q[0] = 9;
	CHECK(!mprotect(p, 10 * PAGE, PROT_NONE));
	CHECK(!mprotect(p, 10 * PAGE, PROT_READ));
	CHECK(p[3 * PAGE] == 1);
	CHECK(!mprotect(p, 10 * PAGE, PROT_READ | PROT_WRITE));
	p[3 * PAGE] = 9;
	CHECK(!madvise(p + 30 * PAGE, PAGE, MADV_DONTNEED));
	CHECK(p[30 * PAGE] == 0 && p[31 * PAGE] == 1);
	CHECK(!mlock(p + 40 * PAGE, 2 * PAGE));
	p[40 * PAGE] = 9;
}

static void mappings(void)
{
	pid_t pid;

	setup();
	pid = checked_fork();
	if (!pid) {
		changes();
		_exit(0);
	}
	expect_success(pid);
	expect(1, 1, 1);
	pid = checked_fork();
	if (!pid) {
		await(to[0]);
		expect(1, 1, 1);
		_exit(0);
	}
	changes();
	pass(to[1]);
	expect_success(pid);
	CHECK(memory[3 * PAGE] == 9 && memory[31 * PAGE] == 1);
	teardown();
}

/* A page that may not be written stays so, and gets the child a signal */
static void rights(void)
{
	pid_t pid;

	setup();
	CHECK(!mprotect((void *)memory, PAGES * PAGE, PROT_READ));
	pid = checked_fork();
	if (!pid) {
		CHECK(memory[0] == 1);
		memory[0] = 2;
		_exit(0);
	}
	expect_signal(pid, 11);
	expect(1, 1, 1);
	teardown();
}

/* KiB of a row of this process's own /proc/self/FILE, of all its mappings */
static long amount(const char *file, const char *row)
{
	char line[256];
	FILE *f = fopen(file, "r");
	long sum = 0, kib;

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, row, strlen(row))
				&& sscanf(line + strlen(row), "%ld", &kib) == 1)
			sum += kib;
	fclose(f);
	return sum;
}

static void expect_amount(const char *row, long least, long most)
{
	long kib = amount("/proc/self/smaps", row);

	if (kib < least || kib > most)
		printf("%s %ld, not %ld to %ld\n", row, kib, least, most);
	CHECK(kib >= least && kib <= most);
}

/* Shared pages count for both; for a share of them in Pss */
static void amounts(void)
{
	const long kib = PAGES * PAGE / 1024;
	pid_t pid;

	setup();
	expect_amount("Private_Dirty:", kib, kib + 2000);
	pid = checked_fork();
	if (!pid) {
		CHECK(amount("/proc/self/status", "VmRSS:") >= kib);
		expect_amount("Rss:", kib, kib + 2000);
		expect_amount("Shared_Dirty:", kib - 100, kib + 2000);
		expect_amount("Pss:", kib / 2, kib / 2 + 1500);
		fill(1, 2);
		expect_amount("Private_Dirty:", kib, kib + 2000);
		expect_amount("Pss:", kib, kib + 2000);
		CHECK(amount("/proc/self/status", "RssAnon:") >= kib);
		_exit(0);
	}
	expect_success(pid);
	expect_amount("Shared_Dirty:", 0, 100);
	teardown();
}

/* Forks with `kib` dirty; the child reads it all, and a part is written */
static int large(size_t kib)
{
	unsigned char *p = map(kib * 1024);
	pid_t pid;

	memset(p, 1, kib * 1024);
	pid = checked_fork();
	if (!pid) {
		for (size_t i = 0; i < kib * 1024; i += PAGE)
			CHECK(p[i] == 1);
		p[0] = 2;
		_exit(p[0] != 2);
	}
	expect_success(pid);
	CHECK(p[0] == 1);
	return passed("cow large");
}

/* Two children and their parent write what is not there three times */
static int eat(size_t kib)
{
	unsigned char *p = map(kib * 1024);
	int killed = 0;
	pid_t pid[2];

	memset(p, 1, kib * 1024);
	for (int n = 0; n < 2; n++) {
		pid[n] = checked_fork();
		if (!pid[n]) {
			memset(p, 2, kib * 1024);
			for (size_t i = 0; i < kib * 1024; i += PAGE)
				CHECK(p[i] == 2);
			_exit(0);
		}
	}
	memset(p, 3, kib * 1024);
	for (int n = 0; n < 2; n++) {
		int status = wait_for(pid[n]);

		killed += WIFSIGNALED(status) && WTERMSIG(status) == 9;
		CHECK(WIFSIGNALED(status) || !status);
	}
	printf("%d killed\n", killed);
	for (size_t i = 0; i < kib * 1024; i += PAGE)
		CHECK(p[i] == 3);
	return passed("cow eat");
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "large"))
		return large(atol(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "eat"))
		return eat(atol(argv[2]));
	in_turns(1, 1);
	in_turns(1, PAGES);
	in_turns(PAGES, 1);
	in_turns(3, 2);
	setup();
	generations(1);
	teardown();
	by_the_kernel();
	mappings();
	rights();
	amounts();
	return passed("cow");
}
