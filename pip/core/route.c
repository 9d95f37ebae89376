/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next: yield, events to the parent, interrupts to the root.  Only
 * decides; the machine saves and loads.
 */
#include "pip.h"
#include <pip/abi.h>

#define CTX_BYTES	sizeof(user_ctx_t)

static inline const word *vidt_of(const struct partition *p)
{
	struct slot s;

	if (!slot_find(p, PIP_VIDT, &s) || !(*s.pte & PTE_P))
		return NULL;
	return words(*s.pte);
}

/* Context of p for a virtual interrupt, 0 if it has none that it may read */
static inline word handler_of(const struct partition *p, word vint)
{
	const word *vidt = vidt_of(p);

	if (!vidt || !vidt[vint] ||
	    !accessible_range(p, vidt[vint], CTX_BYTES, PTE_P))
		return 0;
	return vidt[vint];
}

/* Where an interrupted partition is saved, 0 if nowhere */
static inline word save_of(const struct partition *p)
{
	const word *vidt = vidt_of(p);
	word ctx;

	if (!vidt)
		return 0;
	ctx = vidt[p->state ? PIP_VIDT_SAVE_STI : PIP_VIDT_SAVE_CLI];
	return ctx && accessible_range(p, ctx, CTX_BYTES, PTE_P | PTE_W) ?
		ctx : 0;
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
	if (!t->context || !accessible_range(t->to, t->context, CTX_BYTES,
			PTE_P))
		return PIP_YIELD_TARGET_CTX;
	t->save = own[save];
	if (t->save && !accessible_range(current, t->save, CTX_BYTES,
			PTE_P | PTE_W))
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
