/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gathers pieces that lie next to each other on a disk into requests as
 * large as can be.
 */
#ifndef PIPUX_BLOCK_RUN_H
#define PIPUX_BLOCK_RUN_H

#include <pipux/block.h>

struct block_run {
	struct block_device *bdev;	/* these two by the caller */
	bool write;
	int error;			/* the first */
	unsigned bytes_each, count;
	uint64_t sector, next;		/* first, and behind the last */
	void *buffer[BLOCK_REQUEST_MAX];
};

/* Pins the piece's page until it has been moved, perhaps at once */
void block_run_add(struct block_run *run, uint64_t sector, void *p,
	unsigned bytes);
int block_run_end(struct block_run *run);	/* 0 or the first error */

#endif
