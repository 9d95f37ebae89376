/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pip's services as C functions.  Each is one far call; the contracts are in
 * docs/pip-abi.md.  Inline, so that a partition needs no library for them.
 */
#ifndef PIP_CALL_H
#define PIP_CALL_H

#include <pip/abi.h>

#define PIP_STR_(x)	#x
#define PIP_STR(x)	PIP_STR_(x)
#define PIP_LCALL(sel)	"lcall $" PIP_STR(sel) ", $0\n\t"

/*
 * ECX and EDX are outputs, not clobbers, so that six register arguments fit;
 * "g" may name ESP-relative memory, which the pushes would shift: "ri".
 */
#define PIP_CALL(sel, n, pushes, ...) ({ uint32_t r_, c_, d_;		\
	__asm__ volatile(pushes PIP_LCALL(sel)				\
		"addl $" #n " * 4, %%esp"				\
		: "=a"(r_), "=c"(c_), "=d"(d_) : __VA_ARGS__		\
		: "memory", "cc");					\
	r_; })
#define PIP_ARG(x)	"ri"((uint32_t)(x))
#define PIP_PUSH1	"pushl %3\n\t"
#define PIP_PUSH2	"pushl %4\n\t" PIP_PUSH1
#define PIP_PUSH3	"pushl %5\n\t" PIP_PUSH2
#define PIP_PUSH4	"pushl %6\n\t" PIP_PUSH3
#define PIP_PUSH5	"pushl %7\n\t" PIP_PUSH4
#define PIP_PUSH6	"pushl %8\n\t" PIP_PUSH5

#define PIP_CALL0(sel)		PIP_CALL(sel, 0, "", "i"(0))
#define PIP_CALL1(sel, a)	PIP_CALL(sel, 1, PIP_PUSH1, PIP_ARG(a))
#define PIP_CALL2(sel, a, b)						\
	PIP_CALL(sel, 2, PIP_PUSH2, PIP_ARG(a), PIP_ARG(b))
#define PIP_CALL3(sel, a, b, c)						\
	PIP_CALL(sel, 3, PIP_PUSH3, PIP_ARG(a), PIP_ARG(b), PIP_ARG(c))
#define PIP_CALL4(sel, a, b, c, d)					\
	PIP_CALL(sel, 4, PIP_PUSH4, PIP_ARG(a), PIP_ARG(b), PIP_ARG(c),	\
		PIP_ARG(d))
#define PIP_CALL5(sel, a, b, c, d, e)					\
	PIP_CALL(sel, 5, PIP_PUSH5, PIP_ARG(a), PIP_ARG(b), PIP_ARG(c),	\
		PIP_ARG(d), PIP_ARG(e))
#define PIP_CALL6(sel, a, b, c, d, e, f)				\
	PIP_CALL(sel, 6, PIP_PUSH6, PIP_ARG(a), PIP_ARG(b), PIP_ARG(c),	\
		PIP_ARG(d), PIP_ARG(e), PIP_ARG(f))

static inline void Pip_Outb(uint32_t port, uint32_t value)
{
	(void)PIP_CALL2(PIP_SEL_OUTB, port, value);
}

static inline uint32_t Pip_Inb(uint32_t port)
{
	return PIP_CALL1(PIP_SEL_INB, port);
}

static inline void Pip_Outw(uint32_t port, uint32_t value)
{
	(void)PIP_CALL2(PIP_SEL_OUTW, port, value);
}

static inline uint32_t Pip_Inw(uint32_t port)
{
	return PIP_CALL1(PIP_SEL_INW, port);
}

static inline void Pip_Outl(uint32_t port, uint32_t value)
{
	(void)PIP_CALL2(PIP_SEL_OUTL, port, value);
}

static inline uint32_t Pip_Inl(uint32_t port)
{
	return PIP_CALL1(PIP_SEL_INL, port);
}

/* Writes the physical address of `va` to a port: refused here, returns 0 */
static inline uint32_t Pip_Outaddrl(uint32_t port, uint32_t va)
{
	return PIP_CALL2(PIP_SEL_OUTADDRL, port, va);
}

