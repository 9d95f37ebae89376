/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pip's services in instructions: run under `-icount shift=0,sleep=off`, where
 * a TSC tick is one instruction.  Beside each figure stands the original's,
 * from its release build.  `make bench-pip` runs this.
 */
#include <pip/call.h>
#include <pip/lib.h>

#define CHILD_BASE	0x700000u
#define CHILD_DATA	0x701000u
#define CHILD_CTX	(PIP_VIDT + 0xF00)
#define REGION		0x08000000u	/* unused by the child */
#define REGION_SIZE	0x00400000u
#define SAVE		49
#define ROUNDS		16

extern uint8_t child_page[], child_yield[], child_int[], child_fault[],
	child_spin[];
extern uint32_t bench_desc;
void on_int80(void);

static user_ctx_t root_ctx;	/* saved by child_run(), woken by the child */
static user_ctx_t int80_ctx;
static uint8_t int80_stack[64];
static user_ctx_t *child_ctx;
static uint32_t overhead;

static inline uint32_t now(void)
{
	uint32_t low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
	return low;
}

/* Best of ROUNDS, without the clock's own cost; `undo` is not timed */
#define MEASURE(expression, undo) ({					\
	uint32_t best_ = ~0u;						\
	for (int i_ = 0; i_ < ROUNDS; i_++) {				\
		uint32_t t_ = now();					\
		(void)(expression);					\
		t_ = now() - t_;					\
		best_ = t_ < best_ ? t_ : best_;			\
		undo;							\
	}								\
	best_ - overhead; })

static void report(const char *what, uint32_t cost, uint32_t original)
{
	uint32_t times = original * 10 / (cost ? cost : 1);

	printf("%-44s %8u %10u %6u.%u\n", what, cost, original, times / 10,
		times % 10);
}

static uint32_t page(void)
{
	uint32_t p = (uint32_t)Pip_AllocPage();

	for (uint32_t i = 0; i < 1024; i++)
		((uint32_t *)p)[i] = 0;
	return p;
}

static uint32_t create(const uint32_t *p)
{
	return Pip_CreatePartition(p[0], p[1], p[2], p[3], p[4]);
}

static void link3(const uint32_t *p)
{
	*(uint32_t *)p[0] = p[1];
	*(uint32_t *)p[1] = p[2];
	*(uint32_t *)p[2] = 0;
}

static void child_start(const uint8_t *code)
{
	child_ctx->eip = CHILD_BASE + (uint32_t)(code - child_page);
	child_ctx->regs.esp = CHILD_DATA + 4096;
	child_ctx->pipflags = 0;
	child_ctx->eflags = 0x202;
}

static void child_make(void)
{
	uint32_t p[5], vidt;

	for (int i = 0; i < 5; i++)
		p[i] = page();
	create(p);
	bench_desc = p[0];
	vidt = page();
	child_ctx = (user_ctx_t *)(vidt + 0xF00);
	((uint32_t *)vidt)[0] = CHILD_CTX;
	((uint32_t *)vidt)[48] = CHILD_CTX;
	Pip_MapPageWrapper((uint32_t)child_page, bench_desc, CHILD_BASE);
	Pip_MapPageWrapper(page(), bench_desc, CHILD_DATA);
	Pip_MapPageWrapper(vidt, bench_desc, PIP_VIDT);
}

/* Until an event of the child finds root_ctx in the VIDT */
static void child_run(void)
{
	Pip_Yield(bench_desc, 48, SAVE, 0, 0);
}

