/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 11 of the tour: what it costs to touch memory. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE	4096
#define PAGES	64

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

int main(void)
{
	long before = faults(), mapped, touched, again;
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mapped = faults() - before;
	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
	touched = faults() - before;
	memset(p, 2, PAGES * PAGE);
	again = faults() - before;
	printf("mapped %d pages: %ld faults; touched them: %ld; again: %ld\n",
		PAGES, mapped, touched, again);
	return 0;
}
