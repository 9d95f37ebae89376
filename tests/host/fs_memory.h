/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's allocators for the host tests of fs/: they count what is in
 * use, and refuse when fs_refuse has counted down to zero.
 */
#ifndef FS_MEMORY_H
#define FS_MEMORY_H

#include <stdlib.h>
#include <string.h>

static long fs_in_use, fs_refuse = -1;

static inline void *fs_alloc(size_t n)
{
	if (fs_refuse >= 0 && fs_refuse-- == 0) {
		fs_refuse = 0;
		return NULL;
	}
	fs_in_use++;
	return malloc(n);
}

void *page_alloc(void);
void page_free(void *p);
void *kmalloc(size_t n);
void *kzalloc(size_t n);
void kfree(void *p);

void *page_alloc(void)
{
	return fs_alloc(4096);
}

void *kmalloc(size_t n)
{
	return fs_alloc(n);
}

void *kzalloc(size_t n)
{
	void *p = fs_alloc(n);

	return p ? memset(p, 0, n) : NULL;
}

void kfree(void *p)
{
	fs_in_use -= p != NULL;
	free(p);
}

void page_free(void *p)
{
	kfree(p);
}

#endif
