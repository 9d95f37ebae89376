/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stretches of an address space: a list by address, without overlap, and
 * a tree to search it.  No pages are touched here.
 */
#include "internal.h"
#include <pipux/setting.h>

static inline struct vma *entry(const struct mm *mm, struct list *l)
{
	return l == &mm->vmas ? NULL : list_entry(l, struct vma, link);
}

struct vma *vma_next(struct mm *mm, struct vma *vma)
{
	return entry(mm, vma->link.next);
}

struct vma *vma_prev(struct mm *mm, struct vma *vma)
{
	return entry(mm, vma->link.prev);
}

struct vma *vma_find(struct mm *mm, uint32_t addr)
{
	struct vma *vma = mm->last;

	if (vma && addr < vma->end && addr >= vma->start)
		return vma;
	vma = vma_tree_find(mm, addr);
	if (vma)
		mm->last = vma;
	return vma;
}

struct vma *vma_copy(const struct vma *from)
{
	struct vma *vma = kmalloc(sizeof(*vma));

	if (!vma)
		return NULL;
	*vma = *from;
	list_init(&vma->link);
	if (vma->file)
		file_get(vma->file);
	if (vma->shm)
		shm_get(vma->shm);
	return vma;
}

void vma_free(struct vma *vma)
{
	if (vma->file)
		file_put(vma->file);
	if (vma->shm)
		shm_put(vma->shm);
	kfree(vma);
}

struct vma *vma_below(struct mm *mm, uint32_t addr)
{
	struct vma *vma = entry(mm, mm->vmas.prev);

	if (!vma || vma->end <= addr)
		return vma;
	vma = vma_tree_find(mm, addr - 1);
	return vma && vma->start >= addr ? vma_prev(mm, vma) : vma;
}

/* Where other mappings have to end that lie below vma */
static uint32_t floor_of(const struct mm *mm, const struct vma *vma)
{
	uint32_t room = stack_room(mm->stack_limit);

	if (!(vma->flags & VMA_STACK))
		return vma->start;
	room = MIN(room, vma->end - TASK_BASE);
	return MIN(vma->start, (vma->end - room) & PAGE_MASK);
}

/* What is free below vma: nothing of it for others if its stack may grow */
static uint32_t gap_of(const struct mm *mm, const struct vma *vma,
		const struct vma *prev)
{
	uint32_t from = prev ? prev->end : TASK_BASE, to = floor_of(mm, vma);

	return to > from ? to - from : 0;
}

static void gap_changed(struct mm *mm, struct vma *vma)
{
	vma_tree_gap(vma, gap_of(mm, vma, vma_prev(mm, vma)));
}

void vma_insert(struct mm *mm, struct vma *vma)
{
	struct vma *prev = vma_below(mm, vma->start),
		*next = entry(mm, prev ? prev->link.next
			: mm->vmas.next);

	list_add_tail(next ? &next->link : &mm->vmas, &vma->link);
	vma->gap = gap_of(mm, vma, prev);
	vma_tree_insert(mm, vma, prev, next);
	if (next)
		gap_changed(mm, next);
	mm->nr_vmas++;
	mm->total_vm += (vma->end - vma->start) >> PAGE_SHIFT;
}

void vma_remove(struct mm *mm, struct vma *vma)
{
	struct vma *next = vma_next(mm, vma);

	if (mm->last == vma)
		mm->last = NULL;
	list_del(&vma->link);
	vma_tree_remove(mm, vma);
	if (next)
		gap_changed(mm, next);
	mm->nr_vmas--;
	mm->total_vm -= (vma->end - vma->start) >> PAGE_SHIFT;
}

void vma_resize(struct mm *mm, struct vma *vma, uint32_t start, uint32_t end)
{
	struct vma *next = vma_next(mm, vma);

	mm->total_vm += ((end - start) - (vma->end - vma->start)) >> PAGE_SHIFT;
	vma->start = start;
	vma->end = end;
	gap_changed(mm, vma);
	if (next)
		gap_changed(mm, next);
}

/* Cuts vma in two at addr, inside it: it keeps the lower part */
int vma_split(struct mm *mm, struct vma *vma, uint32_t addr)
{
	struct vma *upper = vma_copy(vma);

	if (!upper)
		return -ENOMEM;
	upper->start = addr;
	upper->offset += addr - vma->start;
	vma->end = addr;
	list_add_after(&vma->link, &upper->link);
	upper->gap = 0;
	vma_tree_insert(mm, upper, vma, vma_next(mm, upper));
	gap_changed(mm, vma);		/* the room of a stack */
	mm->nr_vmas++;
	return 0;
}

static int split_within_limit(struct mm *mm, struct vma *vma, uint32_t addr)
{
	return mm->nr_vmas < setting_max_map_count
		? vma_split(mm, vma, addr) : -ENOMEM;
}

struct vma *vma_cut(struct mm *mm, struct vma *vma, uint32_t start,
		uint32_t end)
{
	if (vma->start < start) {
		if (split_within_limit(mm, vma, start))
			return NULL;
		vma = vma_next(mm, vma);
		BUG_ON(!vma);		/* the part that begins at start */
	}
	if (vma->end > end && split_within_limit(mm, vma, end))
		return NULL;
	return vma;
}

/* Whether b continues a, and both can be one */
static bool mergeable(const struct vma *a, const struct vma *b)
{
	return a->end == b->start && a->prot == b->prot
		&& a->flags == b->flags && a->file == b->file
		&& a->shm == b->shm && ((!a->file && !a->shm)
			|| a->offset + (a->end - a->start) == b->offset);
}

static void absorb(struct mm *mm, struct vma *a, struct vma *b)
{
	if (mm->last == b)
		mm->last = a;
	list_del(&b->link);
	vma_tree_remove(mm, b);
	a->end = b->end;
	gap_changed(mm, a);
	mm->nr_vmas--;
	vma_free(b);
}

/* Joins vma with its neighbours where they are alike: what it became */
struct vma *vma_merge(struct mm *mm, struct vma *vma)
{
	struct vma *other = vma_next(mm, vma);

	if (other && mergeable(vma, other))
		absorb(mm, vma, other);
	other = vma_prev(mm, vma);
	if (other && mergeable(other, vma)) {
		absorb(mm, other, vma);
		vma = other;
	}
	return vma;
}

/* As vma_unmapped_area, where no place is but in the room of a stack */
static uint32_t tight_place(struct mm *mm, uint32_t len)
{
	struct vma *vma = entry(mm, mm->vmas.prev);
	uint32_t top = TASK_TOP;

	for (; vma; vma = vma_prev(mm, vma)) {
		if (top - vma->end >= len)
			return top - len;
		top = vma->start;
	}
	return top - TASK_BASE >= len ? top - len : 0;
}

/* The highest free place for len bytes, 0: none */
uint32_t vma_unmapped_area(struct mm *mm, uint32_t len)
{
	struct vma *vma = entry(mm, mm->vmas.prev);

	if (TASK_TOP - (vma ? vma->end : TASK_BASE) >= len)
		return TASK_TOP - len;
	vma = vma_tree_fit(mm, len);
	return vma ? floor_of(mm, vma) - len : tight_place(mm, len);
}
