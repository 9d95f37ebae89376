/* SPDX-License-Identifier: BSD-2-Clause */
/* Contexts and VIDTs where they must not be. */
#include "attack.h"

#define VA	0x01000000u	/* a read-only page of the actor */

static void add_readonly(struct child *c)
{
	child_map(c, 0, VA);
	Pip_AddVAddr(child_take(c), c->desc, VA, 1, 0, 1);
}

static uint32_t slot_then_int(uint32_t context)
{
	VIDT[48] = (user_ctx_t *)context;
	VIDT[49] = (user_ctx_t *)context;
	__asm__ volatile("int $0x81");
	return 0;
}

static uint32_t slot_then_fault(uint32_t context)
{
	VIDT[48] = (user_ctx_t *)context;
	VIDT[49] = (user_ctx_t *)context;
	__asm__ volatile("int $0x82");
	return 0;
}

static uint32_t slot_then_yield(uint32_t context)
{
	VIDT[7] = (user_ctx_t *)context;
	return Pip_Yield(0, 0x41, 7, 0, 0);
}

/* Pages lent to Pip as save slots, then the VIDT itself */
static uint32_t lent_pages[5];

static void lend_pages(uint32_t last)
{
	Pip_InitPaging(HEAP, HEAP + POOL * PIP_PAGE_SIZE);
	for (int i = 0; i < 5; i++)
		lent_pages[i] = page_new();
	if (last)
		lent_pages[4] = last;
	create(lent_pages);
}

static uint32_t slot_in_lent(uint32_t i)
{
	lend_pages(0);
	return slot_then_int(lent_pages[i] + 0x100);
}

/* Saved there once, then lent: what Pip remembers must be forgotten */
static uint32_t slot_lent_later(uint32_t i)
{
	uint32_t page;

	Pip_InitPaging(HEAP, HEAP + POOL * PIP_PAGE_SIZE);
	page = HEAP + (4 - i) * PIP_PAGE_SIZE;
	VIDT[7] = (user_ctx_t *)(page + 0x40);
	Pip_Yield(0, 1022, 7, 0, 0);
	lend_pages(0);
	return Pip_Yield(0, 0x41, 7, 0, 0);
}

static uint32_t lend_vidt(uint32_t argument)
{
	(void)argument;
	lend_pages(PIP_VIDT);
	__asm__ volatile("int $0x83");
	return 0;
}

static uint32_t lend_vidt_yield(uint32_t argument)
{
	(void)argument;
	lend_pages(PIP_VIDT);
	return Pip_Yield(0, 0x41, 0, 0, 0);
}

static uint32_t lend_stack(uint32_t argument)
{
	(void)argument;
	lend_pages(STACK);
	return 0;
}

/* A grandchild whose context asks for everything */
static struct child greedy;

static uint32_t greedy_eflags(uint32_t argument)
{
	uint32_t flags;

	__asm__ volatile("pushfl\n\tpopl %0\n\tcld" : "=r"(flags));
	return (flags & (0x3000 | EFLAGS_NT | EFLAGS_AC | 0x20000)) + argument;
}

static uint32_t greedy_cli(uint32_t argument)
{
	__asm__ volatile("cli");
	return argument;
}

static uint32_t parent_of_greedy(uint32_t pipflags)
{
	bool root = !Pip_Probe(HEAP);
	uint32_t result;

	if (!root)
		child_is_parent(now.heap);
	if (!child_new(&greedy, 0))
		return 0xBAD;
	child_start(&greedy, greedy_cli, 0);
	greedy.ctx->eflags = 0xFFFFFFFF;
	greedy.ctx->pipflags = pipflags;
	result = child_run(&greedy);
	if (result == 13) {
		child_start(&greedy, greedy_eflags, 0);
		greedy.ctx->eflags = 0xFFFFFFFF;
		result = child_run(&greedy) == REPORT ? greedy.box[0] : 0xBAD;
	}
	child_free(&greedy);
	return result;
}

/* Every register of a new context is what it says, not what was there */
static uint32_t parent_of_curious(uint32_t eip)
{
	bool root = !Pip_Probe(HEAP);
	uint32_t result;

	if (!root)
		child_is_parent(now.heap);
	if (!child_new(&greedy, 0))
		return 0xBAD;
	child_start_raw(&greedy, (void (*)(void))eip);
	result = child_run(&greedy);
	if (result == REPORT)
		result = greedy.box[0];
	child_free(&greedy);
	return result;
}

