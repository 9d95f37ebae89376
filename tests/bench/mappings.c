/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the price of a mapping grows with their number.  Rows, for each of N
 * mappings of two pages, one of them without rights, which makes 2 N:
 * "map-N": mmap and mprotect; "touch-N": the first fault; "unmap-N".  The
 * latter two go through them in another order.
 */
#include <sys/mman.h>
#include "bench.h"

#define MOST		10000
#define STRIDE		7919	/* prime: each one is met once */

static char *mapping[MOST];

static void row(const char *name, int n, uint64_t begin)
{
	char text[32];

	snprintf(text, sizeof(text), "%s-%d", name, n);
	report(text, (now() - begin) / n);
}

static char *nth(int i, int n)
{
	return mapping[(uint64_t)i * STRIDE % n];
}

static void map(int i)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED && !mprotect(p, PAGE, PROT_NONE), "mmap");
	mapping[i] = p;
}

static void many(int n)
{
	uint64_t begin = now();

	for (int i = 0; i < n; i++)
		map(i);
	row("map", n, begin);
	begin = now();
	for (int i = 0; i < n; i++)
		nth(i, n)[PAGE] = 1;
	row("touch", n, begin);
	begin = now();
	for (int i = 0; i < n; i++)
		check(!munmap(nth(i, n), 2 * PAGE), "munmap");
	row("unmap", n, begin);
}

int main(void)
{
	for (int n = 100; n <= MOST; n *= 10)
		many(n);
	return 0;
}
