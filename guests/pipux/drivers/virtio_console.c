/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console device (virtio 1.2, 5.3): each console port is a terminal, port 0
 * /dev/hvc0.  The kernel's own messages and /dev/console go by the console
 * hypercalls, which work from the first instruction to the last.
 *
 * A port takes input only while its terminal is open: port 0 is the guest's
 * console, whose input goes to /dev/console at other times.  One buffer at a
 * time is given to the device, as large as the terminal has room, so that
 * nothing is received that would have to wait here.
 */
#include "virtio.h"
#include "../tty/tty.h"

#define MAJOR_HVC	229u
#define PORTS_MAX	2u
#define INPUT		256u
#define OUTPUT		1024u
#define OUTPUTS		2u		/* buffers for output */

struct output {
	struct virtq_desc desc[1];
	bool busy;
	uint8_t data[OUTPUT];
};

struct port {
	struct virtio_device *dev;
	struct tty *tty;
	struct virtqueue *rx, *tx;
	unsigned opens;
	bool asked;			/* the device has `input` */
	struct virtq_desc desc[1];
	uint8_t input[INPUT];
	struct output output[OUTPUTS];
};

static struct port *ports[PORTS_MAX];

static struct port *port_of(struct virtqueue *vq)
{
	for (unsigned i = 0; i < PORTS_MAX; i++)
		if (ports[i] && (ports[i]->rx == vq || ports[i]->tx == vq))
			return ports[i];
	return NULL;
}

/* Asks for as much input as there is room for */
static void ask(struct port *port)
{
	size_t room = ldisc_room(&port->tty->ldisc);

	if (port->asked || !port->opens || !room)
		return;
	virtq_set(port->desc, port->input, MIN(room, INPUT), true);
	port->asked = virtqueue_add(port->rx, port->desc, 1, port) == 0;
	virtqueue_notify(port->rx);
}

static void receive(struct port *port)
{
	uint32_t len;

	do {
		while (virtqueue_get(port->rx, &len)) {
			port->asked = false;
			tty_receive(port->tty, port->input, MIN(len, INPUT));
			ask(port);
		}
	} while (virtqueue_interrupts(port->rx, true));
}

static void rx_interrupt(struct virtqueue *vq)
{
	struct port *port = port_of(vq);

	if (port)
		receive(port);
}

/* A buffer for output that the device does not have */
static struct output *output_free(struct port *port)
{
	struct output *o;
	uint32_t len;

	while ((o = virtqueue_get(port->tx, &len)))
		o->busy = false;
	for (unsigned i = 0; i < OUTPUTS; i++)
		if (!port->output[i].busy)
			return &port->output[i];
	return NULL;
}

static void tx_interrupt(struct virtqueue *vq)
{
	struct port *port = port_of(vq);

	(void)virtqueue_interrupts(vq, false);
	if (port && output_free(port))
		wake_up(&port->tty->write_wait);
}

/* The device prints while it is notified.  Should it ever not, what does not
 * fit any more is lost */
static void hvc_write(struct tty *tty, const void *buf, size_t n)
{
	struct port *port = tty->priv;
	const uint8_t *p = buf;
	struct output *o;

	while (n && (o = output_free(port))) {
		size_t k = MIN(n, OUTPUT);

		memcpy(o->data, p, k);
		virtq_set(o->desc, o->data, k, false);
		if (virtqueue_add(port->tx, o->desc, 1, o))
			return;
		o->busy = true;
		virtqueue_notify(port->tx);
		p += k;
		n -= k;
	}
}

static bool hvc_full(const struct tty *tty)
{
	struct port *port = tty->priv;

	if (port->dev->broken || output_free(port))
		return false;
	return !virtqueue_interrupts(port->tx, true) || !output_free(port);
}

static void hvc_unthrottle(struct tty *tty)
{
	ask(tty->priv);
	receive(tty->priv);
}

static int hvc_open(struct tty *tty)
{
	struct port *port = tty->priv;

	if (port->dev->broken)
		return -EIO;
	if (!port->opens++) {
		ask(port);
		receive(port);
	}
	return 0;
}

/* The device must not keep a buffer that would swallow input */
static void hvc_close(struct tty *tty)
{
	struct port *port = tty->priv;

	if (--port->opens || port->dev->broken)
		return;
	virtqueue_stop(port->rx);
	virtqueue_start(port->rx);
	port->asked = false;
}

static const struct tty_driver hvc_driver = {
	.write = hvc_write,
	.full = hvc_full,
	.unthrottle = hvc_unthrottle,
	.open = hvc_open,
	.close = hvc_close,
	.name = "hvc",
};

/* Port `index` with its two queues (5.3.2) */
static int port_start(struct virtio_device *dev, unsigned index)
{
	unsigned queue = index ? 2 * index + 2 : 0;
	struct port *port = kzalloc(sizeof(*port));
	char name[8];
	int rc = -ENOMEM;

	if (!port)
		return -ENOMEM;
	port->dev = dev;
	port->rx = virtqueue_new(dev, queue, 1, rx_interrupt);
	port->tx = virtqueue_new(dev, queue + 1, OUTPUTS, tx_interrupt);
	port->tty = tty_new(&hvc_driver, MKDEV(MAJOR_HVC, index));
	if (port->rx && port->tx && port->tty) {
		(void)virtqueue_interrupts(port->tx, false);
		port->tty->priv = port;
		snprintf(name, sizeof(name), "hvc%u", index);
		ports[index] = port;
		rc = tty_register(port->tty, name);
	}
	if (rc) {
		ports[index] = NULL;
		kfree(port->tty);
		kfree(port);
	}
	return rc;
}

static int console_probe(struct virtio_device *dev)
{
	int rc;

	if (ports[0])
		return -EBUSY;
	rc = port_start(dev, 0);
	if (rc == 0)
		virtio_go(dev);
	return rc;
}

const struct virtio_driver virtio_console_driver = {
	.id = VIRTIO_ID_CONSOLE,
	.name = "console",
	.probe = console_probe,
};
