/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entropy device (virtio 1.2, 5.4): /dev/hwrng, and seeds for the kernel's
 * own random numbers, at boot and once a minute.
 */
#include "virtio.h"
#include <pipux/fs.h>
#include <pipux/mutex.h>
#include <pipux/random.h>
#include <pipux/sched.h>

#define HWRNG_DEV	MKDEV(10, 183)
#define FEED_PERIOD	(60 * NSEC_PER_SEC)
#define BYTES		64u

/* Bytes that the device was asked for */
struct request {
	struct virtq_desc desc[1];
	uint8_t data[BYTES];
	uint32_t len;
	bool busy;			/* the device has it */
};

static struct {
	struct virtio_device *dev;
	struct virtqueue *vq;
	struct request feed, user;
	struct mutex lock;		/* of user */
	struct wait_queue wait;
	struct ktimer timer;
} rng;

static void reap(void)
{
	struct request *r;
	uint32_t len;

	while ((r = virtqueue_get(rng.vq, &len))) {
		r->len = MIN(len, BYTES);
		r->busy = false;
		if (r == &rng.feed)
			random_add(r->data, r->len);
	}
}

/* What ends at once, as here it does, needs no interrupt */
static int ask(struct request *r)
{
	int rc;

	r->len = 0;
	virtq_set(r->desc, r->data, BYTES, true);
	rc = virtqueue_add(rng.vq, r->desc, 1, r);
	if (rc)
		return rc;
	r->busy = true;
	virtqueue_notify(rng.vq);
	do {
		reap();
	} while (virtqueue_interrupts(rng.vq, rng.user.busy || rng.feed.busy));
	return 0;
}

static void rng_interrupt(struct virtqueue *vq)
{
	reap();
	wake_up(&rng.wait);
}

static void feed(struct ktimer *t)
{
	if (!rng.feed.busy && ask(&rng.feed))
		return;
	ktimer_start(t, ktime_get() + FEED_PERIOD);
}

/* Broken: who waits for bytes gets none */
static void rng_changed(struct virtio_device *dev)
{
	if (!dev->broken)
		return;
	rng.user.busy = rng.feed.busy = false;
	wake_up(&rng.wait);
}

/* Bytes moved, 0 for a device that gives none; one reader at a time */
static ssize_t read_some(struct iov *iov)
{
	struct request *r = &rng.user;
	long rc = r->busy ? 0 : ask(r);
	size_t n;

	if (rc == 0)
		rc = wait_event(&rng.wait, !r->busy);
	if (rc)
		return rc;
	n = MIN(r->len, iov->len);
	rc = iov_to(iov, r->data, n);
	memset(r->data, 0, BYTES);
	return rc ? rc : (ssize_t)n;
}

static ssize_t hwrng_read(struct file *f, struct iov *iov, loff_t *pos)
{
	ssize_t total = 0, n = 0;

	mutex_lock(&rng.lock);
	while (iov->len && !(total && signal_pending())) {
		n = read_some(iov);
		if (n <= 0)
			break;
		total += n;
		sched_point();
	}
	mutex_unlock(&rng.lock);
	if (!total && !n && iov->len)
		return -EIO;
	return total ? total : n;
}

static const struct file_ops hwrng_ops = { .read = hwrng_read };

static int rng_probe(struct virtio_device *dev)
{
	if (rng.dev)
		return -EBUSY;
	rng.dev = dev;
	rng.vq = virtqueue_new(dev, 0, 2, rng_interrupt);
	if (!rng.vq) {
		rng.dev = NULL;
		return -ENOMEM;
	}
	mutex_init(&rng.lock);
	wait_queue_init(&rng.wait);
	ktimer_init(&rng.timer, feed);
	virtio_go(dev);
	feed(&rng.timer);
	return chrdev_register(HWRNG_DEV, 1, &hwrng_ops, "hwrng");
}

const struct virtio_driver virtio_rng_driver = {
	.id = VIRTIO_ID_ENTROPY,
	.name = "entropy",
	.probe = rng_probe,
	.changed = rng_changed,
};
