/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block devices: disks and their partitions.
 *
 * A driver registers a disk; block/ reads its partition table and registers
 * the partitions, which share the disk's operations.  Who uses a device calls
 * block_io(), or block_submit() to have several requests under way; both may
 * be called by any number of tasks at once.  Nothing is cached here: what has
 * been read or written has passed the driver.  Requests that are under way
 * together are done in any order; who needs an order waits.
 *
 * A sector is always 512 bytes, whatever the disk's own block is.
 */
#ifndef PIPUX_BLOCK_H
#define PIPUX_BLOCK_H

#include <pipux/fs.h>

#define SECTOR_SHIFT		9
#define SECTOR_SIZE		512u
#define BLOCK_MINORS		16	/* of a disk: itself, 15 partitions */
#define BLOCK_MAJOR_LOOP	7u
#define BLOCK_MAJOR_VIRTBLK	254u	/* the first dynamic one on Linux */
#define BLOCK_REQUEST_MAX	128u	/* buffers of one request */

struct block_device;
struct block_request;

struct block_ops {
	/*
	 * Takes a request that is within the disk and allowed there; its
	 * place is r->position.  May sleep for room.  Ends in
	 * block_complete(), perhaps before it returns.
	 */
	void (*submit)(struct block_device *disk, struct block_request *r);
	/* Sleeps until r is complete: looks at the device, or waits for it */
	void (*wait)(struct block_device *disk, struct block_request *r);
	/* These may be absent: requests of the driver's own, -ENOTTY; the
	 * last user has gone */
	long (*ioctl)(struct block_device *disk, struct file *f, unsigned cmd,
		unsigned long arg);
	void (*idle)(struct block_device *disk);
};

/* What /proc/diskstats shows; reads, writes, flushes */
struct block_stats {
	uint32_t requests[3], under_way;
	uint64_t sectors[3];
	uint64_t time[3];			/* ns, from submit to complete */
};

struct block_device {
	char name[16];				/* "vda", "vda1" */
	dev_t dev;
	struct block_device *disk;		/* itself, if it is a whole one */
	uint64_t start, sectors;		/* start: on the disk */
	uint32_t block_size;			/* the disk's own; >= 512 */
	bool read_only;
	int openers;				/* block_get; BLKRRPART: EBUSY */
	bool held;				/* mounted: O_EXCL fails */
	const struct block_ops *ops;
	void *priv;				/* the driver's */
	void *cache;				/* of who caches it */
	struct block_stats stats;
	struct list link;			/* in all_block_devices */
};

extern struct list all_block_devices;

enum block_op { BLOCK_READ, BLOCK_WRITE, BLOCK_FLUSH };

/*
 * The caller fills the first part and keeps all of it, and the buffers, in
 * place until the request is complete.  A buffer is kernel memory, no bigger
 * than its page goes on (bytes_each <= 4096, no page boundary inside), so a
 * user's page by its kernel address will do.
 */
struct block_request {
	struct block_device *bdev;
	enum block_op op;
	uint64_t sector;			/* of bdev */
	void *const *buffers;			/* in the order of the sectors */
	unsigned bytes_each, count;		/* a multiple of 512 bytes */
	/* Called when it is complete, if not NULL; must not sleep, may submit
	 * nothing; r may be freed or reused in it unless somebody waits */
	void (*done)(struct block_request *r);
	void *owner;				/* of `done`, as it likes */

	/* block/ and the driver */
	uint64_t position;			/* sector of the disk */
	bool complete;
	int error;				/* 0 or negative errno */
	ktime_t begun;
	struct wait_queue waiters;
	struct list link;			/* the driver's */
	void *driver;				/* the driver's */
};

/*
 * block/io.c.  All sleep without heeding signals: requests end soon, in an
 * error if the device breaks down.  Errors: -EIO (the device's, or a sector
 * beyond the end), -EROFS, -EINVAL (buffers of odd size, or too many),
 * -ENOMEM.
 */
int block_io(struct block_device *bdev, bool write, uint64_t sector,
	void *const *buffers, unsigned bytes_each, unsigned count);
/* What was written and complete before the call is on the medium */
int block_flush(struct block_device *bdev);
/* Starts it; a refused one is complete, with its error, at once */
void block_submit(struct block_request *r);
int block_wait(struct block_request *r);	/* its error */

/* For drivers: ends r */
void block_complete(struct block_request *r, int error);

/*
 * block/device.c.  A driver fills ops, priv, sectors, block_size, read_only
 * and calls this: the disk becomes the next vdX with nodes in /dev, and its
 * partitions are read.  0, -ENOSPC, -ENOMEM.
 */
int block_register(struct block_device *disk);
/* Under that name, and without partitions */
int block_register_as(struct block_device *disk, const char *name, dev_t dev);
void block_resize(struct block_device *disk, uint64_t sectors);
/* The device, held against BLKRRPART until block_put; NULL if none */
struct block_device *block_get(dev_t dev);
struct block_device *block_get_named(const char *name);	/* "vda1" */
void block_put(struct block_device *bdev);
/* The same by who may have used its cache, which the last one empties */
void block_release(struct block_device *bdev);

/* block/loop.c: registers the loop devices */
void loop_init(void);

/* block/partition.c: reads the table anew: 0, -EBUSY, -EIO, -ENOMEM */
int block_rescan(struct block_device *disk);

#endif
