/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each service must answer and do, said over the view of who holds what
 * and in other words than pip/core.  docs/pip-abi.md as a program.
 */
#include "sim.h"
#include <pip/abi.h>

/* The frame that `part` has at `va`, or -1 */
int view_find(const struct view *v, unsigned part, word va)
{
	unsigned depth = v->part[part].depth;

	for (int i = 0; i < SIM_FRAMES; i++) {
		const struct place *p = &v->frame[i].at[depth];

		if (depth < v->frame[i].depth && p->part == part &&
		    p->va == (va & PAGE_MASK))
			return i;
	}
	return -1;
}

bool view_prepared(const struct view *v, unsigned part, word dir)
{
	for (unsigned i = 0; i < v->part[part].nregions; i++)
		if (v->part[part].regions[i] == dir)
			return true;
	return false;
}

/* The child of the current partition that `desc` names, or -1 */
int view_child(const struct view *v, word desc)
{
	int f = view_find(v, v->current, desc);

	return f >= 0 && v->frame[f].role == ROLE_DESC &&
		v->part[f].parent == v->current ? f : -1;
}

/* The depth at which a page is in no child of the current partition */
static unsigned own_depth(const struct view *v)
{
	return v->part[v->current].depth + 1u;
}

/* The caller's page that is in no child, or -1 */
static int own_page(const struct view *v, word va)
{
	int f = view_find(v, v->current, va);

	return f >= 0 && v->frame[f].role == ROLE_USER &&
		v->frame[f].depth == own_depth(v) ? f : -1;
}

static int lendable_page(const struct view *v, word va)
{
	int f = own_page(v, va);

	return f >= 0 && v->frame[f].at[own_depth(v) - 1].w ? f : -1;
}

/* The page leaves what is below the current partition */
static void take_back(struct view *v, struct frame *f)
{
	for (unsigned i = own_depth(v); i < f->depth; i++)
		memset(&f->at[i], 0, sizeof(f->at[i]));
	f->depth = own_depth(v);
	f->role = ROLE_USER;
	f->of = 0;
	f->region = 0;
}

static word spec_create(struct view *v, const word *a)
{
	int page[5];

	for (int i = 0; i < 5; i++) {
		page[i] = lendable_page(v, a[i]);
		for (int j = 0; j < i; j++)
			if (page[j] == page[i])
				return 0;
		if (page[i] < 0)
			return 0;
	}
	for (int i = 0; i < 5; i++) {
		v->frame[page[i]].role = ROLE_DESC + i;
		v->frame[page[i]].of = page[0];
	}
	v->part[page[0]] = (struct part){
		.live = 1, .parent = v->current, .depth = own_depth(v),
		.desc = a[0] & PAGE_MASK,
	};
	return 1;
}

static bool is_below(const struct view *v, unsigned part, unsigned top)
{
	while (part != v->root && part != top)
		part = v->part[part].parent;
	return part == top;
}

static word spec_delete(struct view *v, const word *a)
{
	int child = view_child(v, a[0]);
	bool gone[SIM_FRAMES];

	if (child < 0)
		return 0;
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		gone[i] = v->part[i].live && is_below(v, i, child);
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		struct frame *f = &v->frame[i];

		if ((f->depth > own_depth(v) &&
		     f->at[own_depth(v)].part == child) ||
		    (f->role >= ROLE_DESC && f->of == child))
			take_back(v, f);
	}
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		if (!gone[i])
			continue;
		memset(&v->part[i], 0, sizeof(v->part[i]));
		if (v->fpu == i)
			v->fpu = SIM_FRAMES;
	}
	return 1;
}

static word spec_count(const struct view *v, const word *a)
{
	int child = view_child(v, a[0]);
	word dir = dir_index(a[1]);

	return child >= 0 && user_region(dir) &&
		!view_prepared(v, child, dir) ? 3 : 0;
}

static word spec_prepare(struct view *v, const word *a)
{
	int child = view_child(v, a[0]), page[3];
	word dir = dir_index(a[1]), next = a[2];
	struct part *p;

	if (child < 0)
		return a[2] & ~1u;
	if (!dir || view_prepared(v, child, dir))
		return a[2] | 1;
	if (!user_region(dir))
		return a[2] & ~1u;
	for (int i = 0; i < 3; i++) {
		page[i] = lendable_page(v, next);
		for (int j = 0; j < i; j++)
			if (page[j] == page[i])
				return a[2] & ~1u;
		if (page[i] < 0)
			return a[2] & ~1u;
		next = *(word *)sim_frame(page[i]);
	}
	for (int i = 0; i < 3; i++) {
		v->frame[page[i]].role = ROLE_TABLE + i;
		v->frame[page[i]].of = child;
		v->frame[page[i]].region = dir;
	}
	p = &v->part[child];
	for (unsigned i = p->nregions++; i; i--)
		p->regions[i] = p->regions[i - 1];
	p->regions[0] = dir;
	return next | 1;
}

