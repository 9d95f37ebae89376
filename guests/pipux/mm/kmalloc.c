/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small objects: a page is cut into equal objects of one size class, and
 * its free ones are linked through their first word.
 *
 * Invariant: a slab page is in its class's list exactly while it has a free
 * object.  No object crosses a page, and one of a power-of-two size is
 * aligned to it.
 */
#include <pipux/kernel.h>
#include <pipux/mm.h>
#include <pipux/page.h>

#define CLASSES		12
#define SMALL_MAX	2048
#define LARGE_ORDERS	11

static const uint16_t class_size[CLASSES] = {
	16, 32, 64, 96, 128, 192, 256, 384, 512, 816, 1360, 2048,
};
/* Class of the sizes in ((n - 1) * 16, n * 16] */
static uint8_t class_of[SMALL_MAX / 16 + 1];
/* One size: pages with room, all pages, objects handed out */
static struct class {
	struct list slabs;
	uint32_t pages, objects;
} class[CLASSES];
static uint32_t large[LARGE_ORDERS];	/* handed out, by order */
static uint32_t empty_pages;

static void kmalloc_init(void)
{
	unsigned c = 0;

	for (unsigned n = 0; n <= SMALL_MAX / 16; n++) {
		if (n * 16 > class_size[c])
			c++;
		class_of[n] = c;
	}
	for (c = 0; c < CLASSES; c++)
		list_init(&class[c].slabs);
}

static struct page *slab_new(unsigned c)
{
	uint8_t *p = page_alloc(), *obj = NULL;
	unsigned size = class_size[c];
	struct page *page;

	if (!p)
		return NULL;
	for (unsigned off = PAGE_SIZE / size * size; off; ) {
		off -= size;
		*(void **)(p + off) = obj;
		obj = p + off;
	}
	page = page_of(p);
	page->state = PAGE_SLAB;
	page->order = c;
	page->inuse = 0;
	empty_pages++;
	class[c].pages++;
	page->chain = p;
	list_add(&class[c].slabs, &page->link);
	return page;
}

static void *large_alloc(size_t size)
{
	unsigned order = 0;
	void *p;

	while (order < LARGE_ORDERS && PAGE_SIZE << order < size)
		order++;
	p = pages_alloc(order);
	if (p) {
		page_of(p)->state = PAGE_LARGE;
		page_of(p)->order = order;
		large[order]++;
	}
	return p;
}

void *kmalloc(size_t size)
{
	struct page *page;
	unsigned c;
	void *obj;

	if (unlikely(size > SMALL_MAX))
		return large_alloc(size);
	if (unlikely(!class_of[SMALL_MAX / 16]))
		kmalloc_init();
	c = class_of[(size + 15) / 16];
	if (likely(!list_empty(&class[c].slabs)))
		page = list_first(&class[c].slabs, struct page, link);
	else if (!(page = slab_new(c)))
		return NULL;
	obj = page->chain;
	page->chain = *(void **)obj;
	if (!page->inuse++)
		empty_pages--;
	if (!page->chain)
		list_del(&page->link);
	class[c].objects++;
	return obj;
}

void *kzalloc(size_t size)
{
	void *p = kmalloc(size);

	return p ? memset(p, 0, size) : NULL;
}

static void large_free(void *p, struct page *page)
{
	unsigned order = page->order;

	BUG_ON(page->state != PAGE_LARGE);
	page->state = PAGE_USED;
	page->owner = NULL;
	large[order]--;
	pages_free(p, order);
}

void kfree(void *p)
{
	struct page *page = page_of(p);
	struct class *c;

	if (!p)
		return;
	if (unlikely(page->state != PAGE_SLAB)) {
		large_free(p, page);
		return;
	}
	c = &class[page->order];
	c->objects--;
	if (!page->chain)
		list_add(&c->slabs, &page->link);
	*(void **)p = page->chain;
	page->chain = p;
	/* An empty page stays if it is the only one with room */
	if (--page->inuse)
		return;
	empty_pages++;
	if (c->slabs.next != c->slabs.prev) {
		empty_pages--;
		c->pages--;
		list_del(&page->link);
		page->state = PAGE_USED;
		page->owner = NULL;
		page_free(page_address(page));
	}
}

size_t kmalloc_size(const void *p)
{
	const struct page *page = page_of(p);

	return page->state == PAGE_SLAB ? class_size[page->order]
		: PAGE_SIZE << page->order;
}

char *kstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = kmalloc(n);

	return p ? memcpy(p, s, n) : NULL;
}

bool kmalloc_usage(unsigned i, struct kmalloc_usage *u)
{
	if (i < CLASSES)
		*u = (struct kmalloc_usage){ class_size[i],
			class[i].objects, class[i].pages, 0 };
	else if (i < CLASSES + LARGE_ORDERS) {
		i -= CLASSES;
		*u = (struct kmalloc_usage){ PAGE_SIZE << i,
			large[i], large[i], i };
	} else
		return false;
	return true;
}

uint32_t kmalloc_bytes(void)
{
	struct kmalloc_usage u;
	uint32_t bytes = 0;

	for (unsigned i = 0; kmalloc_usage(i, &u); i++)
		bytes += u.size * u.objects;
	return bytes;
}

uint32_t kmalloc_pages(void)
{
	struct kmalloc_usage u;
	uint32_t pages = 0;

	for (unsigned i = 0; kmalloc_usage(i, &u); i++)
		pages += u.blocks << u.order;
	return pages;
}

uint32_t kmalloc_idle_pages(void)
{
	return empty_pages;
}
