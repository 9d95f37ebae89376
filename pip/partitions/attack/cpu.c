/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks with the processor: instructions, vectors, selectors, flags, ESP. */
#include "attack.h"

#define GP		13
#define PF		14
#define GDT_ENTRIES	31
#define SEL_CODE	3		/* index of the user's segments */
#define SEL_DATA	4
#define SEL_TSS		5
#define SEL_THREAD	25
#define KERNEL_CS	8

void attack_instructions(void)
{
	for (const struct instruction *i = instructions; i->name; i++)
		perform(&(struct act){ .fn = i->code, .who = CHILD | GRANDCHILD,
			.vector = i->vector, .error = i->error,
			.value = i->value }, "%s", i->name);
}

void attack_vectors(void)
{
	for (uint32_t n = 0; n < 256; n++)
		perform(&(struct act){
			.fn = (act_fn *)(uint32_t)(int_stubs + 4 * n),
			/* VIDT[48] of a middle one is its own save slot */
			.who = n % 16 || n == 48 ? CHILD : CHILD | GRANDCHILD,
			.vector = n < 48 ? GP : n, .error = n * 8 + 2,
			.value = ANY_VALUE,
		}, "int %u", n);
}

static bool is_gate(uint32_t index)
{
	return index >= 6 && index < GDT_ENTRIES && index != 0x90 / 8 &&
		index != SEL_THREAD;
}

static void load_sweep(const char *name, act_fn *fn, bool stack,
		uint32_t selector)
{
	uint32_t index = selector >> 3;
	bool null = selector < 4, table = !(selector & 4);
	bool data = table && (index == SEL_DATA || index == SEL_THREAD);
	bool good = stack ? data && (selector & 3) == 3 :
		null || data || (table && index == SEL_CODE);

	perform(&(struct act){ .fn = fn, .argument = selector, .who = CHILD,
		.vector = good ? REPORT : GP, .error = selector & 0xFFFC,
		.value = 1 }, "%s with selector 0x%x", name, selector);
}

/* SDM vol. 2, JMP and CALL to another segment */
static void transfer_sweep(uint32_t selector)
{
	uint32_t index = selector >> 3, error = selector & 0xFFFC;
	bool good = !(selector & 4) && index == SEL_CODE;

	perform(&(struct act){ .fn = jump_far, .argument = selector,
		.who = CHILD,
		.vector = good ? REPORT : GP, .value = 1,
		.error = !(selector & 4) && is_gate(index) ? KERNEL_CS : error,
	}, "far jump to selector 0x%x", selector);
	if (!is_gate(index) || selector & 4)
		perform(&(struct act){ .fn = call_far, .argument = selector,
			.who = CHILD, .vector = good ? REPORT : GP, .value = 1,
			.error = error }, "far call to selector 0x%x",
			selector);
}

static void selector_sweep(uint32_t selector)
{
	load_sweep("mov ds", load_ds, false, selector);
	load_sweep("mov gs", load_gs, false, selector);
	load_sweep("mov ss", load_ss, true, selector);
	transfer_sweep(selector);
}

void attack_selectors(void)
{
	static const uint16_t odd[] = { 0, 1, 8, 0x10, 0x18, 0x20, 0x28, 0x60,
		4, 7, 0xF, 0x27, 0xFFF8, 0xFFFF, 0x1000 };

	for (uint32_t index = 0; index <= GDT_ENTRIES; index++)
		selector_sweep(index * 8 + 3);
	for (uint32_t i = 0; i < ARRAY_SIZE(odd); i++) {
		selector_sweep(odd[i]);
		load_sweep("mov es", load_es, false, odd[i]);
		load_sweep("mov fs", load_fs, false, odd[i]);
	}
}

/* Services that change nothing, with their results for zeros */
static const struct {
	uint32_t selector, nargs, args[6], result;
} quiet[] = {
	{ 0x30, 2, { 0x80, 0 }, 0 }, { 0x38, 1, { 0x3FF }, 0 },
	{ 0x40, 2, { 0x300, 0 }, 0 }, { 0x48, 1, { 0x300 }, 0 },
	{ 0x50, 2, { 0x300, 0 }, 0 }, { 0x58, 1, { 0x300 }, 0 },
	{ 0x60, 5, { 0 }, 0 }, { 0x68, 2, { 0 }, 0 }, { 0x70, 3, { 0 }, 0 },
	{ 0x78, 6, { 0 }, 0 }, { 0x80, 1, { 0 }, 0xFFFFFFFF },
	{ 0x88, 2, { 0 }, 0 }, { 0x98, 1, { 0 }, 0 }, { 0xA0, 2, { 0 }, 0 },
	{ 0xA8, 1, { 0 }, 0 }, { 0xB0, 1, { 0 }, 0 }, { 0xB8, 2, { 0 }, 0 },
	{ 0xC0, 5, { 0, 1023, 0, 0, 0 }, 1 }, { 0xD0, 1, { 0 }, 0 },
	{ 0xD8, 3, { 0 }, 0 }, { 0xE0, 4, { 0 }, 0 }, { 0xE8, 2, { 16 }, 0 },
};

