/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Console device (virtio 1.2, 5.3): each of its ports is a terminal, port n
 * /dev/hvcN.  The kernel's own messages and /dev/console go by the console
 * hypercalls, which work from the first instruction to the last.
 *
 * A port takes input only while its terminal is open: port 0 is the guest's
 * console, whose input goes to /dev/console at other times.  One buffer at a
 * time is given to the device, no larger than the terminal has room, so that
 * nothing is received that would have to wait here.
 */
#include "virtio.h"
#include "virtio_console.h"
#include "../tty/tty.h"

#define MAJOR_HVC	229u
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
	bool known;			/* it has a name in /dev */
	struct virtq_desc desc[1];
	uint8_t input[INPUT];
	struct output output[OUTPUTS];
};

static struct port *ports[CONSOLE_PORTS];

static struct port *port_of(const struct virtqueue *vq)
{
	return ports[vq->index < 2 ? 0 : vq->index / 2 - 1];
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
	receive(port_of(vq));
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
	if (output_free(port))
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

/* Port `index` with its two queues, which must exist before DRIVER_OK */
static int port_new(struct virtio_device *dev, unsigned index)
{
	unsigned queue = index ? 2 * index + 2 : 0;
	struct port *port = kzalloc(sizeof(*port));

	if (!port)
		return -ENOMEM;
	ports[index] = port;
	port->dev = dev;
	port->rx = virtqueue_new(dev, queue, 1, rx_interrupt);
	port->tx = virtqueue_new(dev, queue + 1, OUTPUTS, tx_interrupt);
	port->tty = tty_new(&hvc_driver, MKDEV(MAJOR_HVC, index));
	if (!port->rx || !port->tx || !port->tty)
		return -ENOMEM;
	(void)virtqueue_interrupts(port->tx, false);
	port->tty->priv = port;
	return 0;
}

int console_port_show(unsigned index)
{
	struct port *port = ports[index];
	char name[8];

	if (port->known)
		return 0;
	port->known = true;
	snprintf(name, sizeof(name), "hvc%u", index);
	return tty_register(port->tty, name);
}

static void ports_free(void)
{
	for (unsigned i = 0; i < CONSOLE_PORTS && ports[i]; i++) {
		kfree(ports[i]->tty);
		kfree(ports[i]);
		ports[i] = NULL;
	}
}

/* Without MULTIPORT there is one port, known at once */
static int console_start(struct virtio_device *dev)
{
	bool many = virtio_has(dev, VIRTIO_CONSOLE_F_MULTIPORT);
	unsigned max = many ? VIRTIO_FIELD(dev, virtio_console_config,
		max_nr_ports) : 1;
	int rc = many ? console_control_new(dev) : 0;

	for (unsigned i = 0; i < MIN(max, CONSOLE_PORTS) && rc == 0; i++)
		rc = port_new(dev, i);
	if (rc)
		return rc;
	virtio_go(dev);
	if (many)
		console_control_start(MIN(max, CONSOLE_PORTS));
	return many ? 0 : console_port_show(0);
}

static int console_probe(struct virtio_device *dev)
{
	int rc;

	if (ports[0])
		return -EBUSY;
	rc = console_start(dev);
	if (rc)
		ports_free();
	return rc;
}

const struct virtio_driver virtio_console_driver = {
	.id = VIRTIO_ID_CONSOLE,
	.name = "console",
	.features = 1u << VIRTIO_CONSOLE_F_MULTIPORT,
	.probe = console_probe,
};
