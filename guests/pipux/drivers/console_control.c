/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control queues of a console device with several ports (virtio 1.2,
 * 5.3.6.2): the device says which ports there are, which of them are
 * terminals, and their names.  A name becomes a link to the terminal in
 * /dev/virtio-ports.
 */
#include "virtio.h"
#include "virtio_console.h"
#include "../fs/internal.h"
#include <pipux/work.h>

#define MESSAGE		64u		/* bytes, with a name */
#define MESSAGES	8u		/* to receive */
#define NAME_OFFSET	sizeof(struct virtio_console_control)

struct message {
	struct virtq_desc desc[1];
	union {
		struct virtio_console_control control;
		char bytes[MESSAGE];
	};
};

static struct {
	struct virtqueue *rx, *tx;
	struct message in[MESSAGES], out;
	struct work work;
	unsigned ports;
} control;

/* The device reads it while it is notified */
static void send(uint32_t port, uint16_t event, uint16_t value)
{
	struct message *m = &control.out;
	uint32_t len;

	m->control = (struct virtio_console_control){ port, event, value };
	virtq_set(m->desc, &m->control, sizeof(m->control), false);
	if (virtqueue_add(control.tx, m->desc, 1, m))
		return;
	virtqueue_notify(control.tx);
	(void)virtqueue_get(control.tx, &len);
}

static void receive_into(struct message *m)
{
	virtq_set(m->desc, m->bytes, MESSAGE, true);
	(void)virtqueue_add(control.rx, m->desc, 1, m);
}

/* Only what a file's name may have */
static void port_named(unsigned index, const char *text, size_t n)
{
	char name[MESSAGE + 1], target[16];

	memcpy(name, text, n);
	name[n] = 0;
	if (!n || strlen(name) != n || strchr(name, '/') || name[0] == '.')
		return;
	snprintf(target, sizeof(target), "../hvc%u", index);
	(void)devtmpfs_link("virtio-ports", name, target);
}

static void handle(const struct message *m, uint32_t len)
{
	uint32_t id = m->control.id;

	if (len < NAME_OFFSET || id >= control.ports)
		return;
	switch (m->control.event) {
	case VIRTIO_CONSOLE_DEVICE_ADD:
		send(id, VIRTIO_CONSOLE_PORT_READY, 1);
		break;
	case VIRTIO_CONSOLE_CONSOLE_PORT:
		if (console_port_show(id) == 0)
			send(id, VIRTIO_CONSOLE_PORT_OPEN, 1);
		break;
	case VIRTIO_CONSOLE_PORT_NAME:
		port_named(id, m->bytes + NAME_OFFSET, len - NAME_OFFSET);
		break;
	}
}

static void control_work(struct work *w)
{
	struct message *m;
	uint32_t len;

	do {
		while ((m = virtqueue_get(control.rx, &len))) {
			handle(m, MIN(len, MESSAGE));
			receive_into(m);
			virtqueue_notify(control.rx);
		}
	} while (virtqueue_interrupts(control.rx, true));
}

static void control_interrupt(struct virtqueue *vq)
{
	(void)virtqueue_interrupts(vq, false);
	work_schedule(&control.work);
}

int console_control_new(struct virtio_device *dev)
{
	control.work = (struct work)WORK_INIT(control.work, control_work);
	control.rx = virtqueue_new(dev, VIRTIO_CONSOLE_CONTROL_RX, MESSAGES,
		control_interrupt);
	control.tx = virtqueue_new(dev, VIRTIO_CONSOLE_CONTROL_TX, 1, NULL);
	return control.rx && control.tx ? 0 : -ENOMEM;
}

/* Here, so that the terminals are there before the first process */
void console_control_start(unsigned ports)
{
	control.ports = ports;
	for (unsigned i = 0; i < MESSAGES; i++)
		receive_into(&control.in[i]);
	virtqueue_notify(control.rx);
	send(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	control_work(&control.work);
}
