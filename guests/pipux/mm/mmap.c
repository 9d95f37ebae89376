/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and removing mappings: mmap2(2), munmap(2), brk(2). */
#include "internal.h"
#include <pipux/resource.h>
#include <pipux/sched.h>
#include <pipux/setting.h>
#include <linux/mount.h>

#define PROT_ALL	(PROT_READ | PROT_WRITE | PROT_EXEC)
#define LEGACY_FLAGS	(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN \
	| MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE \
	| MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | 0xFC000000u)
#define KEPT_FLAGS	(MAP_SHARED | MAP_PRIVATE | MAP_GROWSDOWN | MAP_LOCKED \
	| MAP_NORESERVE | VMA_OWN_FLAGS)

int setting_overcommit;
uint32_t setting_max_map_count = MAX_MAPS;

/*
 * Cuts vmas so that [start, end) begins and ends at borders: 0, -ENOMEM.  What
 * leaves no more of them than there were is always possible.
 */
static int split_at(struct mm *mm, uint32_t start, uint32_t end)
{
	struct vma *vma = vma_find(mm, start);

	if (vma && vma->start < start && vma->end > end
			&& mm->nr_vmas >= setting_max_map_count)
		return -ENOMEM;
	if (vma && vma->start < start && vma_split(mm, vma, start))
		return -ENOMEM;
	vma = vma_find(mm, end);
	if (vma && vma->start < end && vma_split(mm, vma, end))
		return -ENOMEM;
	return 0;
}

static bool range_ok(uint32_t start, uint32_t len)
{
	return len <= TASK_TOP - TASK_BASE && start >= TASK_BASE
		&& start <= TASK_TOP - len;
}

int do_munmap(struct mm *mm, uint32_t start, uint32_t len)
{
	uint32_t end = start + len;
	struct vma *vma;

	vma = vma_find(mm, start);
	if (!vma || vma->start >= end)
		return 0;
	if (split_at(mm, start, end))
		return -ENOMEM;
	/* letting go of a file may sleep, and vmas change: look each time */
	while ((vma = vma_find(mm, start)) && vma->start < end) {
		start = vma->end;
		unmap_range(mm, vma->start, vma->end);
		vma_remove(mm, vma);
		vma_free(vma);
	}
	return 0;
}

static bool maps_for_writing(const struct vma *vma, const struct inode *inode)
{
	return vma->file && vma->file->inode == inode
		&& (vma->flags & (MAP_SHARED | VMA_SEALED)) == MAP_SHARED
		&& (vma->file->flags & O_ACCMODE) == O_RDWR;
}

bool mapped_for_writing(const struct inode *inode)
{
	struct vma *vma;
	struct mm *mm;

	list_for_each(mm, &all_mms, all_link)
		list_for_each(vma, &mm->vmas, link)
			if (maps_for_writing(vma, inode))
				return true;
	return false;
}

/* Whether file may be mapped so: 0 or what mmap(2) says */
static int file_check(const struct file *file, uint32_t prot, uint32_t flags)
{
	uint32_t mode = file->flags & O_ACCMODE;

	if (mode == O_WRONLY)
		return -EACCES;
	if ((flags & MAP_SHARED) && (prot & PROT_WRITE) && mode != O_RDWR)
		return -EACCES;
	if ((prot & PROT_EXEC) && (file->path.mnt->flags & MS_NOEXEC))
		return -EPERM;
	return 0;
}

/* Lets the file have its say and makes shared memory where there is none */
static int vma_back(struct vma *vma)
{
	struct file *file = vma->file;
	int rc = 0;

	if (file && file->ops->mmap)
		rc = file->ops->mmap(file, vma);
	else if (file && !file->inode->ops->get_page)
		rc = -ENODEV;
	if (rc || vma->file || !(vma->flags & MAP_SHARED))
		return rc;
	vma->offset = 0;
	vma->shm = shm_new((vma->end - vma->start) >> PAGE_SHIFT);
	return vma->shm ? 0 : -ENOMEM;
}

