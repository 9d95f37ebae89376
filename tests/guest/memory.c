/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: 32 MiB of malloc, mmap and its relatives, copies after fork, shared
 * mappings, files in memory, protection.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "check.h"

#define MIB	(1024 * 1024)
#define PAGE	4096
#define LEFTOVER	0x1EF70FE5u

static sigjmp_buf escape;

static void leave(int number)
{
	siglongjmp(escape, number);
}

/* Returns the signal that reading (or writing) a byte raises, or 0. */
static int probe(volatile char *address, int write)
{
	int number = sigsetjmp(escape, 1);

	if (number)
		return number;
	if (write)
		*address = *address;
	else
		(void)*address;
	return 0;
}

static uint32_t pattern(uint32_t i)
{
	return i * 2654435761u + 12345;
}

static void test_malloc(void)
{
	size_t words = 32 * MIB / 4;

	/* Twice: what the first gave back serves the second. */
	for (int round = 0; round < 2; round++) {
		uint32_t *block = malloc(words * 4);

		CHECK(block);
		for (uint32_t i = 0; i < words; i++)
			block[i] = pattern(i);
		for (uint32_t i = 0; i < words; i++)
			CHECK(block[i] == pattern(i));
		free(block);
	}
	for (size_t size = 1; size < 4 * MIB; size *= 2) {
		char *block = calloc(1, size), *larger;

		CHECK(block && block[0] == 0 && block[size - 1] == 0);
		block[size - 1] = 'x';
		larger = realloc(block, size * 2);
		CHECK(larger && larger[size - 1] == 'x');
		free(larger);
	}
}

static char *map(size_t size, int protection, int flags)
{
	char *area = mmap(NULL, size, protection, flags | MAP_ANONYMOUS, -1,
		0);

	CHECK(area != MAP_FAILED);
	return area;
}

static void test_map(void)
{
	char *area = map(16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	for (int i = 0; i < 16 * PAGE; i++)
		CHECK(area[i] == 0);
	memset(area, 7, 16 * PAGE);
	CHECK(!munmap(area + 4 * PAGE, 4 * PAGE));
	CHECK(probe(area + 4 * PAGE, 0) == SIGSEGV);
	CHECK(probe(area + 3 * PAGE, 1) == 0);
	CHECK(probe(area + 8 * PAGE, 1) == 0);

	CHECK(!mprotect(area, PAGE, PROT_READ));
	CHECK(probe(area, 0) == 0 && area[0] == 7);
	CHECK(probe(area, 1) == SIGSEGV);
	CHECK(!mprotect(area, PAGE, PROT_NONE));
	CHECK(probe(area, 0) == SIGSEGV);
	CHECK(!mprotect(area, PAGE, PROT_READ | PROT_WRITE));
	CHECK(probe(area, 1) == 0 && area[0] == 7);

	/* Fresh pages come back after unmapping. */
	CHECK(mmap(area, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == area);
	CHECK(area[0] == 0);
	area = mremap(area, PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	CHECK(area != MAP_FAILED);
	area[63 * PAGE] = 1;
	CHECK(!munmap(area, 64 * PAGE));

	/* A second mapping in the place of the first: there is none then. */
	area = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED);
	CHECK(mremap(area, 0, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area)
		== MAP_FAILED && errno == EFAULT);

	CHECK(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
		== MAP_FAILED && errno == EINVAL);
	CHECK_ERRNO(munmap((void *)1, PAGE), EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED
		&& errno == EBADF);
}

/* musl's sbrk moves nothing: ask the kernel. */
static char *set_break(char *end)
{
	return (char *)syscall(SYS_brk, end);
}

static void test_break(void)
{
	char *start = set_break(NULL);

	CHECK(set_break(start + 10 * PAGE) == start + 10 * PAGE);
	memset(start, 1, 10 * PAGE);
	CHECK(set_break(start) == start);
	CHECK(set_break(start + 10 * PAGE) == start + 10 * PAGE);
	CHECK(start[5 * PAGE] == 0);
	CHECK(set_break(start) == start);
	/* What it cannot do leaves the break where it was. */
	CHECK(set_break((char *)-PAGE) == start);
}

/* Parent and child write the same pages and see only their own. */
static void test_fork(void)
{
	size_t size = 256 * PAGE;
	char *private = map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	volatile int *shared = (int *)map(PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED);
	pid_t pids[3];

	memset(private, 1, size);
	for (int n = 0; n < 3; n++) {
		pids[n] = checked_fork();
		if (pids[n])
			continue;
		for (size_t i = 0; i < size; i += PAGE)
			CHECK(private[i] == 1);
		memset(private, 10 + n, size);
		for (size_t i = 0; i < size; i++)
			CHECK(private[i] == 10 + n);
		shared[n] = 100 + n;
		_exit(0);
	}
	memset(private, 2, size / 2);
	for (int n = 0; n < 3; n++)
		expect_success(pids[n]);
	CHECK(private[0] == 2 && private[size - 1] == 1);
	for (int n = 0; n < 3; n++)
		CHECK(shared[n] == 100 + n);
	CHECK(!munmap(private, size));
}

static void test_file(void)
{
	char *area, *other, text[6] = { 0 };
	int fd = open("/tmp/memory-test", O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK(!ftruncate(fd, 3 * PAGE));
	CHECK(pwrite(fd, "hello", 5, PAGE) == 5);
	area = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
		0);
	CHECK(area != MAP_FAILED);
	CHECK(!memcmp(area + PAGE, "hello", 5));
	area[PAGE] = 'J';
	CHECK(pread(fd, text, 5, PAGE) == 5 && !strcmp(text, "hello"));

	other = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		PAGE);
	CHECK(other != MAP_FAILED);
	CHECK(!memcmp(other, "hello", 5));
	other[0] = 'C';
	CHECK(!msync(other, PAGE, MS_SYNC));
	CHECK(pread(fd, text, 5, PAGE) == 5 && !strcmp(text, "Cello"));
	CHECK(!munmap(other, PAGE) && !munmap(area, 3 * PAGE));
	close(fd);
	CHECK(!unlink("/tmp/memory-test"));
}

/* No word of the memory that a dead program filled is on a new stack. */
static int check_stack(char **argv)
{
	uint32_t *word = (uint32_t *)((uintptr_t)__builtin_frame_address(0)
		& ~(uintptr_t)(PAGE - 1));

	while ((char *)word < argv[0])
		CHECK(*word++ != LEFTOVER);
	return 0;
}

static void test_fresh_stack(void)
{
	size_t size = 16 * MIB;
	pid_t pid = checked_fork();

	if (!pid) {
		uint32_t *area = (uint32_t *)map(size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE);

		for (size_t i = 0; i < size / 4; i++)
			area[i] = LEFTOVER;
		_exit(0);
	}
	expect_success(pid);
	for (int i = 0; i < 20; i++) {
		pid = checked_fork();
		if (!pid) {
			execl("/proc/self/exe", "memory", "stack", NULL);
			CHECK(!"exec");
		}
		expect_success(pid);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return check_stack(argv);
	signal(SIGSEGV, leave);
	test_malloc();
	test_map();
	test_break();
	test_fork();
	test_file();
	test_fresh_stack();
	return passed("memory");
}
