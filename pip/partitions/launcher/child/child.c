/* SPDX-License-Identifier: BSD-2-Clause */
/* The launcher's child: prints by Pip's port services, again and again. */
#include <pip/lib.h>

#define PAUSE	20000000u

void main(pip_fpinfo_t *info)
{
	(void)info;
	for (uint32_t i = 1;; i++) {
		printf("Hello from the child, %u\n", i);
		for (uint32_t k = 0; k < PAUSE; k++)
			__asm__ volatile("");
	}
}
