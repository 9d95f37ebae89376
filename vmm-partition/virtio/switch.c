/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual switch between guests.  A frame goes to the port that has its
 * destination address, or to all others if none has; a port without a buffer
 * loses it, as on a wire.  Addresses are given, not learnt: a guest cannot
 * take another's frames by pretending.
 */
#include "device.h"

#define PORTS		16
#define MULTICAST	1	/* in the first byte of an address */

static struct virtio_device *port[PORTS];
static uint32_t nports;

static const uint8_t *address(const struct virtio_device *dev)
{
	return ((const struct virtio_net_config *)dev->config)->mac;
}

static struct virtio_device *find(const uint8_t mac[6])
{
	for (uint32_t i = 0; i < nports; i++)
		if (!memcmp(address(port[i]), mac, 6))
			return port[i];
	return NULL;
}

static void switch_send(struct virtio_device *from, const uint8_t *frame,
		uint32_t size)
{
	struct virtio_device *to = frame[0] & MULTICAST ? NULL : find(frame);

	for (uint32_t i = 0; i < nports; i++)
		if (port[i] != from && (!to || port[i] == to))
			(void)net_receive(port[i], frame, size);
}

static const struct link link = { .send = switch_send };

/* False: all ports are taken */
bool switch_plug(struct virtio_device *dev)
{
	/* Locally administered; guest and device make it unique */
	uint8_t mac[6] = { 0x52, 0x54, 0x00, 0x56, (uint8_t)dev->vm->id,
		(uint8_t)dev->number };

	if (nports == PORTS)
		return false;
	net_init(dev, &link, mac);
	port[nports++] = dev;
	return true;
}
