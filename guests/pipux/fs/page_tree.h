/* SPDX-License-Identifier: BSD-2-Clause */
/* A sparse array of pages: pure, also built on the host. */
#ifndef PIPUX_PAGE_TREE_H
#define PIPUX_PAGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty */
struct page_tree {
	void *root;		/* a page if height is 0, else a node */
	unsigned height;	/* levels of nodes */
};

/* The page at an index, NULL for a hole */
void *page_tree_get(const struct page_tree *t, uint32_t index);
/* Puts a page into a hole: false when out of memory */
bool page_tree_set(struct page_tree *t, uint32_t index, void *page);
/*
 * Removes the pages first..last, calling release for each: their number.
 * Nodes that become empty go, too.
 */
uint32_t page_tree_cut(struct page_tree *t, uint32_t first, uint32_t last,
		void (*release)(void *page));
/* The first index >= `from` that has a page; false if there is none */
bool page_tree_next(const struct page_tree *t, uint32_t from, uint32_t *index);

#endif
