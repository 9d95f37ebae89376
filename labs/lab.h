/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the labs on Pip share with their checks.  The harness of Pip's own
 * tests makes the children (pip/partitions/harness/harness.h); a lab's check
 * calls the functions below, which are the student's to write.
 */
#ifndef LABS_LAB_H
#define LABS_LAB_H

#include "harness.h"

/* lab.c: pages, quiet interrupt lines, a landing for every event of a child */
void lab_init(pip_fpinfo_t *info);

/* 2/yield.c */
#define BACK	64		/* where the child comes back */
#define SAVE	65		/* where the parent is saved */
uint32_t ping(uint32_t child);
uint32_t pong(uint32_t unused);

/* 3/fault.c */
#define WINDOW_BEGIN	0x20000000u
#define WINDOW_END	0x20100000u
void fault_init(struct child *c);
_Noreturn void child_killed(uint32_t va);	/* the check's */

/* 4/map.c */
bool map(uint32_t desc, uint32_t page, uint32_t va, bool writable);
bool unmap(uint32_t desc, uint32_t va);

/* 5/schedule.c */
_Noreturn void schedule(struct child *a, struct child *b, uint32_t ticks);
_Noreturn void ticks_over(void);		/* the check's */

#endif