static word spec_collect(struct view *v, const word *a)
{
	int child = view_child(v, a[0]);
	word dir = dir_index(a[1]);
	struct part *p;
	unsigned kept = 0;

	if (child < 0 || !view_prepared(v, child, dir))
		return 0;
	p = &v->part[child];
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (p->depth < v->frame[i].depth &&
		    v->frame[i].at[p->depth].part == child &&
		    dir_index(v->frame[i].at[p->depth].va) == dir)
			return 1;
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (v->frame[i].role >= ROLE_TABLE &&
		    v->frame[i].of == child && v->frame[i].region == dir)
			take_back(v, &v->frame[i]);
	for (unsigned i = 0; i < p->nregions; i++)
		if (p->regions[i] != dir)
			p->regions[kept++] = p->regions[i];
	p->regions[--p->nregions] = 0;
	return 1;
}

static word spec_add(struct view *v, const word *a)
{
	int f = own_page(v, a[0]), child = view_child(v, a[1]);

	if (f < 0 || child < 0 || !a[3] || !a[5] ||
	    (a[4] && !v->frame[f].at[own_depth(v) - 1].w) ||
	    !view_prepared(v, child, dir_index(a[2])) ||
	    view_find(v, child, a[2]) >= 0)
		return 0;
	v->frame[f].at[v->frame[f].depth++] = (struct place){
		a[2] & PAGE_MASK, (uint16_t)child, !!a[4] };
	return 1;
}

static word spec_remove(struct view *v, const word *a)
{
	int child = view_child(v, a[0]), f;

	if (child < 0)
		return 0;
	f = view_find(v, child, a[1]);
	if (f < 0 || v->frame[f].role != ROLE_USER ||
	    v->frame[f].depth != own_depth(v) + 1)
		return 0;
	take_back(v, &v->frame[f]);
	return 1;
}

static word spec_mapped(const struct view *v, const word *a)
{
	int f = view_find(v, v->current, a[0]);

	if (f < 0 || v->frame[f].depth <= own_depth(v))
		return 0;
	return v->part[v->frame[f].at[own_depth(v)].part].desc;
}

static word spec_probe(const struct view *v, const word *a)
{
	int f = view_find(v, v->current, a[0]);

	if (f < 0 || v->frame[f].role >= ROLE_DESC)
		return 0;
	return PIP_PROBE_READ | (v->frame[f].at[own_depth(v) - 1].w ?
		PIP_PROBE_WRITE : 0);
}

static word spec_restrict(struct view *v, const word *a)
{
	int child = view_child(v, a[0]);
	struct part *p = &v->part[child < 0 ? 0 : child];

	if (child < 0)
		return 0;
	if (a[1] == PIP_RESTRICT_SERVICES)
		return p->restricted = 1;
	if ((a[1] != PIP_RESTRICT_PORTS && a[1] != PIP_RESTRICT_ADD_PORTS) ||
	    a[3] > 0xFFFF)
		return 0;
	if (a[1] == PIP_RESTRICT_ADD_PORTS && (a[2] > a[3] || !p->own_ports ||
	    p->nports == PORT_RANGES))
		return 0;
	if (a[1] == PIP_RESTRICT_PORTS) {
		p->own_ports = 1;
		p->nports = 0;
	}
	if (a[2] <= a[3])
		p->ports[p->nports++] = a[3] << 16 | a[2];
	return 1;
}

word spec_call(struct view *v, const struct call *c)
{
	int child;

	switch (c->service) {
	case S_CREATE: return spec_create(v, c->a);
	case S_DELETE: return spec_delete(v, c->a);
	case S_COUNT: return spec_count(v, c->a);
	case S_PREPARE: return spec_prepare(v, c->a);
	case S_COLLECT: return spec_collect(v, c->a);
	case S_ADD: return spec_add(v, c->a);
	case S_REMOVE: return spec_remove(v, c->a);
	case S_MAPPED: return spec_mapped(v, c->a);
	case S_PROBE: return spec_probe(v, c->a);
	case S_STATE:
		child = view_child(v, c->a[0]);
		return child < 0 ? ~(word)0 : v->part[child].state;
	case S_RESTRICT: return spec_restrict(v, c->a);
	case S_MAX: break;
	}
	return 0;
}
