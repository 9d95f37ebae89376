/* SPDX-License-Identifier: BSD-2-Clause */
/* `input=N`: N bytes will come on the console; they are sent back. */
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
}