/* A thread elsewhere has a base; the actor asks for the selector by hand */
static void thread_elsewhere(struct child *c)
{
	static struct child other;

	(void)c;
	if (!child_new(&other, 0))
		return;
	child_start(&other, read_thread, 0);
	other.ctx->pipflags = PIP_CTX_MAGIC | PIP_CTX_THREAD;
	other.ctx->nfu[PIP_NFU_THREAD] = BOX + 0x800;
	child_run(&other);
	child_free(&other);
	*(uint32_t *)c->box = 0x7EA;
	c->box[0x200] = 0x1EAC;
}

#define STACK_BASE	0xB0000000u

/* ESP may be the actor's own: what lies there from the base is not */
static void attack_thread_stacks(void)
{
	static const uint32_t va[] = { 0xC0000000, 0xC0100000, 0xFFBFFFF0,
		0x100000 };

	for (uint32_t i = 0; i < ARRAY_SIZE(va); i++)
		perform(&(struct act){ .fn = gate_on_thread, .who = CHILD,
			.argument = va[i] - STACK_BASE, .vector = FAULTS,
			.thread = STACK_BASE },
			"a gate with its argument at 0x%x by the thread selector",
			va[i]);
}

void attack_contexts(void)
{
	static const uint32_t bad[] = { 0, 1, 0x100000, 0x3FFFFF, 0x400000,
		0xBFFFFFC0, 0xBFFFFFFF, 0xC0000000, 0xC0100000, 0xFFBFFFC0,
		0xFFBFFFFF, 0xFFC00000, 0xFFFFFFC1, 0xFFFFFFFF, VA, VA + 0xFD0,
		BOX - 16 };
	uint32_t heap = 120;

	for (uint32_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct act a = { .fn = slot_then_int, .argument = bad[i],
			.who = CHILD | GRANDCHILD, .vector = 0x81,
			.setup = add_readonly };

		perform(&a, "int with its save slot at 0x%x", bad[i]);
		a.fn = slot_then_fault;
		a.vector = 0x82;
		perform(&a, "another int with it at 0x%x", bad[i]);
		a.fn = slot_then_yield;
		a.vector = bad[i] ? REPORT : 0x41;
		a.value = PIP_YIELD_SAVE_ADDR;
		perform(&a, "yield with its save slot at 0x%x", bad[i]);
	}
	for (uint32_t i = 0; i < 5; i++) {
		perform(&(struct act){ .fn = slot_in_lent, .argument = i,
			.who = CHILD | GRANDCHILD, .vector = 0x81 },
			"int with its save slot in lent page %u", i);
		perform(&(struct act){ .fn = slot_lent_later, .argument = i,
			.who = CHILD | GRANDCHILD, .vector = REPORT,
			.value = PIP_YIELD_SAVE_ADDR },
			"yield to a save slot lent meanwhile, page %u", i);
	}
	perform(&(struct act){ .fn = lend_vidt, .who = CHILD | GRANDCHILD,
		.vector = 0x83 }, "int after lending the VIDT");
	perform(&(struct act){ .fn = lend_vidt_yield,
		.who = CHILD | GRANDCHILD, .vector = REPORT,
		.value = PIP_YIELD_CALLER_VIDT },
		"yield after lending the VIDT");
	perform(&(struct act){ .fn = lend_stack, .who = CHILD | GRANDCHILD,
		.vector = 14 }, "lending its own stack");
	perform(&(struct act){ .fn = parent_of_greedy, .who = CHILD | ROOT,
		.vector = REPORT, .value = 0, .heap = heap },
		"a child's context with all of EFLAGS");
	perform(&(struct act){ .fn = parent_of_greedy, .who = CHILD | ROOT,
		.argument = 0xFFFFFFFF, .vector = REPORT, .value = 0,
		.heap = heap }, "and all of pipflags");
	perform(&(struct act){ .fn = parent_of_curious, .who = CHILD | ROOT,
		.argument = (uint32_t)see_registers, .vector = REPORT,
		.heap = heap }, "a context's registers hold nothing else's");
	perform(&(struct act){ .fn = parent_of_curious, .who = CHILD | ROOT,
		.argument = 0x100000, .vector = REPORT, .value = 14,
		.heap = heap }, "a context with EIP in the kernel");
	perform(&(struct act){ .fn = parent_of_curious, .who = CHILD | ROOT,
		.argument = 0xC0000000, .vector = REPORT, .value = 14,
		.heap = heap }, "a context with EIP in the window");
	perform(&(struct act){ .fn = read_thread, .argument = BOX,
		.who = CHILD, .vector = REPORT, .value = 0x7EA,
		.setup = thread_elsewhere },
		"the thread selector without a thread: no one else's base");
	attack_thread_stacks();
}
