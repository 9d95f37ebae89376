/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing mappings: mprotect(2), mremap(2), madvise(2), msync(2), mlock(2). */
#include "internal.h"
#include <pipux/resource.h>
#include <pipux/sched.h>

#define PROT_KNOWN	(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)
#define MREMAP_KNOWN	(MREMAP_MAYMOVE | MREMAP_FIXED)

/* Whether [start, end) is mapped without a hole */
static bool mapped(struct mm *mm, uint32_t start, uint32_t end)
{
	struct vma *vma = vma_find(mm, start);

	for (; vma && vma->start <= start; vma = vma_next(mm, vma)) {
		if (vma->end >= end)
			return true;
		start = vma->end;
	}
	return false;
}

/* addr and len of a call; end as a result */
static bool range_arg(uint32_t addr, uint32_t len, uint32_t *end)
{
	*end = addr + PAGE_ALIGN(len);
	return !(addr % PAGE_SIZE) && len <= TASK_TOP && *end >= addr
		&& *end <= TASK_TOP;
}

static int may_protect(const struct vma *vma, uint32_t prot)
{
	return vma->file && (vma->flags & MAP_SHARED) && (prot & PROT_WRITE)
		&& ((vma->flags & VMA_SEALED)
			|| (vma->file->flags & O_ACCMODE) != O_RDWR)
		? -EACCES : 0;
}

/* One vma's part of a change: 0 or errno */
static int protect_vma(struct mm *mm, struct vma **pvma, uint32_t start,
		uint32_t end, uint32_t prot)
{
	struct vma *vma = *pvma;

	if (vma->prot == prot)
		return 0;
	if (may_protect(vma, prot))
		return -EACCES;
	if (vma->start < start) {
		if (vma_split(mm, vma, start))
			return -ENOMEM;
		vma = vma_next(mm, vma);
	}
	if (vma->end > end && vma_split(mm, vma, end))
		return -ENOMEM;
	vma->prot = prot;
	protect_range(mm, vma);
	*pvma = vma_merge(mm, vma);
	return 0;
}

long sys_mprotect(uint32_t addr, uint32_t len, uint32_t prot)
{
	struct mm *mm = current->mm;
	uint32_t end;
	int rc = 0;

	if (prot & ~PROT_KNOWN)
		return -EINVAL;
	if (addr % PAGE_SIZE)
		return -EINVAL;
	if (!range_arg(addr, len, &end) || (len && !mapped(mm, addr, end)))
		return -ENOMEM;
	prot &= ~PROT_SEM;
	while (!rc && addr < end) {
		struct vma *vma = vma_find(mm, addr);

		rc = protect_vma(mm, &vma, addr, end, prot);
		addr = vma->end;
	}
	return rc;
}

/* Moves a mapping, all of [old, old + old_len), to new_len bytes at `to` */
static long move_vma(struct mm *mm, struct vma *vma, uint32_t old,
		uint32_t old_len, uint32_t new_len, uint32_t to)
{
	struct vma *new = vma_copy(vma);
	int rc;

	if (!new)
		return -ENOMEM;
	new->start = to;
	new->end = to + new_len;
	new->offset += old - vma->start;
	vma_insert(mm, new);
	rc = move_range(mm, old, to, MIN(old_len, new_len));
	if (rc) {
		(void)move_range(mm, to, old, MIN(old_len, new_len));
		(void)do_munmap(mm, to, new_len);
		return rc;
	}
	rc = do_munmap(mm, old, old_len);
	vma_merge(mm, new);
	return rc ? rc : (long)to;
}