static struct vma *vma_new(uint32_t addr, uint32_t len, uint32_t prot,
		uint32_t flags, struct file *file, loff_t offset)
{
	struct vma *vma = kzalloc(sizeof(*vma));
	int rc;

	if (!vma)
		return ERR_PTR(-ENOMEM);
	list_init(&vma->link);
	vma->start = addr;
	vma->end = addr + len;
	vma->prot = prot & PROT_ALL;
	vma->flags = flags & KEPT_FLAGS;
	vma->file = file ? file_get(file) : NULL;
	vma->offset = offset;
	rc = vma_back(vma);
	if (rc) {
		vma_free(vma);
		return ERR_PTR(rc);
	}
	return vma;
}

/* Grows an anonymous neighbour below instead of making a vma */
static bool extend_below(struct mm *mm, uint32_t addr, uint32_t len,
		uint32_t prot, uint32_t flags)
{
	struct vma *prev = vma_below(mm, addr);

	if (!prev || prev->end != addr || prev->file || prev->shm
			|| prev->prot != (prot & PROT_ALL)
			|| prev->flags != (flags & KEPT_FLAGS))
		return false;
	vma_resize(mm, prev, prev->start, addr + len);
	return true;
}

/* RLIMIT_AS (getrlimit(2)) */
bool mm_too_large(struct mm *mm, uint32_t len)
{
	return mm->total_vm + (len >> PAGE_SHIFT)
		> rlimit_get(RLIMIT_AS) >> PAGE_SHIFT;
}

/*
 * proc(5), overcommit_memory 0: what can never be had is refused at once.
 * Address space that is only reserved takes no memory and is not counted.
 */
bool mm_overcommits(uint32_t len, uint32_t prot, uint32_t flags,
		const struct file *file)
{
	bool takes_memory = flags & MAP_PRIVATE ? prot & PROT_WRITE : !file;

	return takes_memory && !(flags & MAP_NORESERVE)
		&& !setting_overcommit && len >> PAGE_SHIFT > pages_total();
}

/* RLIMIT_DATA: private memory that may be written (getrlimit(2)) */
static bool too_much_data(struct mm *mm, uint32_t len)
{
	uint32_t limit = rlimit_get(RLIMIT_DATA), sum = len;
	struct vma *vma;

	if (likely(limit == (uint32_t)RLIM_INFINITY))
		return false;
	list_for_each(vma, &mm->vmas, link)
		if ((vma->flags & MAP_PRIVATE) && (vma->prot & PROT_WRITE)
				&& !(vma->flags & VMA_STACK))
			sum += vma->end - vma->start;
	return sum > limit;
}

long mm_place(struct mm *mm, uint32_t addr, uint32_t len, uint32_t flags)
{
	struct vma *vma;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (addr % PAGE_SIZE)
			return -EINVAL;
		if (!range_ok(addr, len))
			return -ENOMEM;
		vma = vma_find(mm, addr);
		if (!vma || vma->start >= addr + len)
			return addr;
		if (flags & MAP_FIXED_NOREPLACE)
			return -EEXIST;
		/* others may map something there while files close */
		do {
			if (do_munmap(mm, addr, len))
				return -ENOMEM;
			vma = vma_find(mm, addr);
		} while (vma && vma->start < addr + len);
		return addr;
	}
	addr = PAGE_ALIGN(addr);
	if (addr && range_ok(addr, len)) {
		vma = vma_find(mm, addr);
		if (!vma || vma->start >= addr + len)
			return addr;
	}
	addr = vma_unmapped_area(mm, len);
	return addr ? (long)addr : -ENOMEM;
}

long do_mmap(struct mm *mm, uint32_t addr, uint32_t len, uint32_t prot,
		uint32_t flags, struct file *file, loff_t offset)
{
	struct vma *vma;
	long at;

	len = PAGE_ALIGN(len);
	if (!len || len > TASK_TOP || mm->nr_vmas > setting_max_map_count
			|| mm_too_large(mm, len)
			|| mm_overcommits(len, prot, flags, file))
		return -ENOMEM;
	if ((flags & MAP_PRIVATE) && (prot & PROT_WRITE)
			&& too_much_data(mm, len))
		return -ENOMEM;
	at = mm_place(mm, addr, len, flags);
	if (IS_ERR(at))
		return at;
	if (!file && !(flags & MAP_SHARED)
			&& extend_below(mm, at, len, prot, flags))
		return at;
	vma = vma_new(at, len, prot, flags, file, offset);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	vma_insert(mm, vma);
	vma_merge(mm, vma);
	return at;
}

