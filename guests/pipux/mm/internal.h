/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share with each other only. */
#ifndef PIPUX_MM_INTERNAL_H
#define PIPUX_MM_INTERNAL_H

#include <pipux/fs.h>
#include <pipux/mm.h>
#include <pipux/page.h>
#include <pipux/partition.h>
#include <linux/mman.h>

/* vma_tree.c: the first vma that ends above addr, or NULL; the highest one
 * with a gap of len bytes, or NULL */
struct vma *vma_tree_find(const struct mm *mm, uint32_t addr);
struct vma *vma_tree_fit(const struct mm *mm, uint32_t len);
/* Between these two, NULL: none, with its gap */
void vma_tree_insert(struct mm *mm, struct vma *vma, struct vma *prev,
	struct vma *next);
void vma_tree_remove(struct mm *mm, struct vma *vma);
void vma_tree_gap(struct vma *vma, uint32_t gap);

/* vma.c */
struct vma *vma_find(struct mm *mm, uint32_t addr);	/* end > addr */
struct vma *vma_next(struct mm *mm, struct vma *vma);
struct vma *vma_prev(struct mm *mm, struct vma *vma);
/* The last vma that begins below addr, or NULL */
struct vma *vma_below(struct mm *mm, uint32_t addr);
struct vma *vma_copy(const struct vma *from);		/* with references */
void vma_free(struct vma *vma);
void vma_insert(struct mm *mm, struct vma *vma);
void vma_remove(struct mm *mm, struct vma *vma);
/* Grows, where nothing is */
void vma_resize(struct mm *mm, struct vma *vma, uint32_t start, uint32_t end);
int vma_split(struct mm *mm, struct vma *vma, uint32_t addr);
/* The part of vma in [start, end), cut off its neighbours; NULL: no memory */
struct vma *vma_cut(struct mm *mm, struct vma *vma, uint32_t start,
	uint32_t end);
struct vma *vma_merge(struct mm *mm, struct vma *vma);
uint32_t vma_unmapped_area(struct mm *mm, uint32_t len);

/* mmap.c: more than RLIMIT_AS allows; more than can ever be had */
bool mm_too_large(struct mm *mm, uint32_t more);
bool mm_overcommits(uint32_t len, uint32_t prot, uint32_t flags,
	const struct file *file);
/* Where a mapping goes, emptied, by mmap(2)'s address and flags; or errno */
long mm_place(struct mm *mm, uint32_t addr, uint32_t len, uint32_t flags);

/* mprotect.c: a call's range, end as a result; one without a hole */
bool range_arg(uint32_t addr, uint32_t len, uint32_t *end);
bool range_mapped(struct mm *mm, uint32_t start, uint32_t end);

/* mlock.c: faults in all of a range, 0 or why not; as far as it goes */
int mm_populate(struct mm *mm, uint32_t start, uint32_t end, bool write);
void mm_populate_new(struct mm *mm, uint32_t start, uint32_t end);
bool lock_room(struct mm *mm, uint32_t pages);	/* by RLIMIT_MEMLOCK */

/* Index in the file or shared memory of the page at va */
static inline uint32_t page_index(const struct vma *vma, uint32_t va)
{
	return (uint32_t)((vma->offset + (va - vma->start)) >> PAGE_SHIFT);
}

/* unmap.c */
void unmap_page(struct mm *mm, uint32_t *entry, uint32_t va);
void unmap_range(struct mm *mm, uint32_t start, uint32_t end);
void protect_range(struct mm *mm, struct vma *vma);
int move_range(struct mm *mm, uint32_t from, uint32_t to, uint32_t len);

/* A page that is not mm's becomes so, in an empty entry */
static inline void page_enter(struct mm *mm, uint32_t *entry, uint32_t va,
		void *page, uint32_t flags)
{
	partition_map(mm->part, (uint32_t)page, va, flags & PTE_WRITE);
	*entry = (uint32_t)page | flags | PTE_MAPPED;
	mm->nr_pages++;
	mm->nr_private += !!(flags & PTE_OWN);
}

static inline uint32_t vma_write_flag(const struct vma *vma)
{
	return vma->prot & PROT_WRITE ? PTE_WRITE : 0;
}

/* cow.c: private pages in fork, which copies or shares them; 0 or -ENOMEM */
int vma_fork(struct mm *new, struct mm *old, const struct vma *vma);
int cow_fault(struct mm *mm, const struct vma *vma, uint32_t *entry,
	uint32_t va, bool write);
/* mm's own copy in the place of a page that is not mm's alone; false: memory */
bool page_replace(struct mm *mm, const struct vma *vma, uint32_t *entry,
	uint32_t va);
void cow_unmap(struct page *page, uint32_t *entry);	/* its owner's */
void cow_release(uint32_t e);			/* an entry is gone */

/* shm.c: pages that processes share without a file */
struct shm *shm_new(uint32_t pages);
void shm_punch(struct shm *shm, uint32_t index, uint32_t pages);
bool shm_present(const struct shm *shm, uint32_t index);	/* touched */

static inline void page_copy(void *dst, const void *src)
{
	uint32_t n = PAGE_SIZE / 4;

	__asm__ volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(n)
		: : "memory");
}

#endif
