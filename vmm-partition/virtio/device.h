/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device: what the transport (bus.c) knows of it, and what each kind
 * of device adds.  Everything here runs while the guest does not.
 */
#ifndef VMM_VIRTIO_DEVICE_H
#define VMM_VIRTIO_DEVICE_H

#include "../vmm.h"
#include "virtqueue.h"

#define DEVICE_QUEUES	6
#define DEVICE_CONFIG	32	/* bytes; a multiple of 4 */

struct virtio_device;
struct disk;

/* What a network device is plugged into */
struct link {
	void (*send)(struct virtio_device *dev, const uint8_t *frame,
		uint32_t size);
	void (*room)(void);	/* the device can receive again; may be NULL */
};

/* One kind of device */
struct virtio_class {
	uint32_t id;			/* VIRTIO_ID_* */
	const char *name;
	uint32_t features;		/* its own, bits 0-23 */
	uint32_t queues;
	uint32_t config_size;
	uint32_t config_writable;	/* one bit for each 4 bytes */

	/*
	 * Works off queue `queue`.  True: there is more to do, but the guest
	 * had its share of the VMM's time.  NULL: there are no queues.
	 */
	bool (*notify)(struct virtio_device *dev, uint32_t queue);

	/* May be NULL: */
	/* The driver wrote at `offset` of `config`; it is going to read */
	void (*config_written)(struct virtio_device *dev, uint32_t offset);
	void (*config_read)(struct virtio_device *dev);
};

struct virtio_device {
	const struct virtio_class *class;
	struct vm *vm;
	uint32_t number;

	uint64_t offered, accepted;	/* features */
	uint32_t device_sel, driver_sel, queue_sel;
	uint32_t status, interrupt, generation;
	uint32_t config[DEVICE_CONFIG / 4];
	uint32_t queues;		/* that exist */
	uint32_t announce;		/* console.c: what there is to say */
	struct virtqueue queue[DEVICE_QUEUES];

	union {
		struct disk *disk;
		const struct link *link;
	};
};

/* The devices of one guest */
struct virtio_bus {
	uint32_t count;
	struct virtio_device device[VIRTIO_DEVICES_MAX];
};

static inline bool device_driven(const struct virtio_device *dev)
{
	return (dev->status & (VIRTIO_S_DRIVER_OK | VIRTIO_S_NEEDS_RESET))
		== VIRTIO_S_DRIVER_OK;
}

static inline bool device_has(const struct virtio_device *dev,
		uint32_t feature)
{
	return dev->accepted >> feature & 1;
}

/* bus.c: there must be room for one more */
struct virtio_device *bus_add(struct vm *vm,
		const struct virtio_class *class);

/* device.c */
void device_reset(struct virtio_device *dev);
void device_needs_reset(struct virtio_device *dev, const char *why);
void device_interrupt(struct virtio_device *dev, uint32_t bits);
void device_config_changed(struct virtio_device *dev);
void device_finish(struct virtio_device *dev, struct virtqueue *vq);

/* entropy.c, console.c, block.c, net.c, balloon.c, watchdog.c */
extern const struct virtio_class virtio_entropy, virtio_console, virtio_block,
	virtio_net, virtio_balloon, virtio_watchdog;
bool console_add_port(struct virtio_device *dev);
void block_init(struct virtio_device *dev, struct disk *disk);
void net_init(struct virtio_device *dev, const struct link *link,
		const uint8_t mac[6]);
bool net_receive(struct virtio_device *dev, const uint8_t *frame,
		uint32_t size);

/* switch.c, uplink.c */
bool switch_plug(struct virtio_device *dev);
bool uplink_plug(struct virtio_device *dev);

#endif
