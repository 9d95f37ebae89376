/* SPDX-License-Identifier: BSD-2-Clause */
/* restrict: ports and services that a child has no more. */
#include "conformance.h"

#define SCRATCH	(COM1 + 7)

/* In the child */
static uint32_t read_byte(uint32_t port)
{
	return Pip_Inb(port) | 1;
}

static uint32_t read_word(uint32_t port)
{
	return Pip_Inw(port) | 1;
}

static uint32_t read_long(uint32_t port)
{
	return Pip_Inl(port) | 1;
}

static uint32_t write_byte(uint32_t port)
{
	Pip_Outb(port, 0x77);
	return 1;
}

static uint32_t read_directly(uint32_t port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %0" : "=a"(value) : "d"(port));
	return value | 1;
}

static uint32_t write_directly(uint32_t port)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(0x77), "d"(port));
	return 1;
}

/* What the parent sees of fn(argument): the error code for vector 13 */
static uint32_t outcome(struct child *c, act_fn *fn, uint32_t argument)
{
	uint32_t vector;

	child_start(c, fn, argument);
	vector = child_run(c);
	return vector == 13 ? c->ctx->nfu[PIP_NFU_ERROR] : vector;
}

static void check_inherited(struct child *c)
{
	Pip_Outb(SCRATCH, 0x11);
	is(outcome(c, read_byte, SCRATCH), REPORT, "a child has its parent's "
		"ports");
	is(c->box[0], 0x11, "and reads what is there");
	is(outcome(c, write_byte, SCRATCH), REPORT, "and writes");
	is(Pip_Inb(SCRATCH), 0x77, "what it wants");
	is(outcome(c, read_byte, 0x20), PIP_SEL_INB, "a closed port: a "
		"general-protection fault with the gate's selector");
	is(outcome(c, read_byte, 0x10000), PIP_SEL_INB, "port 0x10000: same");
	is(outcome(c, write_byte, 0x64), PIP_SEL_OUTB, "the keyboard "
		"controller's commands are the root's");
	is(outcome(c, read_byte, 0x64), REPORT, "its status is not");
	is(outcome(c, read_directly, SCRATCH), 0, "an `in` instruction: "
		"general-protection fault 0");
	Pip_Outb(SCRATCH, 0x22);
	is(outcome(c, write_directly, SCRATCH), 0, "an `out` instruction");
	is(Pip_Inb(SCRATCH), 0x22, "which wrote nothing");
}

static void check_range(struct child *c)
{
	is(Pip_Restrict(c->desc, PIP_RESTRICT_PORTS, COM1, SCRATCH), 1,
		"restrict to COM1");
	is(outcome(c, read_byte, COM1), REPORT, "its first port");
	is(outcome(c, read_byte, SCRATCH), REPORT, "its last port");
	is(outcome(c, read_byte, COM1 - 1), PIP_SEL_INB, "one below: refused");
	is(outcome(c, read_byte, SCRATCH + 1), PIP_SEL_INB, "one above");
	is(outcome(c, read_word, SCRATCH), PIP_SEL_INW, "a word across");
	is(outcome(c, read_word, COM1 - 1), PIP_SEL_INW, "a word from below");
	is(outcome(c, read_long, SCRATCH - 2), PIP_SEL_INL, "a double word "
		"across");
	is(outcome(c, read_long, SCRATCH - 3), REPORT, "one that just fits");
	is(outcome(c, write_byte, 0x80), PIP_SEL_OUTB, "write elsewhere");
	is(c->ctx->regs.eax, 0, "refused: EAX is 0");
	for (uint32_t i = 0; i < 7; i++)
		is(Pip_Restrict(c->desc, PIP_RESTRICT_ADD_PORTS, 0x1000 + i,
			0x1000 + i), 1, "range %u more", i + 1);
	is(Pip_Restrict(c->desc, PIP_RESTRICT_ADD_PORTS, 0x80, 0x80), 0,
		"a ninth range: 0");
	is(outcome(c, read_byte, 0x1006), REPORT, "the eighth range is open");
	is(outcome(c, read_byte, 0x1007), PIP_SEL_INB, "what follows is not");
}

static void check_refusals(struct child *c)
{
	is(Pip_Restrict(0, PIP_RESTRICT_PORTS, 0, 1), 0, "no child: 0");
	is(Pip_Restrict(c->desc, 3, 0, 1), 0, "no operation 3: 0");
	is(Pip_Restrict(c->desc, PIP_RESTRICT_PORTS, 0, 0x10000), 0,
		"no port 0x10000: 0");
	is(Pip_Restrict(c->desc, PIP_RESTRICT_ADD_PORTS, 0x80, 0x80), 0,
		"ranges are added only to ranges: 0");
	is(Pip_Restrict(c->desc, PIP_RESTRICT_ADD_PORTS, 9, 8), 0,
		"an empty range is not added: 0");
}

/* A child that opens to its own child what it has not itself */
static uint32_t opens_too_much(uint32_t port)
{
	static struct child c;

	child_is_parent(90);
	if (!child_new(&c, 0))
		return 0;
	Pip_Restrict(c.desc, PIP_RESTRICT_PORTS, 0, 0xFFFF);
	return outcome(&c, read_byte, port);
}

static void check_tree(void)
{
	struct child c;

	child_new(&c, 90);
	Pip_Restrict(c.desc, PIP_RESTRICT_PORTS, COM1, SCRATCH);
	is(child_call(&c, opens_too_much, SCRATCH), REPORT,
		"a grandchild has what both leave it");
	child_free(&c);
	child_new(&c, 90);
	Pip_Restrict(c.desc, PIP_RESTRICT_PORTS, COM1, SCRATCH);
	is(child_call(&c, opens_too_much, 0x80), PIP_SEL_INB,
		"and nothing that its grandparent refuses");
	child_free(&c);
	child_new(&c, 0);
	is(Pip_Restrict(c.desc, PIP_RESTRICT_PORTS, 1, 0), 1, "no ports");
	is(outcome(&c, read_byte, SCRATCH), PIP_SEL_INB, "none are left");
	is(outcome(&c, read_byte, 0), PIP_SEL_INB, "not even port 0");
	child_free(&c);
}

static uint32_t any_service(uint32_t selector)
{
	static const uint32_t zeros[6];
	static const uint8_t nargs[32] = {
		[0x06] = 2, 1, 2, 1, 2, 1, 5, 2, 3, 6, 1, 2, 0, 1, 2, 1, 1, 2,
		5, 0, 1, 3, 4, 2, 0,
	};

	return service(selector, nargs[selector / 8], zeros);
}

static void check_services(struct child *c)
{
	is(Pip_Restrict(c->desc, PIP_RESTRICT_SERVICES, 0, 0), 1,
		"restrict services");
	for (uint32_t sel = 0x30; sel <= 0xF0; sel += 8) {
		if (sel == 0x90 || sel == 0xC8)
			continue;
		is(outcome(c, any_service, sel), sel,
			"gate 0x%x: a general-protection fault", sel);
	}
}

void check_rights(void)
{
	struct child c;

	child_new(&c, 0);
	check_refusals(&c);
	check_inherited(&c);
	check_range(&c);
	check_services(&c);
	child_free(&c);
	check_tree();
}
