/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that the scheduler shares with each task. */
#ifndef EDF_H
#define EDF_H

#include <stdint.h>

#define TASK_JOB	0xFFFFD000u	/* where the task sees it */
#define TASK_STACK	0xFFFFE000u
#define VINT_DONE	100

struct job {			/* in ticks of the timer */
	uint32_t cost;		/* the job's work, ... */
	uint32_t ran;		/* and what it got: the scheduler counts */
};

#endif
