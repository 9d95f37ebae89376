/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `ask=1`: somebody will ask for pages; the answer is printed.
 */
#include "test.h"

#define PAGES	16u

static struct queue inflate, deflate, entropy;
static uint8_t memory[PAGES][PAGE_SIZE] PAGE_ALIGNED;
static uint32_t pfn[PAGES + 3], device;

static int32_t give(uint32_t count)
{
	const struct buffer list = { pfn, 4 * count, false };

	return queue_do(&inflate, &list, 1);
}

/* Can the VMM's devices use a page of this guest? */
static bool usable(void *page)
{
	uint32_t other = virtio_find(VIRTIO_ID_ENTROPY, 0);
	const struct buffer one = { page, 16, true };
	bool good;

	virtio_begin(other, 0);
	queue_init(&entropy, other, 0);
	virtio_go(other);
	good = queue_do(&entropy, &one, 1) == 16;
	virtio_put(other, VIRTIO_STATUS, 0);
	return good;
}

static void test_pages(void)
{
	const struct buffer list = { pfn, 4 * PAGES, false };

	for (uint32_t i = 0; i < PAGES; i++) {
		memset(memory[i], (int)i + 1, PAGE_SIZE);
		pfn[i] = (uint32_t)memory[i] / PAGE_SIZE;
	}
	/* Not the guest's to give: its VIDT, its shared page, nobody's */
	pfn[PAGES] = 0xFFFFF;
	pfn[PAGES + 1] = VMM_SHARED / PAGE_SIZE;
	pfn[PAGES + 2] = UINT32_MAX;
	ok(usable(memory[3]), "a page is the guest's");
	ok(give(PAGES + 3) == 0 && !broken(device), "inflate");
	ok(!usable(memory[3]), "the page is not the guest's any more");
	ok(give(PAGES) == 0 && !broken(device), "inflate with the same again");
	ok(queue_do(&deflate, &list, 1) == 0 && !broken(device), "deflate");
	ok(usable(memory[3]), "the page is back");
	memory[3][PAGE_SIZE - 1] = 5;
	ok(memory[3][PAGE_SIZE - 1] == 5, "and can be written");
	ok(queue_do(&deflate, &list, 1) == 0 && !broken(device),
		"deflate with the same again");
}

static void test_ask(void)
{
	uint32_t pages;

	(void)take_pending(VIRTIO_IRQ(device));
	print("# ask me\n");
	ok(wait_for(VIRTIO_IRQ(device), 60000), "a configuration change");
	ok(virtio_get(device, VIRTIO_INTERRUPT_STATUS) & VIRTIO_INT_CONFIG,
		"as InterruptStatus says");
	ok(virtio_get(device, VIRTIO_CONFIG_GENERATION) != 0,
		"the generation has changed");
	pages = virtio_config(device, 0, 4);
	note("pages", pages);
	ok(pages && pages <= PAGES && give(pages) == 0, "they are given");
	virtio_put(device, VIRTIO_CONFIG + 4, pages);
	ok(virtio_config(device, 4, 4) == pages, "actual");
}

void test_balloon(void)
{
	print("# balloon\n");
	device = virtio_find(VIRTIO_ID_BALLOON, 0);
	virtio_begin(device, ALL_FEATURES);
	queue_init(&inflate, device, VIRTIO_BALLOON_INFLATE);
	queue_init(&deflate, device, VIRTIO_BALLOON_DEFLATE);
	virtio_go(device);
	virtio_put(device, VIRTIO_CONFIG, 77);
	ok(virtio_config(device, 0, 4) == 0, "num_pages is read-only");
	test_pages();
	if (option("ask", 0))
		test_ask();
	virtio_begin(device, 0);
	queue_init(&inflate, device, VIRTIO_BALLOON_INFLATE);
	virtio_go(device);
	ok(give(1) < 0 && broken(device), "not without MUST_TELL_HOST");
	virtio_put(device, VIRTIO_STATUS, 0);
}
