/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of a file by number: a radix tree of 64-slot nodes that is only
 * as high as the highest number needs, so that a file of one page has no
 * node at all.  Invariant: no node is empty, and at height h every number is
 * below 64^h.
 */
#include "page_tree.h"
#include <pipux/mm.h>

#define BITS	6
#define SLOTS	(1u << BITS)
#define HEIGHT_MAX 6			/* 64^6 > 2^32 */

struct node {
	void *slot[SLOTS];
	uint32_t used;
};

static bool covers(unsigned height, uint32_t index)
{
	return height * BITS >= 32 || index >> (height * BITS) == 0;
}

static unsigned slot_of(uint32_t index, unsigned level)
{
	return index >> ((level - 1) * BITS) & (SLOTS - 1);
}

void *page_tree_get(const struct page_tree *t, uint32_t index)
{
	void *p = t->root;

	if (!covers(t->height, index))
		return NULL;
	for (unsigned level = t->height; level && p; level--)
		p = ((struct node *)p)->slot[slot_of(index, level)];
	return p;
}

/* Raises the root until it covers the index */
static bool grow(struct page_tree *t, uint32_t index)
{
	while (!covers(t->height, index)) {
		if (t->root) {
			struct node *n = kzalloc(sizeof(*n));

			if (!n)
				return false;
			n->slot[0] = t->root;
			n->used = 1;
			t->root = n;
		}
		t->height++;
	}
	return true;
}

/* Takes the nodes on the way to an index away again if they are empty */
static void prune(struct page_tree *t, uint32_t index)
{
	void **path[HEIGHT_MAX], **p = &t->root;
	unsigned n = 0;

	for (unsigned level = t->height; level && *p; level--) {
		path[n++] = p;
		p = &((struct node *)*p)->slot[slot_of(index, level)];
	}
	while (n--) {
		struct node *node = *path[n];

		if (node->used)
			return;
		kfree(node);
		*path[n] = NULL;
		if (n)
			((struct node *)*path[n - 1])->used--;
	}
}

bool page_tree_set(struct page_tree *t, uint32_t index, void *page)
{
	struct node *parent = NULL;
	void **p;

	if (!t->root)
		t->height = 0;
	if (!grow(t, index))
		return false;
	p = &t->root;
	for (unsigned level = t->height; level; level--) {
		if (!*p) {
			*p = kzalloc(sizeof(struct node));
			if (!*p) {
				prune(t, index);
				return false;
			}
			if (parent)
				parent->used++;
		}
		parent = *p;
		p = &parent->slot[slot_of(index, level)];
	}
	*p = page;
	if (parent)
		parent->used++;
	return true;
}

/* The numbers below slot i of a node at `level` whose first number is base */
static uint64_t slot_base(uint32_t base, unsigned i, unsigned level)
{
	return base + ((uint64_t)i << ((level - 1) * BITS));
}

struct cut {
	uint32_t first, last, count;
	void (*release)(void *page);
};

/* True if *p is empty afterwards */
static bool cut_below(struct cut *c, void **p, unsigned level, uint32_t base)
{
	struct node *n = *p;

	if (!level) {
		c->release(*p);
		c->count++;
		*p = NULL;
		return true;
	}
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t lo = slot_base(base, i, level);
		uint64_t hi = slot_base(base, i + 1, level);

		if (!n->slot[i] || hi <= c->first || lo > c->last)
			continue;
		if (cut_below(c, &n->slot[i], level - 1, lo))
			n->used--;
	}
	if (n->used)
		return false;
	kfree(n);
	*p = NULL;
	return true;
}

uint32_t page_tree_cut(struct page_tree *t, uint32_t first, uint32_t last,
		void (*release)(void *page))
{
	struct cut c = { first, last, 0, release };

	if (t->root && !(t->height == 0 && first > 0))
		cut_below(&c, &t->root, t->height, 0);
	if (!t->root)
		t->height = 0;
	return c.count;
}

static bool next_below(void *p, unsigned level, uint32_t base, uint32_t from,
		uint32_t *index)
{
	struct node *n = p;

	if (!level) {
		*index = base;
		return true;
	}
	for (unsigned i = 0; i < SLOTS; i++)
		if (n->slot[i] && slot_base(base, i + 1, level) > from
		    && next_below(n->slot[i], level - 1,
				slot_base(base, i, level), from, index))
			return true;
	return false;
}

bool page_tree_next(const struct page_tree *t, uint32_t from, uint32_t *index)
{
	if (!t->root || !covers(t->height, from))
		return false;
	return next_below(t->root, t->height, 0, from, index);
}
