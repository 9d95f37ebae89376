/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next: yield, events to the parent, interrupts to the root.  Only
 * decides; the machine saves and loads.
 */
#include "pip.h"
#include <pip/abi.h>

#define CTX_BYTES	sizeof(user_ctx_t)

static word vidt_walk(struct partition *p)
{
	struct slot s;

	if (slot_find(p, PIP_VIDT, &s) && (*s.pte & PTE_P))
		p->vidt = *s.pte & PAGE_MASK;
	return p->vidt;
}

/* The VIDT of p, NULL if it has none */
static inline const word *vidt_of(struct partition *p)
{
	word page = p->vidt;

	if (!page)
		page = vidt_walk(p);
	return page ? page_at(page) : NULL;
}

static bool context_walk(struct partition *p, word va, word rights)
{
	if (!accessible_range(p, va, CTX_BYTES, PTE_P | PTE_W))
		return rights == PTE_P &&
			accessible_range(p, va, CTX_BYTES, PTE_P);
	p->context = va;
	return true;
}

/* May p's context at `va`, not 0, be loaded (PTE_P) or saved (PTE_W too)? */
static inline bool context_usable(struct partition *p, word va, word rights)
{
	return va == p->context || context_walk(p, va, rights);
}

/* Context of p for a virtual interrupt, 0 if it has none that it may read */
static inline word handler_of(struct partition *p, word vint)
{
	const word *vidt = vidt_of(p);

	if (!vidt || !vidt[vint] || !context_usable(p, vidt[vint], PTE_P))
		return 0;
	return vidt[vint];
}

/* Where an interrupted partition is saved, 0 if nowhere */
static inline word save_of(struct partition *p)
{
	const word *vidt = vidt_of(p);
	word ctx;

	if (!vidt)
		return 0;
	ctx = vidt[p->state ? PIP_VIDT_SAVE_STI : PIP_VIDT_SAVE_CLI];
	return ctx && context_usable(p, ctx, PTE_P | PTE_W) ? ctx : 0;
}

/* 0 and *t, or a PIP_YIELD_* code */
word yield_decode(word desc, word vint, word save, struct transfer *t)
{
	const word *own, *theirs;

	if (vint > PIP_VIDT_MAX)
		return PIP_YIELD_BAD_VINT;
	if (save > PIP_VIDT_MAX)
		return PIP_YIELD_BAD_SAVE;
	if (desc) {
		t->to = child_find(desc);
		if (!t->to)
			return PIP_YIELD_NOT_CHILD;
	} else {
		t->to = parent_of(current);
		if (!t->to)
			return PIP_YIELD_ROOT_PARENT;
	}
	own = vidt_of(current);
	if (!own)
		return PIP_YIELD_CALLER_VIDT;
	theirs = vidt_of(t->to);
	if (!theirs)
		return PIP_YIELD_TARGET_VIDT;
	t->context = theirs[vint];
	if (!t->context || !context_usable(t->to, t->context, PTE_P))
		return PIP_YIELD_TARGET_CTX;
	t->save = own[save];
	if (t->save && !context_usable(current, t->save, PTE_P | PTE_W))
		return PIP_YIELD_SAVE_ADDR;
	return 0;
}

/*
 * A fault or software interrupt of the current partition: to its parent, or
 * as PIP_VINT_DOUBLE to the next ancestor that can take it.  False: nobody.
 */
bool route_event(word vector, struct transfer *t)
{
	for (t->to = parent_of(current); t->to; t->to = parent_of(t->to)) {
		t->context = handler_of(t->to, vector);
		if (t->context) {
			t->save = save_of(current);
			return true;
		}
		vector = PIP_VINT_DOUBLE;
	}
	return false;
}

/* A hardware interrupt.  False: the root does not want it. */
bool route_irq(word vector, struct transfer *t)
{
	t->to = root;
	t->context = handler_of(root, vector);
	if (!t->context)
		return false;
	t->save = save_of(current);
	return true;
}