/* The type and what goes with it: 0 or what mmap(2) says */
static long type_check(const struct file *file, uint32_t prot,
		uint32_t *flags)
{
	uint32_t type = *flags & MAP_TYPE;

	if (file && type == MAP_SHARED_VALIDATE) {
		if (*flags & ~LEGACY_FLAGS)
			return -EOPNOTSUPP;
		type = MAP_SHARED;
	}
	if (type != MAP_SHARED && type != MAP_PRIVATE)
		return -EINVAL;
	*flags = (*flags & ~(MAP_TYPE | VMA_OWN_FLAGS)) | type;
	if (*flags & MAP_GROWSDOWN) {
		if (file || type == MAP_SHARED)
			return -EINVAL;
		*flags |= VMA_STACK;
	}
	return file ? file_check(file, prot, *flags) : 0;
}

static long mmap_checked(uint32_t addr, uint32_t len, uint32_t prot,
		uint32_t flags, struct file *file, loff_t offset)
{
	struct mm *mm = current->mm;
	long rc;

	if (!len)
		return -EINVAL;
	rc = type_check(file, prot, &flags);
	if (rc)
		return rc;
	if (flags & MAP_LOCKED) {
		if (!lock_allowed())
			return -EPERM;
		flags |= MAP_POPULATE;
	}
	flags |= mm->lock_future;
	if ((flags & MAP_LOCKED) && !lock_room(mm, PAGE_ALIGN(len)
			>> PAGE_SHIFT))
		return -EAGAIN;
	rc = do_mmap(mm, addr, len, prot, flags, file, offset);
	if (!IS_ERR(rc) && (flags & MAP_POPULATE))
		mm_populate_new(mm, rc, rc + PAGE_ALIGN(len));
	return rc;
}

long sys_mmap2(uint32_t addr, uint32_t len, uint32_t prot, uint32_t flags,
		int fd, uint32_t page_offset)
{
	struct file *file;
	long rc;

	if (flags & MAP_ANONYMOUS)
		return flags & MAP_HUGETLB ? -EINVAL
			: mmap_checked(addr, len, prot, flags, NULL, 0);
	if (page_offset + (PAGE_ALIGN(len) >> PAGE_SHIFT) < page_offset)
		return -EOVERFLOW;
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	rc = file->mode & FMODE_PATH ? -EBADF : mmap_checked(addr, len, prot,
		flags, file, (loff_t)page_offset << PAGE_SHIFT);
	file_put(file);
	return rc;
}

/* The old call: six words in memory, the offset in bytes */
long sys_mmap(const void *uargs)
{
	uint32_t a[6];

	if (copy_from_user(a, uargs, sizeof(a)))
		return -EFAULT;
	if (a[5] % PAGE_SIZE)
		return -EINVAL;
	return sys_mmap2(a[0], a[1], a[2], a[3], a[4], a[5] >> PAGE_SHIFT);
}

long sys_munmap(uint32_t addr, uint32_t len)
{
	if (addr % PAGE_SIZE || !len || len > TASK_TOP
			|| addr > TASK_TOP - PAGE_ALIGN(len))
		return -EINVAL;
	return do_munmap(current->mm, addr, PAGE_ALIGN(len));
}

/* brk(2) as the kernel does it: always the break that holds now */
long sys_brk(uint32_t brk)
{
	struct mm *mm = current->mm;
	uint32_t old = PAGE_ALIGN(mm->brk), new = PAGE_ALIGN(brk);
	struct vma *next;

	if (brk < mm->brk_start || brk > TASK_TOP
			|| brk - mm->brk_start > rlimit_get(RLIMIT_DATA))
		return mm->brk;
	if (new < old) {
		if (do_munmap(mm, new, old - new))
			return mm->brk;
	} else if (new > old) {
		next = vma_find(mm, old);
		/* A page stays free before what lies above */
		if (next && next->start < new + PAGE_SIZE)
			return mm->brk;
		if (mm->lock_future && !lock_room(mm, (new - old)
				>> PAGE_SHIFT))
			return mm->brk;
		if (IS_ERR(do_mmap(mm, old, new - old, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
				| VMA_HEAP | mm->lock_future, NULL, 0)))
			return mm->brk;
		if (mm->lock_future & MAP_POPULATE)
			mm_populate_new(mm, old, new);
	}
	mm->brk = brk;
	return brk;
}
