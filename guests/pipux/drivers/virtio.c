/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtio devices: found, brought up and listened to, by the registers of
 * virtio-mmio, which the VMM gives by hypercall (docs/virtio.md).
 */
#include "virtio.h"
#include <pipux/virtio.h>
#include <pipux/vmm.h>

#define FEATURES_ALWAYS	(1ull << VIRTIO_F_INDIRECT_DESC \
	| 1ull << VIRTIO_F_EVENT_IDX | 1ull << VIRTIO_F_VERSION_1)
#define GENERATION_TRIES	8

static const struct virtio_driver *const drivers[] = {
	&virtio_rng_driver, &virtio_blk_driver, &virtio_net_driver,
	&virtio_console_driver, &virtio_balloon_driver,
	&virtio_watchdog_driver,
};

static struct virtio_device devices[VIRTIO_DEVICES_MAX];

static uint32_t reg_read(const struct virtio_device *dev, uint32_t offset)
{
	return vmm_virtio_read(dev->number, offset, 4);
}

static void reg_write(const struct virtio_device *dev, uint32_t offset,
		uint32_t value)
{
	vmm_virtio_write(dev->number, offset, 4, value);
}

static void status_add(const struct virtio_device *dev, uint32_t bits)
{
	reg_write(dev, VIRTIO_STATUS, reg_read(dev, VIRTIO_STATUS) | bits);
}

uint32_t virtio_config(struct virtio_device *dev, uint32_t offset,
		uint32_t width)
{
	return vmm_virtio_read(dev->number, VIRTIO_CONFIG + offset, width);
}

/* Two halves of the same configuration (2.5) */
uint64_t virtio_config64(struct virtio_device *dev, uint32_t offset)
{
	uint64_t value = 0;
	uint32_t before;

	for (int tries = 0; tries < GENERATION_TRIES; tries++) {
		before = reg_read(dev, VIRTIO_CONFIG_GENERATION);
		value = virtio_config(dev, offset, 4)
			| (uint64_t)virtio_config(dev, offset + 4, 4) << 32;
		if (reg_read(dev, VIRTIO_CONFIG_GENERATION) == before)
			break;
	}
	return value;
}

void virtio_config_write(struct virtio_device *dev, uint32_t offset,
		uint32_t width, uint32_t value)
{
	vmm_virtio_write(dev->number, VIRTIO_CONFIG + offset, width, value);
}

/* 3.1.1, steps 1 to 6 */
static int negotiate(struct virtio_device *dev, uint64_t understood)
{
	uint64_t offered;

	reg_write(dev, VIRTIO_STATUS, 0);
	status_add(dev, VIRTIO_S_ACKNOWLEDGE);
	status_add(dev, VIRTIO_S_DRIVER);
	reg_write(dev, VIRTIO_DEVICE_FEATURES_SEL, 0);
	offered = reg_read(dev, VIRTIO_DEVICE_FEATURES);
	reg_write(dev, VIRTIO_DEVICE_FEATURES_SEL, 1);
	offered |= (uint64_t)reg_read(dev, VIRTIO_DEVICE_FEATURES) << 32;
	dev->features = offered & (understood | FEATURES_ALWAYS);
	reg_write(dev, VIRTIO_DRIVER_FEATURES_SEL, 0);
	reg_write(dev, VIRTIO_DRIVER_FEATURES, (uint32_t)dev->features);
	reg_write(dev, VIRTIO_DRIVER_FEATURES_SEL, 1);
	reg_write(dev, VIRTIO_DRIVER_FEATURES, dev->features >> 32);
	status_add(dev, VIRTIO_S_FEATURES_OK);
	return reg_read(dev, VIRTIO_STATUS) & VIRTIO_S_FEATURES_OK ? 0
		: -ENODEV;
}

void virtio_go(struct virtio_device *dev)
{
	status_add(dev, VIRTIO_S_DRIVER_OK);
}

void virtio_break(struct virtio_device *dev, const char *why)
{
	if (dev->broken)
		return;
	printk(KERN_ERR "virtio%u (%s): %s, given up\n", dev->number,
		dev->driver->name, why);
	dev->broken = true;
	reg_write(dev, VIRTIO_STATUS, 0);
	if (dev->driver->changed)
		dev->driver->changed(dev);
}

static void device_start(struct virtio_device *dev,
		const struct virtio_driver *driver)
{
	int rc;

	dev->driver = driver;
	rc = negotiate(dev, driver->features);
	if (rc == 0)
		rc = driver->probe(dev);
	if (rc == 0)
		return;
	printk(KERN_WARNING "virtio%u (%s): not usable (error %d)\n",
		dev->number, driver->name, -rc);
	reg_write(dev, VIRTIO_STATUS, VIRTIO_S_FAILED);
	reg_write(dev, VIRTIO_STATUS, 0);
	for (unsigned i = 0; i < dev->nr_queues; i++)
		virtqueue_free(dev->queues[i]);
	dev->nr_queues = 0;
	dev->driver = NULL;
}

void virtio_init(void)
{
	for (uint32_t i = 0; i < VIRTIO_DEVICES_MAX; i++) {
		struct virtio_device *dev = &devices[i];

		dev->number = i;
		if (reg_read(dev, VIRTIO_MAGIC_VALUE) != VIRTIO_MAGIC
				|| reg_read(dev, VIRTIO_VERSION)
				!= VIRTIO_MMIO_VERSION)
			return;
		dev->id = reg_read(dev, VIRTIO_DEVICE_ID);
		for (size_t d = 0; d < ARRAY_SIZE(drivers); d++)
			if (drivers[d]->id == dev->id)
				device_start(dev, drivers[d]);
	}
}

static void config_interrupt(struct virtio_device *dev)
{
	reg_write(dev, VIRTIO_INTERRUPT_ACK, VIRTIO_INT_CONFIG);
	if (reg_read(dev, VIRTIO_STATUS) & VIRTIO_S_NEEDS_RESET)
		virtio_break(dev, "the device needs a reset");
	else if (dev->driver->changed)
		dev->driver->changed(dev);
}

static void device_interrupt(struct virtio_device *dev)
{
	if (!dev->driver || dev->broken)
		return;
	if (reg_read(dev, VIRTIO_INTERRUPT_STATUS) & VIRTIO_INT_CONFIG)
		config_interrupt(dev);
	for (unsigned i = 0; i < dev->nr_queues; i++) {
		struct virtqueue *vq = dev->queues[i];

		if (vq->interrupt && virtqueue_used(vq))
			vq->interrupt(vq);
	}
}

void virtio_interrupt(uint32_t bits)
{
	for (; bits; bits &= bits - 1)
		device_interrupt(&devices[__builtin_ctz(bits)]);
}
