/* SPDX-License-Identifier: BSD-2-Clause */
/* yield: its codes in their order, what it saves, what it wakes. */
#include "conformance.h"

#define SAVE		900

static user_ctx_t saved;

/* Anything that a context must not be at */
static const uint32_t bad_contexts[] = {
	4, 0x100000, 0xBFFFFFC0, 0xC0000000, 0xFFBFFFC0, 0xFFFFFFD0,
};

/* The root's VIDT lent to Pip: only checks before 5 can be seen */
static void check_without_own_vidt(struct child *c, uint32_t page)
{
	uint32_t p[5], code[3];

	for (int i = 0; i < 4; i++)
		p[i] = page_new();
	p[4] = PIP_VIDT;
	check(create(p), "the root may lend its VIDT");
	code[0] = Pip_Yield(0, 0, 0, 0, 0);
	code[1] = Pip_Yield(page, 0, 0, 0, 0);
	code[2] = Pip_Yield(c->desc, 0, 0, 0, 0);
	Pip_DeletePartition(p[0]);
	for (uint32_t v = 0; v < ARRAY_SIZE(landing); v++)
		VIDT[v] = &landing[v];
	is(code[0], PIP_YIELD_ROOT_PARENT, "yield: 3 comes before 6");
	is(code[1], PIP_YIELD_NOT_CHILD, "yield: 4 comes before 6");
	is(code[2], PIP_YIELD_CALLER_VIDT, "yield: 6 comes before 5");
	for (int i = 0; i < 4; i++)
		Pip_FreePage((void *)p[i]);
}

static void check_codes(struct child *c)
{
	uint32_t page = page_new(), vidt = page_new(), other = page_new();

	VIDT[SAVE] = (user_ctx_t *)4;
	is(Pip_Yield(0, 1023, 1023, 0, 0), 1, "yield: 1, vint 1023");
	is(Pip_Yield(page, 0xFFFFFFFF, 0, 0, 0), 1, "yield: 1, vint ~0");
	is(Pip_Yield(0, 0, 1023, 0, 0), 2, "yield: 2, save index 1023");
	is(Pip_Yield(page, 0, 0x80000000, 0, 0), 2, "yield: 2 before 4");
	is(Pip_Yield(0, 0, SAVE, 0, 0), 3, "yield: 3, the root's parent");
	is(Pip_Yield(page, 0, SAVE, 0, 0), 4, "yield: 4, no child");
	is(Pip_Yield(PIP_VIDT, 0, SAVE, 0, 0), 4, "yield: 4, the VIDT");
	is(Pip_Yield(0xC0000000, 0, SAVE, 0, 0), 4, "yield: 4, the window");
	check_without_own_vidt(c, page);
	VIDT[SAVE] = (user_ctx_t *)4;
	is(Pip_Yield(c->desc, 0, SAVE, 0, 0), 5, "yield: 5 without a table "
		"for the VIDT");
	child_map(c, other, PIP_VIDT - 0x4000);
	is(Pip_Yield(c->desc, 0, SAVE, 0, 0), 5, "yield: 5 without a VIDT");
	child_map(c, vidt, PIP_VIDT);
	is(Pip_Yield(c->desc, 0, SAVE, 0, 0), 8, "yield: 8, zero pointer, "
		"before 9");
	for (uint32_t i = 0; i < ARRAY_SIZE(bad_contexts); i++) {
		((uint32_t *)vidt)[1022] = bad_contexts[i];
		is(Pip_Yield(c->desc, 1022, NOTHING, 0, 0), 8,
			"yield: 8, target context at 0x%x", bad_contexts[i]);
	}
	((uint32_t *)vidt)[1022] = PIP_VIDT - 0x4000;
	for (uint32_t i = 0; i < ARRAY_SIZE(bad_contexts); i++) {
		VIDT[1022] = (user_ctx_t *)bad_contexts[i];
		is(Pip_Yield(c->desc, 1022, 1022, 0, 0), 9,
			"yield: 9, save address 0x%x", bad_contexts[i]);
	}
	VIDT[1022] = (user_ctx_t *)c->desc;
	is(Pip_Yield(c->desc, 1022, 1022, 0, 0), 9,
		"yield: 9, save address in a lent page");
	VIDT[1022] = NULL;
	Pip_RemoveVAddr(c->desc, PIP_VIDT);
	is(Pip_Yield(c->desc, 0, NOTHING, 0, 0), 5,
		"yield: 5 after the VIDT was taken away");
	Pip_RemoveVAddr(c->desc, PIP_VIDT - 0x4000);
	Pip_FreePage((void *)page);
	Pip_FreePage((void *)vidt);
	Pip_FreePage((void *)other);
}

