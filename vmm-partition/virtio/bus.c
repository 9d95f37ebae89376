/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport: a guest's devices and their registers, those of virtio-mmio
 * (virtio 1.2, 4.2.2), reached by hypercall.
 */
#include "bus.h"
#include "device.h"

#define COMMON_FEATURES	((uint64_t)1 << VIRTIO_F_VERSION_1		\
		| 1u << VIRTIO_F_INDIRECT_DESC | 1u << VIRTIO_F_EVENT_IDX)

static struct virtio_device *device_find(struct vm *vm, uint32_t number)
{
	struct virtio_bus *bus = vm->virtio;

	return number < bus->count ? &bus->device[number] : NULL;
}

/* The queue chosen by QUEUE_SEL, or NULL */
static struct virtqueue *queue_selected(struct virtio_device *dev)
{
	return dev->queue_sel < dev->queues
		? &dev->queue[dev->queue_sel] : NULL;
}

static void *gate(void *owner, uint32_t gva, bool write)
{
	return guest_page(owner, gva, write
		? PIP_PROBE_READ | PIP_PROBE_WRITE : PIP_PROBE_READ);
}

struct virtio_device *bus_add(struct vm *vm, const struct virtio_class *class)
{
	struct virtio_bus *bus = vm->virtio;
	struct virtio_device *dev = &bus->device[bus->count];

	*dev = (struct virtio_device){
		.class = class, .vm = vm, .number = bus->count++,
		.queues = class->queues,
		.offered = COMMON_FEATURES | class->features,
	};
	for (uint32_t i = 0; i < DEVICE_QUEUES; i++) {
		dev->queue[i].gate = gate;
		dev->queue[i].owner = vm;
	}
	return dev;
}

void virtio_reset(struct vm *vm)
{
	for (uint32_t i = 0; i < vm->virtio->count; i++)
		device_reset(&vm->virtio->device[i]);
}

static uint32_t config_load(struct virtio_device *dev, uint32_t offset,
		uint32_t width)
{
	uint32_t value = 0;

	if (offset % width || offset + width > dev->class->config_size)
		return 0;
	if (dev->class->config_read)
		dev->class->config_read(dev);
	memcpy(&value, (uint8_t *)dev->config + offset, width);
	return value;
}

/* Writes to fields that are read-only are ignored */
static bool config_store(struct virtio_device *dev, uint32_t offset,
		uint32_t width, uint32_t value)
{
	if (offset % width || offset + width > dev->class->config_size)
		return false;
	if (!(dev->class->config_writable >> offset / 4 & 1))
		return true;
	memcpy((uint8_t *)dev->config + offset, &value, width);
	dev->class->config_written(dev, offset);
	return true;
}

static uint32_t register_load(struct virtio_device *dev, uint32_t offset)
{
	const struct virtqueue *vq = queue_selected(dev);

	switch (offset) {
	case VIRTIO_MAGIC_VALUE:
		return VIRTIO_MAGIC;
	case VIRTIO_VERSION:
		return VIRTIO_MMIO_VERSION;
	case VIRTIO_DEVICE_ID:
		return dev->class->id;
	case VIRTIO_VENDOR_ID:
		return VIRTIO_VENDOR;
	case VIRTIO_DEVICE_FEATURES:
		return dev->device_sel > 1 ? 0
			: (uint32_t)(dev->offered >> 32 * dev->device_sel);
	case VIRTIO_QUEUE_NUM_MAX:
		return vq ? VIRTIO_QUEUE_MAX : 0;
	case VIRTIO_QUEUE_READY:
		return vq && vq->ready;
	case VIRTIO_INTERRUPT_STATUS:
		return dev->interrupt;
	case VIRTIO_STATUS:
		return dev->status;
	case VIRTIO_SHM_LEN_LOW:
	case VIRTIO_SHM_LEN_HIGH:
	case VIRTIO_SHM_BASE_LOW:
	case VIRTIO_SHM_BASE_HIGH:
		return UINT32_MAX;
	case VIRTIO_CONFIG_GENERATION:
		return dev->generation;
	}
	return 0;
}

/* Device status (2.1, 3.1.1): bits are added, in order, or all cleared */
static void status_store(struct virtio_device *dev, uint32_t value)
{
	if (!value) {
		device_reset(dev);
		return;
	}
	value &= VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_DRIVER_OK
		| VIRTIO_S_FEATURES_OK | VIRTIO_S_FAILED;
	value |= dev->status;
	if (dev->accepted & ~dev->offered
			|| !(dev->accepted >> VIRTIO_F_VERSION_1 & 1))
		value &= ~VIRTIO_S_FEATURES_OK;
	if (!(value & VIRTIO_S_FEATURES_OK))
		value &= ~VIRTIO_S_DRIVER_OK;
	dev->status = value;
}

static void features_store(struct virtio_device *dev, uint32_t value)
{
	uint32_t shift = 32 * dev->driver_sel;

	if (dev->status & VIRTIO_S_FEATURES_OK || dev->driver_sel > 1)
		return;
	dev->accepted &= ~((uint64_t)UINT32_MAX << shift);
	dev->accepted |= (uint64_t)value << shift;
}

