/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtio 1.2 (OASIS) as its drivers see it: devices, queues, drivers.  The
 * transport is the VMM's: docs/virtio.md.
 *
 * A device that breaks the rules, or says that it was made to (2.1.2), is
 * reset and `broken` from then on: it touches no memory any more, its queues
 * take and give nothing, and its driver is told once by `changed`.
 */
#ifndef PIPUX_DRIVERS_VIRTIO_H
#define PIPUX_DRIVERS_VIRTIO_H

#include <pipux/list.h>
#include <pipux/mm.h>
#include <vmm/virtio.h>

#define VIRTIO_QUEUES_MAX	8	/* of a device, that we use */

struct virtio_device;

struct virtqueue {
	struct virtio_device *dev;
	uint16_t index, size, free;	/* free: descriptors */
	uint16_t free_head, last_used;
	uint16_t added, notified;	/* the available index: now, then */
	unsigned order;			/* of its pages */
	struct virtq_desc *desc;
	volatile struct virtq_avail *avail;
	volatile struct virtq_used *used;
	void **cookies;			/* by the chain's head */
	/* The device used a buffer; NULL: nobody is interested.  While
	 * interrupts are looked at: must not sleep */
	void (*interrupt)(struct virtqueue *vq);
};

struct virtio_driver {
	uint32_t id;			/* VIRTIO_ID_* */
	const char *name;
	uint64_t features;		/* of the device's own, understood */
	/* 0 or errno: the device is reset and left alone */
	int (*probe)(struct virtio_device *dev);
	/* The configuration changed, or it is broken; may be NULL.  As above */
	void (*changed)(struct virtio_device *dev);
};

struct virtio_device {
	uint32_t number, id;
	uint64_t features;		/* negotiated */
	bool broken;
	const struct virtio_driver *driver;	/* NULL: none */
	void *priv;			/* the driver's */
	unsigned nr_queues;
	struct virtqueue *queues[VIRTIO_QUEUES_MAX];
};

static inline bool virtio_has(const struct virtio_device *dev,
		unsigned feature)
{
	return dev->features >> feature & 1;
}

/* virtio.c: a field of the configuration, 1, 2 or 4 bytes */
uint32_t virtio_config(struct virtio_device *dev, uint32_t offset,
	uint32_t width);
uint64_t virtio_config64(struct virtio_device *dev, uint32_t offset);
void virtio_config_write(struct virtio_device *dev, uint32_t offset,
	uint32_t width, uint32_t value);
#define VIRTIO_FIELD(dev, type, field)					\
	virtio_config(dev, offsetof(struct type, field),		\
		sizeof(((struct type *)0)->field))
/* DRIVER_OK: buffers may be given to the queues from now on */
void virtio_go(struct virtio_device *dev);
/* It cannot be trusted any more; `why` goes to the log */
void virtio_break(struct virtio_device *dev, const char *why);

/*
 * virtqueue.c.  Makes queue `index` of up to `size` entries: before
 * virtio_go, from a probe.  NULL: no memory, or the device has no such queue.
 */
struct virtqueue *virtqueue_new(struct virtio_device *dev, unsigned index,
	unsigned size, void (*interrupt)(struct virtqueue *vq));
void virtqueue_free(struct virtqueue *vq);
/* Takes all buffers back from the device; begins again without any */
void virtqueue_stop(struct virtqueue *vq), virtqueue_start(struct virtqueue *vq);
/*
 * Gives a chain to the device: `n` descriptors whose addr, len and WRITE flag
 * are filled in, those to be read first.  The table must stay in place until
 * the chain comes back: it is used as an indirect one if the device knows
 * those.  `cookie`, not NULL, comes back with it.  0, -ENOSPC, -EIO.
 */
int virtqueue_add(struct virtqueue *vq, struct virtq_desc *table, unsigned n,
	void *cookie);
/* Tells the device what was added, unless it does not want to know */
void virtqueue_notify(struct virtqueue *vq);
/* The next chain that is used: its cookie and the bytes written, or NULL */
void *virtqueue_get(struct virtqueue *vq, uint32_t *len);
/* Whether vq->interrupt is called.  True: switched on, but too late, there
 * is something to get */
bool virtqueue_interrupts(struct virtqueue *vq, bool on);
bool virtqueue_used(const struct virtqueue *vq);	/* something to get */
/* After virtio_break: the chains that the device had, then NULL */
void *virtqueue_take_back(struct virtqueue *vq);

static inline void virtq_set(struct virtq_desc *d, const void *p,
		uint32_t len, bool device_writes)
{
	d->addr = (uintptr_t)p;
	d->len = len;
	d->flags = device_writes ? VIRTQ_DESC_F_WRITE : 0;
}

/* The drivers, one for each type */
extern const struct virtio_driver virtio_blk_driver, virtio_net_driver,
	virtio_console_driver, virtio_rng_driver, virtio_balloon_driver,
	virtio_watchdog_driver;

#endif
