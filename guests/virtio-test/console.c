/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console device.  `input=N`: N bytes will be typed; `ports=1`: it has
 * COM2 as a second port.
 */
#include "test.h"

#define TEXT	"# this line went through the console device\r\n"

static struct queue rx, tx;
static uint8_t bytes[4096];

static void test_input(uint32_t wanted)
{
	uint32_t got = 0;

	print("# type now\n");
	while (got < wanted) {
		const struct buffer in = { bytes + got, 16, true };
		int32_t n = queue_do(&rx, &in, 1);

		if (n <= 0)
			break;
		got += (uint32_t)n;
	}
	ok(got == wanted, "input");
	note("input crc32", crc32(0, bytes, got));
}

static struct queue control_rx, control_tx;

static void control_send(uint32_t id, uint16_t event, uint32_t size)
{
	static struct virtio_console_control control;
	const struct buffer out = { &control, size, false };

	control = (struct virtio_console_control){ id, event, 1 };
	(void)queue_do(&control_tx, &out, 1);
}

/* The next message is `event` of this port, and ends in `text` */
static bool control_is(uint32_t id, uint16_t event, const char *text)
{
	static struct {
		struct virtio_console_control control;
		char text[32];
	} message;
	const struct buffer in = { &message, sizeof(message), true };
	int32_t n = queue_do(&control_rx, &in, 1);

	return n == (int32_t)(sizeof(message.control) + strlen(text))
		&& message.control.id == id && message.control.event == event
		&& message.control.value == 1
		&& !memcmp(message.text, text, strlen(text));
}

/* `ports=1`: there is a second port */
static void test_ports(uint32_t device)
{
	static struct queue port_rx, port_tx;
	const struct buffer out = { "on port 1\r\n", 11, false };
	const uint16_t size = sizeof(struct virtio_console_control);

	ok(virtio_config(device, offsetof(struct virtio_console_config,
		max_nr_ports), 4) == 2, "two ports");
	virtio_begin(device, ALL_FEATURES);
	queue_init(&control_rx, device, VIRTIO_CONSOLE_CONTROL_RX);
	queue_init(&control_tx, device, VIRTIO_CONSOLE_CONTROL_TX);
	queue_init(&port_rx, device, 4);
	queue_init(&port_tx, device, 5);
	virtio_go(device);
	control_send(0, VIRTIO_CONSOLE_DEVICE_READY, 3);
	control_send(2, VIRTIO_CONSOLE_PORT_READY, size);
	control_send(UINT32_MAX, VIRTIO_CONSOLE_PORT_READY, size);
	control_send(0, UINT16_MAX, size);
	ok(!broken(device), "control messages that mean nothing");
	control_send(0, VIRTIO_CONSOLE_DEVICE_READY, size);
	ok(control_is(0, VIRTIO_CONSOLE_DEVICE_ADD, "")
		&& control_is(1, VIRTIO_CONSOLE_DEVICE_ADD, ""), "ports added");
	control_send(1, VIRTIO_CONSOLE_PORT_READY, size);
	ok(control_is(1, VIRTIO_CONSOLE_CONSOLE_PORT, "")
		&& control_is(1, VIRTIO_CONSOLE_PORT_NAME, "com2")
		&& control_is(1, VIRTIO_CONSOLE_PORT_OPEN, ""),
		"what port 1 is");
	ok(queue_do(&port_tx, &out, 1) == 0, "output on port 1");
	virtio_put(device, VIRTIO_STATUS, 0);
}

void test_console(void)
{
	static char long_text[3000];
	uint32_t device = virtio_find(VIRTIO_ID_CONSOLE, 0);
	uint32_t wanted = option("input", 0);
	const struct buffer two[] = {
		{ (void *)TEXT, 20, false },
		{ (void *)(TEXT + 20), sizeof(TEXT) - 21, false },
	};
	const struct buffer many = { long_text, sizeof(long_text), false };

	print("# console\n");
	virtio_begin(device, ALL_FEATURES);
	queue_init(&rx, device, VIRTIO_CONSOLE_RX);
	queue_init(&tx, device, VIRTIO_CONSOLE_TX);
	virtio_go(device);
	ok(queue_do(&tx, two, 2) == 0, "output");
	memset(long_text, '.', sizeof(long_text));
	memcpy(long_text, "# ", 2);
	memcpy(long_text + sizeof(long_text) - 2, "\r\n", 2);
	ok(queue_do(&tx, &many, 1) == 0, "output in several steps");
	for (const char *s = "# emergency\r\n"; *s; s++)
		virtio_put(device, VIRTIO_CONFIG + offsetof(struct
			virtio_console_config, emerg_wr), (uint8_t)*s);
	ok(!broken(device), "emergency writes");
	if (wanted && wanted <= sizeof(bytes))
		test_input(wanted);
	virtio_put(device, VIRTIO_STATUS, 0);
	if (option("ports", 0))
		test_ports(device);
}
