/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87 and SSE registers, switched lazily.  fpu_owner is the partition whose
 * state they hold; CR0.TS is set whenever another one runs, so that its first
 * use traps to fpu_claim().  The state of everybody else is in its descriptor.
 */
#include "x86.h"

struct partition *fpu_owner;

bool fpu_trapped;		/* CR0.TS */
static uint32_t mxcsr_mask = 0xFFBF;

static void ts_raise(void)
{
	uint32_t cr0;

	__asm__ volatile("movl %%cr0, %0\n\torl %1, %0\n\tmovl %0, %%cr0"
		: "=&r"(cr0) : "i"(CR0_TS));
	fpu_trapped = true;
}

static void ts_lower(void)
{
	__asm__ volatile("clts");
	fpu_trapped = false;
}

/* Who is about to run is the owner, or the first after it who is not */
void fpu_trap(bool on)
{
	if (on)
		ts_raise();
	else
		ts_lower();
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

/* At boot, with TS clear: the MXCSR bits that FXRSTOR accepts are in any
 * image that FXSAVE wrote, 0 for the oldest.  SDM vol. 1, 11.6.6. */
void fpu_probe(void)
{
	static uint8_t image[FPU_BYTES] __attribute__((aligned(16)));
	uint32_t mask;

	__asm__ volatile("fxsave %0" : "=m"(image));
	mask = *(const uint32_t *)(image + 28);
	if (mask)
		mxcsr_mask = mask;
}

static void wipe(void *to)
{
	uint32_t words = FPU_BYTES / sizeof(uint32_t);

	__asm__ volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(0)
		: "memory");
}

static void copy(void *to, const void *from)
{
	uint32_t words = FPU_BYTES / sizeof(uint32_t);

	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words)
		: : "memory");
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
	void *buffer = (void *)va;

	if (!child || op > PIP_FPU_RESET)
		return 0;
	if (op != PIP_FPU_RESET && ((va & 15) ||
	    !accessible_range(current, va, FPU_BYTES, rights)))
		return 0;
	if (child == fpu_owner) {
		ts_lower();
		__asm__ volatile("fxsave %0" : "=m"(child->fpu));
		ts_raise();
		if (op != PIP_FPU_READ)
			fpu_owner = NULL;
	}
	switch (op) {
	case PIP_FPU_READ:
		copy(buffer, child->fpu);
		break;
	case PIP_FPU_WRITE:
		copy(child->fpu, buffer);
		*(uint32_t *)(child->fpu + 24) &= mxcsr_mask;
		break;
	case PIP_FPU_RESET:
		wipe(child->fpu);
		fpu_init(child->fpu);
	}
	return 1;
}
