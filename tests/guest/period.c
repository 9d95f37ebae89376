/* SPDX-License-Identifier: BSD-2-Clause */
/* What one getppid costs, in ticks of the TSC: the INT and what follows. */
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>

static inline uint32_t ticks(void)
{
	uint32_t low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx");
	return low;
}

int main(void)
{
	uint32_t least = UINT32_MAX;

	for (int i = 0; i < 20; i++) {
		uint32_t start = ticks(), end;
		int result;

		__asm__ volatile("int $0x80" : "=a"(result)
			: "0"(SYS_getppid) : "memory");
		end = ticks();
		if (end - start < least)
			least = end - start;
	}
	printf("period %u\n", least);
	return 0;
}
