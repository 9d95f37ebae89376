/* SPDX-License-Identifier: BSD-2-Clause */
/* Children: made, run, given back with everything that they held. */
#include "harness.h"

#define OWNED_PER_PAGE	(PIP_PAGE_SIZE / sizeof(struct owned))

extern uint8_t end[];		/* of the image, page aligned */

/* A zeroed page, 0 if there is none */
uint32_t page_new(void)
{
	void *page = Pip_AllocPage();

	if (page)
		memset(page, 0, PIP_PAGE_SIZE);
	return (uint32_t)page;
}

bool create(const uint32_t page[5])
{
	return Pip_CreatePartition(page[0], page[1], page[2], page[3],
		page[4]) == 1;
}

static struct owned *owned_at(const struct child *c, uint32_t n)
{
	return &c->owned[n / OWNED_PER_PAGE][n % OWNED_PER_PAGE];
}

/* A page that child_free() gives back, 0 if there is none */
uint32_t child_take(struct child *c)
{
	uint32_t n = c->nowned / OWNED_PER_PAGE, page;

	if (n == ARRAY_SIZE(c->owned))
		return 0;
	if (!c->owned[n])
		c->owned[n] = (struct owned *)page_new();
	page = c->owned[n] ? page_new() : 0;
	if (page)
		*owned_at(c, c->nowned++) = (struct owned){ page, 0 };
	return page;
}

/* The child's address in the caller's memory, NULL if it has no page there */
void *child_view(const struct child *c, uint32_t va)
{
	for (uint32_t n = 0; n < c->nowned; n++) {
		const struct owned *o = owned_at(c, n);

		if (o->va && o->va == (va & -PIP_PAGE_SIZE))
			return (void *)(o->page | va % PIP_PAGE_SIZE);
	}
	return NULL;
}

/* The partition alone, without memory; false: no pages, nothing is left */
bool child_create(struct child *c)
{
	uint32_t page[5] = { 0 };

	*c = (struct child){ 0 };
	for (int i = 0; i < 5; i++)
		page[i] = child_take(c);
	if (page[4] && create(page)) {
		c->desc = page[0];
		return true;
	}
	child_free(c);
	return false;
}

bool child_map(struct child *c, uint32_t page, uint32_t va)
{
	uint32_t count = Pip_CountToMap(c->desc, va), first = 0;

	while (count--) {
		uint32_t table = child_take(c);

		if (!table)
			return false;
		*(uint32_t *)table = first;
		first = table;
	}
	if (first && Pip_Prepare(c->desc, va, first) != 1)
		return false;
	if (!page || Pip_AddVAddr(page, c->desc, va, 1, 1, 1) != 1)
		return false;
	for (uint32_t n = c->nowned; n--;)
		if (owned_at(c, n)->page == page) {
			owned_at(c, n)->va = va;
			break;
		}
	return true;
}

static bool map_image(struct child *c)
{
	for (uint32_t va = PIP_ROOT_BASE; va < (uint32_t)end;
	     va += PIP_PAGE_SIZE) {
		uint32_t page = child_take(c);

		if (!page)
			return false;
		memcpy((void *)page, (void *)va, PIP_PAGE_SIZE);
		if (!child_map(c, page, va))
			return false;
	}
	return true;
}

static bool fill(struct child *c, uint32_t heap_pages)
{
	uint32_t stack = child_take(c);

	if (!stack || !child_map(c, stack, STACK))
		return false;
	c->ctx = (user_ctx_t *)(stack + (CONTEXT & 0xFFF));
	c->vidt = (uint32_t **)child_take(c);
	if (!c->vidt || !child_map(c, (uint32_t)c->vidt, PIP_VIDT))
		return false;
	c->vidt[START] = (uint32_t *)CONTEXT;
	c->vidt[PIP_VIDT_SAVE_CLI] = (uint32_t *)CONTEXT;
	c->vidt[PIP_VIDT_SAVE_STI] = (uint32_t *)CONTEXT;
	c->box = (uint32_t *)child_take(c);
	if (!c->box || !child_map(c, (uint32_t)c->box, BOX))
		return false;
	for (uint32_t i = 0; i < heap_pages; i++) {
		uint32_t page = child_take(c);

		if (!page || !child_map(c, page, HEAP + i * PIP_PAGE_SIZE))
			return false;
	}
	return map_image(c);
}

/* A child that can run; false: not enough pages, nothing is left */
bool child_new(struct child *c, uint32_t heap_pages)
{
	if (!child_create(c))
		return false;
	if (fill(c, heap_pages))
		return true;
	child_free(c);
	return false;
}

void child_start_raw(struct child *c, void (*code)(void))
{
	*c->ctx = (user_ctx_t){
		.eip = (uint32_t)code,
		.eflags = 0x202,
		.regs.esp = CONTEXT,
	};
}

/* Next time it runs, it reports what fn(argument) returned */
void child_start(struct child *c, act_fn *fn, uint32_t argument)
{
	child_start_raw(c, child_entry);
	c->ctx->regs.eax = (uint32_t)fn;
	c->ctx->regs.ebx = argument;
}

/* From its context; the vector that brought the caller back, or REFUSED+ */
uint32_t child_run(struct child *c)
{
	return run(c->desc, START);
}

/* Its result, ~0 unless it reported */
uint32_t child_call(struct child *c, act_fn *fn, uint32_t argument)
{
	child_start(c, fn, argument);
	return child_run(c) == REPORT ? c->box[0] : ~0u;
}

void child_free(struct child *c)
{
	if (c->desc)
		Pip_DeletePartition(c->desc);
	for (uint32_t i = 0; i < c->nowned; i++)
		Pip_FreePage((void *)owned_at(c, i)->page);
	for (uint32_t i = 0; i < ARRAY_SIZE(c->owned); i++)
		if (c->owned[i])
			Pip_FreePage(c->owned[i]);
	*c = (struct child){ 0 };
}

/* Called by a partition's own code: it may have children from here on */
void child_is_parent(uint32_t heap_pages)
{
	Pip_InitPaging(HEAP, HEAP + heap_pages * PIP_PAGE_SIZE);
	landing_init();
	for (uint32_t v = 0; v < ARRAY_SIZE(landing); v++)
		if (v != PIP_VIDT_SAVE_CLI && v != PIP_VIDT_SAVE_STI)
			VIDT[v] = &landing[v];
}

uint32_t census(uint32_t begin, uint32_t end_)
{
	uint32_t sum = 0;

	for (uint32_t va = begin; va < end_; va += PIP_PAGE_SIZE)
		sum = sum * 5 + Pip_Probe(va) + (Pip_MappedInChild(va) != 0);
	return sum;
}

uint32_t service(uint32_t selector, uint32_t nargs, const uint32_t *args)
{
	gate = (struct gate_call){ .selector = selector, .nargs = nargs,
		.eflags = 2 };
	for (uint32_t i = 0; i < nargs; i++)
		gate.args[i] = args[i];
	gate_call();
	return gate.eax;
}