static void bench_services(void)
{
	uint32_t p[5], t[3], free_page = page(), other = page();

	for (int i = 0; i < 5; i++)
		p[i] = page();
	for (int i = 0; i < 3; i++)
		t[i] = page();
	report("inb", MEASURE(Pip_Inb(0x3FD), ), 158);
	report("mappedInChild", MEASURE(Pip_MappedInChild(other), ), 859);
	report("createPartition", MEASURE(create(p),
		Pip_DeletePartition(p[0])), 1113244);
	report("deletePartition, empty", ({
		uint32_t best = ~0u;
		for (int i = 0; i < ROUNDS; i++) {
			create(p);
			uint32_t d = now();
			Pip_DeletePartition(p[0]);
			d = now() - d - overhead;
			best = d < best ? d : best;
		}
		best; }), 208386);
	link3(t);
	report("prepare, one region", MEASURE(
		Pip_Prepare(bench_desc, REGION, t[0]),
		(Pip_Collect(bench_desc, REGION), link3(t))), 562126);
	report("collect, one region", ({
		uint32_t best = ~0u;
		for (int i = 0; i < ROUNDS; i++) {
			link3(t);
			Pip_Prepare(bench_desc, REGION, t[0]);
			uint32_t d = now();
			Pip_Collect(bench_desc, REGION);
			d = now() - d - overhead;
			best = d < best ? d : best;
		}
		best; }), 133847);
	link3(t);
	Pip_Prepare(bench_desc, REGION, t[0]);
	report("addVAddr", MEASURE(
		Pip_AddVAddr(free_page, bench_desc, REGION, 1, 1, 1),
		Pip_RemoveVAddr(bench_desc, REGION)), 2886);
	Pip_AddVAddr(free_page, bench_desc, REGION, 1, 1, 1);
	report("removeVAddr", MEASURE(Pip_RemoveVAddr(bench_desc, REGION),
		Pip_AddVAddr(free_page, bench_desc, REGION, 1, 1, 1)), 2693);
	Pip_RemoveVAddr(bench_desc, REGION);
	Pip_Collect(bench_desc, REGION);
}

/* A child with `regions` prepared regions and `pages` pages: its deletion */
static uint32_t deletion(uint32_t regions, uint32_t pages)
{
	uint32_t p[5], start = 0x08000000, cost;

	for (int i = 0; i < 5; i++)
		p[i] = page();
	create(p);
	for (uint32_t r = 0; r < regions; r++) {
		uint32_t t[3] = { page(), page(), page() };

		link3(t);
		Pip_Prepare(p[0], start + r * REGION_SIZE, t[0]);
	}
	for (uint32_t i = 0; i < pages; i++)
		Pip_AddVAddr(page(), p[0], start + i * 4096, 1, 1, 1);
	cost = now();
	Pip_DeletePartition(p[0]);
	return now() - cost - overhead;
}

/* Cost of what the child does after each RDTSC into EAX */
static uint32_t arrival(const uint8_t *code)
{
	uint32_t best = ~0u;

	for (int i = 0; i < ROUNDS; i++) {
		uint32_t t;

		child_start(code);
		child_run();
		t = now() - child_ctx->regs.eax - overhead;
		best = t < best ? t : best;
	}
	return best;
}

static void bench_control(void)
{
	uint32_t best = ~0u;

	child_start(child_yield);
	report("yield to a child and back, both saving", MEASURE(
		Pip_Yield(bench_desc, 0, SAVE, 0, 0), ), 6852);

	int80_ctx.eip = (uint32_t)on_int80;
	int80_ctx.regs.esp = (uint32_t)(int80_stack + sizeof(int80_stack));
	VIDT[0x80] = &int80_ctx;
	VIDT[0x81] = &root_ctx;
	child_start(child_int);
	for (int i = 0; i < ROUNDS; i++) {
		child_run();
		if (child_ctx->regs.ebx - overhead < best)
			best = child_ctx->regs.ebx - overhead;
	}
	report("int 80h to the parent's handler, yield back", best, 6060);

	VIDT[14] = &root_ctx;
	report("page fault to the parent's handler", arrival(child_fault),
		3024);
	VIDT[PIP_VINT_IRQ] = &root_ctx;
	report("timer interrupt in a child to the root",
		arrival(child_spin), 2963);
}

void main(pip_fpinfo_t *info)
{
	Pip_InitPaging(info->membegin, info->memend);
	VIDT[SAVE] = &root_ctx;
	VIDT[PIP_VINT_IRQ] = NULL;	/* else a tick would start us anew */
	overhead = 0;
	overhead = MEASURE(0, );
	printf("%-44s %8s %10s %8s\n", "instructions", "here", "original",
		"times");
	child_make();
	bench_services();
	bench_control();
	report("deletePartition, 1 table, 512 pages", deletion(1, 512),
		484784);
	report("deletePartition, 8 tables", deletion(8, 0), 1158002);
	Pip_Outw(0x604, 0x2000);
}
