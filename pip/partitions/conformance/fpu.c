/* SPDX-License-Identifier: BSD-2-Clause */
/* x87 and SSE state: each partition's own, and the parent's to see. */
#include "conformance.h"

#define CONTROL		0		/* offsets in an FXSAVE image */
#define MXCSR		24
#define XMM(n)		(160 + 16 * (n))

static uint8_t image[PIP_FPU_SIZE] __attribute__((aligned(16)));
static uint32_t word_at[4] __attribute__((aligned(16)));

static uint32_t xmm0_read(void)
{
	__asm__ volatile("movaps %%xmm0, %0" : "=m"(word_at));
	return word_at[0];
}

static void xmm0_write(uint32_t value)
{
	for (int i = 0; i < 4; i++)
		word_at[i] = value;
	__asm__ volatile("movaps %0, %%xmm0" : : "m"(word_at));
}

/* In the child */
static uint32_t see_xmm0(uint32_t argument)
{
	return xmm0_read() + argument;
}

static uint32_t set_xmm0(uint32_t value)
{
	xmm0_write(value);
	return 1;
}

/* 0 if everything is as after FNINIT */
static uint32_t fresh(uint32_t argument)
{
	uint16_t control, status;
	uint32_t mxcsr;

	__asm__ volatile("fnstcw %0" : "=m"(control));
	__asm__ volatile("fnstsw %0" : "=m"(status));
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	return (control != 0x37F) + 2 * (status != 0) +
		4 * (mxcsr != 0x1F80) + argument;
}

static uint32_t x87_exception(uint32_t argument)
{
	uint16_t control = 0x37B;	/* division by zero unmasked */

	__asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\t"
		"fdivrp\n\tfwait" : : "m"(control));
	return argument;
}

static uint32_t x87_pending(uint32_t argument)
{
	uint16_t control = 0x37B;

	__asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\t"
		"fdivrp" : : "m"(control));
	return argument;
}

/* MXCSR afterwards, if there is an afterwards */
static uint32_t sse_exception(uint32_t argument)
{
	uint32_t mxcsr = 0x1F80 & ~0x200u;

	__asm__ volatile("ldmxcsr %0\n\txorps %%xmm0, %%xmm0\n\t"
		"movl $0x3F800000, %%eax\n\tmovd %%eax, %%xmm1\n\t"
		"divss %%xmm0, %%xmm1\n\tstmxcsr %0"
		: "+m"(mxcsr) : : "eax");
	return mxcsr | argument;
}

static void check_isolation(struct child *c, struct child *d)
{
	xmm0_write(0xAAAA);
	is(child_call(c, fresh, 0), 0, "a new child: x87 and MXCSR fresh");
	is(child_call(c, see_xmm0, 0), 0, "a new child: XMM0 is 0");
	is(child_call(c, set_xmm0, 0xBBBB), 1, "a child sets XMM0");
	is(xmm0_read(), 0xAAAA, "the parent has its own");
	is(child_call(d, see_xmm0, 0), 0, "its sibling too");
	is(child_call(d, set_xmm0, 0xCCCC), 1, "the sibling sets XMM0");
	is(child_call(c, see_xmm0, 0), 0xBBBB, "the child finds its own");
	is(child_call(d, see_xmm0, 0), 0xCCCC, "the sibling its own");
	is(xmm0_read(), 0xAAAA, "the parent its own");
}

static void check_service(struct child *c, struct child *d)
{
	const uint32_t va = (uint32_t)image;

	is(Pip_Fpu(c->desc, PIP_FPU_READ, va), 1, "fpu read: 1");
	is(*(uint32_t *)(image + XMM(0)), 0xBBBB, "the child's XMM0");
	is(*(uint16_t *)(image + CONTROL), 0x37F, "its control word");
	is(*(uint32_t *)(image + MXCSR), 0x1F80, "its MXCSR");
	*(uint32_t *)(image + XMM(0)) = 0xDDDD;
	*(uint32_t *)(image + MXCSR) = 0xFFFFFFFF;
	is(Pip_Fpu(d->desc, PIP_FPU_WRITE, va), 1, "fpu write: 1");
	is(child_call(d, see_xmm0, 0), 0xDDDD, "a copy for another child; "
		"reserved MXCSR bits do no harm");
	is(Pip_Fpu(d->desc, PIP_FPU_RESET, 0), 1, "fpu reset: 1");
	is(child_call(d, fresh, 0), 0, "the child is fresh");
	is(child_call(d, see_xmm0, 0), 0, "its XMM0 is 0");
	is(Pip_Fpu(c->desc, 3, va), 0, "fpu, no operation 3: 0");
	is(Pip_Fpu(0, PIP_FPU_READ, va), 0, "fpu, no child: 0");
	is(Pip_Fpu(c->desc, PIP_FPU_READ, va + 4), 0, "fpu, unaligned: 0");
	is(Pip_Fpu(c->desc, PIP_FPU_READ, 0x100000), 0, "fpu, kernel: 0");
	is(Pip_Fpu(c->desc, PIP_FPU_WRITE, 0xC0000000), 0, "fpu, window: 0");
	is(Pip_Fpu(c->desc, PIP_FPU_READ, c->desc), 0, "fpu, lent page: 0");
	is(Pip_Fpu(c->desc, PIP_FPU_READ, 0xFFFFFF00), 0, "fpu, wraps: 0");
	is(xmm0_read(), 0xAAAA, "the parent's registers are kept");
}

static uint32_t read_grandchild(uint32_t va)
{
	static struct child c;

	child_is_parent(90);
	return child_new(&c, 0) ? Pip_Fpu(c.desc, PIP_FPU_READ, va) * 2 +
		Pip_Fpu(c.desc, PIP_FPU_WRITE, va) : 0;
}

static void check_readonly_buffer(void)
{
	struct child c;

	child_new(&c, 90);
	child_map(&c, 0, 0x01000000);
	Pip_AddVAddr(child_take(&c), c.desc, 0x01000000, 1, 0, 1);
	is(child_call(&c, read_grandchild, 0x01000000), 1,
		"fpu: a read-only buffer may be written from, not read to");
	child_free(&c);
}

static void check_exceptions(struct child *c, struct child *d)
{
	uint32_t vector;

	child_start(c, x87_exception, 0);
	is(child_run(c), 16, "an x87 exception: vector 16");
	child_start(c, sse_exception, 0);
	vector = child_run(c);
	/* QEMU's TCG notes the exception in MXCSR and goes on */
	check(vector == 19 || (vector == REPORT && (c->box[0] & 4)),
		"an SSE exception: vector 19");
	is(child_call(c, x87_pending, 7), 7, "an x87 exception pending");
	is(child_call(d, fresh, 0), 0, "is not the sibling's");
	is(xmm0_read(), 0xAAAA, "nor the parent's");
}

/* A descriptor page that is used again must not bring old registers back */
static void check_reuse(void)
{
	struct child c;

	child_new(&c, 0);
	child_call(&c, set_xmm0, 0xEEEE);
	child_free(&c);
	child_new(&c, 0);
	is(child_call(&c, see_xmm0, 0), 0, "a later child in the same pages");
	child_free(&c);
}

void check_fpu(void)
{
	struct child c, d;

	child_new(&c, 0);
	child_new(&d, 0);
	check_isolation(&c, &d);
	check_service(&c, &d);
	check_exceptions(&c, &d);
	child_free(&c);
	child_free(&d);
	check_readonly_buffer();
	check_reuse();
}
