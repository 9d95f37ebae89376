/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults: giving a process the page it wants, where its mappings allow.
 *
 * Pip lets a page be in one process only.  A page of a file or of shared
 * memory has an owner record in the page map: the process that holds it.  A
 * private read-only mapping takes the file's own page if nobody holds it and
 * a copy otherwise; a shared mapping takes the page away from its holder,
 * which gets it back by its own next fault.
 */
#include "internal.h"
#include <pipux/sched.h>

#define AROUND	16		/* pages of file text per fault, a power of 2 */

void page_unshare(struct page *page)
{
	struct mm *mm = page->owner;
	uint32_t *entry = partition_entry(mm->part, page->va);

	BUG_ON(!entry);			/* it holds the page */
	if (*entry & PTE_COW)
		cow_unmap(page, entry);
	else
		unmap_page(mm, entry, page->va);
}

/* A page that is not the process's own: it is the holder from now on */
static void enter_held(struct mm *mm, uint32_t *entry, uint32_t va,
		void *p, uint32_t flags)
{
	struct page *page = page_of(p);

	page->owner = mm;
	page->va = va;
	page_enter(mm, entry, va, p, flags);
}

static int fault_anonymous(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	void *page = page_alloc_user();

	if (!page)
		return -ENOMEM;
	memset(page, 0, PAGE_SIZE);
	page_enter(mm, entry, va, page, PTE_OWN | vma_write_flag(vma));
	return 0;
}

static int fault_copy(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va, const void *from)
{
	void *page = page_alloc_user();

	if (!page)
		return -ENOMEM;
	page_copy(page, from);
	page_enter(mm, entry, va, page, PTE_OWN | (vma->prot & PROT_WRITE
			? PTE_WRITE : PTE_CLEAN));
	return 0;
}

/* Maps the neighbours of va that cost no copy, as far as they are cached */
static void fault_around(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	struct inode *inode = vma->file->inode;
	uint32_t first = va & ~(AROUND * PAGE_SIZE - 1);
	uint32_t last = MIN(first + AROUND * PAGE_SIZE, vma->end);

	first = MAX(first, vma->start);
	entry -= (va - first) >> PAGE_SHIFT;
	for (va = first; va < last; va += PAGE_SIZE, entry++) {
		void *page;

		if (*entry)
			continue;
		page = inode->ops->get_page(inode, page_index(vma, va),
			PAGE_PRESENT);
		if (IS_ERR(page))
			break;
		if (!page_of(page)->owner && page_of(page)->state == PAGE_USED)
			enter_held(mm, entry, va, page, 0);
		page_unpin(page);
	}
}

/*
 * The file's page at va, pinned; -EAGAIN: others ran meanwhile, all may have
 * changed, and the next attempt will find the page in memory.
 */
static void *file_page(struct vma *vma, uint32_t va)
{
	struct file *file = file_get(vma->file);
	struct inode *inode = file->inode;
	uint64_t before = switch_count();
	unsigned how = !(vma->flags & MAP_SHARED) ? PAGE_READ
		: vma->prot & PROT_WRITE ? PAGE_MODIFY : PAGE_SHARE;
	void *page = inode->ops->get_page(inode, page_index(vma, va), how);

	if (!IS_ERR(page) && unlikely(switch_count() != before)) {
		page_unpin(page);
		page = ERR_PTR(-EAGAIN);
	}
	file_put(file);
	if (IS_ERR(page) && page != ERR_PTR(-EAGAIN)
			&& page != ERR_PTR(-ENOMEM))
		return ERR_PTR(-EIO);
	return page;
}

/* Puts the file's page in, or what it has to be instead */
static int enter_file(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va, void *page)
{
	struct page *record = page_of(page);

	if (vma->flags & MAP_SHARED) {
		if (record->owner)
			page_unshare(record);
		enter_held(mm, entry, va, page, vma_write_flag(vma));
		return 0;
	}
	if ((vma->prot & PROT_WRITE) || record->owner
			|| record->state != PAGE_USED)
		return fault_copy(mm, vma, entry, va, page);
	enter_held(mm, entry, va, page, 0);
	fault_around(mm, vma, entry, va);
	return 0;
}

