/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Acts of a root that must stop the machine with Pip's report, one per boot:
 * `act=NAME` on the root's command line.  Coming back is the failure.
 */
#include <pip/port.h>
#include "attack.h"

static uint32_t children_fault(uint32_t argument)
{
	struct child c;

	VIDT[13] = NULL;
	child_new(&c, 0);
	child_start(&c, load_ds, argument);
	return child_run(&c);
}

static uint32_t int_from_child(uint32_t argument)
{
	struct child c;

	VIDT[0x80] = NULL;
	child_new(&c, 0);
	child_start(&c, int_at_esp, argument);
	return child_run(&c);
}

static uint32_t bad_stack(uint32_t esp)
{
	gate = (struct gate_call){ .selector = PIP_SEL_MAPPED_IN_CHILD,
		.nargs = 1, .own_esp = 1, .esp = esp };
	gate_call();
	return 0;
}

static uint32_t write_at(uint32_t va)
{
	*(volatile uint32_t *)va = 0;
	return 0;
}

static uint32_t step_itself(uint32_t argument)
{
	static user_ctx_t saved;
	struct child c;

	VIDT[7] = &saved;
	child_new(&c, 0);
	landing[REPORT].pipflags = PIP_CTX_MAGIC | PIP_CTX_STEP;
	child_start(&c, see_registers, argument);
	return child_run(&c);
}

static uint32_t port_read(uint32_t port)
{
	return port_in8(port);
}

static uint32_t port_write(uint32_t port)
{
	port_out8(port, 0);
	return 0;
}

/* Two of its bytes are open, two are not */
static uint32_t port_write_across(uint32_t port)
{
	port_out32(port, 0);
	return 0;
}

static const struct {
	const char *name;
	act_fn *fn;
	uint32_t argument;
} acts[] = {
	{ "kernel-write", write_at, 0x100000 },
	{ "window-write", write_at, 0xC0000000 },
	{ "null-write", write_at, 0 },
	{ "bad-stack", bad_stack, 0xC0000000 },
	{ "selector", load_ds, 0x08 },
	{ "int", int_at_esp, 0 },
	{ "fault", fault_at_esp, 0 },
	{ "step", step_itself, 0 },
	{ "port-dma", port_read, 0x00 },
	{ "port-pic", port_write, 0x21 },
	{ "port-keyboard", port_write, 0x64 },
	{ "port-pci", port_write_across, 0xCF6 },
	{ "port-last", port_write_across, 0xFFFE },
	{ "child-fault", children_fault, 0x10 },
	{ "child-int", int_from_child, 0 },
};

void attack_by_root(const char *name)
{
	pip_fpinfo_t *info = (pip_fpinfo_t *)PIP_ROOT_INFO;

	Pip_InitPaging(info->membegin, info->memend);
	actor_vidt_init();
	for (uint32_t line = 0; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	printf("act %s\n", name);
	for (uint32_t i = 0; i < ARRAY_SIZE(acts); i++)
		if (!strcmp(name, acts[i].name))
			acts[i].fn(acts[i].argument);
	for (const struct instruction *i = instructions; i->name; i++)
		if (!strcmp(name, i->name))
			i->code(0);
	check(false, "the root goes on after %s", name);
	finish();
}
