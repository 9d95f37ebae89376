/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reaching user memory.  A page of a process is the kernel's too, so a copy
 * is a look into the partition's table and a move; only a page that is not
 * there, or not writable, goes the way of a fault.
 */
#include <pipux/arch.h>
#include <pipux/kernel.h>
#include <pipux/partition.h>
#include <linux/limits.h>

#define SHORT_PATH	256

/* Moves n bytes; the compiler's memcpy call would cost more than small n */
static inline void move(void *dst, const void *src, size_t n)
{
	size_t words = n / 4, rest = n % 4;

	__asm__ volatile("rep movsl\n\tmovl %3, %%ecx\n\trep movsb"
		: "+D"(dst), "+S"(src), "+c"(words) : "r"(rest) : "memory");
}

/* The kernel's address of user byte va of mm, NULL if it may not be had */
static void *fault_in(struct mm *mm, uint32_t va, bool write)
{
	uint32_t *entry;
	int rc;

	while ((rc = mm_fault(mm, va, write)) == -ENOMEM) {
		if (signal_pending())
			return NULL;
		out_of_memory();
	}
	if (rc)
		return NULL;
	entry = partition_entry(mm->part, va);
	BUG_ON(!entry);
	return (void *)((*entry & PAGE_MASK) + va % PAGE_SIZE);
}

static inline void *reach(uint32_t va, bool write)
{
	const uint32_t need = write ? PTE_MAPPED | PTE_WRITE : PTE_MAPPED;

	if (likely(va < TASK_TOP)) {
		uint32_t *entry = partition_entry(current_part, va);

		if (likely(entry && (*entry & need) == need))
			return (void *)((*entry & PAGE_MASK) + va % PAGE_SIZE);
	}
	return fault_in(current->mm, va, write);
}

static inline size_t left_in_page(uint32_t va)
{
	return PAGE_SIZE - va % PAGE_SIZE;
}

const void *user_peek(const void *usrc, size_t *n)
{
	uint32_t va = (uint32_t)usrc;

	*n = MIN(*n, left_in_page(va));
	return reach(va, false);
}

long copy_from_user(void *dst, const void *usrc, size_t n)
{
	uint32_t va = (uint32_t)usrc;

	while (n) {
		size_t part = MIN(n, left_in_page(va));
		const void *src = reach(va, false);

		if (unlikely(!src))
			return -EFAULT;
		move(dst, src, part);
		if (likely(part == n))
			break;
		dst = (uint8_t *)dst + part;
		va += part;
		n -= part;
	}
	return 0;
}

long copy_to_user(void *udst, const void *src, size_t n)
{
	uint32_t va = (uint32_t)udst;

	while (n) {
		size_t part = MIN(n, left_in_page(va));
		void *dst = reach(va, true);

		if (unlikely(!dst))
			return -EFAULT;
		move(dst, src, part);
		if (likely(part == n))
			break;
		src = (const uint8_t *)src + part;
		va += part;
		n -= part;
	}
	return 0;
}

long clear_user(void *udst, size_t n)
{
	uint32_t va = (uint32_t)udst;

	while (n) {
		size_t part = MIN(n, left_in_page(va));
		void *dst = reach(va, true);

		if (unlikely(!dst))
			return -EFAULT;
		memset(dst, 0, part);
		va += part;
		n -= part;
	}
	return 0;
}

/* Whether a byte of w is zero */
static inline bool has_zero(uint32_t w)
{
	return (w - 0x01010101u) & ~w & 0x80808080u;
}

/*
 * Up to n bytes of a string, to dst unless that is NULL.  How many before
 * the NUL, n if there is none.
 */
static size_t string_part(char *dst, const char *src, size_t n)
{
	size_t i = 0;

	while (i + 4 <= n) {
		uint32_t w = *(const uint32_t *)(src + i);

		if (has_zero(w))
			break;
		if (dst)
			*(uint32_t *)(dst + i) = w;
		i += 4;
	}
	for (; i < n && src[i]; i++)
		if (dst)
			dst[i] = src[i];
	return i;
}

long strncpy_from_user(char *dst, const char *usrc, size_t size)
{
	uint32_t va = (uint32_t)usrc;
	size_t done = 0;

	while (done < size) {
		size_t part = MIN(size - done, left_in_page(va));
		const char *src = reach(va, false);
		size_t got;

		if (!src)
			return -EFAULT;
		got = string_part(dst ? dst + done : NULL, src, part);
		done += got;
		va += got;
		if (got < part) {
			if (dst)
				dst[done] = 0;
			return done;
		}
	}
	return -ENAMETOOLONG;
}

long strnlen_user(const char *usrc, size_t size)
{
	return strncpy_from_user(NULL, usrc, size);
}

char *getname(const char *upath)
{
	char *path = kmalloc(SHORT_PATH);
	long n;

	if (!path)
		return ERR_PTR(-ENOMEM);
	n = strncpy_from_user(path, upath, SHORT_PATH);
	if (likely(n >= 0))
		return path;
	kfree(path);
	if (n != -ENAMETOOLONG)
		return ERR_PTR(n);
	path = kmalloc(PATH_MAX);
	if (!path)
		return ERR_PTR(-ENOMEM);
	n = strncpy_from_user(path, upath, PATH_MAX);
	if (n >= 0)
		return path;
	kfree(path);
	return ERR_PTR(n);
}


long copy_from_mm(struct mm *mm, void *dst, uint32_t va, size_t n)
{
	while (n) {
		size_t part = MIN(n, left_in_page(va));
		void *src = fault_in(mm, va, false);

		if (!src)
			return -EFAULT;
		memcpy(dst, src, part);
		dst = (uint8_t *)dst + part;
		va += part;
		n -= part;
	}
	return 0;
}

long copy_to_mm(struct mm *mm, uint32_t va, const void *src, size_t n)
{
	while (n) {
		size_t part = MIN(n, left_in_page(va));
		void *dst = fault_in(mm, va, true);

		if (!dst)
			return -EFAULT;
		memcpy(dst, src, part);
		src = (const uint8_t *)src + part;
		va += part;
		n -= part;
	}
	return 0;
}

long clear_mm(struct mm *mm, uint32_t va, size_t n)
{
	while (n) {
		size_t part = MIN(n, left_in_page(va));
		void *dst = fault_in(mm, va, true);

		if (!dst)
			return -EFAULT;
		memset(dst, 0, part);
		va += part;
		n -= part;
	}
	return 0;
}