static int fault_file(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	void *page = file_page(vma, va);
	int rc;

	if (IS_ERR(page))
		return PTR_ERR(page);
	rc = enter_file(mm, vma, entry, va, page);
	page_unpin(page);
	return rc;
}

static int fault_shared(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	void *page = shm_page(vma->shm, page_index(vma, va));

	if (IS_ERR(page))
		return PTR_ERR(page);
	if (page_of(page)->owner)
		page_unshare(page_of(page));
	enter_held(mm, entry, va, page, vma_write_flag(vma));
	return 0;
}

/* There is a page already: it lacks rights that its vma gives now */
static int fault_rights(struct mm *mm, struct vma *vma, uint32_t *entry,
		uint32_t va, bool write)
{
	uint32_t e = *entry;

	if ((e & PTE_MAPPED) && (!write || (e & PTE_WRITE)))
		return 0;
	if (e & PTE_COW)
		return cow_fault(mm, vma, entry, va, write);
	if (!(e & PTE_OWN) && !(vma->flags & MAP_SHARED)
			&& (vma->prot & PROT_WRITE))
		return page_replace(mm, vma, entry, va) ? 0 : -ENOMEM;
	if (write && vma->file && (vma->flags & MAP_SHARED)) {
		void *page = file_page(vma, va);	/* to be written */

		if (IS_ERR(page))
			return PTR_ERR(page);
		page_unpin(page);
		if (*entry != e)	/* it was written back meanwhile */
			return -EAGAIN;
	}
	if (e & PTE_MAPPED)
		partition_unmap(mm->part, va);
	if (vma->prot & PROT_WRITE)
		e &= ~PTE_CLEAN;
	partition_map(mm->part, e & PAGE_MASK, va, vma_write_flag(vma));
	*entry = (e & ~PTE_WRITE) | PTE_MAPPED | vma_write_flag(vma);
	return 0;
}

/* The stack below its lowest page: grows if the limit and its neighbour let */
static bool stack_grow(struct mm *mm, struct vma *vma, uint32_t va)
{
	struct vma *prev = vma_prev(mm, vma);
	uint32_t start = va & PAGE_MASK;

	if (!(vma->flags & VMA_STACK) || vma->end - start > mm->stack_limit
			|| start < TASK_BASE)
		return false;
	/* One page stays free, so that running into a mapping is noticed */
	if (prev && start - prev->end < PAGE_SIZE)
		return false;
	if ((vma->flags & MAP_LOCKED)
			&& !lock_room(mm, (vma->start - start) >> PAGE_SHIFT))
		return false;
	vma_resize(mm, vma, start, vma->end);
	return true;
}

/* As mm_fault, or -EAGAIN */
static int fault_once(struct mm *mm, uint32_t va, bool write)
{
	struct vma *vma = va < TASK_TOP ? vma_find(mm, va) : NULL;
	uint32_t *entry;

	if (unlikely(!vma || va < vma->start)) {
		if (!vma || !stack_grow(mm, vma, va))
			return -EFAULT;
	}
	if (unlikely(write ? !(vma->prot & PROT_WRITE) : !vma->prot))
		return -EACCES;
	va &= PAGE_MASK;
	entry = partition_entry_make(mm->part, va);
	if (unlikely(!entry))
		return -ENOMEM;
	if (*entry)
		return fault_rights(mm, vma, entry, va, write);
	if (vma->file)
		return fault_file(mm, vma, entry, va);
	if (vma->shm)
		return fault_shared(mm, vma, entry, va);
	return fault_anonymous(mm, vma, entry, va);
}

int mm_fault(struct mm *mm, uint32_t va, bool write)
{
	int rc;

	do {
		rc = fault_once(mm, va, write);
	} while (unlikely(rc == -EAGAIN));
	return rc;
}

int mm_give_page(struct mm *mm, uint32_t va, void *page)
{
	uint32_t *entry = partition_entry_make(mm->part, va);

	if (!entry)
		return -ENOMEM;
	page_enter(mm, entry, va, page, PTE_OWN | PTE_WRITE);
	return 0;
}