/* 1, or 0 and nothing happened.  The five pages are Pip's until given back. */
static inline uint32_t Pip_CreatePartition(uint32_t desc, uint32_t pd,
		uint32_t sh1, uint32_t sh2, uint32_t list)
{
	return PIP_CALL5(PIP_SEL_CREATE, desc, pd, sh1, sh2, list);
}

/* Pages that prepare needs before `va` can be mapped in the child: 0 or 3 */
static inline uint32_t Pip_CountToMap(uint32_t desc, uint32_t va)
{
	return PIP_CALL2(PIP_SEL_COUNT_TO_MAP, desc, va);
}

/* (next unused page) | 1, or (`first` page) & ~1 when refused */
static inline uint32_t Pip_Prepare(uint32_t desc, uint32_t va, uint32_t first)
{
	return PIP_CALL3(PIP_SEL_PREPARE, desc, va, first);
}

/* Shares the caller's page `src` with a child at `dst`: 1 or 0 */
static inline uint32_t Pip_AddVAddr(uint32_t src, uint32_t desc, uint32_t dst,
		uint32_t r, uint32_t w, uint32_t e)
{
	return PIP_CALL6(PIP_SEL_ADD_VADDR, src, desc, dst, r, w, e);
}

static inline uint32_t Pip_RemoveVAddr(uint32_t desc, uint32_t va)
{
	return PIP_CALL2(PIP_SEL_REMOVE_VADDR, desc, va);
}

/* The child that holds the caller's page `va`: its descriptor, or 0 */
static inline uint32_t Pip_MappedInChild(uint32_t va)
{
	return PIP_CALL1(PIP_SEL_MAPPED_IN_CHILD, va);
}

/* Everything lent to the child comes back wiped, whatever it did with it */
static inline uint32_t Pip_DeletePartition(uint32_t desc)
{
	return PIP_CALL1(PIP_SEL_DELETE, desc);
}

static inline uint32_t Pip_Collect(uint32_t desc, uint32_t va)
{
	return PIP_CALL2(PIP_SEL_COLLECT, desc, va);
}

static inline uint32_t Pip_GetIntState(uint32_t desc)
{
	return PIP_CALL1(PIP_SEL_GET_INT_STATE, desc);
}

static inline uint32_t Pip_SetIntState(uint32_t state)
{
	return PIP_CALL1(PIP_SEL_SET_INT_STATE, state);
}

/*
 * Gives the processor to child `desc`, or to the parent for 0, at its context
 * VIDT[vint], saving the caller at its context VIDT[save] (none if that is a
 * zero pointer).  Returns only a PIP_YIELD_* error, or 0 when resumed.
 */
static inline uint32_t Pip_Yield(uint32_t desc, uint32_t vint, uint32_t save,
		uint32_t on_yield, uint32_t on_wake)
{
	return PIP_CALL5(PIP_SEL_YIELD, desc, vint, save, on_yield,
			on_wake);
}

/* PIP_PROBE_* bits for the caller's own page at `va`, 0 if it has no access */
static inline uint32_t Pip_Probe(uint32_t va)
{
	return PIP_CALL1(PIP_SEL_PROBE, va);
}

/* `va`: 16-byte aligned buffer of PIP_FPU_SIZE within a page; 1 or 0 */
static inline uint32_t Pip_Fpu(uint32_t desc, uint32_t op, uint32_t va)
{
	return PIP_CALL3(PIP_SEL_FPU, desc, op, va);
}

static inline uint32_t Pip_Restrict(uint32_t desc, uint32_t what,
		uint32_t first, uint32_t last)
{
	return PIP_CALL4(PIP_SEL_RESTRICT, desc, what, first, last);
}

/* Root only: mask or unmask a hardware line, 0-15; 1 or 0 */
static inline uint32_t Pip_Irq(uint32_t line, uint32_t op)
{
	return PIP_CALL2(PIP_SEL_IRQ, line, op);
}

/* Root only: sleeps until a hardware interrupt and returns its vector */
static inline uint32_t Pip_Idle(void)
{
	return PIP_CALL0(PIP_SEL_IDLE);
}

#endif
