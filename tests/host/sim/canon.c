/* SPDX-License-Identifier: BSD-2-Clause */
/* See canon.h: a state is written down as a tree without names, and hashed. */
#include "canon.h"
#include <pip/abi.h>
#include <stdlib.h>

#define BYTES	4096	/* of one partition's text, descendants included */

struct text {
	unsigned used;
	uint8_t at[BYTES];
};

static const struct view *v;

static void put(struct text *t, unsigned value)
{
	if (t->used == BYTES)
		abort();
	t->at[t->used++] = value;
}

static void put_word(struct text *t, word value)
{
	for (unsigned i = 0; i < 4; i++)
		put(t, value >> 8 * i & 255);
}

static void put_all(struct text *t, const struct text *from)
{
	put_word(t, from->used);
	for (unsigned i = 0; i < from->used; i++)
		put(t, from->at[i]);
}

/* How the partition at place `p` sees it, but for its number in the table.
 * The VIDT's place and what is remembered are like no other. */
static unsigned place_kind(const struct place *p)
{
	const struct partition *d = sim_partition(p->part);

	return dir_index(p->va) << 4 | p->w << 3 |
		(d->child_key && (d->child_key & PAGE_MASK) == p->va) << 2 |
		(p->va == (PIP_VIDT & PAGE_MASK)) << 1 |
		(d->context && (d->context & PAGE_MASK) == p->va);
}

static void put_path(struct text *t, const struct frame *f)
{
	put(t, f->depth);
	for (unsigned i = 0; i < f->depth; i++)
		put(t, place_kind(&f->at[i]));
}

/* A structure of `part`, if there is such a one */
static void put_structure(struct text *t, unsigned role, unsigned part,
		unsigned region)
{
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (v->frame[i].role == role && v->frame[i].of == part &&
		    v->frame[i].region == region)
			put_path(t, &v->frame[i]);
}

static int compare(const void *a, const void *b)
{
	const struct text *s = *(struct text *const *)a;
	const struct text *t = *(struct text *const *)b;

	if (s->used != t->used)
		return s->used < t->used ? -1 : 1;
	return memcmp(s->at, t->at, s->used);
}

/* Sorted: a set has no order */
static void put_set(struct text *t, struct text **set, unsigned n)
{
	qsort(set, n, sizeof(*set), compare);
	put(t, n);
	for (unsigned i = 0; i < n; i++)
		put_all(t, set[i]);
}

static void put_free_pages(struct text *t, unsigned part)
{
	static struct text page[SIM_FRAMES];
	struct text *set[SIM_FRAMES];
	unsigned n = 0;

	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		const struct frame *f = &v->frame[i];

		if (f->role != ROLE_USER || f->at[f->depth - 1].part != part)
			continue;
		set[n] = &page[n];
		page[n].used = 0;
		put_path(&page[n++], f);
	}
	put_set(t, set, n);
}

static void put_partition(struct text *t, unsigned n);

static void put_children(struct text *t, unsigned part)
{
	struct text *set[SIM_FRAMES];
	unsigned n = 0;

	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		if (!v->part[i].live || i == v->root ||
		    v->part[i].parent != part)
			continue;
		set[n] = malloc(sizeof(struct text));
		set[n]->used = 0;
		put_partition(set[n++], i);
	}
	put_set(t, set, n);
	while (n--)
		free(set[n]);
}

static void put_partition(struct text *t, unsigned n)
{
	const struct part *p = &v->part[n];
	const struct partition *d = sim_partition(n);

	put_word(t, p->state);
	put(t, p->restricted);
	put(t, p->own_ports);
	put(t, p->nports);
	put(t, !!d->vidt);
	put(t, !!d->child_key);
	put(t, !!d->context);
	for (unsigned i = 0; i < PORT_RANGES; i++)
		put_word(t, p->ports[i]);
	for (unsigned role = ROLE_DESC; role <= ROLE_LIST; role++)
		put_structure(t, role, n, 0);
	put(t, p->nregions);
	for (unsigned i = 0; i < p->nregions; i++) {
		put(t, p->regions[i]);
		for (unsigned role = ROLE_TABLE; role <= ROLE_TABLE_SH2;
		    role++)
			put_structure(t, role, n, p->regions[i]);
	}
	put_free_pages(t, n);
	put_children(t, n);
}

/* Two independent multiplicative hashes with a final mix */
static struct key hash(const uint8_t *data, size_t size, struct key k)
{
	for (size_t i = 0; i < size; i++) {
		k.a = (k.a ^ data[i]) * 0x00000100000001B3u;
		k.b = (k.b + data[i] + 1) * 0x9E3779B97F4A7C15u;
		k.b ^= k.b >> 29;
	}
	return k;
}

struct key canon_key(const struct view *view)
{
	static struct text t;

	v = view;
	t.used = 0;
	put_partition(&t, v->root);
	return hash(t.at, t.used, (struct key){ 0xCBF29CE484222325u, 1 });
}

struct key plain_key(const struct view *view)
{
	struct key k = { 0xCBF29CE484222325u, 1 };

	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		const uint8_t role = view->frame[i].role;

		struct partition d;

		k = hash(&role, 1, k);
		if (role == ROLE_DESC) {
			d = *sim_partition(i);
			if (!d.child_key)
				d.child = 0;
			k = hash((uint8_t *)&d, sizeof(d), k);
		} else if (role > ROLE_DESC) {
			k = hash(sim_frame(i), PAGE_BYTES, k);
		}
	}
	return k;
}

bool canon_same(const struct view *view, unsigned f, unsigned g)
{
	const struct frame *x = &view->frame[f], *y = &view->frame[g];

	if (x->role != ROLE_USER || y->role != ROLE_USER ||
	    x->depth != y->depth)
		return false;
	for (unsigned i = 0; i < x->depth; i++)
		if (x->at[i].part != y->at[i].part ||
		    place_kind(&x->at[i]) != place_kind(&y->at[i]))
			return false;
	return true;
}
