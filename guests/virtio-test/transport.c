/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers, negotiation, reset: virtio 1.2, 2.1-2.4, 3.1, 4.2.2. */
#include "test.h"

static struct queue queue;
static uint32_t device;

static void test_identity(void)
{
	uint32_t count = 0, bad = 0;

	for (uint32_t i = 0; i < VIRTIO_DEVICES_MAX; i++) {
		if (virtio_get(i, VIRTIO_MAGIC_VALUE) != VIRTIO_MAGIC)
			continue;
		count++;
		bad += virtio_get(i, VIRTIO_VERSION) != VIRTIO_MMIO_VERSION;
		bad += virtio_get(i, VIRTIO_VENDOR_ID) != VIRTIO_VENDOR;
		bad += virtio_get(i, VIRTIO_DEVICE_ID) == VIRTIO_ID_NONE;
		bad += virtio_get(i, VIRTIO_STATUS) != 0;
		bad += virtio_get(i, VIRTIO_SHM_LEN_LOW) != UINT32_MAX;
	}
	ok(count >= 4, "there are devices");
	ok(!bad, "their identity registers are right");
	ok(virtio_get(VIRTIO_DEVICES_MAX, VIRTIO_MAGIC_VALUE) == 0
		&& virtio_get(UINT32_MAX, VIRTIO_MAGIC_VALUE) == 0,
		"a device that does not exist reads zeros");
	ok(virtio_put(UINT32_MAX, VIRTIO_STATUS, 1)
		== -(uint32_t)VMM_EINVAL, "and refuses writes");
}

static void test_widths(void)
{
	ok(!hypercall(VMM_HC_VIRTIO_READ, device, VIRTIO_MAGIC_VALUE, 1, 0)
		&& !hypercall(VMM_HC_VIRTIO_READ, device, 1, 4, 0)
		&& !hypercall(VMM_HC_VIRTIO_READ, device, 0xFFFFFFFC, 4, 0)
		&& !hypercall(VMM_HC_VIRTIO_READ, device, VIRTIO_CONFIG, 3, 0)
		&& !hypercall(VMM_HC_VIRTIO_READ, device, VIRTIO_CONFIG, 0, 0),
		"odd widths and offsets read zeros");
	ok(hypercall(VMM_HC_VIRTIO_WRITE, device, VIRTIO_STATUS + 1, 4, 1)
		== -(uint32_t)VMM_EINVAL
		&& hypercall(VMM_HC_VIRTIO_WRITE, device, VIRTIO_CONFIG + 4096,
			4, 1) == -(uint32_t)VMM_EINVAL,
		"and refuse writes");
}

static void test_negotiation(void)
{
	uint64_t all = virtio_begin(device, ALL_FEATURES);

	ok(all & F(VIRTIO_F_VERSION_1), "VERSION_1 is offered and accepted");
	ok(all & F(VIRTIO_F_INDIRECT_DESC) && all & F(VIRTIO_F_EVENT_IDX),
		"indirect descriptors and the event index too");
	virtio_put(device, VIRTIO_DRIVER_FEATURES_SEL, 0);
	virtio_put(device, VIRTIO_DRIVER_FEATURES, 0xFFFFFF);
	ok(virtio_get(device, VIRTIO_STATUS) & VIRTIO_S_FEATURES_OK,
		"after FEATURES_OK features cannot be changed");
	virtio_put(device, VIRTIO_STATUS, 0);
	ok(virtio_get(device, VIRTIO_STATUS) == 0, "status 0 resets");
	virtio_put(device, VIRTIO_STATUS,
		VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK);
	ok(!(virtio_get(device, VIRTIO_STATUS) & VIRTIO_S_FEATURES_OK),
		"no FEATURES_OK without VERSION_1");
	virtio_put(device, VIRTIO_DRIVER_FEATURES_SEL, 1);
	virtio_put(device, VIRTIO_DRIVER_FEATURES, 1 | 1u << 31);
	virtio_put(device, VIRTIO_STATUS,
		VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK);
	ok(!(virtio_get(device, VIRTIO_STATUS) & VIRTIO_S_FEATURES_OK),
		"nor with a feature that was not offered");
	virtio_go(device);
	ok(!(virtio_get(device, VIRTIO_STATUS) & VIRTIO_S_DRIVER_OK),
		"nor DRIVER_OK without FEATURES_OK");
	virtio_put(device, VIRTIO_DEVICE_FEATURES_SEL, 2);
	ok(virtio_get(device, VIRTIO_DEVICE_FEATURES) == 0,
		"the third word of features is zero");
	virtio_put(device, VIRTIO_STATUS, 0);
}

static void test_queue_registers(void)
{
	virtio_begin(device, 0);
	virtio_put(device, VIRTIO_QUEUE_SEL, 0);
	ok(virtio_get(device, VIRTIO_QUEUE_NUM_MAX) == VIRTIO_QUEUE_MAX,
		"QueueNumMax");
	ok(virtio_get(device, VIRTIO_QUEUE_READY) == 0, "no queue is ready");
	virtio_put(device, VIRTIO_QUEUE_SEL, 1000);
	ok(virtio_get(device, VIRTIO_QUEUE_NUM_MAX) == 0,
		"a queue that does not exist has no entries");
	virtio_put(device, VIRTIO_QUEUE_READY, 1);
	ok(!broken(device), "and cannot be made ready");
	queue_init(&queue, device, 0);
	ok(virtio_get(device, VIRTIO_QUEUE_READY) == 1, "QueueReady");
	(void)hypercall(VMM_HC_VIRTIO_NOTIFY, device, 1000, 0, 0);
	queue_notify(&queue);
	ok(!broken(device), "notifications before DRIVER_OK do nothing");
	virtio_put(device, VIRTIO_QUEUE_READY, 0);
	ok(virtio_get(device, VIRTIO_QUEUE_READY) == 0, "and off again");
	queue_init(&queue, device, 0);
	virtio_put(device, VIRTIO_STATUS, 0);
	virtio_put(device, VIRTIO_QUEUE_SEL, 0);
	ok(virtio_get(device, VIRTIO_QUEUE_READY) == 0,
		"a reset takes the queues back");
}

/* What comes after FEATURES_OK must not come before */
static void test_order(void)
{
	virtio_put(device, VIRTIO_STATUS, 0);
	queue_init(&queue, device, 0);
	ok(broken(device), "a queue set up before FEATURES_OK");
	virtio_put(device, VIRTIO_STATUS, 0);
	ok(!broken(device), "a reset mends it");
}

void test_transport(void)
{
	print("# transport\n");
	device = virtio_find(VIRTIO_ID_ENTROPY, 0);
	test_identity();
	test_widths();
	test_negotiation();
	test_queue_registers();
	test_order();
}
