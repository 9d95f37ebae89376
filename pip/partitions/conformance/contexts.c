/* SPDX-License-Identifier: BSD-2-Clause */
/* Contexts: what is loaded, what is saved and where. */
#include "conformance.h"

static void start(struct child *c, const uint8_t *stub)
{
	child_start_raw(c, (void (*)(void))stub);
}

static void check_load(struct child *c)
{
	static const uint32_t want[8] = {
		0x11111111, 0x22222222, 0x33333333, CONTEXT - 64, 0x55555555,
		0x66666666, 0x77777777, 0x88888888,
	};

	start(c, stub_regs);
	memcpy(&c->ctx->regs, want, sizeof(want));
	is(child_run(c), REPORT, "a context is loaded; valid is not checked");
	is(memcmp(c->box, want, sizeof(want)), 0,
		"all general registers are loaded");
	start(c, stub_segments);
	child_run(c);
	is(c->box[0] & 0xFFFF, 0x1B, "a child's CS");
	is(c->box[1] & 0xFFFF, 0x23, "a child's SS");
	is((c->box[2] & 0xFFFF) + (c->box[3] & 0xFFFF) +
		(c->box[4] & 0xFFFF) + (c->box[5] & 0xFFFF), 4 * 0x23,
		"a child's DS, ES, FS, GS");
}

static void check_flags(struct child *c)
{
	start(c, stub_flags);
	c->ctx->eflags = 0;
	child_run(c);
	is(c->box[0], 0x202, "EFLAGS 0 is loaded as 0x202");
	start(c, stub_flags);
	c->ctx->eflags = 0xFFFFFFFF;
	child_run(c);
	/* & 0xEFF, less the bits that the processor keeps zero */
	is(c->box[0], 0xED7, "EFLAGS ~0 is loaded as & 0xEFF | IF");
	start(c, stub_flags);
	c->ctx->eflags = 0xFFFFFFFF;
	c->ctx->pipflags = 0;
	child_run(c);
	is(c->box[0] & EFLAGS_IF, EFLAGS_IF, "a child in state 0 has IF on");
	landing[REPORT].eflags = 0xFFFFFFFF;
	start(c, stub_flags);
	child_run(c);
	is(landing_eflags, 0xCD7, "a root with pipflags 0 has IF off");
	landing[REPORT].pipflags = 1;
	start(c, stub_flags);
	child_run(c);
	is(landing_eflags, 0xED7, "a root with pipflags 1 has IF on");
	landing[REPORT].pipflags = 0x100;
	start(c, stub_flags);
	child_run(c);
	is(landing_eflags, 0xED7, "a root with pipflags 0x100 has IF on");
	landing[REPORT].pipflags = 0;
	landing[REPORT].eflags = 2;
	start(c, stub_flags);
	child_run(c);
}

static void check_save(struct child *c)
{
	start(c, stub_regs);
	c->ctx->regs.eax = 0x1234;
	c->ctx->eflags = 0x8D5;
	child_run(c);
	is(c->ctx->regs.eax, 0x1234, "int: EAX is saved");
	is(c->ctx->eflags & 0xFFF, 0xAD7, "int: EFLAGS are saved");
	is(c->ctx->valid, 1, "int: valid is written");
	is(c->ctx->regs.esp, CONTEXT, "int: ESP is saved");
}

/* Slot 48 for state 0, slot 49 for any other */
static void check_slots(struct child *c)
{
	static const uint32_t states[] = { 0, 1, 2, 0x100, 0x12345678 };

	for (uint32_t i = 0; i < ARRAY_SIZE(states); i++) {
		user_ctx_t *slot48 = (user_ctx_t *)((uint32_t)c->box + 0x400);
		user_ctx_t *slot49 = slot48 + 1;

		memset(slot48, 0, 2 * sizeof(*slot48));
		c->vidt[48] = (uint32_t *)(BOX + 0x400);
		c->vidt[49] = (uint32_t *)(BOX + 0x440);
		start(c, stub_regs);
		c->ctx->pipflags = states[i];
		is(child_run(c), REPORT, "pipflags 0x%x", states[i]);
		is(Pip_GetIntState(c->desc), states[i],
			"pipflags 0x%x become the state", states[i]);
		is(slot48->valid, states[i] == 0, "state 0x%x: slot 48",
			states[i]);
		is(slot49->valid, states[i] != 0, "state 0x%x: slot 49",
			states[i]);
		is(states[i] ? slot49->pipflags : slot48->pipflags, states[i],
			"state 0x%x is saved", states[i]);
	}
}

/* A slot that cannot be used: the event arrives all the same */
static void check_bad_slots(struct child *c, uint32_t readonly)
{
	const uint32_t bad[] = {
		0, 4, 0x100000, 0xBFFFFFC0, 0xC0000000, 0xFFBFFFF0,
		0xFFFFFFD0, BOX - 32, readonly,
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(bad); i++) {
		c->vidt[48] = (uint32_t *)bad[i];
		start(c, stub_regs);
		is(child_run(c), REPORT, "save slot 0x%x: delivered", bad[i]);
		is(c->ctx->valid, 0, "save slot 0x%x: not saved", bad[i]);
	}
	c->vidt[48] = (uint32_t *)(STACK - 32);
	start(c, stub_regs);
	c->ctx->regs.edx = 0x77777777;
	is(child_run(c), REPORT, "a save slot across two pages: delivered");
	is(c->box[(4096 - 32) / 4] - (uint32_t)stub_regs < 64, 1,
		"its first half is saved");
	is(*(uint32_t *)((uint32_t)c->ctx & -4096u), 0x77777777,
		"its second half too");
	c->vidt[48] = (uint32_t *)CONTEXT;
}

void check_contexts(void)
{
	struct child c;
	uint32_t page;

	child_new(&c, 0);
	check_load(&c);
	check_flags(&c);
	check_save(&c);
	check_slots(&c);
	page = child_take(&c);
	child_map(&c, 0, HEAP);
	Pip_AddVAddr(page, c.desc, HEAP, 1, 0, 1);
	check_bad_slots(&c, HEAP);
	is(*(uint32_t *)page, 0, "nothing was saved to a read-only page");
	child_free(&c);
}
