/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mlock(2) and its kin.  Memory is never paged out, so that locking means
 * to fault everything in and to count it against RLIMIT_MEMLOCK.
 */
#include "internal.h"
#include <pipux/resource.h>
#include <pipux/sched.h>

uint32_t pages_locked(struct mm *mm, uint32_t start, uint32_t end)
{
	struct vma *vma;
	uint32_t n = 0;

	list_for_each(vma, &mm->vmas, link)
		if ((vma->flags & MAP_LOCKED) && vma->start < end
				&& vma->end > start)
			n += (MIN(vma->end, end) - MAX(vma->start, start))
				>> PAGE_SHIFT;
	return n;
}

int mm_populate(struct mm *mm, uint32_t start, uint32_t end, bool write)
{
	int rc = 0;

	for (; !rc && start < end; start += PAGE_SIZE) {
		struct vma *vma = vma_find(mm, start);

		if (!vma || vma->start > start)
			return -ENOMEM;
		if (current->killed)
			return -EINTR;
		rc = mm_fault(mm, start, write);
	}
	return rc;
}

void mm_populate_new(struct mm *mm, uint32_t start, uint32_t end)
{
	struct vma *vma = vma_find(mm, start);

	if (vma)
		(void)mm_populate(mm, start, end, (vma->prot & PROT_WRITE)
			&& !(vma->flags & MAP_SHARED));
}

bool lock_allowed(void)
{
	return capable(CAP_IPC_LOCK) || rlimit_get(RLIMIT_MEMLOCK);
}

bool lock_room(struct mm *mm, uint32_t pages)
{
	return capable(CAP_IPC_LOCK) || pages + pages_locked(mm, 0, TASK_TOP)
		<= rlimit_get(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
}

/* Sets or clears MAP_LOCKED in a range: 0, or -ENOMEM if it has a hole */
static long mark(struct mm *mm, uint32_t start, uint32_t end, uint32_t flag)
{
	while (start < end) {
		struct vma *vma = vma_find(mm, start);

		if (!vma || vma->start > start)
			return -ENOMEM;
		if ((vma->flags & MAP_LOCKED) != flag) {
			vma = vma_cut(mm, vma, start, end);
			if (!vma)
				return -ENOMEM;
			vma->flags ^= MAP_LOCKED;
			vma = vma_merge(mm, vma);
		}
		start = vma->end;
	}
	return 0;
}

/* A lock's range as whole pages.  A length that overflows is none at all */
static bool lock_arg(uint32_t *addr, uint32_t len, uint32_t *end)
{
	len = PAGE_ALIGN(len + *addr % PAGE_SIZE);
	*addr &= PAGE_MASK;
	*end = *addr + len;
	return *end >= *addr;
}

static long lock_range(uint32_t addr, uint32_t len, bool fault)
{
	struct mm *mm = current->mm;
	uint32_t end;
	long rc;

	if (!lock_allowed())
		return -EPERM;
	if (!lock_arg(&addr, len, &end))
		return -EINVAL;
	if (!lock_room(mm, ((end - addr) >> PAGE_SHIFT)
			- pages_locked(mm, addr, end)))
		return -ENOMEM;
	rc = mark(mm, addr, end, MAP_LOCKED);
	for (; !rc && fault && addr < end; addr += PAGE_SIZE) {
		struct vma *vma = vma_find(mm, addr);

		if (!vma || vma->start > addr)
			return -ENOMEM;
		rc = mm_populate(mm, addr, addr + PAGE_SIZE,
			(vma->prot & PROT_WRITE)
			&& !(vma->flags & MAP_SHARED));
		if (rc)
			return rc == -ENOMEM ? -EAGAIN : -ENOMEM;
	}
	return rc;
}

long sys_mlock(uint32_t addr, uint32_t len)
{
	return lock_range(addr, len, true);
}

long sys_mlock2(uint32_t addr, uint32_t len, int flags)
{
	return flags & ~MLOCK_ONFAULT ? -EINVAL
		: lock_range(addr, len, !flags);
}

long sys_munlock(uint32_t addr, uint32_t len)
{
	uint32_t end;

	return lock_arg(&addr, len, &end) ? mark(current->mm, addr, end, 0)
		: -EINVAL;
}

static void mark_all(struct mm *mm, uint32_t flag)
{
	struct vma *vma;

	list_for_each(vma, &mm->vmas, link)
		vma->flags = (vma->flags & ~MAP_LOCKED) | flag;
}

/* Faults in what is locked, as far as that is possible */
static void populate_all(struct mm *mm)
{
	struct vma *vma;

	for (uint32_t at = TASK_BASE; (vma = vma_find(mm, at)); ) {
		uint32_t start = vma->start;

		at = vma->end;
		if ((vma->flags & MAP_LOCKED) && vma->prot)
			mm_populate_new(mm, start, at);
	}
}

long sys_mlockall(int flags)
{
	struct mm *mm = current->mm;
	unsigned long limit = rlimit_get(RLIMIT_MEMLOCK);

	if (!flags || flags == MCL_ONFAULT || (flags & ~(MCL_CURRENT
			| MCL_FUTURE | MCL_ONFAULT)))
		return -EINVAL;
	if (!lock_allowed())
		return -EPERM;
	if ((flags & MCL_CURRENT) && !capable(CAP_IPC_LOCK)
			&& mm->total_vm > limit >> PAGE_SHIFT)
		return -ENOMEM;
	mm->lock_future = !(flags & MCL_FUTURE) ? 0
		: flags & MCL_ONFAULT ? MAP_LOCKED : MAP_LOCKED | MAP_POPULATE;
	if (flags & MCL_CURRENT)
		mark_all(mm, MAP_LOCKED);
	if ((flags & MCL_CURRENT) && !(flags & MCL_ONFAULT))
		populate_all(mm);
	return 0;
}

long sys_munlockall(void)
{
	current->mm->lock_future = 0;
	mark_all(current->mm, 0);
	return 0;
}
