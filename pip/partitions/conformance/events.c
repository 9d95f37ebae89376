/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults and software interrupts: who gets them, and what is saved. */
#include "conformance.h"

static uint32_t start_at(struct child *c, const uint8_t *stub)
{
	child_start_raw(c, (void (*)(void))stub);
	return (uint32_t)stub;
}

static void check_one(struct child *c, const char *what, uint32_t eip,
		uint32_t vector, uint32_t error)
{
	is(child_run(c), vector, "%s: vector %u at the parent", what, vector);
	is(c->ctx->eip, eip, "%s: EIP is at the instruction", what);
	is(c->ctx->nfu[PIP_NFU_VECTOR], vector, "%s: nfu[0]", what);
	is(c->ctx->nfu[PIP_NFU_ERROR], error, "%s: nfu[1]", what);
}

static void check_simple(struct child *c)
{
	check_one(c, "divide error", start_at(c, stub_divide), 0, 0);
	check_one(c, "invalid opcode", start_at(c, stub_ud), 6, 0);
	check_one(c, "privileged instruction", start_at(c, stub_gp), 13, 0);
	check_one(c, "int3", start_at(c, stub_int3), 13, 3 * 8 + 2);
	start_at(c, stub_overflow);
	c->ctx->eflags |= 0x800;
	check_one(c, "into", (uint32_t)stub_overflow, 13, 4 * 8 + 2);
	start_at(c, stub_bound);
	c->ctx->regs.ebx = BOX;
	c->ctx->regs.eax = 5;
	c->box[0] = c->box[1] = 4;
	check_one(c, "bound", (uint32_t)stub_bound, 5, 0);
}

static void check_page_fault(struct child *c, uint32_t va, uint32_t error)
{
	start_at(c, stub_page);
	c->ctx->regs.eax = va;
	check_one(c, "page fault", (uint32_t)stub_page, 14, error);
	is(c->ctx->nfu[PIP_NFU_ADDRESS], va, "page fault: nfu[2] is 0x%x", va);
}

static void check_page_faults(struct child *c)
{
	uint32_t page = child_take(c);

	/* user, write: 6; the page is present: 7 */
	check_page_fault(c, 0x04000000, 6);
	check_page_fault(c, 0x00000010, 7);
	check_page_fault(c, 0x00100000, 7);
	check_page_fault(c, 0xC0000000, 7);
	check_page_fault(c, 0xFFBFFFFC, 7);
	check_page_fault(c, 0xFFC00000, 6);
	child_map(c, 0, HEAP);
	Pip_AddVAddr(page, c->desc, HEAP, 1, 0, 1);
	check_page_fault(c, HEAP + 0x40, 7);
	is(c->ctx->regs.eax, HEAP + 0x40, "page fault: registers are saved");
	child_start_raw(c, (void (*)(void))0x04001000);
	check_one(c, "jump to nowhere", 0x04001000, 14, 4);
}

static void check_software_interrupts(struct child *c)
{
	uint32_t wrong = 0;

	for (uint32_t n = 0; n < 48; n++) {
		uint32_t eip = start_at(c, stub_int + 4 * n);

		wrong += child_run(c) != 13 || c->ctx->eip != eip ||
			c->ctx->nfu[PIP_NFU_ERROR] != n * 8 + 2;
	}
	is(wrong, 0, "int 0-47: general-protection faults");
	for (uint32_t n = 48; n < 256; n++) {
		uint32_t eip = start_at(c, stub_int + 4 * n);

		is(child_run(c), n, "int %u: to the parent's VIDT", n);
		wrong += c->ctx->eip != eip + 2 ||
			c->ctx->nfu[PIP_NFU_VECTOR] != n ||
			c->ctx->nfu[PIP_NFU_ERROR] ||
			c->ctx->nfu[PIP_NFU_ADDRESS];
	}
	is(wrong, 0, "int 48-255: EIP after the instruction, nfu words");
	is(child_run(c), 6, "a child goes on after an int");
}

/* Runs a grandchild, `mode` is what this partition cannot take */
enum { TAKES_ALL, NO_HANDLER, BAD_HANDLER, NO_FAULT_8 };

static uint32_t parent_of_faulting(uint32_t mode)
{
	static struct child c;

	child_is_parent(90);
	if (!child_new(&c, 0))
		return 0;
	if (mode != TAKES_ALL)
		VIDT[6] = mode == BAD_HANDLER ? (user_ctx_t *)0xC0000000 : 0;
	if (mode == NO_FAULT_8)
		VIDT[8] = 0;
	child_start_raw(&c, (void (*)(void))stub_ud);
	((volatile uint32_t *)BOX)[1] = (uint32_t)c.ctx;
	return child_run(&c);
}

static uint32_t grandparent(uint32_t mode)
{
	static struct child c;

	child_is_parent(200);
	if (mode == NO_FAULT_8)
		VIDT[8] = 0;
	if (!child_new(&c, 90))
		return 0;
	child_start(&c, parent_of_faulting, mode);
	return child_run(&c) == REPORT ? c.box[0] : 0xBAD;
}

static void check_escalation(void)
{
	struct child c;

	child_new(&c, 90);
	is(child_call(&c, parent_of_faulting, TAKES_ALL), 6,
		"a grandchild's fault goes to its parent");
	child_free(&c);
	child_new(&c, 90);
	child_start(&c, parent_of_faulting, NO_HANDLER);
	is(child_run(&c), 8, "without a handler there: vector 8 further up");
	child_free(&c);
	child_new(&c, 90);
	child_start(&c, parent_of_faulting, BAD_HANDLER);
	is(child_run(&c), 8, "with a bad handler there: vector 8 further up");
	child_free(&c);
	check(child_new(&c, 200), "three levels");
	is(child_call(&c, grandparent, TAKES_ALL), 6, "three levels: 6");
	child_free(&c);
	child_new(&c, 200);
	child_start(&c, grandparent, NO_HANDLER);
	is(child_run(&c), REPORT, "three levels: 8 at the one in between");
	child_free(&c);
	child_new(&c, 200);
	child_start(&c, grandparent, NO_FAULT_8);
	is(child_run(&c), 8, "three levels: 8 and so on to the root");
	child_free(&c);
}

void check_faults(void)
{
	struct child c;

	child_new(&c, 0);
	check_simple(&c);
	check_page_faults(&c);
	check_software_interrupts(&c);
	child_free(&c);
	check_escalation();
}
