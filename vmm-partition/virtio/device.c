/* SPDX-License-Identifier: BSD-2-Clause */
/* What all virtio devices do: reset, break down, interrupt. */
#include <trace_hook.h>
#include "device.h"

void device_reset(struct virtio_device *dev)
{
	for (uint32_t i = 0; i < DEVICE_QUEUES; i++)
		vq_reset(&dev->queue[i]);
	dev->accepted = 0;
	dev->device_sel = dev->driver_sel = dev->queue_sel = 0;
	dev->status = dev->interrupt = dev->announce = 0;
}

void device_interrupt(struct virtio_device *dev, uint32_t bits)
{
	TRACE_EVENT(VMM_DEVICE, dev->number, dev->vm->id, bits, 0, 0, 0);
	dev->interrupt |= bits;
	vm_raise(dev->vm, VIRTIO_IRQ(dev->number));
}

/* After a change of `config` that the driver did not make itself */
void device_config_changed(struct virtio_device *dev)
{
	dev->generation++;
	if (device_driven(dev))
		device_interrupt(dev, VIRTIO_INT_CONFIG);
}

/* The driver broke the rules: nothing goes on before a reset (2.1.2) */
void device_needs_reset(struct virtio_device *dev, const char *why)
{
	bool driven = device_driven(dev);

	if (dev->status & VIRTIO_S_NEEDS_RESET)
		return;
	vmm_log(LOG_DEBUG, "guest %u: virtio device %u (%s) needs a reset: %s",
		dev->vm->id, dev->number, dev->class->name, why);
	dev->status |= VIRTIO_S_NEEDS_RESET;
	if (driven)
		device_interrupt(dev, VIRTIO_INT_CONFIG);
}

/* Ends a look at a queue: an interrupt if the driver wants one */
void device_finish(struct virtio_device *dev, struct virtqueue *vq)
{
	if (vq_finish(vq))
		device_interrupt(dev, VIRTIO_INT_USED);
	if (vq->error)
		device_needs_reset(dev, vq->error);
}
