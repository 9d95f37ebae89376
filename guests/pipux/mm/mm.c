/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: made, copied by fork, shared by threads and vfork, freed
 * with their last user.
 */
#include "internal.h"
#include <pipux/sched.h>

struct list all_mms = LIST_INIT(all_mms);

struct mm *mm_new(void)
{
	struct mm *mm = kzalloc(sizeof(*mm));

	if (!mm)
		return NULL;
	mm->part = partition_get();
	if (!mm->part) {
		kfree(mm);
		return NULL;
	}
	mm->desc = mm->part->desc;
	mm->users = 1;
	list_init(&mm->vmas);
	list_add_tail(&all_mms, &mm->all_link);
	return mm;
}

struct mm *mm_get(struct mm *mm)
{
	mm->users++;
	return mm;
}

/* mm->peak is looked at only when pages go: this is always right */
uint32_t mm_peak(const struct mm *mm)
{
	return MAX(mm->peak, mm->nr_pages);
}

void mm_put(struct mm *mm)
{
	struct vma *vma, *tmp;

	if (--mm->users)
		return;
	if (unlikely(mm->aio != NULL))
		aio_exit(mm);
	list_for_each_safe(vma, tmp, &mm->vmas, link) {
		unmap_range(mm, vma->start, vma->end);
		list_del(&vma->link);	/* the tree goes as a whole */
		vma_free(vma);
	}
	BUG_ON(mm->nr_pages);
	if (mm->exe)
		file_put(mm->exe);
	list_del(&mm->all_link);
	partition_put(mm->part);
	kfree(mm);
}

struct mm *mm_copy(struct mm *old)
{
	struct mm *mm = mm_new();
	struct vma *vma, *copy;

	if (!mm)
		return NULL;
	mm->brk_start = old->brk_start;
	mm->brk = old->brk;
	mm->arg_start = old->arg_start;
	mm->arg_end = old->arg_end;
	mm->env_start = old->env_start;
	mm->env_end = old->env_end;
	mm->start_stack = old->start_stack;
	mm->auxv_size = old->auxv_size;
	memcpy(mm->auxv, old->auxv, old->auxv_size);
	mm->stack_limit = old->stack_limit;
	mm->exe = old->exe ? file_get(old->exe) : NULL;
	list_for_each(vma, &old->vmas, link) {
		if (unlikely(vma->flags & VMA_DONTFORK))
			continue;
		copy = vma_copy(vma);
		if (!copy)
			goto fail;
		copy->flags &= ~MAP_LOCKED;	/* fork(2) */
		vma_insert(mm, copy);
		if (!(vma->flags & (MAP_SHARED | VMA_WIPEONFORK))
				&& vma_fork(mm, old, vma))
			goto fail;
	}
	return mm;
fail:
	mm_put(mm);
	return NULL;
}
