/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private pages in fork: a small process's are copied at once, a large one's
 * stay where they are for both and are copied when one of them writes.
 *
 * Invariant: page->sharers counts the entries with PTE_COW and that page, one
 * in each address space.  At most one of them is PTE_MAPPED, only to be read:
 * that of page->owner, at page->va.  When one entry is left its address space
 * has the page for itself; the next fault notices that.
 */
#include "internal.h"

/* docs/memory.md has the curves by which these were chosen */
#define EAGER_PAGES	16	/* private pages that fork copies at most */
#define AHEAD		8u	/* pages by one fault for who goes on and on */

/* Sharers of all pages, without the first one of each */
static uint32_t nr_more;

static inline struct page *page_at(uint32_t e)
{
	return page_of((void *)(e & PAGE_MASK));
}

/* The child's own copy of a page of the parent; false: no memory */
static bool page_double(struct mm *new, uint32_t *to, uint32_t e, uint32_t va)
{
	void *page = page_alloc_user();

	if (!page)
		return false;
	page_copy(page, (void *)(e & PAGE_MASK));
	if (e & PTE_MAPPED)
		partition_map(new->part, (uint32_t)page, va, e & PTE_WRITE);
	*to = (uint32_t)page | (e % PAGE_SIZE);
	return true;
}

/* The parent's page is the child's too */
static void page_share(struct mm *old, uint32_t *from, uint32_t *to,
		uint32_t va)
{
	uint32_t e = *from;

	if (!(e & PTE_COW)) {
		if (e & PTE_MAPPED)
			partition_unmap(old->part, va);
		page_at(e)->sharers = 1;
		*from = e = (e & PAGE_MASK) | PTE_OWN | PTE_COW;
	}
	page_at(e)->sharers++;
	nr_more++;
	*to = e & ~PTE_MAPPED;
}

/*
 * The part [va, end) of a region, of which from is the first entry: what
 * differs from a file or belongs to none.  The rest comes by faults.
 */
static int region_fork(struct mm *new, struct mm *old, uint32_t *from,
		uint32_t va, uint32_t end)
{
	bool eager = old->nr_private <= EAGER_PAGES;
	uint32_t *to = NULL, n = 0;

	for (uint32_t i = 0; va < end; va += PAGE_SIZE, i++) {
		if ((from[i] & (PTE_OWN | PTE_CLEAN)) != PTE_OWN)
			continue;
		if (!to) {
			to = partition_entry_make(new->part, va);
			if (!to)
				return -ENOMEM;	/* its very first */
			to -= i;
		}
		if (!eager || (from[i] & PTE_COW)
				|| !page_double(new, to + i, from[i], va))
			page_share(old, from + i, to + i, va);
		n++;
	}
	new->nr_pages += n;
	new->nr_private += n;
	return 0;
}

int vma_fork(struct mm *new, struct mm *old, const struct vma *vma)
{
	uint32_t va = vma->start, next;

	for (; va < vma->end; va = next) {
		uint32_t *from = partition_entry(old->part, va);

		next = MIN(va | (REGION_PAGES * PAGE_SIZE - 1), vma->end - 1)
			+ 1;
		if (from && region_fork(new, old, from, va, next))
			return -ENOMEM;
	}
	return 0;
}

/* The page of an entry that is no more */
void cow_release(uint32_t e)
{
	struct page *page = page_at(e);

	if (e & PTE_MAPPED)
		page->owner = NULL;
	if (--page->sharers)
		nr_more--;
	else
		page_free(page_address(page));
}

uint32_t pages_private(void)
{
	uint32_t n = 0;
	struct mm *mm;

	list_for_each(mm, &all_mms, all_link)
		n += mm->nr_private;
	return n - nr_more;
}

/* Takes the page from the one who reads it, who may have it again later */
void cow_unmap(struct page *page, uint32_t *entry)
{
	partition_unmap(page->owner->part, page->va);
	page->owner = NULL;
	*entry &= ~PTE_MAPPED;
}

/* Nobody else has the page any more: it is mm's own */
static void take(struct mm *mm, const struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	struct page *page = page_at(*entry);

	if (*entry & PTE_MAPPED)
		cow_unmap(page, entry);
	partition_map(mm->part, (uint32_t)page_address(page), va,
		vma->prot & PROT_WRITE);
	*entry = (uint32_t)page_address(page) | PTE_OWN | PTE_MAPPED
		| vma_write_flag(vma);
}

bool page_replace(struct mm *mm, const struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	void *old = (void *)(*entry & PAGE_MASK), *page;

	page_pin(old);		/* the page cache's may go to make room */
	page = page_alloc_user();
	page_unpin(old);
	if (!page)
		return false;
	page_copy(page, old);
	unmap_page(mm, entry, va);
	page_enter(mm, entry, va, page, PTE_OWN | vma_write_flag(vma));
	return true;
}

/* The shared page itself, to be read, also from who reads it now */
static void borrow(struct mm *mm, uint32_t *entry, uint32_t va)
{
	struct page *page = page_at(*entry);

	if (page->owner)
		page_unshare(page);
	page->owner = mm;
	page->va = va;
	partition_map(mm->part, (uint32_t)page_address(page), va, false);
	*entry |= PTE_MAPPED;
}

/*
 * What comes after va, for a process that goes from page to page: it has
 * the one before va already.
 */
static void go_ahead(struct mm *mm, const struct vma *vma, uint32_t *entry,
		uint32_t va)
{
	uint32_t i = (va >> PAGE_SHIFT) % REGION_PAGES;
	uint32_t n = MIN(AHEAD, REGION_PAGES - i);

	n = MIN(n, (vma->end - va) >> PAGE_SHIFT);
	if (!i || (entry[-1] & (PTE_OWN | PTE_COW | PTE_MAPPED))
			!= (PTE_OWN | PTE_MAPPED))
		return;
	while (--n && (*++entry & PTE_COW)) {
		va += PAGE_SIZE;
		if (page_at(*entry)->sharers == 1)
			take(mm, vma, entry, va);
		else if (!pages_plenty() || !page_replace(mm, vma, entry, va))
			return;
	}
}

/*
 * A fault on a page that was shared.  Who writes gets a copy.  So does who
 * reads what another one reads: the page would go to and fro; but when
 * memory is short it goes.
 */
int cow_fault(struct mm *mm, const struct vma *vma, uint32_t *entry,
		uint32_t va, bool write)
{
	struct page *page = page_at(*entry);

	if (page->sharers == 1) {
		take(mm, vma, entry, va);
	} else if (!write && !(page->owner && pages_plenty())) {
		borrow(mm, entry, va);
		return 0;
	} else if (!page_replace(mm, vma, entry, va)) {
		if (write)
			return -ENOMEM;
		borrow(mm, entry, va);
		return 0;
	}
	go_ahead(mm, vma, entry, va);
	return 0;
}
