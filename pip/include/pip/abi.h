/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The binary interface between Pip and its partitions: the one header that
 * the kernel, libpip and the partitions share.  The prose is docs/pip-abi.md.
 *
 * A service is a far call through a call gate, `lcall $SELECTOR, $0`: the
 * last argument is pushed first, the caller pops, EAX is the result.  ECX and
 * EDX come back zero; every other register is kept.
 */
#ifndef PIP_ABI_H
#define PIP_ABI_H

#define PIP_ABI_VERSION		1

/* Selectors */
#define PIP_SEL_USER_CS		0x1B
#define PIP_SEL_USER_DS		0x23
#define PIP_SEL_TSS		0x28
#define PIP_SEL_THREAD		0xCB	/* GS of a context with PIP_CTX_THREAD */

/* Call gates of the original */
#define PIP_SEL_OUTB		0x30	/* port, value */
#define PIP_SEL_INB		0x38	/* port */
#define PIP_SEL_OUTW		0x40
#define PIP_SEL_INW		0x48
#define PIP_SEL_OUTL		0x50
#define PIP_SEL_INL		0x58
#define PIP_SEL_CREATE		0x60	/* desc, pd, sh1, sh2, list */
#define PIP_SEL_COUNT_TO_MAP	0x68	/* desc, va */
#define PIP_SEL_PREPARE		0x70	/* desc, va, first page */
#define PIP_SEL_ADD_VADDR	0x78	/* src, desc, dst, r, w, e */
#define PIP_SEL_GET_INT_STATE	0x80	/* desc */
#define PIP_SEL_OUTADDRL	0x88	/* port, va */
#define PIP_SEL_SET_INT_STATE	0x98	/* state */
#define PIP_SEL_REMOVE_VADDR	0xA0	/* desc, va */
#define PIP_SEL_MAPPED_IN_CHILD	0xA8	/* va */
#define PIP_SEL_DELETE		0xB0	/* desc */
#define PIP_SEL_COLLECT		0xB8	/* desc, va */
#define PIP_SEL_YIELD		0xC0	/* desc, vint, save, on yield, on wake */

/* Our additions */
#define PIP_SEL_PROBE		0xD0	/* va */
#define PIP_SEL_FPU		0xD8	/* desc, op, va */
#define PIP_SEL_RESTRICT	0xE0	/* desc, what, first port, last port */
#define PIP_SEL_IRQ		0xE8	/* line, op */
#define PIP_SEL_IDLE		0xF0	/* */

/* yield: why it returned, in checking order */
#define PIP_YIELD_BAD_VINT	1
#define PIP_YIELD_BAD_SAVE	2
#define PIP_YIELD_ROOT_PARENT	3	/* the root has no parent */
#define PIP_YIELD_NOT_CHILD	4
#define PIP_YIELD_TARGET_VIDT	5
#define PIP_YIELD_CALLER_VIDT	6
#define PIP_YIELD_TARGET_CTX	8
#define PIP_YIELD_SAVE_ADDR	9

/* probe: what the caller may do with one of its pages */
#define PIP_PROBE_READ		1
#define PIP_PROBE_WRITE		2

/* fpu: operations on a child's x87/SSE state, a 512-byte FXSAVE image */
#define PIP_FPU_READ		0	/* child -> buffer */
#define PIP_FPU_WRITE		1	/* buffer -> child */
#define PIP_FPU_RESET		2	/* child as after FNINIT; va unused */
#define PIP_FPU_SIZE		512

/* restrict: rights a parent takes from a child for good */
#define PIP_RESTRICT_PORTS	0	/* keep only [first, last] of its ports */
#define PIP_RESTRICT_SERVICES	1	/* every gate raises #GP in the child */
#define PIP_RESTRICT_ADD_PORTS	2	/* [first, last] too, after the first */

/* irq: operations on a hardware interrupt line, root only */
#define PIP_IRQ_UNMASK		0
#define PIP_IRQ_MASK		1

