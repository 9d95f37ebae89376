/* SPDX-License-Identifier: BSD-2-Clause */
/* The network card as a guest's link to the outside: one guest has it. */
#include "../ne2k.h"
#include "device.h"

static struct virtio_device *owner;

static void uplink_send(struct virtio_device *dev, const uint8_t *frame,
		uint32_t size)
{
	(void)dev;
	ne2k_send(frame, size);
}

static bool uplink_receive(const uint8_t *frame, uint32_t size)
{
	sched_blame(owner->vm);
	return net_receive(owner, frame, size);
}

static const struct link link = {
	.send = uplink_send,
	.room = ne2k_receive,
};

/* False: there is no card, or another guest has it */
bool uplink_plug(struct virtio_device *dev)
{
	uint8_t mac[6];

	if (owner || !ne2k_find(mac))
		return false;
	owner = dev;
	net_init(dev, &link, mac);
	ne2k_start(uplink_receive);
	return true;
}
