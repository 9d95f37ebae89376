/* SPDX-License-Identifier: BSD-2-Clause */
/* A periodic task: works until its job got what it costs, says so, again. */
#include <pip/lib.h>
#include "../edf.h"

void main(pip_fpinfo_t *info)
{
	const volatile struct job *job = (void *)TASK_JOB;

	(void)info;
	for (;;) {
		while (job->ran < job->cost)
			;
		__asm__ volatile("int %0" : : "i"(VINT_DONE) : "memory");
	}
}
