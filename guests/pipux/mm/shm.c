/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that processes share without a file: MAP_SHARED | MAP_ANONYMOUS.
 * Pages appear when first touched; which process holds one now is in its
 * owner record.
 */
#include "internal.h"

struct shm {
	int refs;
	uint32_t pages;
	void **page;
};

struct shm *shm_new(uint32_t pages)
{
	struct shm *shm = kzalloc(sizeof(*shm));

	if (!shm)
		return NULL;
	shm->page = kzalloc(pages * sizeof(void *));
	if (!shm->page) {
		kfree(shm);
		return NULL;
	}
	shm->refs = 1;
	shm->pages = pages;
	return shm;
}

struct shm *shm_get(struct shm *shm)
{
	shm->refs++;
	return shm;
}

void shm_put(struct shm *shm)
{
	if (--shm->refs)
		return;
	for (uint32_t i = 0; i < shm->pages; i++)
		if (shm->page[i])
			page_free(shm->page[i]);
	kfree(shm->page);
	kfree(shm);
}

/* The pages read as zero again, in every process */
void shm_punch(struct shm *shm, uint32_t index, uint32_t pages)
{
	for (; pages-- && index < shm->pages; index++) {
		if (shm->page[index])
			page_free(shm->page[index]);
		shm->page[index] = NULL;
	}
}

bool shm_present(const struct shm *shm, uint32_t index)
{
	return index < shm->pages && shm->page[index];
}

void *shm_page(struct shm *shm, uint32_t index)
{
	if (index >= shm->pages)
		return ERR_PTR(-EIO);
	if (!shm->page[index]) {
		void *page = page_alloc_user();

		if (!page)
			return ERR_PTR(-ENOMEM);
		shm->page[index] = memset(page, 0, PAGE_SIZE);
	}
	return shm->page[index];
}
