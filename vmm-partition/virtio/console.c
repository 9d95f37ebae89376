/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console device (virtio 1.2, 5.3).  Port 0 is the guest's console, which the
 * console hypercalls reach too: input goes to who asks first, here as soon as
 * there is a buffer.  Port 1, if the guest's settings give it one, is COM2.
 */
#include "bus.h"
#include "device.h"

#define PIECE	256u
#define BUDGET	1024u	/* bytes of output in one call */
#define PORTS	2u

#define PORT_QUEUES	6u	/* with control and port 1 */
#define RX(port)	((port) ? 2 * (port) + 2 : VIRTIO_CONSOLE_RX)
#define TX(port)	(RX(port) + 1)

/* What the driver is told of a port, in this order: bits of `announce` */
static const uint8_t announcement[] = {
	VIRTIO_CONSOLE_DEVICE_ADD, VIRTIO_CONSOLE_CONSOLE_PORT,
	VIRTIO_CONSOLE_PORT_NAME, VIRTIO_CONSOLE_PORT_OPEN,
};
#define SAY_PORT	0x1u	/* when the device is known */
#define SAY_REST	0xEu	/* when the port is */
#define SAY_BITS	4u

static const char *const port_name[PORTS] = { "console", "com2" };

static struct vq_chain chain;

static void port_write(struct virtio_device *dev, uint32_t port,
		const void *bytes, uint32_t size)
{
	if (port)
		com2_write(bytes, size);
	else
		console_write(dev->vm, bytes, size);
}

static uint32_t port_read(struct virtio_device *dev, uint32_t port,
		void *bytes, uint32_t size)
{
	return port ? com2_read(bytes, size)
		: console_read(dev->vm, bytes, size);
}

/* False: the chain has more than the budget allows */
static bool put(struct virtio_device *dev, uint32_t port, uint32_t *budget)
{
	struct virtqueue *vq = &dev->queue[TX(port)];
	uint8_t bytes[PIECE];

	(void)vq_skip_read(&chain, vq->done);
	while (chain.readable) {
		uint32_t n = chain.readable < PIECE ? chain.readable : PIECE;

		if (!*budget)
			return false;
		n = n < *budget ? n : *budget;
		if (!vq_read(vq, &chain, bytes, n))
			return true;
		port_write(dev, port, bytes, n);
		vq->done += n;
		*budget -= n;
	}
	return true;
}

static bool transmit(struct virtio_device *dev, uint32_t port)
{
	struct virtqueue *vq = &dev->queue[TX(port)];
	uint32_t budget = BUDGET;

	while (budget && vq_peek(vq, &chain)) {
		budget--;
		if (!put(dev, port, &budget) || vq->error)
			break;
		vq_push(vq, &chain);
	}
	device_finish(dev, vq);
	return !budget && device_driven(dev);
}

/* Fills one chain; false: no input is left */
static bool get(struct virtio_device *dev, uint32_t port)
{
	struct virtqueue *vq = &dev->queue[RX(port)];
	uint8_t bytes[PIECE];

	while (chain.writable) {
		uint32_t max = chain.writable < PIECE ? chain.writable : PIECE;
		uint32_t n = port_read(dev, port, bytes, max);

		if (n && !vq_write(vq, &chain, bytes, n))
			return false;
		if (n < max)
			return false;
	}
	return true;
}

/* Ends: the input is one ring, and what comes meanwhile is in the UART */
static void receive(struct virtio_device *dev, uint32_t port)
{
	struct virtqueue *vq = &dev->queue[RX(port)];
	bool more = true;

	while (more && vq_peek(vq, &chain)) {
		more = get(dev, port);
		if (!vq->error && (more || chain.written))
			vq_push(vq, &chain);
	}
	device_finish(dev, vq);
}

static void say(struct virtqueue *vq, uint32_t port, uint32_t event)
{
	const struct virtio_console_control control = {
		.id = port, .event = (uint16_t)event, .value = 1,
	};

	if (vq_write(vq, &chain, &control, sizeof(control))
			&& event == VIRTIO_CONSOLE_PORT_NAME)
		(void)vq_write(vq, &chain, port_name[port],
			strlen(port_name[port]));
	if (!vq->error)
		vq_push(vq, &chain);
}

