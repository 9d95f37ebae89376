/* SPDX-License-Identifier: BSD-2-Clause */
/* A System V shared memory segment, for shm.c, shm_ctl.c, /proc/sysvipc. */
#ifndef PIPUX_IPC_SHM_H
#define PIPUX_IPC_SHM_H

#include "object.h"
#include <pipux/fs.h>
#include <linux/shm.h>

struct shm_segment {
	struct ipc_object o;		/* first: tables hold its address */
	struct dentry *dentry;		/* the unnamed tmpfs file */
	/* Open while mapped, [1] for reading only; mappings refer to them */
	struct file *file[2];
	uint32_t size;
	uint32_t atime, dtime, ctime;
	int creator, last;		/* processes */
	uint32_t locker;		/* if SHM_LOCKED: whose limit it is under */
};

#define SHM_DEST	01000		/* in o.mode: goes when detached */
#define SHM_LOCKED	02000

extern uint32_t shm_pages;		/* in all segments, present or not */

/* How many mappings there are */
static inline uint32_t shm_attached(const struct shm_segment *s)
{
	return (s->file[0] ? s->file[0]->refs : 0)
		+ (s->file[1] ? s->file[1]->refs : 0);
}

#endif
