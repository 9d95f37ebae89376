/* SPDX-License-Identifier: BSD-2-Clause */
/* madvise(2): what a program says about the use of its memory. */
#include "internal.h"
#include <pipux/sched.h>
#include <linux/falloc.h>

/* Sets and clears flags of a part of a vma */
static long change_flags(struct mm *mm, struct vma *vma, uint32_t start,
		uint32_t end, uint32_t set, uint32_t clear)
{
	vma = vma_cut(mm, vma, start, end);
	if (!vma)
		return -EAGAIN;
	vma->flags = (vma->flags & ~clear) | set;
	vma_merge(mm, vma);
	return 0;
}

/* MADV_REMOVE: a hole in the file or the shared memory itself */
static long punch(struct mm *mm, struct vma *vma, uint32_t start,
		uint32_t end)
{
	loff_t offset = vma->offset + (start - vma->start);
	struct file *file = vma->file;
	long rc;

	if ((vma->flags & MAP_LOCKED) || (!file && !vma->shm))
		return -EINVAL;
	if (!(vma->flags & MAP_SHARED) || !(vma->prot & PROT_WRITE))
		return -EACCES;
	if (vma->shm) {
		shm_punch(vma->shm, offset >> PAGE_SHIFT,
			(end - start) >> PAGE_SHIFT);
		return 0;
	}
	if (!file->ops->fallocate)
		return -EOPNOTSUPP;
	file_get(file);
	rc = file->ops->fallocate(file,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
		end - start);
	file_put(file);
	return rc;
}

/* MADV_DONTNEED, MADV_FREE: the contents go */
static long forget(struct mm *mm, struct vma *vma, uint32_t start,
		uint32_t end, bool only_private)
{
	if (only_private && (vma->file || vma->shm))
		return -EINVAL;
	unmap_range(mm, start, end);
	return 0;
}

/* One vma's part */
static long advise(struct mm *mm, struct vma *vma, uint32_t start,
		uint32_t end, int advice)
{
	bool locked = vma->flags & MAP_LOCKED;

	switch (advice) {
	case MADV_DONTNEED_LOCKED:
		return forget(mm, vma, start, end, false);
	case MADV_DONTNEED:
	case MADV_FREE:
		return locked ? -EINVAL
			: forget(mm, vma, start, end, advice == MADV_FREE);
	case MADV_COLD:
	case MADV_PAGEOUT:
		return locked ? -EINVAL : 0;
	case MADV_REMOVE:
		return punch(mm, vma, start, end);
	case MADV_DONTFORK:
		return change_flags(mm, vma, start, end, VMA_DONTFORK, 0);
	case MADV_DOFORK:
		return change_flags(mm, vma, start, end, 0, VMA_DONTFORK);
	case MADV_WIPEONFORK:
		if (vma->file || vma->shm)
			return -EINVAL;
		return change_flags(mm, vma, start, end, VMA_WIPEONFORK, 0);
	case MADV_KEEPONFORK:
		return change_flags(mm, vma, start, end, 0, VMA_WIPEONFORK);
	}
	return 0;
}

static bool known(int advice)
{
	switch (advice) {
	case MADV_NORMAL ... MADV_DONTNEED:
	case MADV_FREE ... MADV_DOFORK:
	case MADV_HUGEPAGE ... MADV_DONTNEED_LOCKED:
		return true;
	}
	return false;
}

/* MADV_POPULATE_*: faults now rather than later */
static long populate(struct mm *mm, uint32_t start, uint32_t end, bool write)
{
	switch (mm_populate(mm, start, end, write)) {
	case 0:
		return 0;
	case -EACCES:
		return -EINVAL;
	case -EIO:
		return -EFAULT;
	}
	return -ENOMEM;
}

/* What is mapped gets the advice even if there are holes; they are told */
long mm_advise(struct mm *mm, uint32_t addr, uint32_t len, int advice)
{
	struct vma *vma;
	uint32_t end, stop;
	long rc = 0, hole = 0;

	if (!known(advice) || !range_arg(addr, len, &end))
		return -EINVAL;
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return populate(mm, addr, end, advice == MADV_POPULATE_WRITE);
	for (; !rc && addr < end; addr = stop) {
		vma = vma_find(mm, addr);
		if (!vma || vma->start >= end)
			return -ENOMEM;
		if (vma->start > addr) {
			hole = -ENOMEM;
			addr = vma->start;
		}
		stop = MIN(vma->end, end);
		rc = advise(mm, vma, addr, stop, advice);
	}
	return rc ? rc : hole;
}

long sys_madvise(uint32_t addr, uint32_t len, int advice)
{
	return mm_advise(current->mm, addr, len, advice);
}