/* The root yields, the child yields back to where the root was saved */
static void check_round_trip(struct child *c)
{
	const uint32_t args[5] = { c->desc, START, SAVE, 5, 7 };

	VIDT[SAVE] = &saved;
	saved = (user_ctx_t){ 0 };
	child_start_raw(c, (void (*)(void))stub_yield);
	c->ctx->regs.eax = SAVE;
	c->ctx->regs.ebx = START;
	c->ctx->regs.ecx = 3;
	c->ctx->regs.edx = 9;
	is(service(PIP_SEL_YIELD, 5, args), 0, "yield back: EAX is 0");
	is(gate.ecx, 0, "yield back: ECX is 0");
	is(gate.edx, 0, "yield back: EDX is 0");
	check(gate.ebx == 0xB1B2B3B4 && gate.esi == 0x51525354 &&
		gate.edi == 0xD1D2D3D4 && gate.ebp == 0xA1A2A3A4,
		"yield back: EBX, ESI, EDI, EBP are kept");
	is(gate.esp_change, 0, "yield back: the caller pops");
	is(saved.valid, 1, "the root's context is valid");
	is(saved.pipflags, 7, "its pipflags are flagsOnWake");
	is(saved.regs.ebx, 0xB1B2B3B4, "its EBX is the caller's");
	is(gate.eflags_after & EFLAGS_IF, EFLAGS_IF,
		"the root wakes with interrupts on for flagsOnWake 7");
	is(Pip_SetIntState(0), 0, "set_int_state: 0");
	is(Pip_GetIntState(c->desc), 3, "the child's state is flagsOnYield");
	is(c->ctx->pipflags, 9, "its saved pipflags are flagsOnWake");
	is(c->ctx->valid, 1, "its context is valid");
	is(child_run(c), REPORT, "the child wakes up");
	is(Pip_GetIntState(c->desc), 9, "its state is flagsOnWake");
	check(!c->box[7] && !c->box[6] && !c->box[5],
		"the child woke with EAX = ECX = EDX = 0");
	is(c->box[4], 0xB1B2B3B4, "and with its EBX");
}

static void check_child_yields(struct child *c)
{
	static const uint16_t vints[] = { 0, 1, 31, 100, 255 };

	for (uint32_t i = 0; i < ARRAY_SIZE(vints); i++) {
		child_start_raw(c, (void (*)(void))stub_yield);
		c->ctx->regs.eax = vints[i];
		c->ctx->regs.ebx = NOTHING;
		is(child_run(c), vints[i], "a child yields to its parent's "
			"index %u", vints[i]);
	}
	VIDT[1022] = &landing_any;
	child_start_raw(c, (void (*)(void))stub_yield);
	c->ctx->regs.eax = 1022;
	is(child_run(c), 256, "a child yields to its parent's index 1022");
	VIDT[1022] = NULL;
	child_start_raw(c, (void (*)(void))stub_yield);
	c->ctx->regs.eax = 1022;
	is(child_run(c), REPORT, "a yield to an empty index returns");
	is(c->box[7], PIP_YIELD_TARGET_CTX, "with code 8");
	c->vidt[1022] = (uint32_t *)CONTEXT;
	child_start_raw(c, (void (*)(void))stub_ud);
	is(run(c->desc, 1022), 6, "a parent yields to its child's index 1022");
}

/* What was good a moment ago is looked at again */
static void check_taken_away(struct child *c)
{
	const uint32_t desc = c->desc;
	uint32_t stack = (uint32_t)c->ctx & -PIP_PAGE_SIZE;

	child_start_raw(c, (void (*)(void))stub_regs);
	is(child_run(c), REPORT, "a context that works");
	is(Pip_RemoveVAddr(desc, STACK), 1, "its page is taken away");
	is(Pip_Yield(desc, START, NOTHING, 0, 0), PIP_YIELD_TARGET_CTX,
		"yield: 8");
	is(Pip_AddVAddr(stack, desc, STACK, 1, 0, 1), 1, "back, read-only");
	child_start_raw(c, (void (*)(void))stub_regs);
	is(child_run(c), REPORT, "it can be loaded");
	is(c->ctx->valid, 0, "but not saved to");
	Pip_RemoveVAddr(desc, STACK);
	Pip_AddVAddr(stack, desc, STACK, 1, 1, 1);
	is(child_run(c), REPORT, "back, read-write");
	is(c->ctx->valid, 1, "it is saved to again");
}

void check_yield(void)
{
	struct child c;

	child_create(&c);
	check_codes(&c);
	child_free(&c);
	child_new(&c, 0);
	check_round_trip(&c);
	check_child_yields(&c);
	check_taken_away(&c);
	child_free(&c);
}
