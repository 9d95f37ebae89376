/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io_submit(2): requests.  As Linux does with files that it buffers, reads,
 * writes and syncs are done at once, by the caller; only polls wait.  What is
 * wrong with a request itself is the call's error; what becomes of the I/O is
 * in the event.
 */
#include "aio.h"
#include <pipux/resource.h>
#include <linux/mount.h>

static void request_put(struct aio_request *r)
{
	file_put(r->file);
	if (r->resfd)
		file_put(r->resfd);
	aio_put(r->ctx);
}

void aio_complete(struct aio_request *r, int64_t result)
{
	struct io_event e = { .data = r->data, .obj = r->iocb,
		.res = result };

	r->ctx->busy--;
	if (!r->ctx->dead)
		aio_ring_push(r->ctx, &e);
	wake_up(&r->ctx->wait);
	if (r->resfd)
		eventfd_signal(r->resfd);
	request_put(r);
}

/* A request cannot be made again later: a signal is all it was */
static long not_restarted(long rc)
{
	return rc <= -ERESTARTSYS && rc >= -ERESTART_RESTARTBLOCK ? -EINTR : rc;
}

static long move(struct aio_request *r, const struct iocb *io, struct iov *iov,
		bool write)
{
	loff_t pos = io->aio_offset;
	move_fn fn = write ? write_as(io->aio_rw_flags) : file_read;
	long rc = -ESPIPE;

	if (pos < 0)
		return -EINVAL;
	if (!pos || !inode_is(r->file->inode, S_IFSOCK))
		rc = not_restarted(fn(r->file, iov, &pos));
	aio_complete(r, rc);
	return 0;
}

static long transfer(struct aio_request *r, const struct iocb *io, bool write,
		bool vector)
{
	const struct file *f = r->file;
	const void *buf = (const void *)(uintptr_t)io->aio_buf;
	struct iovec *vec = NULL;
	struct iov iov;
	long rc = 0;

	if (io->aio_flags & IOCB_FLAG_IOPRIO)
		rc = ioprio_check((uint16_t)io->aio_reqprio);
	if (rc)
		return rc;
	if (io->aio_rw_flags & ~RWF_ACCEPTED)
		return -EOPNOTSUPP;
	if (!(f->mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (write ? !f->ops->write : !f->ops->read)
		return -EINVAL;
	rc = vector ? iovec_import(buf, io->aio_nbytes, &vec, &iov)
		: iov_import(&iov, buf, io->aio_nbytes);
	if (rc == 0)
		rc = move(r, io, &iov, write);
	kfree(vec);
	return rc;
}

static long sync(struct aio_request *r, const struct iocb *io)
{
	if (io->aio_buf || io->aio_offset || io->aio_nbytes
			|| io->aio_rw_flags || !file_syncs(r->file))
		return -EINVAL;
	aio_complete(r, not_restarted(file_sync(r->file)));
	return 0;
}

/* 0: the request is its event's.  Else it is as it was */
static long start(struct aio_request *r, const struct iocb *io)
{
	switch (io->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
		return transfer(r, io, false, false);
	case IOCB_CMD_PWRITE:
		return transfer(r, io, true, false);
	case IOCB_CMD_PREADV:
		return transfer(r, io, false, true);
	case IOCB_CMD_PWRITEV:
		return transfer(r, io, true, true);
	case IOCB_CMD_FSYNC:
	case IOCB_CMD_FDSYNC:
		return sync(r, io);
	case IOCB_CMD_POLL:
		return aio_poll(r, io);
	}
	return -EINVAL;
}

static long prepare(struct aio_request *r, const struct iocb *io,
		struct iocb *uiocb)
{
	if (io->aio_flags & IOCB_FLAG_RESFD) {
		struct file *f = eventfd_get((int)io->aio_resfd);

		if (IS_ERR(f))
			return PTR_ERR(f);
		r->resfd = f;
	}
	return put_user(0u, &uiocb->aio_key);
}

static long submit(struct aio_context *ctx, struct iocb *uiocb)
{
	struct aio_request r = { .ctx = ctx, .iocb = (uintptr_t)uiocb };
	struct iocb io;
	long rc;

	if (get_user(io, uiocb))
		return -EFAULT;
	if (io.aio_reserved2 || io.aio_buf > UINT32_MAX
			|| io.aio_nbytes > INT32_MAX)
		return -EINVAL;
	if (!aio_ring_room(ctx))
		return -EAGAIN;
	r.data = io.aio_data;
	r.file = fd_get_io((int)io.aio_fildes);
	if (!r.file)
		return -EBADF;
	ctx->refs++;
	ctx->busy++;
	rc = prepare(&r, &io, uiocb);
	if (rc == 0)
		rc = start(&r, &io);
	if (rc == 0)
		return 0;
	ctx->busy--;
	wake_up(&ctx->wait);
	request_put(&r);
	return rc;
}

/* Many requests may take long: a signal ends the call between two */
long sys_io_submit(uint32_t id, long n, struct iocb *const *uiocbs)
{
	struct aio_context *ctx;
	long done, rc = 0;

	if (n < 0)
		return -EINVAL;
	ctx = aio_get(id);
	if (!ctx)
		return -EINVAL;
	n = MIN(n, (long)ctx->slots);
	for (done = 0; done < n && !(done && signal_pending()); done++) {
		struct iocb *uiocb;

		rc = get_user(uiocb, &uiocbs[done]);
		if (rc == 0)
			rc = submit(ctx, uiocb);
		if (rc)
			break;
		sched_point();
	}
	aio_put(ctx);
	return done ? done : rc;
}