/* Memory map of every partition */
#define PIP_PAGE_SIZE		0x1000u
#define PIP_USER_BASE		0x00400000u
#define PIP_USER_END		0xC0000000u
#define PIP_USER_HIGH		0xFFC00000u	/* up to the end */
#define PIP_VIDT		0xFFFFF000u
#define PIP_VIDT_MAX		1022		/* highest valid index */
#define PIP_VIDT_SAVE_CLI	48		/* interrupted, virtually masked */
#define PIP_VIDT_SAVE_STI	49		/* interrupted otherwise */

/* Virtual interrupts that Pip raises */
#define PIP_VINT_DOUBLE		8		/* a child's event found nobody */
#define PIP_VINT_IRQ		32		/* + hardware line, in the root */

/* The root's first state */
#define PIP_ROOT_BASE		0x00700000u
#define PIP_ROOT_VGA		0xFFFFB000u
#define PIP_ROOT_INFO		0xFFFFC000u
#define PIP_ROOT_STACK		0xFFFFD000u	/* two pages */
#define PIP_ROOT_CONTEXT	0xFFFFEFC0u

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

/*
 * A saved or loadable state.  pipflags becomes the partition's interrupt
 * state (0: virtually masked) unless its top byte is PIP_CTX_MAGIC: then the
 * low 16 bits are the state and bits 16-23 ask for additions.
 */
typedef struct user_ctx {
	uint32_t eip;
	uint32_t pipflags;
	uint32_t eflags;
	struct {
		uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	} regs;
	uint32_t valid;		/* 1 when Pip saved it; not checked on load */
	uint32_t nfu[4];	/* see PIP_NFU_* */
} user_ctx_t;

/* nfu: written with every save, the thread base also read on load */
#define PIP_NFU_VECTOR	0	/* event that saved it; PIP_EVENT_YIELD */
#define PIP_NFU_ERROR	1	/* the fault's error code, else 0 */
#define PIP_NFU_ADDRESS	2	/* CR2 of a page fault, else 0 */
#define PIP_NFU_THREAD	3	/* base of PIP_SEL_THREAD */

#define PIP_EVENT_YIELD	0xFFFFFFFFu

#define PIP_CTX_MAGIC	0x50000000u	/* in the top byte of pipflags */
#define PIP_CTX_MASK	0xFF000000u
#define PIP_CTX_THREAD	0x00010000u	/* GS = PIP_SEL_THREAD, base nfu[3] */
#define PIP_CTX_STEP	0x00020000u	/* single-step: #DB after one instruction */

_Static_assert(sizeof(user_ctx_t) == 64, "user_ctx_t is 64 bytes");
_Static_assert(offsetof(user_ctx_t, regs.esp) == 24, "esp");
_Static_assert(offsetof(user_ctx_t, regs.eax) == 40, "eax");
_Static_assert(offsetof(user_ctx_t, valid) == 44, "valid");
_Static_assert(offsetof(user_ctx_t, nfu) == 48, "nfu");

/* First-partition information, at PIP_ROOT_INFO */
#define PIP_INFO_MAGIC		0xDEADCAFEu
#define PIP_INFO_EXT_MAGIC	0x50495032u	/* "PIP2" */
#define PIP_INFO_MODULES	16

typedef struct pip_fpinfo {
	uint32_t magic;
	uint32_t membegin;	/* first free address, page aligned */
	uint32_t memend;	/* end of the free memory, exclusive */
	char revision[64];
	uint32_t hwinfo[3];	/* at 76; zero here, 88 bytes in the original */
	/* our extension */
	uint32_t ext_magic;
	uint32_t version;	/* PIP_ABI_VERSION */
	uint32_t ram_kib;	/* memory that Pip manages */
	uint32_t tsc_khz;	/* 0: unknown */
	uint32_t cmdline;	/* address of the root's own module string */
	uint32_t nmodules;
	struct {
		uint32_t start;	/* page aligned, mapped read-write */
		uint32_t size;	/* bytes; the last page is zero-padded */
		uint32_t cmdline;
	} module[PIP_INFO_MODULES];
} pip_fpinfo_t;

_Static_assert(offsetof(pip_fpinfo_t, hwinfo) == 76, "hwinfo");
_Static_assert(offsetof(pip_fpinfo_t, ext_magic) == 88, "extension");

#endif
#endif
