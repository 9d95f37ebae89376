/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remap_file_pages(2), deprecated: pages of a shared mapping show another
 * part of the object.  As Linux since 4.0 does it, by a mapping of its own.
 */
#include <pipux/sched.h>
#include "internal.h"

long sys_remap_file_pages(uint32_t start, uint32_t size, uint32_t prot,
	uint32_t page_offset, uint32_t flags);

static bool alike(const struct vma *a, const struct vma *b)
{
	return a->end == b->start && a->file == b->file && a->shm == b->shm
		&& a->flags == b->flags && a->prot == b->prot;
}

/* The mapping that begins the range, all of which is of its kind; or NULL */
static struct vma *range_vma(struct mm *mm, uint32_t start, uint32_t end)
{
	struct vma *first = vma_find(mm, start), *vma, *next;

	if (!first || first->start > start || !(first->flags & MAP_SHARED))
		return NULL;
	for (vma = first; vma->end < end; vma = next) {
		next = vma_next(mm, vma);
		if (!next || !alike(vma, next))
			return NULL;
	}
	return first;
}

long sys_remap_file_pages(uint32_t start, uint32_t size, uint32_t prot,
		uint32_t page_offset, uint32_t flags)
{
	struct mm *mm = current->mm;
	struct vma *vma, *new;

	start &= PAGE_MASK;
	size &= PAGE_MASK;
	if (prot || start + size <= start
			|| page_offset + (size >> PAGE_SHIFT) < page_offset)
		return -EINVAL;
	vma = range_vma(mm, start, start + size);
	if (!vma)
		return -EINVAL;
	new = vma_copy(vma);
	if (!new)
		return -ENOMEM;
	new->start = start;
	new->end = start + size;
	new->offset = (loff_t)page_offset << PAGE_SHIFT;
	if (do_munmap(mm, start, size)) {
		vma_free(new);
		return -ENOMEM;
	}
	vma_insert(mm, new);
	vma_merge(mm, new);
	if (!(flags & MAP_NONBLOCK))
		mm_populate_new(mm, start, start + size);
	return 0;
}
