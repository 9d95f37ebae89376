/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing, shrinking, moving and doubling mappings: mremap(2). */
#include "internal.h"
#include <pipux/sched.h>
#include <pipux/setting.h>
#include <pipux/vdso.h>

#define MREMAP_KNOWN	(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)

/*
 * Moves a mapping, all of [old, old + old_len), to new_len bytes at `to`;
 * keep: the old place stays mapped, to fresh pages.  old_len 0: a second
 * mapping of the same.
 */
static long move_vma(struct mm *mm, struct vma *vma, uint32_t old,
		uint32_t old_len, uint32_t new_len, uint32_t to, bool keep)
{
	struct vma *new = mm->nr_vmas + 3 < setting_max_map_count
		? vma_copy(vma) : NULL;
	int rc;

	if (!new)
		return -ENOMEM;
	new->start = to;
	new->end = to + new_len;
	new->offset += old - vma->start;
	vma_insert(mm, new);
	if (!old_len)
		return to;
	rc = move_range(mm, old, to, MIN(old_len, new_len));
	if (rc) {
		(void)move_range(mm, to, old, MIN(old_len, new_len));
		(void)do_munmap(mm, to, new_len);
		return rc;
	}
	if (vdso_is(new))
		vdso_moved(old, to);
	rc = keep ? 0 : do_munmap(mm, old, old_len);
	vma_merge(mm, new);
	return rc ? rc : (long)to;
}

static long grow(struct mm *mm, struct vma *vma, uint32_t addr,
		uint32_t old_len, uint32_t new_len, uint32_t flags)
{
	uint32_t more = new_len - old_len, to;
	struct vma *next = vma_next(mm, vma);

	if (mm_too_large(mm, more)
			|| mm_overcommits(more, vma->prot, vma->flags,
				vma->file))
		return -ENOMEM;
	if ((vma->flags & MAP_LOCKED) && !lock_room(mm, more >> PAGE_SHIFT))
		return -EAGAIN;
	if (old_len && addr + old_len == vma->end && !vma->shm && addr + new_len > addr
			&& addr + new_len <= (next ? next->start : TASK_TOP)) {
		vma_resize(mm, vma, vma->start, vma->end + more);
		return addr;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	to = vma_unmapped_area(mm, new_len);
	return to ? move_vma(mm, vma, addr, old_len, new_len, to, false)
		: -ENOMEM;
}

/* Whether the flags fit together and the lengths (mremap(2)) */
static bool remap_args_ok(uint32_t flags, uint32_t old_len, uint32_t new_len)
{
	if ((flags & ~MREMAP_KNOWN) || !new_len)
		return false;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len)
		return false;
	return (flags & MREMAP_MAYMOVE)
		|| !(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP));
}

/* The one mapping that [addr, addr + len) lies in; NULL */
static struct vma *mapping(struct mm *mm, uint32_t addr, uint32_t len)
{
	struct vma *vma = vma_find(mm, addr);

	return vma && vma->start <= addr && vma->end - addr >= len ? vma : NULL;
}

/*
 * To the place that the program names.  Without MREMAP_FIXED the name is a
 * hint, which must be one that could be had all the same.
 */
static long remap_elsewhere(struct mm *mm, uint32_t addr, uint32_t old_len,
		uint32_t new_len, uint32_t flags, uint32_t to)
{
	struct vma *vma;
	uint32_t end;
	long at;

	if (!range_arg(to, new_len, &end)
			|| (to < addr + old_len && addr < end))
		return -EINVAL;
	if (flags & MREMAP_FIXED) {
		if (to < TASK_BASE)
			return -EINVAL;
	} else if (mm_too_large(mm, new_len)) {
		return -ENOMEM;
	}
	at = mm_place(mm, to, new_len, flags & MREMAP_FIXED ? MAP_FIXED : 0);
	if (IS_ERR(at))
		return at;
	vma = mapping(mm, addr, old_len);	/* it may be gone meanwhile */
	return vma ? move_vma(mm, vma, addr, old_len, new_len, at,
		flags & MREMAP_DONTUNMAP) : -EFAULT;
}

long sys_mremap(uint32_t addr, uint32_t old_len, uint32_t new_len,
		uint32_t flags, uint32_t to)
{
	struct mm *mm = current->mm;
	struct vma *vma;
	uint32_t end;

	old_len = PAGE_ALIGN(old_len);
	new_len = PAGE_ALIGN(new_len);
	if (addr % PAGE_SIZE || !remap_args_ok(flags, old_len, new_len))
		return -EINVAL;
	if (!range_arg(addr, old_len, &end))
		return new_len > old_len ? -EFAULT : -EINVAL;
	vma = mapping(mm, addr, old_len);
	if (!vma)
		return -EFAULT;
	if (!old_len && !(vma->flags & MAP_SHARED))
		return -EINVAL;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_elsewhere(mm, addr, old_len, new_len, flags, to);
	if (new_len > old_len)
		return grow(mm, vma, addr, old_len, new_len, flags);
	if (new_len < old_len && do_munmap(mm, addr + new_len,
			old_len - new_len))
		return -ENOMEM;
	return addr;
}
