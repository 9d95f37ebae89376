/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP's memory: kmalloc under a bound, so that no flood of packets takes
 * what the rest of the kernel needs.  lwIP copes with NULL: it drops.
 *
 * Invariant: `used` is what kmalloc_size says of all that is handed out.
 */
#include <pipux/kernel.h>
#include <pipux/mm.h>
#include <pipux/page.h>
#include <pipux/random.h>
#include <arch/cc.h>
#include "inet.h"

#define SHARE		4		/* a quarter of the memory */

static size_t used;

uint32_t inet_memory(void)
{
	return used;
}

/* Leaves the kernel half of what processes cannot have */
void *inet_alloc(size_t size)
{
	void *p;

	if (used + size > pages_total() / SHARE * PAGE_SIZE
			|| pages_free_count() < pages_reserve() / 2)
		return NULL;
	p = kmalloc(size);
	if (p)
		used += kmalloc_size(p);
	return p;
}

void *inet_calloc(size_t n, size_t size)
{
	void *p = inet_alloc(n * size);

	return p ? memset(p, 0, n * size) : NULL;
}

void inet_free(void *p)
{
	used -= kmalloc_size(p);
	kfree(p);
}

uint32_t inet_random(void)
{
	uint32_t v;

	random_bytes(&v, sizeof(v));
	return v;
}