/* As far as the driver has buffers for it */
static void control_send(struct virtio_device *dev)
{
	struct virtqueue *vq = &dev->queue[VIRTIO_CONSOLE_CONTROL_RX];

	while (dev->announce && vq_peek(vq, &chain)) {
		uint32_t bit = (uint32_t)__builtin_ctz(dev->announce);

		dev->announce &= dev->announce - 1;
		say(vq, bit / SAY_BITS, announcement[bit % SAY_BITS]);
	}
	device_finish(dev, vq);
}

static void control_handle(struct virtio_device *dev,
		const struct virtio_console_control *control)
{
	if (control->event == VIRTIO_CONSOLE_DEVICE_READY && control->value)
		for (uint32_t port = 0; port < PORTS; port++)
			dev->announce |= SAY_PORT << port * SAY_BITS;
	if (control->event == VIRTIO_CONSOLE_PORT_READY && control->value
			&& control->id < PORTS)
		dev->announce |= SAY_REST << control->id * SAY_BITS;
}

static void control_receive(struct virtio_device *dev)
{
	struct virtqueue *vq = &dev->queue[VIRTIO_CONSOLE_CONTROL_TX];
	struct virtio_console_control control;
	uint32_t budget = VIRTIO_QUEUE_MAX;

	while (budget-- && vq_peek(vq, &chain)) {
		if (vq_read(vq, &chain, &control, sizeof(control)))
			control_handle(dev, &control);
		if (!vq->error)
			vq_push(vq, &chain);
	}
	device_finish(dev, vq);
}

static void control_notify(struct virtio_device *dev, uint32_t queue)
{
	if (queue == VIRTIO_CONSOLE_CONTROL_TX)
		control_receive(dev);
	if (!device_driven(dev))
		return;
	vq_open(&dev->queue[VIRTIO_CONSOLE_CONTROL_RX]);
	control_send(dev);
}

static bool console_notify(struct virtio_device *dev, uint32_t queue)
{
	uint32_t port = queue > VIRTIO_CONSOLE_CONTROL_TX;
	bool again = false;

	if (queue / 2 == VIRTIO_CONSOLE_CONTROL_RX / 2) {
		control_notify(dev, queue);
		return false;
	}
	if (queue == TX(port))
		again = transmit(dev, port);
	/* While COM2 transmits, input may come without an interrupt */
	if ((port || queue == RX(port)) && device_driven(dev)) {
		vq_open(&dev->queue[RX(port)]);
		receive(dev, port);
	}
	return again;
}

static void console_written(struct virtio_device *dev, uint32_t offset)
{
	struct virtio_console_config *config = (void *)dev->config;
	uint8_t byte = (uint8_t)config->emerg_wr;

	if (offset == offsetof(struct virtio_console_config, emerg_wr))
		console_write(dev->vm, &byte, 1);
	config->emerg_wr = 0;
}

static void input(struct vm *vm, uint32_t port)
{
	for (uint32_t i = 0; i < vm->virtio->count; i++) {
		struct virtio_device *dev = &vm->virtio->device[i];

		if (dev->class != &virtio_console || !device_driven(dev))
			continue;
		vq_open(&dev->queue[RX(port)]);
		receive(dev, port);
	}
}

void virtio_console_input(struct vm *vm)
{
	input(vm, 0);
}

void virtio_port_input(struct vm *vm)
{
	input(vm, 1);
}

bool console_add_port(struct virtio_device *dev)
{
	struct virtio_console_config *config = (void *)dev->config;

	if (!com2_take(dev->vm))
		return false;
	dev->offered |= 1u << VIRTIO_CONSOLE_F_MULTIPORT;
	dev->queues = PORT_QUEUES;
	config->max_nr_ports = PORTS;
	return true;
}

const struct virtio_class virtio_console = {
	.id = VIRTIO_ID_CONSOLE,
	.name = "console",
	.features = 1u << VIRTIO_CONSOLE_F_EMERG_WRITE,
	.queues = 2,
	.config_size = sizeof(struct virtio_console_config),
	.config_writable = 1u << 2,
	.notify = console_notify,
	.config_written = console_written,
};
