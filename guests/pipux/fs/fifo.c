/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening FIFOs (fifo(7)); once open they are pipes. */
#include "pipe.h"

/* Waits for the other end: it may be gone again when we run */
static long wait_partner(struct pipe *p, uint32_t mode, bool nonblock)
{
	uint32_t seen;
	long rc;

	if (mode == FMODE_READ) {
		if (p->writers || nonblock)
			return 0;
		seen = p->writers_seen;
		p->opening++;
		rc = wait_event(&p->rd, p->writers_seen != seen);
	} else {
		if (p->readers)
			return 0;
		if (nonblock)
			return -ENXIO;
		seen = p->readers_seen;
		p->opening++;
		rc = wait_event(&p->wr, p->readers_seen != seen);
	}
	p->opening--;
	return rc;
}

static int fifo_open(struct inode *inode, struct file *f)
{
	uint32_t mode = f->mode & (FMODE_READ | FMODE_WRITE);
	struct pipe *p = inode->pipe;
	long rc = 0;

	if (!p) {
		p = pipe_new();
		if (IS_ERR(p))
			return PTR_ERR(p);
		inode->pipe = p;
	}
	f->priv = (void *)p->writers_seen;
	if (mode & FMODE_READ) {
		p->readers++;
		p->readers_seen++;
		wake_up(&p->wr);
	}
	if (mode & FMODE_WRITE) {
		p->writers++;
		p->writers_seen++;
		wake_up(&p->rd);
	}
	/* a pipe opened anew by way of /proc does not wait */
	if (mode != (FMODE_READ | FMODE_WRITE) && f->path.mnt != anon_mount())
		rc = wait_partner(p, mode, f->flags & O_NONBLOCK);
	if (rc)
		pipe_drop(inode, mode);
	else
		f->ops = &pipe_fops;
	return rc;
}

const struct file_ops fifo_fops = {
	.open = fifo_open,
};
