/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The partition's own free pages: a range not handed out yet, whose pages are
 * not touched before that, and a list of those that came back, linked through
 * their first words.
 */
#include <pip/lib.h>

struct free_page {
	struct free_page *next;
};

static struct free_page *freed;
static uint32_t range_next, range_end;
static uint32_t free_pages;

int Pip_InitPaging(uint32_t begin, uint32_t end)
{
	freed = NULL;
	range_next = (begin + PIP_PAGE_SIZE - 1) & -PIP_PAGE_SIZE;
	range_end = end & -PIP_PAGE_SIZE;
	if (range_next < begin || range_next > range_end)
		range_next = range_end;
	free_pages = (range_end - range_next) / PIP_PAGE_SIZE;
	return free_pages > 0;
}

/* The content is whatever the page last held, zero if it was never used */
void *Pip_AllocPage(void)
{
	struct free_page *page = freed;

	if (page) {
		freed = page->next;
		page->next = NULL;
	} else {
		if (range_next == range_end)
			return NULL;
		page = (struct free_page *)range_next;
		range_next += PIP_PAGE_SIZE;
	}
	free_pages--;
	return page;
}

void Pip_FreePage(void *page)
{
	struct free_page *first = page;

	first->next = freed;
	freed = first;
	free_pages++;
}

uint32_t Pip_FreePages(void)
{
	return free_pages;
}