static uint32_t flags_wanted, esp_at_gate;

static uint32_t quiet_call(uint32_t i)
{
	gate = (struct gate_call){ .selector = quiet[i].selector,
		.nargs = quiet[i].nargs, .eflags = flags_wanted };
	memcpy(gate.args, quiet[i].args, sizeof(gate.args));
	gate_call();
	if (gate.eflags_after & (EFLAGS_TF | EFLAGS_DF | EFLAGS_NT | EFLAGS_AC))
		return 0xBADF;
	if (gate.ecx || gate.edx)
		return 0xBADC;
	return quiet[i].selector <= 0x58 ? 0 : gate.eax;
}

static void flags_sweep(const char *name, uint32_t flags)
{
	flags_wanted = flags;
	for (uint32_t i = 0; i < ARRAY_SIZE(quiet); i++)
		perform(&(struct act){ .fn = quiet_call, .argument = i,
			.who = i % 8 ? CHILD | ROOT : ALL, .vector = REPORT,
			.value = quiet[i].result },
			"%s set at gate 0x%x", name, quiet[i].selector);
	perform(&(struct act){ .fn = int_with_flags, .argument = flags,
		.who = CHILD | GRANDCHILD, .vector = 128 },
		"%s set at int 80h", name);
	perform(&(struct act){ .fn = fault_with_flags, .argument = flags,
		.who = CHILD | GRANDCHILD, .vector = 6 },
		"%s set at a fault", name);
	perform(&(struct act){ .fn = yield_with_flags, .argument = flags,
		.who = CHILD | GRANDCHILD, .vector = 64 },
		"%s set at a yield", name);
}

void attack_flags(void)
{
	flags_sweep("DF", 0x202 | EFLAGS_DF);
	flags_sweep("TF", 0x202 | EFLAGS_TF);
	flags_sweep("NT", 0x202 | EFLAGS_NT);
	flags_sweep("AC", 0x202 | EFLAGS_AC);
	flags_sweep("IOPL", 0x3202);
	flags_sweep("all of EFLAGS but TF", 0xFFFFFFFF & ~EFLAGS_TF);
}

static uint32_t stack_call(uint32_t i)
{
	gate = (struct gate_call){ .selector = quiet[i].selector,
		.nargs = quiet[i].nargs, .own_esp = 1, .esp = esp_at_gate };
	gate_call();
	return 1;
}

static void stack_sweep(uint32_t i, uint32_t esp)
{
	uint32_t size = 4 * quiet[i].nargs, last = esp + size - 1;
	/* only the last word of the VIDT is the actor's */
	bool good = esp >= PIP_VIDT && last >= esp;

	esp_at_gate = esp;
	perform(&(struct act){ .fn = stack_call, .argument = i, .who = CHILD,
		.vector = good ? REPORT : FAULTS, .value = 1 },
		"gate 0x%x with ESP 0x%x", quiet[i].selector, esp);
}

void attack_stacks(void)
{
	static const uint32_t esps[] = { 0, 4, 0x100000, 0x3FFFFC, 0x3FFFFE,
		0x400000, 0xBFFFFFFC, 0xC0000000, 0xFFBFFFFC, 0xFFC00000,
		0xFFFFFFFC, 0xFFFFFFFF };

	for (uint32_t i = 0; i < ARRAY_SIZE(quiet); i++) {
		/* with zeros from the VIDT set_int_state and the like work */
		for (uint32_t k = 0; k < ARRAY_SIZE(esps); k++)
			if (quiet[i].selector > 0x58 ||
			    esps[k] < 0xFFFFFFF0)
				stack_sweep(i, esps[k]);
	}
	for (uint32_t k = 0; k < ARRAY_SIZE(esps); k++) {
		perform(&(struct act){ .fn = int_at_esp, .argument = esps[k],
			.who = CHILD | GRANDCHILD, .vector = 128 },
			"int 80h with ESP 0x%x", esps[k]);
		perform(&(struct act){ .fn = fault_at_esp, .argument = esps[k],
			.who = CHILD | GRANDCHILD, .vector = 6 },
			"a fault with ESP 0x%x", esps[k]);
	}
}
