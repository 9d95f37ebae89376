/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watchdog: the device form of VMM_HC_WATCHDOG.  The standard reserves the
 * device number and says nothing more; docs/virtio.md does.
 */
#include "device.h"

static struct virtio_watchdog_config *config_of(struct virtio_device *dev)
{
	return (void *)dev->config;
}

static void watchdog_written(struct virtio_device *dev, uint32_t offset)
{
	struct virtio_watchdog_config *config = config_of(dev);
	uint32_t ms = dev->vm->watchdog_ms;

	if (offset < offsetof(struct virtio_watchdog_config, ping))
		ms = config->timeout_ms;
	if (vm_watchdog(dev->vm, ms))
		device_needs_reset(dev, "watchdog time too long");
}

static void watchdog_read(struct virtio_device *dev)
{
	struct virtio_watchdog_config *config = config_of(dev);
	uint64_t now = rdtsc(), when = dev->vm->watchdog.when;

	config->timeout_ms = dev->vm->watchdog_ms;
	config->ping = 0;
	config->left_ms = when <= now ? 0
		: divide(when - now, clock_tsc_khz());
}

const struct virtio_class virtio_watchdog = {
	.id = VIRTIO_ID_WATCHDOG,
	.name = "watchdog",
	.config_size = sizeof(struct virtio_watchdog_config),
	.config_writable = 3,
	.config_written = watchdog_written,
	.config_read = watchdog_read,
};
