/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns bytes, random or a fuzzer's, into calls over a tree of partitions:
 * mostly plausible ones, so that the tree grows, and some of every other kind.
 */
#ifndef SIM_DRIVE_H
#define SIM_DRIVE_H

#include "sim.h"

struct drive {
	unsigned (*byte)(void);	/* 0-255 */
	unsigned long steps, done, yields, deepest, partitions;
	unsigned long ok[S_MAX], refused[S_MAX];
};

/* Root pages in several regions, some read-only, one device page, a VIDT */
void drive_world(void);
/* One operation; NULL or what is wrong */
const char *drive_once(struct drive *d);
/* Deletes every child of the root; NULL, or what is wrong or lost */
const char *drive_end(struct drive *d);

#endif
