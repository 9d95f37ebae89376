/* SPDX-License-Identifier: BSD-2-Clause */
/* Our additions in a context: thread base, single steps; probe. */
#include "conformance.h"

#define STATE	0x1234u

static void start(struct child *c, const uint8_t *stub, uint32_t additions)
{
	child_start_raw(c, (void (*)(void))stub);
	c->ctx->pipflags = PIP_CTX_MAGIC | additions | STATE;
}

static void check_thread(struct child *c)
{
	start(c, stub_gs, PIP_CTX_THREAD);
	c->ctx->nfu[PIP_NFU_THREAD] = BOX + 0x800;
	c->box[0x200] = 0x7EAD;
	is(child_run(c), REPORT, "a context with a thread base runs");
	is(c->box[0], 0x7EAD, "GS:0 is at the base");
	is(c->box[1] & 0xFFFF, PIP_SEL_THREAD, "GS is the thread selector");
	is(Pip_GetIntState(c->desc), STATE, "the state is the low 16 bits");
	is(c->ctx->pipflags, PIP_CTX_MAGIC | PIP_CTX_THREAD | STATE,
		"pipflags are saved with the additions");
	is(c->ctx->nfu[PIP_NFU_THREAD], BOX + 0x800, "the base is saved");
	start(c, stub_segments, 0);
	c->ctx->nfu[PIP_NFU_THREAD] = BOX + 0x800;
	child_run(c);
	is(c->box[5] & 0xFFFF, 0x23, "without the bit GS is flat");
	is(Pip_GetIntState(c->desc), STATE, "and the state 16 bits");
	child_start_raw(c, (void (*)(void))stub_segments);
	c->ctx->pipflags = 0x60000000 | PIP_CTX_THREAD;
	child_run(c);
	is(c->box[5] & 0xFFFF, 0x23, "without the magic GS is flat");
	is(Pip_GetIntState(c->desc), 0x60000000 | PIP_CTX_THREAD,
		"and the state all of pipflags");
	is(c->ctx->nfu[PIP_NFU_THREAD], 0, "and no base is saved");
}

/* A thread's yield keeps its base for the wake-up */
static void check_thread_yield(struct child *c)
{
	start(c, stub_yield, PIP_CTX_THREAD);
	c->ctx->nfu[PIP_NFU_THREAD] = BOX + 0x800;
	c->ctx->regs.eax = 0x40;
	c->ctx->regs.ebx = START;
	is(child_run(c), 0x40, "a thread yields");
	is(c->ctx->nfu[PIP_NFU_VECTOR], PIP_EVENT_YIELD, "yield: nfu[0]");
	is(c->ctx->nfu[PIP_NFU_ERROR], 0, "yield: nfu[1]");
	is(c->ctx->nfu[PIP_NFU_ADDRESS], 0, "yield: nfu[2]");
	is(c->ctx->nfu[PIP_NFU_THREAD], BOX + 0x800, "yield: nfu[3]");
	is(c->ctx->pipflags, PIP_CTX_MAGIC | PIP_CTX_THREAD,
		"flagsOnWake with the additions");
	is(child_run(c), REPORT, "and wakes up");
}

static void check_step(struct child *c)
{
	start(c, stub_step, PIP_CTX_STEP);
	is(child_run(c), 1, "single step: vector 1");
	is(c->ctx->eip, (uint32_t)stub_step_1, "after one instruction");
	is(c->ctx->nfu[PIP_NFU_VECTOR], 1, "single step: nfu[0]");
	is(child_run(c), 1, "the saved context steps again");
	is(c->ctx->eip, (uint32_t)stub_step_1 + 1, "to the next instruction");
	c->ctx->pipflags = STATE;
	is(child_run(c), REPORT, "without the bit it runs on");
	start(c, stub_step, 0);
	c->ctx->eflags |= EFLAGS_TF;
	is(child_run(c), REPORT, "TF in EFLAGS alone is not loaded");
}

static void check_probe(struct child *c)
{
	uint32_t page = page_new();

	is(Pip_Probe(page), PIP_PROBE_READ | PIP_PROBE_WRITE, "probe: 3");
	is(Pip_Probe(page | 0xFFF), 3, "probe: low 12 bits are ignored");
	is(Pip_Probe(c->desc), 0, "probe of a lent page: 0");
	is(Pip_Probe(0), 0, "probe of page 0: 0");
	is(Pip_Probe(0x100000), 0, "probe of Pip: 0");
	is(Pip_Probe(0xC0000000), 0, "probe of the window: 0");
	is(Pip_Probe(0xBFFFF000), 0, "probe of an unmapped page: 0");
	Pip_FreePage((void *)page);
}

void check_additions(void)
{
	struct child c;

	child_new(&c, 0);
	check_thread(&c);
	check_thread_yield(&c);
	check_step(&c);
	check_probe(&c);
	child_free(&c);
}
