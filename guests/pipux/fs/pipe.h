/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of a pipe, for pipe.c and fifo.c. */
#ifndef PIPUX_PIPE_H
#define PIPUX_PIPE_H

#include "internal.h"
#include "ring.h"

struct pipe {
	struct ring ring;
	int readers, writers;		/* open files */
	int opening;			/* opens of a FIFO that wait */
	uint32_t readers_seen, writers_seen;	/* ever; for fifo(7) */
	struct wait_queue rd, wr;
};

/* An open file with those FMODE_ rights goes; the last one ends the pipe */
void pipe_drop(struct inode *inode, uint32_t mode);

#endif
