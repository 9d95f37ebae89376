/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings by range: mprotect(2), msync(2), mincore(2). */
#include "internal.h"
#include <pipux/sched.h>
#include <linux/mount.h>

#define PROT_KNOWN	(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

/* Whether [start, end) is mapped without a hole */
bool range_mapped(struct mm *mm, uint32_t start, uint32_t end)
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
bool range_arg(uint32_t addr, uint32_t len, uint32_t *end)
{
	*end = addr + PAGE_ALIGN(len);
	return !(addr % PAGE_SIZE) && len <= TASK_TOP && *end >= addr
		&& *end <= TASK_TOP;
}

static int may_protect(const struct vma *vma, uint32_t prot)
{
	if ((prot & PROT_EXEC) && vma->file
	    && (vma->file->path.mnt->flags & MS_NOEXEC))
		return -EACCES;
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
	if ((vma->flags & MAP_PRIVATE) && !(vma->prot & PROT_WRITE)
			&& mm_overcommits(MIN(end, vma->end) - start, prot,
				vma->flags, vma->file))
		return -ENOMEM;
	vma = vma_cut(mm, vma, start, end);
	if (!vma)
		return -ENOMEM;
	vma->prot = prot;
	protect_range(mm, vma);
	*pvma = vma_merge(mm, vma);
	return 0;
}

/* What lies before a hole is changed all the same */
long sys_mprotect(uint32_t addr, uint32_t len, uint32_t prot)
{
	struct mm *mm = current->mm;
	uint32_t end;
	int rc = 0;

	if (prot & ~PROT_KNOWN)
		return -EINVAL;
	if (addr % PAGE_SIZE)
		return -EINVAL;
	if (!range_arg(addr, len, &end))
		return -ENOMEM;
	prot &= ~PROT_SEM;
	while (!rc && addr < end) {
		struct vma *vma = vma_find(mm, addr);

		if (!vma || vma->start > addr)
			return -ENOMEM;
		rc = protect_vma(mm, &vma, addr, end, prot);
		addr = vma->end;
	}
	return rc;
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
			|| (len && !range_mapped(current->mm, addr, end)))
		return -ENOMEM;
	if (flags & MS_INVALIDATE && pages_locked(current->mm, addr, end))
		return -EBUSY;
	return flags & MS_SYNC ? sync_range(current->mm, addr, end) : 0;
}

static bool file_present(const struct inode *inode, uint32_t index)
{
	void *page;

	if (!inode->ops->get_page)
		return false;
	page = inode->ops->get_page((struct inode *)inode, index,
		PAGE_PRESENT);
	if (IS_ERR(page))
		return false;
	page_unpin(page);
	return true;
}

/*
 * A page is resident once it was touched, by anybody if it is shared: 0, 1,
 * or -ENOMEM if it was unmapped while the answer for another one was stored.
 */
static int in_core(struct mm *mm, uint32_t addr)
{
	uint32_t *entry = partition_entry(mm->part, addr);
	struct vma *vma;

	if (entry && *entry)
		return true;
	vma = vma_find(mm, addr);
	if (!vma || vma->start > addr)
		return -ENOMEM;
	if (vma->file)
		return file_present(vma->file->inode, page_index(vma, addr));
	return vma->shm && shm_present(vma->shm, page_index(vma, addr));
}

long sys_mincore(uint32_t addr, uint32_t len, uint8_t *uvec)
{
	struct mm *mm = current->mm;
	uint32_t end;

	if (addr % PAGE_SIZE)
		return -EINVAL;
	if (!range_arg(addr, len, &end)
			|| (len && !range_mapped(mm, addr, end)))
		return -ENOMEM;
	if (!user_range_ok(uvec, 0))
		return -EFAULT;
	for (; addr < end; addr += PAGE_SIZE) {
		int here = in_core(mm, addr);

		if (here < 0)
			return here;
		if (put_user((uint8_t)here, uvec++))
			return -EFAULT;
	}
	return 0;
}
