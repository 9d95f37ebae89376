/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stretches of an address space: a list by address, without overlap.
 * No pages are touched here.
 */
#include "internal.h"
#include <pipux/setting.h>

struct vma *vma_next(struct mm *mm, struct vma *vma)
{
	return vma->link.next == &mm->vmas ? NULL
		: list_entry(vma->link.next, struct vma, link);
}

struct vma *vma_prev(struct mm *mm, struct vma *vma)
{
	return vma->link.prev == &mm->vmas ? NULL
		: list_entry(vma->link.prev, struct vma, link);
}

/*
 * The first vma that ends above addr, or NULL.  The search goes from the one
 * found last, as who has many goes through them in order.
 */
struct vma *vma_find(struct mm *mm, uint32_t addr)
{
	struct vma *vma = mm->last, *prev;

	if (vma && addr < vma->end && addr >= vma->start)
		return vma;
	if (!vma) {
		if (list_empty(&mm->vmas))
			return NULL;
		vma = list_entry(mm->vmas.next, struct vma, link);
	}
	while (vma && vma->end <= addr)
		vma = vma_next(mm, vma);
	if (!vma)
		return NULL;
	while ((prev = vma_prev(mm, vma)) && prev->end > addr)
		vma = prev;
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

void vma_insert(struct mm *mm, struct vma *vma)
{
	struct vma *next = vma_find(mm, vma->start);

	list_add_tail(next ? &next->link : &mm->vmas, &vma->link);
	mm->nr_vmas++;
	mm->total_vm += (vma->end - vma->start) >> PAGE_SHIFT;
}

void vma_remove(struct mm *mm, struct vma *vma)
{
	if (mm->last == vma)
		mm->last = NULL;
	list_del(&vma->link);
	mm->nr_vmas--;
	mm->total_vm -= (vma->end - vma->start) >> PAGE_SHIFT;
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
	a->end = b->end;
	if (mm->last == b)
		mm->last = a;
	list_del(&b->link);
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

/* Where other mappings have to end that lie below vma */
static uint32_t floor_of(const struct mm *mm, const struct vma *vma, bool tight)
{
	uint32_t room = stack_room(mm->stack_limit);

	if (tight || !(vma->flags & VMA_STACK))
		return vma->start;
	room = MIN(room, vma->end - TASK_BASE);
	return MIN(vma->start, (vma->end - room) & PAGE_MASK);
}

/* The highest free place for len bytes, 0: none; tight: also the stack's */
static uint32_t place(struct mm *mm, uint32_t len, bool tight)
{
	uint32_t top = TASK_TOP;

	for (struct list *l = mm->vmas.prev; l != &mm->vmas; l = l->prev) {
		struct vma *vma = list_entry(l, struct vma, link);

		if (vma->end <= top && top - vma->end >= len)
			return top - len;
		top = MIN(top, floor_of(mm, vma, tight));
	}
	return top >= TASK_BASE && top - TASK_BASE >= len ? top - len : 0;
}

uint32_t vma_unmapped_area(struct mm *mm, uint32_t len)
{
	uint32_t at = place(mm, len, false);

	return at ? at : place(mm, len, true);
}
