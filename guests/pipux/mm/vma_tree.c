/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stretches of an address space as a treap: a binary tree by address in
 * which each has a random rank no lower than those below it, so that it is
 * about as flat as a balanced one whatever a program maps.
 *
 * Invariant: vma->gap is what is free below it, vma->largest the largest gap
 * in the tree of which it is the root.
 */
#include "internal.h"

static uint32_t random_rank(void)
{
	static uint32_t x = 1;		/* Marsaglia's xorshift, 13 17 5 */

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

static inline uint32_t largest_of(const struct vma *vma)
{
	uint32_t n = vma->gap;

	if (vma->left && vma->left->largest > n)
		n = vma->left->largest;
	if (vma->right && vma->right->largest > n)
		n = vma->right->largest;
	return n;
}

/* What vma's root pointer is in */
static inline struct vma **place_of(struct mm *mm, const struct vma *vma)
{
	return !vma->up ? &mm->tree
		: vma->up->left == vma ? &vma->up->left : &vma->up->right;
}

/* vma takes the place of the one above it, which goes below it */
static void rotate(struct mm *mm, struct vma *vma)
{
	struct vma *up = vma->up, *middle;

	*place_of(mm, up) = vma;
	if (up->left == vma) {
		middle = up->left = vma->right;
		vma->right = up;
	} else {
		middle = up->right = vma->left;
		vma->left = up;
	}
	if (middle)
		middle->up = up;
	vma->up = up->up;
	up->up = vma;
	vma->largest = up->largest;
	up->largest = largest_of(up);
}

static void largest_changed(struct vma *vma)
{
	uint32_t n;

	for (; vma && (n = largest_of(vma)) != vma->largest; vma = vma->up)
		vma->largest = n;
}

void vma_tree_gap(struct vma *vma, uint32_t gap)
{
	vma->gap = gap;
	largest_changed(vma);
}

/* Between neighbours one has room on the side of the other */
void vma_tree_insert(struct mm *mm, struct vma *new, struct vma *prev,
		struct vma *next)
{
	struct vma *up = next && !next->left ? next : prev;

	new->left = new->right = NULL;
	new->up = up;
	new->rank = random_rank();
	new->largest = new->gap;
	*(!up ? &mm->tree : up == next ? &up->left : &up->right) = new;
	for (; up && up->largest < new->gap; up = up->up)
		up->largest = new->gap;
	while (new->up && new->up->rank < new->rank)
		rotate(mm, new);
}

void vma_tree_remove(struct mm *mm, struct vma *old)
{
	struct vma *below;

	while (old->left && old->right)
		rotate(mm, old->left->rank > old->right->rank ? old->left
			: old->right);
	below = old->left ? old->left : old->right;
	*place_of(mm, old) = below;
	if (below)
		below->up = old->up;
	largest_changed(old->up);
}

struct vma *vma_tree_find(const struct mm *mm, uint32_t addr)
{
	struct vma *vma = mm->tree, *best = NULL;

	while (vma)
		if (addr < vma->end) {
			best = vma;
			vma = vma->left;
		} else {
			vma = vma->right;
		}
	return best;
}

struct vma *vma_tree_fit(const struct mm *mm, uint32_t len)
{
	struct vma *vma = mm->tree;

	if (!vma || vma->largest < len)
		return NULL;
	for (;;)
		if (vma->right && vma->right->largest >= len)
			vma = vma->right;
		else if (vma->gap >= len)
			return vma;
		else
			vma = vma->left;
}
