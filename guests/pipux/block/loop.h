/* SPDX-License-Identifier: BSD-2-Clause */
/* Loop devices: loop.c does their I/O, loop_ioctl.c sets them up. */
#ifndef PIPUX_LOOP_H
#define PIPUX_LOOP_H

#include "internal.h"
#include <linux/loop.h>

#define LOOPS		8u

struct loop {
	struct block_device bdev;
	struct file *file;		/* NULL: not bound */
	uint64_t offset, limit;		/* bytes; limit 0: all there is */
	uint32_t flags;			/* LO_FLAGS_* */
	char name[LO_NAME_SIZE];	/* what the program said */
	bool ending;			/* it is being unbound */
	/* its thread's */
	bool running, stop;
	struct list queue;		/* struct block_request */
	struct wait_queue work;		/* something to do; the end */
};

extern struct loop loops[LOOPS];

static inline struct loop *loop_of(struct block_device *bdev)
{
	return container_of(bdev, struct loop, bdev);
}

/* loop.c.  Takes over the reference on the file: 0 or -ENOMEM */
int loop_bind(struct loop *lo, struct file *f);
void loop_unbind(struct loop *lo);	/* nobody uses it */
uint64_t loop_sectors(const struct loop *lo, const struct file *f);
void loop_size(struct loop *lo);	/* as the file is now */

/* loop_ioctl.c */
long loop_ioctl(struct block_device *bdev, struct file *f, unsigned cmd,
	unsigned long arg);
extern const struct file_ops loop_control_ops;

#endif
