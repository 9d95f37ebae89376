/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The specification of who runs next, over the view: yield, events,
 * interrupts, ports.
 */
#include "control.h"
#include <pip/abi.h>
#include <stdio.h>

static char message[160];

/* A word that partition `part` has in memory, false if out of reach */
static bool peek(const struct view *v, unsigned part, word va, word *value)
{
	int f = view_find(v, part, va);

	if (f < 0 || v->frame[f].role >= ROLE_DESC)
		return false;
	*value = ((word *)sim_frame(f))[(va & ~PAGE_MASK) / sizeof(word)];
	return true;
}

/* May `part` read, or write, every byte of a context at `va`? */
static bool context_ok(const struct view *v, unsigned part, word va, bool w)
{
	unsigned depth = v->part[part].depth;

	for (word i = 0; i < sizeof(user_ctx_t); i++) {
		int f;

		if (va + i < va)
			return false;
		f = view_find(v, part, va + i);
		if (f < 0 || v->frame[f].role >= ROLE_DESC ||
		    (w && !v->frame[f].at[depth].w))
			return false;
		if (i == 0)	/* the rest of the page is the same page */
			i = PAGE_BYTES - (va & ~PAGE_MASK) - 1;
	}
	return true;
}

static word vidt_get(const struct view *v, unsigned part, word index)
{
	word value;

	return peek(v, part, PIP_VIDT + index * sizeof(word), &value) ?
		value : 0;
}

static word spec_yield(const struct view *v, word desc, word vint, word save,
		struct transfer *t)
{
	word unused;
	int to;

	if (vint > PIP_VIDT_MAX)
		return 1;
	if (save > PIP_VIDT_MAX)
		return 2;
	if (!desc && v->current == v->root)
		return 3;
	to = desc ? view_child(v, desc) : v->part[v->current].parent;
	if (to < 0)
		return 4;
	if (!peek(v, v->current, PIP_VIDT, &unused))
		return 6;
	if (!peek(v, to, PIP_VIDT, &unused))
		return 5;
	t->to = sim_partition(to);
	t->context = vidt_get(v, to, vint);
	t->save = vidt_get(v, v->current, save);
	if (!t->context || !context_ok(v, to, t->context, false))
		return 8;
	if (t->save && !context_ok(v, v->current, t->save, true))
		return 9;
	return 0;
}

static word spec_save(const struct view *v)
{
	const struct part *p = &v->part[v->current];
	word ctx = vidt_get(v, v->current, p->state ? PIP_VIDT_SAVE_STI :
		PIP_VIDT_SAVE_CLI);

	return ctx && context_ok(v, v->current, ctx, true) ? ctx : 0;
}

static bool spec_event(const struct view *v, word vector, struct transfer *t)
{
	unsigned p = v->current;

	for (; p != v->root; vector = PIP_VINT_DOUBLE) {
		p = v->part[p].parent;
		t->to = sim_partition(p);
		t->context = vidt_get(v, p, vector);
		t->save = spec_save(v);
		if (t->context && context_ok(v, p, t->context, false))
			return true;
	}
	return false;
}

static bool spec_irq(const struct view *v, word vector, struct transfer *t)
{
	t->to = sim_partition(v->root);
	t->context = vidt_get(v, v->root, vector);
	t->save = spec_save(v);
	return t->context && context_ok(v, v->root, t->context, false);
}

static bool same(const struct transfer *a, const struct transfer *b)
{
	return a->to == b->to && a->context == b->context &&
		a->save == b->save;
}

const char *control_yield(word desc, word vint, word save, word *result)
{
	struct transfer want = { 0 }, got = { 0 };
	word code = spec_yield(&step_view, desc, vint, save, &want);

	*result = yield_decode(desc, vint, save, &got);
	if (*result != code || (!code && !same(&want, &got))) {
		snprintf(message, sizeof(message), "control: yield(%#x, %u, "
			"%u) gave %u, expected %u", desc, vint, save,
			*result, code);
		return message;
	}
	return NULL;
}

const char *control_event(word vector)
{
	struct transfer want = { 0 }, got = { 0 };
	bool taken = spec_event(&step_view, vector, &want);

	if (route_event(vector, &got) != taken ||
	    (taken && !same(&want, &got)))
		return "control: an event goes elsewhere";
	return NULL;
}

const char *control_irq(word vector)
{
	struct transfer want = { 0 }, got = { 0 };
	bool taken = spec_irq(&step_view, vector, &want);

	if (route_irq(vector, &got) != taken || (taken && !same(&want, &got)))
		return "control: an interrupt goes elsewhere";
	return NULL;
}

/* Every byte of an access lies in one range of each that has ranges */
const char *control_ports(word first, word count)
{
	const struct view *v = &step_view;
	bool want = true;

	for (unsigned p = v->current;; p = v->part[p].parent) {
		bool found = !v->part[p].own_ports;

		for (unsigned i = 0; i < v->part[p].nports; i++)
			found |= first >= (v->part[p].ports[i] & 0xFFFF) &&
				first + count - 1 <= v->part[p].ports[i] >> 16;
		want &= found;
		if (p == v->root)
			break;
	}
	return ports_allowed(first, count) == want ? NULL :
		"control: a port is open that must not be, or closed";
}