static void ready_store(struct virtio_device *dev, struct virtqueue *vq,
		uint32_t value)
{
	if (!(value & 1)) {
		vq_reset(vq);
		return;
	}
	if (vq->ready)
		return;
	vq->indirect = device_has(dev, VIRTIO_F_INDIRECT_DESC);
	vq->event_idx = device_has(dev, VIRTIO_F_EVENT_IDX);
	if (!(dev->status & VIRTIO_S_FEATURES_OK))
		vq->error = "queue set up before FEATURES_OK";
	vq_start(vq);
	if (vq->error)
		device_needs_reset(dev, vq->error);
}

/* Half of an address; `high`: the upper one */
static void half_store(uint64_t *address, bool high, uint32_t value)
{
	if (high)
		*address = (uint32_t)*address | (uint64_t)value << 32;
	else
		*address = (*address >> 32 << 32) | value;
}

/* The selected queue's registers; all but QUEUE_READY only while it is off */
static void queue_store(struct virtio_device *dev, uint32_t offset,
		uint32_t value)
{
	struct virtqueue *vq = queue_selected(dev);

	if (!vq || (vq->ready && offset != VIRTIO_QUEUE_READY))
		return;
	switch (offset) {
	case VIRTIO_QUEUE_NUM:
		vq->size = value;
		break;
	case VIRTIO_QUEUE_READY:
		ready_store(dev, vq, value);
		break;
	case VIRTIO_QUEUE_DESC_LOW:
	case VIRTIO_QUEUE_DESC_HIGH:
		half_store(&vq->desc, offset & 4, value);
		break;
	case VIRTIO_QUEUE_DRIVER_LOW:
	case VIRTIO_QUEUE_DRIVER_HIGH:
		half_store(&vq->avail, offset & 4, value);
		break;
	case VIRTIO_QUEUE_DEVICE_LOW:
	case VIRTIO_QUEUE_DEVICE_HIGH:
		half_store(&vq->used, offset & 4, value);
		break;
	}
}

/* True: there is more to do */
static bool notify(struct virtio_device *dev, uint32_t queue)
{
	if (queue >= dev->queues || !device_driven(dev))
		return false;
	vq_open(&dev->queue[queue]);
	return dev->class->notify(dev, queue);
}

static bool register_store(struct virtio_device *dev, uint32_t offset,
		uint32_t value)
{
	switch (offset) {
	case VIRTIO_DEVICE_FEATURES_SEL:
		dev->device_sel = value;
		break;
	case VIRTIO_DRIVER_FEATURES:
		features_store(dev, value);
		break;
	case VIRTIO_DRIVER_FEATURES_SEL:
		dev->driver_sel = value;
		break;
	case VIRTIO_QUEUE_SEL:
		dev->queue_sel = value;
		break;
	case VIRTIO_QUEUE_NOTIFY:
		return notify(dev, value);
	case VIRTIO_INTERRUPT_ACK:
		dev->interrupt &= ~value;
		break;
	case VIRTIO_STATUS:
		status_store(dev, value);
		break;
	default:
		queue_store(dev, offset, value);
	}
	return false;
}

static bool access_valid(uint32_t offset, uint32_t width)
{
	if (offset < VIRTIO_CONFIG)
		return width == 4 && offset % 4 == 0;
	return (width == 1 || width == 2 || width == 4)
		&& offset < VIRTIO_CONFIG + DEVICE_CONFIG;
}

/* 0 for what does not exist */
uint32_t virtio_read(struct vm *vm, uint32_t device, uint32_t offset,
		uint32_t width)
{
	struct virtio_device *dev = device_find(vm, device);

	if (!dev || !access_valid(offset, width))
		return 0;
	if (offset >= VIRTIO_CONFIG)
		return config_load(dev, offset - VIRTIO_CONFIG, width);
	return register_load(dev, offset);
}

/* True: the guest has to call again; else *result is 0 or -VMM_EINVAL */
bool virtio_write(struct vm *vm, uint32_t device, uint32_t offset,
		uint32_t width, uint32_t value, uint32_t *result)
{
	struct virtio_device *dev = device_find(vm, device);

	*result = -(uint32_t)VMM_EINVAL;
	if (!dev || !access_valid(offset, width))
		return false;
	if (offset < VIRTIO_CONFIG) {
		*result = 0;
		return register_store(dev, offset, value);
	}
	if (config_store(dev, offset - VIRTIO_CONFIG, width, value))
		*result = 0;
	return false;
}

/* As a write of QUEUE_NOTIFY */
bool virtio_notify(struct vm *vm, uint32_t device, uint32_t queue,
		uint32_t *result)
{
	struct virtio_device *dev = device_find(vm, device);

	*result = dev ? 0 : -(uint32_t)VMM_EINVAL;
	return dev && notify(dev, queue);
}