static long grow(struct mm *mm, struct vma *vma, uint32_t addr,
		uint32_t old_len, uint32_t new_len, uint32_t flags)
{
	uint32_t more = new_len - old_len, to;
	struct vma *next = vma_next(mm, vma);

	if (more >> PAGE_SHIFT > pages_total())
		return -ENOMEM;
	if (addr + old_len == vma->end && !vma->shm && addr + new_len > addr
			&& addr + new_len <= (next ? next->start : TASK_TOP)) {
		vma->end += more;
		mm->total_vm += more >> PAGE_SHIFT;
		return addr;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	to = vma_unmapped_area(mm, new_len);
	return to ? move_vma(mm, vma, addr, old_len, new_len, to) : -ENOMEM;
}

long sys_mremap(uint32_t addr, uint32_t old_len, uint32_t new_len,
		uint32_t flags, uint32_t to)
{
	struct mm *mm = current->mm;
	struct vma *vma;
	uint32_t end;

	old_len = PAGE_ALIGN(old_len);
	new_len = PAGE_ALIGN(new_len);
	if ((flags & ~MREMAP_KNOWN) || !new_len
			|| flags == MREMAP_FIXED
			|| !range_arg(addr, old_len, &end))
		return -EINVAL;
	vma = vma_find(mm, addr);
	if (!vma || vma->start > addr || vma->end < end)
		return -EFAULT;
	if (!old_len)
		return -EINVAL;
	if (flags & MREMAP_FIXED) {
		if (!range_arg(to, new_len, &end) || to < TASK_BASE
				|| (to < addr + old_len && addr < end))
			return -EINVAL;
		if (do_munmap(mm, to, new_len))
			return -ENOMEM;
		return move_vma(mm, vma_find(mm, addr), addr, old_len,
			new_len, to);
	}
	if (new_len > old_len)
		return grow(mm, vma, addr, old_len, new_len, flags);
	if (new_len < old_len && do_munmap(mm, addr + new_len,
			old_len - new_len))
		return -ENOMEM;
	return addr;
}

/* Forgetting private contents is all the advice that changes anything */
long sys_madvise(uint32_t addr, uint32_t len, int advice)
{
	struct mm *mm = current->mm;
	uint32_t end;

	if (!range_arg(addr, len, &end))
		return -EINVAL;
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_FREE:
		break;
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return !len || mapped(mm, addr, end) ? 0 : -ENOMEM;
	default:
		return -EINVAL;
	}
	if (len && !mapped(mm, addr, end))
		return -ENOMEM;
	unmap_range(mm, addr, end);
	return 0;
}

/* Writes back the files that are mapped shared in the range */
static long sync_range(struct mm *mm, uint32_t start, uint32_t end)
{
	struct vma *vma;
	long rc = 0;

	while (!rc && (vma = vma_find(mm, start)) && vma->start < end) {
		struct file *file = vma->file;

		start = vma->end;
		if (!file || !(vma->flags & MAP_SHARED) || !file->ops->fsync)
			continue;
		file_get(file);
		rc = file->ops->fsync(file);
		file_put(file);
	}
	return rc;
}

/* Mappings are the page cache itself: MS_ASYNC and MS_INVALIDATE do nothing */
long sys_msync(uint32_t addr, uint32_t len, int flags)
{
	uint32_t end;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
			|| ((flags & MS_ASYNC) && (flags & MS_SYNC))
			|| addr % PAGE_SIZE)
		return -EINVAL;
	if (!range_arg(addr, len, &end)
			|| (len && !mapped(current->mm, addr, end)))
		return -ENOMEM;
	return flags & MS_SYNC ? sync_range(current->mm, addr, end) : 0;
}

/*
 * Memory is never paged out: everything is locked always.  0, or what
 * RLIMIT_MEMLOCK says of that many bytes.
 * LIMIT: it is held against each call alone, not against their sum.
 */
static int lock_allowed(uint32_t bytes)
{
	unsigned long limit = rlimit_get(RLIMIT_MEMLOCK);

	if (capable() || bytes <= limit)
		return 0;
	return limit ? -ENOMEM : -EPERM;
}

static long lock_range(uint32_t addr, uint32_t len)
{
	uint32_t end, start = addr & PAGE_MASK;

	if (!range_arg(start, len + addr % PAGE_SIZE, &end)
			|| (len && !mapped(current->mm, start, end)))
		return -ENOMEM;
	return 0;
}

long sys_mlock(uint32_t addr, uint32_t len)
{
	int rc = lock_allowed(PAGE_ALIGN(len + addr % PAGE_SIZE));

	return rc ? rc : lock_range(addr, len);
}

long sys_mlock2(uint32_t addr, uint32_t len, int flags)
{
	return flags & ~MLOCK_ONFAULT ? -EINVAL : sys_mlock(addr, len);
}

long sys_munlock(uint32_t addr, uint32_t len)
{
	return lock_range(addr, len);
}

long sys_mlockall(int flags)
{
	if (!flags || flags == MCL_ONFAULT || (flags & ~(MCL_CURRENT
			| MCL_FUTURE | MCL_ONFAULT)))
		return -EINVAL;
	return lock_allowed((flags & MCL_CURRENT) ? current->mm->total_vm
		<< PAGE_SHIFT : 1);
}

long sys_munlockall(void)
{
	return 0;
}

/* Every page that is mapped counts as resident once it was touched */
long sys_mincore(uint32_t addr, uint32_t len, uint8_t *uvec)
{
	struct mm *mm = current->mm;
	uint32_t end;

	if (addr % PAGE_SIZE)
		return -EINVAL;
	if (!range_arg(addr, len, &end) || (len && !mapped(mm, addr, end)))
		return -ENOMEM;
	for (; addr < end; addr += PAGE_SIZE) {
		uint32_t *entry = partition_entry(mm->part, addr);
		uint8_t here = entry && *entry;

		if (put_user(here, uvec++))
			return -EFAULT;
	}
	return 0;
}
