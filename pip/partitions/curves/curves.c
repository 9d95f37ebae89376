/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How Pip's costs grow: with the number of partitions, with the depth of the
 * tree, with what a partition holds.  Prints lines `CURVE X INSTRUCTIONS`, for
 * "memory-regions" `CURVE X BYTES`; run under `-icount shift=0,sleep=off` with
 * 512 MiB, where a TSC tick is one instruction.  `scripts/curves` draws them.
 *
 * All interrupt lines are masked, so nothing but the call is ever timed.
 */
#include <harness.h>

#define SAVE		50		/* VIDT index, also in relay.asm */
#define ROUNDS		4
#define DEPTH_MAX	32		/* of a parent; the root's is 0 */
#define PAGES_START	0x08000000u	/* regions that a new child lacks */
#define PAGES_PER_REGION 1024u
#define LEVEL_OTHER	48		/* pages of a level beside its image */
#define MEASURED	32		/* pages for what a level measures */

extern uint8_t relay[], relay_end[];
extern uint8_t end[];			/* of the image, page aligned */

static user_ctx_t saved;
static uint32_t overhead;		/* of the clock itself */
static struct child level;		/* this partition's child */

static inline uint32_t now(void)
{
	uint32_t low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
	return low;
}

/* One evaluation, without the clock's own cost */
#define COST(expression) ({						\
	uint32_t t_ = now();						\
	(void)(expression);						\
	now() - t_ - overhead; })

static void give_up(const char *what, uint32_t x)
{
	printf("failed: %s at %u\n", what, x);
	power_off(1);
}

static void point(const char *curve, uint32_t x, uint32_t cost)
{
	printf("%s %u %u\n", curve, x, cost);
}

/* A child of two pages that answers yields; false: not enough memory */
static bool relay_new(struct child *c)
{
	uint32_t stack;

	if (!child_create(c))
		return false;
	stack = child_take(c);
	c->vidt = (uint32_t **)child_take(c);
	if (!child_map(c, stack, STACK) ||
	    !child_map(c, (uint32_t)c->vidt, PIP_VIDT))
		return false;
	memcpy((void *)stack, relay, (size_t)(relay_end - relay));
	c->ctx = (user_ctx_t *)(stack + (CONTEXT & 0xFFF));
	c->vidt[0] = (uint32_t *)CONTEXT;
	*c->ctx = (user_ctx_t){
		.eip = STACK,
		.eflags = 0x202,
		.regs.esp = CONTEXT,
	};
	return true;
}

/* To child `desc` and back, both saving; every round costs the same */
static uint32_t round_trip(uint32_t desc)
{
	uint32_t result = 0, cost = 0, last;

	VIDT[SAVE] = &saved;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		last = cost;
		cost = COST(result = Pip_Yield(desc, 0, SAVE, 0, 0));
		if (result || (i > 1 && cost != last))
			give_up("yield", result);
	}
	return cost;
}

static uint32_t heap_for(uint32_t depth)
{
	uint32_t levels = DEPTH_MAX - depth;
	uint32_t pages = LEVEL_OTHER +
		((uint32_t)end - PIP_ROOT_BASE) / PIP_PAGE_SIZE;

	return MEASURED + levels * (pages + pages * levels / 512);
}

static void measure_at(uint32_t depth)
{
	struct child c;
	uint32_t page[5], created, deleted;

	if (!relay_new(&c))
		give_up("relay", depth);
	point("yield-depth", depth, round_trip(c.desc));
	child_free(&c);
	for (int i = 0; i < 5; i++)
		page[i] = page_new();
	created = COST(create(page));
	deleted = COST(Pip_DeletePartition(page[0]));
	for (int i = 0; i < 5; i++)
		Pip_FreePage((void *)page[i]);
	point("create-depth", depth, created);
	point("delete-depth", depth, deleted);
}

/* Measures in this partition, then in one below it, and so on: 0 */
static uint32_t descend(uint32_t depth)
{
	uint32_t result = 0;

	if (depth)
		child_is_parent(heap_for(depth));
	if (!(depth & (depth - 1)))
		measure_at(depth);
	if (depth == DEPTH_MAX)
		return 0;
	if (!child_new(&level, heap_for(depth + 1)))
		give_up("level", depth + 1);
	result = child_call(&level, descend, depth + 1);
	child_free(&level);
	return result;
}

static uint32_t taken;			/* pages lent to Pip by lend() */

static uint32_t lend(void)
{
	taken++;
	return page_new();
}

/* Of a child with `regions` prepared regions and `pages` pages in them */
static uint32_t deletion(uint32_t regions, uint32_t pages)
{
	uint32_t p[5], va = PAGES_START;

	taken = 0;
	for (int i = 0; i < 5; i++)
		p[i] = lend();
	if (!create(p))
		give_up("createPartition", pages);
	for (uint32_t r = 0; r < regions; r++, va += REGION_SIZE) {
		uint32_t first = lend(), second = lend();

		*(uint32_t *)first = second;
		*(uint32_t *)second = lend();
		if (Pip_Prepare(p[0], va, first) != 1)
			give_up("prepare", r);
	}
	for (uint32_t i = 0; i < pages; i++)
		if (!Pip_AddVAddr(page_new(), p[0],
			PAGES_START + i * PIP_PAGE_SIZE, 1, 1, 1))
			give_up("addVAddr", i);
	return COST(Pip_DeletePartition(p[0]));
}

/* Memory is not given back: 512 MiB are enough */
static void measure_deletion(void)
{
	static const uint16_t pages[] = { 0, 64, 256, 1024, 4096 };
	static const uint16_t regions[] = { 0, 1, 8, 32, 128 };

	for (uint32_t i = 0; i < ARRAY_SIZE(pages); i++)
		point("delete-pages", pages[i],
			deletion(4096 / PAGES_PER_REGION, pages[i]));
	for (uint32_t i = 0; i < ARRAY_SIZE(regions); i++) {
		point("delete-regions", regions[i], deletion(regions[i], 0));
		point("memory-regions", regions[i], taken * PIP_PAGE_SIZE);
	}
}

/* The root is one of the partitions that are counted */
static void measure_number(void)
{
	static const uint16_t numbers[] = { 2, 8, 32, 128, 512, 2000 };
	static uint32_t desc[2000];
	uint32_t n = 1;

	for (uint32_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		for (; n < numbers[i]; n++) {
			struct child c;

			if (!relay_new(&c))
				give_up("relay", n);
			desc[n] = c.desc;
		}
		point("yield-last", n, round_trip(desc[n - 1]));
		point("yield-middle", n, round_trip(desc[n / 2]));
	}
}

void main(pip_fpinfo_t *info)
{
	Pip_InitPaging(info->membegin, info->memend);
	landing_init();
	for (uint32_t v = 0; v < ARRAY_SIZE(landing); v++)
		VIDT[v] = &landing[v];
	for (uint32_t line = 0; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	overhead = COST(0);
	if (descend(0))
		give_up("a level did not report", 0);
	measure_deletion();
	measure_number();
	power_off(0);
}
