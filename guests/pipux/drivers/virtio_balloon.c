/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory balloon (virtio 1.2, 5.5): gives pages to the VMM when it asks for
 * them, and takes them back when it asks for fewer.
 *
 * Invariant: `pages` of them are linked by their struct page's `chain`; they
 * are allocated here, and the VMM has them.  As much stays free as the system
 * needs to go on: what cannot be given now is tried again later.
 */
#include "virtio.h"
#include <pipux/balloon.h>
#include <pipux/page.h>
#include <pipux/sched.h>
#include <pipux/work.h>

#define BATCH		256u		/* pages in one go */
#define RETRY		NSEC_PER_SEC
#define KEEP_PART	16u		/* of memory: stays free */

static struct {
	struct virtio_device *dev;
	struct virtqueue *inflate, *deflate;
	struct page *first;
	uint32_t pages;
	struct work work;
	struct ktimer retry;
	struct wait_queue wait;
	struct virtq_desc desc[1];
	uint32_t pfn[BATCH];
} balloon;

uint32_t balloon_pages(void)
{
	return balloon.pages;
}

static void balloon_interrupt(struct virtqueue *vq)
{
	wake_up(&balloon.wait);
}

/* Tells the device about n pages and waits until it knows: false if broken */
static bool tell(struct virtqueue *vq, uint32_t n)
{
	struct virtio_device *dev = balloon.dev;
	bool done = false;
	uint32_t len;

	virtq_set(balloon.desc, balloon.pfn, n * sizeof(*balloon.pfn), false);
	if (virtqueue_add(vq, balloon.desc, 1, &balloon))
		return false;
	(void)virtqueue_interrupts(vq, true);
	virtqueue_notify(vq);
	(void)wait_event(&balloon.wait, dev->broken
		|| (done = virtqueue_get(vq, &len) != NULL));
	return done;
}

static uint32_t keep_free(void)
{
	return pages_reserve() + (pages_total() + balloon.pages) / KEEP_PART;
}

static void link_page(void *p)
{
	page_of(p)->chain = balloon.first;
	balloon.first = page_of(p);
}

static void *unlink_page(void)
{
	struct page *page = balloon.first;

	balloon.first = page->chain;
	return page_address(page);
}

/* Up to n pages: how many the balloon has got */
static uint32_t inflate(uint32_t n)
{
	uint32_t got = 0;

	while (got < n && pages_free_count() > keep_free()) {
		void *p = page_alloc_user();

		if (!p)
			break;
		balloon.pfn[got++] = (uintptr_t)p >> PAGE_SHIFT;
		link_page(p);
	}
	/* A broken device's pages are nobody's: it may have taken them */
	if (!got || !tell(balloon.inflate, got))
		return 0;
	balloon.pages += got;
	pages_ballooned((int32_t)got);
	return got;
}

static uint32_t deflate(uint32_t n)
{
	struct page *page = balloon.first;

	for (uint32_t i = 0; i < n; i++, page = page->chain)
		balloon.pfn[i] = (uintptr_t)page_address(page) >> PAGE_SHIFT;
	if (!tell(balloon.deflate, n))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		page_free(unlink_page());
	balloon.pages -= n;
	pages_ballooned(-(int32_t)n);
	return n;
}

/* One batch towards what is asked for: false when there is nothing to do */
static bool step(uint32_t target)
{
	uint32_t n;

	if (target > balloon.pages) {
		n = inflate(MIN(target - balloon.pages, BATCH));
		if (!n && !balloon.dev->broken)
			ktimer_start(&balloon.retry, ktime_get() + RETRY);
	} else {
		n = MIN(balloon.pages - target, BATCH);
		n = n ? deflate(n) : 0;
	}
	if (n)
		virtio_config_write(balloon.dev, offsetof(
			struct virtio_balloon_config, actual), 4,
			balloon.pages);
	return n;
}

static void balloon_work(struct work *w)
{
	if (!balloon.dev->broken && step(VIRTIO_FIELD(balloon.dev,
			virtio_balloon_config, num_pages)))
		work_schedule(w);
}

static void retry(struct ktimer *t)
{
	work_schedule(&balloon.work);
}

static void balloon_changed(struct virtio_device *dev)
{
	wake_up(&balloon.wait);
	work_schedule(&balloon.work);
}

static int balloon_probe(struct virtio_device *dev)
{
	if (balloon.dev)
		return -EBUSY;
	if (!virtio_has(dev, VIRTIO_BALLOON_F_MUST_TELL_HOST))
		return -EINVAL;
	balloon.inflate = virtqueue_new(dev, VIRTIO_BALLOON_INFLATE, 1,
		balloon_interrupt);
	balloon.deflate = virtqueue_new(dev, VIRTIO_BALLOON_DEFLATE, 1,
		balloon_interrupt);
	if (!balloon.inflate || !balloon.deflate)
		return -ENOMEM;
	balloon.dev = dev;
	balloon.work = (struct work)WORK_INIT(balloon.work, balloon_work);
	wait_queue_init(&balloon.wait);
	ktimer_init(&balloon.retry, retry);
	virtio_go(dev);
	/* It may have been asked for something before */
	work_schedule(&balloon.work);
	return 0;
}

const struct virtio_driver virtio_balloon_driver = {
	.id = VIRTIO_ID_BALLOON,
	.name = "balloon",
	.features = 1u << VIRTIO_BALLOON_F_MUST_TELL_HOST,
	.probe = balloon_probe,
	.changed = balloon_changed,
};
