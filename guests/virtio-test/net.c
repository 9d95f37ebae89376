/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network devices.  `tftp=1`: fetch a file from QEMU's user network.
 * `role=1`, `role=2`: send a file to, receive one from the other guest on the
 * switch.
 */
#include "test.h"

#define BUFFERS		32u
#define BUFFER_SIZE	1536u

static uint8_t buffers[BUFFERS][BUFFER_SIZE];
static uint16_t buffer_of[QUEUE_SIZE];	/* by head */
static struct virtio_net_hdr header;

static void give_buffer(struct net *net, uint16_t n)
{
	const struct buffer one = { buffers[n], BUFFER_SIZE, true };

	buffer_of[queue_add(&net->rx, &one, 1)] = n;
}

bool net_open(struct net *net, uint32_t device)
{
	uint64_t has = virtio_begin(device, ALL_FEATURES);

	net->device = device;
	for (uint32_t i = 0; i < 6; i++)
		net->mac[i] = (uint8_t)virtio_config(device, i, 1);
	queue_init(&net->rx, device, VIRTIO_NET_RX);
	queue_init(&net->tx, device, VIRTIO_NET_TX);
	virtio_go(device);
	for (uint16_t i = 0; i < BUFFERS; i++)
		give_buffer(net, i);
	queue_notify(&net->rx);
	return has & F(VIRTIO_NET_F_MAC);
}

void net_send(struct net *net, const void *frame, uint32_t size)
{
	const struct buffer two[] = {
		{ &header, sizeof(header), false },
		{ (void *)frame, size, false },
	};
	struct virtq_used_elem elem;

	(void)queue_add(&net->tx, two, 2);
	queue_notify(&net->tx);
	(void)queue_take(&net->tx, &elem);
}

const uint8_t *net_next(struct net *net, uint32_t ms, uint32_t *size)
{
	static uint8_t frame[BUFFER_SIZE];
	struct virtq_used_elem elem;
	uint16_t n;

	while (!queue_take(&net->rx, &elem))
		if (!wait_for(VIRTIO_IRQ(net->device), ms))
			return NULL;
	n = buffer_of[elem.id % QUEUE_SIZE];
	*size = elem.len - (uint32_t)sizeof(header);
	memcpy(frame, buffers[n] + sizeof(header), *size);
	give_buffer(net, n);
	queue_notify(&net->rx);
	return frame;
}

static void test_frames(struct net *net)
{
	static uint8_t frame[VIRTIO_NET_FRAME_MAX + 1];
	const struct buffer alone = { &header, sizeof(header) - 1, false };

	memset(frame, 0xFF, 6);
	memcpy(frame + 6, net->mac, 6);
	net_send(net, frame, 60);
	ok(net->tx.used.idx == 1 && !broken(net->device), "a broadcast");
	net_send(net, frame, sizeof(frame));
	net_send(net, frame, 0);
	net_send(net, frame, 13);
	ok(net->tx.used.idx == 4 && !broken(net->device),
		"frames too long and too short are dropped");
	ok(queue_do(&net->tx, &alone, 1) < 0 && broken(net->device),
		"a frame without a header");
	(void)net_open(net, net->device);
	net_send(net, frame, 60);
	ok(!broken(net->device), "after a reset all is well");
}

static void test_one(struct net *net, uint32_t device)
{
	print("# net device ");
	print_number(device);
	print("\n");
	ok(net_open(net, device), "it has an address");
	ok(!(net->mac[0] & 1) && (net->mac[0] | net->mac[1] | net->mac[2]),
		"of one station");
	ok(virtio_config(device, offsetof(struct virtio_net_config, status), 2)
		== VIRTIO_NET_S_LINK_UP, "the link is up");
	test_frames(net);
	if (option("tftp", 0))
		test_tftp(net);
	if (option("role", 0))
		test_exchange(net, option("role", 0));
	virtio_put(device, VIRTIO_STATUS, 0);
}

void test_net(void)
{
	static struct net net;

	for (uint32_t n = 0;; n++) {
		uint32_t device = virtio_find(VIRTIO_ID_NET, n);

		if (device == VIRTIO_DEVICES_MAX)
			return;
		test_one(&net, device);
	}
}
