/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks lab 8: a Linux program that makes the new call. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN	459
#define COUNT		3

static int passed, failed;

static void check(int good, const char *name)
{
	printf("%sok - %s\n", good ? "" : "not ", name);
	passed += good;
	failed += !good;
}

static long children(int *pids, size_t max)
{
	return syscall(CHILDREN, pids, max);
}

static int fails(int *pids, size_t max)
{
	return children(pids, max) == -1 && errno == EFAULT;
}

static int contains(const int *pids, int n, int pid)
{
	while (n--)
		if (pids[n] == pid)
			return 1;
	return 0;
}

static void check_children(void)
{
	int pid[COUNT], got[COUNT + 1] = { 0 }, all = 1;

	for (int i = 0; i < COUNT; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(0);
	}
	check(children(got, COUNT + 1) == COUNT, "three children are three");
	for (int i = 0; i < COUNT; i++)
		all &= contains(got, COUNT, pid[i]);
	check(all, "their numbers are those that fork returned");
	check(!got[COUNT], "nothing is written behind the last");
	got[1] = -1;
	check(children(got, 1) == COUNT && got[1] == -1,
		"not more than `max` are written");
	while (wait(NULL) > 0)
		;
	check(!children(got, COUNT), "none is left after wait");
}

static void check_hostile(void)
{
	int *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);

	if (!fork())
		_exit(0);
	check(fails((int *)8, 1), "EFAULT where nothing is mapped");
	check(fails((int *)0xC0000000, 1), "EFAULT for Pip's addresses");
	check(fails(page, 1), "EFAULT for a page that may only be read");
	check(children(NULL, 0) == 1, "no address is touched if max is 0");
	wait(NULL);
}

int main(void)
{
	errno = 0;
	if (children(NULL, 0) && errno == ENOSYS) {
		check(0, "the kernel knows system call 459");
	} else {
		check_children();
		check_hostile();
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
