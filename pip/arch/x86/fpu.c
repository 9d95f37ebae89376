/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87 and SSE registers, switched lazily.  fpu_owner is the partition whose
 * state they hold; CR0.TS is set whenever another one runs, so that its first
 * use traps to fpu_claim().  The state of everybody else is in its descriptor.
 */
#include "x86.h"

struct partition *fpu_owner;

static bool ts_set;		/* CR0.TS */

static void ts_raise(void)
{
	uint32_t cr0;

	__asm__ volatile("movl %%cr0, %0\n\torl %1, %0\n\tmovl %0, %%cr0"
		: "=&r"(cr0) : "i"(CR0_TS));
	ts_set = true;
}

static void ts_lower(void)
{
	__asm__ volatile("clts");
	ts_set = false;
}

/* `to` is about to run */
void fpu_switch(const struct partition *to)
{
	if (to == fpu_owner)
		ts_lower();
	else if (!ts_set)
		ts_raise();
}

/* The current partition wants the registers (#NM) */
void fpu_claim(void)
{
	ts_lower();
	if (fpu_owner)
		__asm__ volatile("fxsave %0" : "=m"(fpu_owner->fpu));
	__asm__ volatile("fxrstor %0" : : "m"(current->fpu));
	fpu_owner = current;
}

/* FXRSTOR faults on a reserved MXCSR bit: SDM vol. 1, 11.6.6 */
static void mxcsr_sanitize(uint8_t *fpu)
{
	*(uint32_t *)(fpu + 24) &= 0xFFBF;
}

/*
 * Service fpu: reads, writes or resets the state of child `desc` through the
 * caller's 512-byte buffer.  1, or 0 if there is no such child, operation or
 * buffer.
 */
word fpuState(word desc, word op, word va)
{
	struct partition *child = child_find(desc);
	word rights = op == PIP_FPU_READ ? PTE_P | PTE_W : PTE_P;
	uint32_t *buffer = (uint32_t *)va, *state;

	if (!child || op > PIP_FPU_RESET)
		return 0;
	if (op != PIP_FPU_RESET && ((va & 15) ||
	    !accessible_range(current, va, FPU_BYTES, rights)))
		return 0;
	if (child == fpu_owner) {
		ts_lower();
		__asm__ volatile("fxsave %0" : "=m"(child->fpu));
		fpu_owner = NULL;
		ts_raise();
	}
	state = (uint32_t *)child->fpu;
	for (uint32_t i = 0; i < FPU_BYTES / sizeof(*state); i++) {
		if (op == PIP_FPU_READ)
			buffer[i] = state[i];
		else
			state[i] = op == PIP_FPU_WRITE ? buffer[i] : 0;
	}
	if (op == PIP_FPU_WRITE)
		mxcsr_sanitize(child->fpu);
	if (op == PIP_FPU_RESET)
		fpu_init(child->fpu);
	return 1;
}
