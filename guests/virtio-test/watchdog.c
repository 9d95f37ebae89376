/* SPDX-License-Identifier: BSD-2-Clause */
/* `starve=1`: the watchdog shall end this guest. */
#include "test.h"

#define TIME_MS		400u

static uint32_t device;

static uint32_t put(size_t field, uint32_t value)
{
	return virtio_put(device, VIRTIO_CONFIG + field, value);
}

static uint32_t left(void)
{
	return virtio_config(device,
		offsetof(struct virtio_watchdog_config, left_ms), 4);
}

static void pass_time(uint32_t ms)
{
	(void)wait_for(0, ms);
}

void test_watchdog(void)
{
	size_t timeout = offsetof(struct virtio_watchdog_config, timeout_ms);
	size_t ping = offsetof(struct virtio_watchdog_config, ping);

	print("# watchdog\n");
	device = virtio_find(VIRTIO_ID_WATCHDOG, 0);
	virtio_begin(device, 0);
	virtio_go(device);
	ok(left() == 0, "it is off");
	put(timeout, TIME_MS);
	ok(left() > 0 && left() <= TIME_MS, "it runs");
	for (int i = 0; i < 4; i++) {
		pass_time(TIME_MS / 2);
		put(ping, 1);
	}
	ok(left() > TIME_MS / 2, "a ping starts the time anew");
	if (option("starve", 0)) {
		pass_time(10 * TIME_MS);
		ok(false, "the watchdog ends the guest");
	}
	put(timeout, 0);
	pass_time(2 * TIME_MS);
	ok(left() == 0, "and it is off again");
	put(timeout, UINT32_MAX);
	ok(broken(device) && left() == 0, "a time that is too long");
	virtio_put(device, VIRTIO_STATUS, 0);
}
