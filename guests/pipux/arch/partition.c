/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and ending partitions for processes, with a few idle ones kept
 * ready: what fork and exec would wait for longest is Pip clearing tables.
 *
 * Invariant: the pages that Pip holds for the partition are chained through
 * the page map, those of a region from its table; the kernel does not touch
 * them.
 */
#include <pipux/kernel.h>
#include <pipux/partition.h>

#define IDLE_MAX	8		/* idle partitions kept */
#define CTX_PAGE	(PIP_VIDT - PAGE_SIZE)	/* where Pip saves it */
#define OWN_PAGES	3		/* struct partition, VIDT, context */
#define PARTITION_PAGES	5		/* that createPartition takes */
#define REGION_TABLES	3		/* pages that prepare takes */

/*
 * Regions that an idle partition keeps: that of a program's image and stack,
 * and that of its mappings.  The second is made when it is first needed,
 * because those who sleep longest have none, and it costs 16 KiB.
 */
static const uint32_t usual_va[] = { 0x08048000, TASK_TOP - PAGE_SIZE };
#define FIRST_REGIONS	1		/* of these, in a new partition */
#define USUAL_PAGES	(OWN_PAGES + PARTITION_PAGES + REGION_TABLES \
	+ (uint32_t)ARRAY_SIZE(usual_va) * (REGION_TABLES + 1))

static struct list idle = LIST_INIT(idle);
static unsigned nr_idle;
static uint32_t idle_pages;

/* Pages that Pip has, the last one given first */
static void lend(struct partition *part, void **chain, void *p)
{
	page_of(p)->chain = *chain;
	*chain = page_of(p);
	part->pages++;
}

static void take_back(struct partition *part, struct page *page)
{
	while (page) {
		struct page *next = page->chain;

		page_free(page_address(page));
		part->pages--;
		page = next;
	}
}

/* n fresh pages, or none at all */
static bool pages_grab(void **pages, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		pages[i] = page_alloc();
		if (!pages[i]) {
			while (i--)
				page_free(pages[i]);
			return false;
		}
	}
	return true;
}

static bool region_prepare(struct partition *part, void **chain, uint32_t va)
{
	void *p[REGION_TABLES];

	if (!pages_grab(p, REGION_TABLES))
		return false;
	/* Pip walks the list through the first word of each page */
	*(void **)p[0] = p[1];
	*(void **)p[1] = p[2];
	*(void **)p[2] = NULL;
	if (!(Pip_Prepare(part->desc, va, (uint32_t)p[0]) & 1))
		panic("prepare %08x", va);
	for (unsigned i = 0; i < REGION_TABLES; i++)
		lend(part, chain, p[i]);
	return true;
}

uint32_t *partition_entry_make(struct partition *part, uint32_t va)
{
	uint32_t **table = &part->table[va >> REGION_SHIFT];

	if (unlikely(!*table)) {
		uint32_t *new = page_alloc_zeroed();

		if (!new)
			return NULL;
		page_of(new)->chain = NULL;
		if (!region_prepare(part, &page_of(new)->chain, va)) {
			page_free(new);
			return NULL;
		}
		*table = new;
		part->pages++;
	}
	return *table + (va >> PAGE_SHIFT) % REGION_PAGES;
}

/* A table of the kernel's, and the three of Pip's that go with it */
static void region_free(struct partition *part, uint32_t *table)
{
	take_back(part, page_of(table)->chain);
	page_free(table);
	part->pages--;
}

/* Everything comes back wiped; nothing may be mapped but the two pages */
static void partition_free(struct partition *part)
{
	if (part->desc && !Pip_DeletePartition(part->desc))
		panic("deletePartition %08x", part->desc);
	take_back(part, part->lent);
	for (unsigned i = 0; i < REGIONS; i++)
		if (part->table[i])
			region_free(part, part->table[i]);
	if (part->vidt)
		page_free(part->vidt);
	if (part->ctx)
		page_free(part->ctx);
	page_free(part);
}

static bool usual(unsigned region)
{
	for (unsigned i = 0; i < ARRAY_SIZE(usual_va); i++)
		if (region == usual_va[i] >> REGION_SHIFT)
			return true;
	return false;
}

/* What few programs use goes back */
static void partition_trim(struct partition *part)
{
	for (unsigned i = 0; i < REGIONS && part->pages > USUAL_PAGES; i++) {
		if (!part->table[i] || usual(i))
			continue;
		if (!Pip_Collect(part->desc, i << REGION_SHIFT))
			panic("collect %08x", i << REGION_SHIFT);
		region_free(part, part->table[i]);
		part->table[i] = NULL;
	}
}

static struct partition *idle_take(void)
{
	struct partition *part;

	if (!nr_idle)
		return NULL;
	part = list_first(&idle, struct partition, link);
	list_del(&part->link);
	nr_idle--;
	idle_pages -= part->pages;
	return part;
}

/* The partition itself: five pages, stripped of every right to call Pip */
static bool partition_create(struct partition *part)
{
	void *p[PARTITION_PAGES];

	if (!pages_grab(p, PARTITION_PAGES))
		return false;
	if (!Pip_CreatePartition((uint32_t)p[0], (uint32_t)p[1],
			(uint32_t)p[2], (uint32_t)p[3], (uint32_t)p[4]))
		panic("createPartition");
	part->desc = (uint32_t)p[0];
	for (unsigned i = 0; i < PARTITION_PAGES; i++)
		lend(part, (void **)&part->lent, p[i]);
	if (!Pip_Restrict(part->desc, PIP_RESTRICT_SERVICES, 0, 0)
			|| !Pip_Restrict(part->desc, PIP_RESTRICT_PORTS, 1, 0))
		panic("restrict");
	return true;
}

static bool first_regions_make(struct partition *part)
{
	for (unsigned i = 0; i < FIRST_REGIONS; i++)
		if (!partition_entry_make(part, usual_va[i]))
			return false;
	return true;
}

static struct partition *partition_new(void)
{
	struct partition *part = page_alloc_zeroed();

	if (!part)
		return NULL;
	part->pages = OWN_PAGES;
	part->vidt = page_alloc_zeroed();
	part->ctx = page_alloc_zeroed();
	if (!part->vidt || !part->ctx || !partition_create(part)
			|| !region_prepare(part, (void **)&part->lent,
				PIP_VIDT)
			|| !first_regions_make(part)) {
		partition_free(part);
		return NULL;
	}
	part->vidt[PIP_VIDT_SAVE_CLI] = CTX_PAGE;
	partition_map(part, (uint32_t)part->vidt, PIP_VIDT, false);
	partition_map(part, (uint32_t)part->ctx, CTX_PAGE, true);
	return part;
}

/*
 * The previous process could write all of its context page, and its FPU
 * registers are still there: neither may reach the next one.
 */
struct partition *partition_get(void)
{
	struct partition *part = idle_take();

	if (part)
		memset(part->ctx, 0, PAGE_SIZE);
	else if (!(part = partition_new()))
		return NULL;
	part->ctx_owner = NULL;
	(void)Pip_Fpu(part->desc, PIP_FPU_RESET, 0);
	return part;
}

void partition_put(struct partition *part)
{
	if (nr_idle >= IDLE_MAX) {
		partition_free(part);
		return;
	}
	partition_trim(part);
	list_add(&idle, &part->link);
	nr_idle++;
	idle_pages += part->pages;
}

bool partitions_shrink(void)
{
	struct partition *part = idle_take();

	if (part)
		partition_free(part);
	return part;
}

uint32_t partitions_idle_pages(void)
{
	return idle_pages;
}
