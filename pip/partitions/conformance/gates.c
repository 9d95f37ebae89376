/* SPDX-License-Identifier: BSD-2-Clause */
/* What every service does to the registers and its arguments. */
#include "conformance.h"

static const struct {
	const char *name;
	uint32_t selector, nargs;
	uint32_t args[6];
	uint32_t result;
} gates[] = {
	{ "outb", 0x30, 2, { 0x80, 0 }, 0 },
	{ "inb", 0x38, 1, { COM1_LSR }, 0 },
	{ "outw", 0x40, 2, { 0x80, 0 }, 0 },
	{ "inw", 0x48, 1, { 0x80 }, 0 },
	{ "outl", 0x50, 2, { 0x80, 0 }, 0 },
	{ "inl", 0x58, 1, { 0x80 }, 0 },
	{ "createPartition", 0x60, 5, { 0 }, 0 },
	{ "countToMap", 0x68, 2, { 0 }, 0 },
	{ "prepare", 0x70, 3, { 0 }, 0 },
	{ "addVAddr", 0x78, 6, { 0 }, 0 },
	{ "get_int_state", 0x80, 1, { 0 }, 0xFFFFFFFF },
	{ "outaddrl", 0x88, 2, { 0 }, 0 },
	{ "set_int_state", 0x98, 1, { 0 }, 0 },
	{ "removeVAddr", 0xA0, 2, { 0 }, 0 },
	{ "mappedInChild", 0xA8, 1, { 0 }, 0 },
	{ "deletePartition", 0xB0, 1, { 0 }, 0 },
	{ "collect", 0xB8, 2, { 0 }, 0 },
	{ "yield", 0xC0, 5, { 0, 0, 0, 0, 0 }, PIP_YIELD_ROOT_PARENT },
	{ "probe", PIP_SEL_PROBE, 1, { 0 }, 0 },
	{ "fpu", PIP_SEL_FPU, 3, { 0 }, 0 },
	{ "restrict", PIP_SEL_RESTRICT, 4, { 0 }, 0 },
	{ "irq", PIP_SEL_IRQ, 2, { 16, 0 }, 0 },
};

void check_gates(void)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(gates); i++) {
		const char *name = gates[i].name;
		bool port = gates[i].selector <= 0x58;
		uint32_t result = service(gates[i].selector, gates[i].nargs,
			gates[i].args);

		if (!port)
			is(result, gates[i].result, "%s: EAX", name);
		is(gate.ecx, 0, "%s: ECX comes back zero", name);
		is(gate.edx, 0, "%s: EDX comes back zero", name);
		check(gate.ebx == 0xB1B2B3B4 && gate.esi == 0x51525354 &&
			gate.edi == 0xD1D2D3D4 && gate.ebp == 0xA1A2A3A4,
			"%s: EBX, ESI, EDI and EBP are kept", name);
		is(gate.esp_change, 0, "%s: the caller pops", name);
	}
	gate = (struct gate_call){ .selector = PIP_SEL_MAPPED_IN_CHILD,
		.offset = 0xDEADBEEF, .nargs = 1, .eflags = 2 };
	gate_call();
	is(gate.eax, 0, "the offset of the far call is ignored");
	gate.selector &= ~3u;
	gate_call();
	is(gate.eax, 0, "the selector works with RPL 0");
	gate.selector |= 3;
	gate_call();
	is(gate.eax, 0, "the selector works with RPL 3");
}
