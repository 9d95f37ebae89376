/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invariant checker.  Derives from raw memory, with none of core's own
 * helpers, who holds what, and demands:
 *
 *   vertical sharing        a child's page is its parent's too
 *   partitions isolation    siblings share no page
 *   kernel-data isolation   no partition reaches a page of Pip's structures
 *   rights                  a child has no more than its parent
 *   conservation            every page is one thing, and the root's for good
 *   consistency             each word of Pip's structures is what the rest
 *                           of the state says; so the view is all there is
 */
#include "sim.h"
#include <pip/abi.h>
#include <stdarg.h>
#include <stdio.h>

static char message[200];
static struct view *v;

__attribute__((format(printf, 1, 2)))
static bool bad(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	return false;
}

#define NEED(condition, ...) do {					\
	if (!(condition))						\
		return bad(__VA_ARGS__);				\
} while (0)

static bool is_frame(word paddr)
{
	return paddr - SIM_BASE < SIM_BYTES && !(paddr & ~PAGE_MASK);
}

static unsigned frame_number(word paddr)
{
	return (paddr - SIM_BASE) / PAGE_BYTES;
}

/* The page that a structure word names */
static const word *page_of(word entry)
{
	return sim_frame(frame_number(entry));
}

static word get(word entry, word index)
{
	return page_of(entry)[index];
}

static bool claim(word paddr, enum role role, unsigned of, word region)
{
	struct frame *f;

	NEED(is_frame(paddr), "consistency: partition %u: structure %d at %#x",
		of, role, paddr);
	f = &v->frame[frame_number(paddr)];
	NEED(!f->role, "conservation: frame %u is structure %d of %u and "
		"%d of %u", frame_number(paddr), f->role, f->of, role, of);
	f->role = role;
	f->of = of;
	f->region = region;
	return true;
}

static bool has_region(const struct part *p, word dir)
{
	for (unsigned i = 0; i < p->nregions; i++)
		if (p->regions[i] == dir)
			return true;
	return false;
}

/* The prepared regions: the list, or for the root its directory */
static bool regions_read(unsigned n, const struct partition *d)
{
	struct part *p = &v->part[n];
	word dir = d->regions;

	if (d == root) {
		NEED(!dir, "consistency: the root has a region list");
		for (dir = 0; dir < DIR_ENTRIES; dir++)
			if (get(d->pd, dir) & PTE_U)
				p->regions[p->nregions++] = dir;
		return true;
	}
	for (; dir; dir = get(d->list, dir) & ~PAGE_MASK) {
		NEED(p->nregions < SIM_REGIONS, "consistency: partition %u: "
			"endless region list", n);
		NEED(dir < DIR_ENTRIES && user_region(dir) &&
			!has_region(p, dir),
			"consistency: partition %u: region %u in the list",
			n, dir);
		p->regions[p->nregions++] = dir;
	}
	return true;
}

/* The four words about each region.  LIMIT: the list's are checked later,
 * when the addresses in the lender are known. */
static bool roots_check(unsigned n, const struct partition *d)
{
	const word *pd = page_of(d->pd), *sh1s = page_of(d->sh1);
	const word *sh2s = page_of(d->sh2), *list = page_of(d->list);

	for (word dir = 0; dir < DIR_ENTRIES; dir++) {
		word pde = pd[dir], sh1 = sh1s[dir], sh2 = sh2s[dir];

		if (!(pde | sh1 | sh2 | list[dir]) && user_region(dir) &&
		    !has_region(&v->part[n], dir))
			continue;
		if (has_region(&v->part[n], dir)) {
			NEED((pde & ~PAGE_MASK) == (PTE_P | PTE_W | PTE_U),
				"consistency: partition %u: directory %u: %#x",
				n, dir, pde);
			if (!claim(pde & PAGE_MASK, ROLE_TABLE, n, dir) ||
			    !claim(sh1 & PAGE_MASK, ROLE_TABLE_SH1, n, dir) ||
			    !claim(sh2, ROLE_TABLE_SH2, n, dir))
				return false;
			NEED(d != root || !list[dir], "consistency: the "
				"root's list of region %u: %#x", dir,
				list[dir]);
			continue;
		}
		NEED(pde == sim_kernel_entry(dir) && !sh1 && !sh2 &&
			!list[dir],
			"%s: partition %u: region %u: %#x %#x %#x %#x",
			user_region(dir) ? "consistency" :
			"kernel-data isolation", n, dir, pde, sh1, sh2,
			list[dir]);
	}
	for (word i = DIR_ENTRIES; i < PAGE_BYTES / sizeof(word); i++)
		NEED(!(pd[i] | sh1s[i] | sh2s[i] | list[i]),
			"consistency: partition %u: word %u beyond", n, i);
	return true;
}

/* One mapped page: it must be what the parent's slot says */
static bool place_add(unsigned n, word va, word pte, word sh2)
{
	const struct part *p = &v->part[n];
	unsigned number = frame_number(pte & PAGE_MASK);
	uint16_t w = !!(pte & PTE_W);
	struct frame *f;

	NEED(is_frame(pte & PAGE_MASK) &&
		(pte & ~PAGE_MASK & ~(PTE_P | PTE_W)) == PTE_U,
		"consistency: partition %u: %#x is mapped as %#x", n, va, pte);
	f = &v->frame[number];
	if (!p->depth) {
		NEED(!f->depth && sim_root_va[number] == va && !sh2 &&
			sim_root_w[number] == w,
			"conservation: root: frame %u at %#x", number, va);
	} else {
		const struct place *up = &f->at[p->depth - 1];

		NEED(f->depth <= p->depth, "partitions isolation: frame %u "
			"is in %u and %u", number, f->at[p->depth].part, n);
		NEED(f->depth == p->depth && up->part == p->parent &&
			up->va == sh2, "vertical sharing: partition %u: %#x "
			"is frame %u, not %#x of %u", n, va, number, sh2,
			p->parent);
		NEED(w <= up->w, "rights: partition %u may write %#x, %u not",
			n, va, up->part);
	}
	f->at[p->depth] = (struct place){ va, (uint16_t)n, w };
	f->depth++;
	return true;
}

static bool region_check(unsigned n, const struct partition *d, word dir)
{
	const word *table = page_of(get(d->pd, dir));
	const word *sh1 = page_of(get(d->sh1, dir));
	const word *sh2 = page_of(get(d->sh2, dir));
	word counted = get(d->sh1, dir) & ~PAGE_MASK, count = 0;

	for (word i = 0; i < PAGE_BYTES / sizeof(word); i++) {
		if (i < TABLE_ENTRIES && table[i]) {
			count++;
			if (!place_add(n, sim_va(dir, i), table[i], sh2[i]))
				return false;
			continue;
		}
		NEED(!(table[i] | sh1[i] | sh2[i]), "consistency: "
			"partition %u: nothing at %#x but %#x %#x", n,
			sim_va(dir, i), sh1[i], sh2[i]);
	}
	NEED(counted == count, "consistency: partition %u: region %u holds "
		"%u pages, not %u", n, dir, count, counted);
	return true;
}

static void descriptor_read(unsigned n, const struct partition *d)
{
	struct part *p = &v->part[n];

	p->live = 1;
	p->state = d->state;
	p->restricted = d->restricted;
	p->own_ports = d->own_ports;
	p->nports = d->nports;
	for (unsigned i = 0; i < PORT_RANGES; i++)
		p->ports[i] = (word)d->ports[i].last << 16 |
			d->ports[i].first;
}

static bool partition_check(unsigned n, unsigned parent, word desc)
{
	const struct partition *d = sim_partition(n);
	struct part *p = &v->part[n];

	if (!claim(page_number(d), ROLE_DESC, n, 0) ||
	    !claim(d->pd, ROLE_PD, n, 0) || !claim(d->sh1, ROLE_SH1, n, 0) ||
	    !claim(d->sh2, ROLE_SH2, n, 0) || !claim(d->list, ROLE_LIST, n, 0))
		return false;
	descriptor_read(n, d);
	p->parent = parent;
	p->desc = desc;
	p->depth = d == root ? 0 : v->part[parent].depth + 1;
	NEED(d->parent == (d == root ? 0 : page_number(sim_frame(parent))),
		"consistency: partition %u: parent %#x", n, d->parent);
	NEED(p->depth < SIM_DEPTH, "consistency: endless tree");
	NEED(p->nports <= PORT_RANGES && p->restricted <= 1 &&
		p->own_ports <= 1 &&
		d->port_map == (d == root ? 0 : PORTS_INDIRECT),
		"consistency: partition %u: rights", n);
	if (!regions_read(n, d) || !roots_check(n, d))
		return false;
	for (unsigned i = 0; i < p->nregions; i++)
		if (!region_check(n, d, p->regions[i]))
			return false;
	for (unsigned i = 0; i < p->nregions; i++) {
		word dir = p->regions[i];
		const word *sh1 = page_of(get(d->sh1, dir));

		for (word j = 0; j < TABLE_ENTRIES; j++)
			if ((sh1[j] & SH1_PARTITION) &&
			    !partition_check(frame_number(get(get(d->pd, dir),
			    j) & PAGE_MASK), n, sim_va(dir, j)))
				return false;
	}
	return true;
}

/* Address in its lender of the structure that follows `f` in its chain */
static word chain_next(const struct frame *f, unsigned lender_depth)
{
	if (f->role == ROLE_LIST || f->role == ROLE_TABLE_SH2)
		return 0;
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (v->frame[i].role == f->role + 1 &&
		    v->frame[i].of == f->of && v->frame[i].region == f->region)
			return v->frame[i].at[lender_depth].va;
	return 0;
}

static bool is_structure(const struct frame *f)
{
	return f->role >= ROLE_DESC;
}

/* What the table of a structure's region, and the list, must say of it */
static bool lent_check(unsigned number)
{
	const struct frame *f = &v->frame[number];
	const struct part *p = &v->part[f->of];
	const struct place *last = &f->at[f->depth - 1];

	NEED(last->part == p->parent && f->depth == p->depth,
		"conservation: structure %d of %u is frame %u of %u",
		f->role, f->of, number, last->part);
	NEED(last->w, "rights: frame %u is lent but read-only", number);
	if (f->role == ROLE_TABLE) {
		word next = 0, entry;

		for (unsigned i = 0; i + 1u < p->nregions; i++)
			if (p->regions[i] == f->region)
				next = p->regions[i + 1];
		entry = get(sim_partition(f->of)->list, f->region);
		NEED(entry == (last->va | next), "consistency: partition %u: "
			"list of region %u: %#x", f->of, f->region, entry);
	}
	return true;
}

/* Shadow 1 and presence in each partition that holds the frame */
static bool frame_check(unsigned number)
{
	struct frame *f = &v->frame[number];
	word root_structure = is_structure(f) && f->of == v->root;

	NEED(root_structure == !f->depth && !!f->depth ==
		!!sim_root_va[number], "conservation: frame %u is lost",
		number);
	if (root_structure)
		return true;
	if (is_structure(f) && !lent_check(number))
		return false;
	if (!is_structure(f))
		f->role = ROLE_USER;
	for (unsigned i = 0; i < f->depth; i++) {
		const struct partition *d = sim_partition(f->at[i].part);
		word dir = dir_index(f->at[i].va), want = 0;
		word index = table_index(f->at[i].va);
		word sh1 = get(get(d->sh1, dir), index);
		word pte = get(get(d->pd, dir), index);

		NEED(!(pte & PTE_P) == is_structure(f), "%s: partition %u: "
			"%#x is %s", pte & PTE_P ? "kernel-data isolation" :
			"conservation", f->at[i].part, f->at[i].va,
			pte & PTE_P ? "Pip's but reachable" : "out of reach");
		if (i + 1u < f->depth)
			want = v->part[f->at[i + 1].part].desc | SH1_DERIVED;
		else if (is_structure(f))
			want = chain_next(f, i) | (f->role == ROLE_DESC ?
				SH1_PARTITION : SH1_LENT);
		else if (d == root && sh1 == SH1_DERIVED)
			f->role = ROLE_DEVICE, want = sh1;
		NEED(sh1 == want, "consistency: partition %u: shadow 1 of "
			"%#x is %#x, not %#x", f->at[i].part, f->at[i].va,
			sh1, want);
	}
	return true;
}

/* The processor's opinion, level by level: what can partition n touch? */
static bool hardware_check(unsigned n)
{
	const struct partition *d = sim_partition(n);

	const word *pd = page_of(d->pd);

	for (word dir = 0; dir < DIR_ENTRIES; dir++) {
		const word *table;

		if ((pd[dir] & (PTE_P | PTE_U)) != (PTE_P | PTE_U))
			continue;
		table = page_of(pd[dir]);
		for (word i = 0; i < TABLE_ENTRIES; i++) {
			word pte = table[i];

			if ((pte & (PTE_P | PTE_U)) != (PTE_P | PTE_U))
				continue;
			NEED(!is_structure(&v->frame[frame_number(pte)]),
				"kernel-data isolation: partition %u reaches "
				"frame %u", n, frame_number(pte));
		}
	}
	return true;
}

static bool writable(unsigned n, word va)
{
	int f = view_find(v, n, va);

	return f >= 0 && !is_structure(&v->frame[f]) &&
		v->frame[f].at[v->part[n].depth].w;
}

/* What a partition remembers must still be so */
static bool memory_check(unsigned n)
{
	const struct partition *d = sim_partition(n);
	int f;

	if (d->vidt) {
		f = view_find(v, n, PIP_VIDT);
		NEED(f >= 0 && !is_structure(&v->frame[f]) &&
			d->vidt == page_number(sim_frame(f)),
			"kernel-data isolation: partition %u: remembers its "
			"VIDT at %#x", n, d->vidt);
	}
	if (d->child_key) {
		f = view_find(v, n, d->child_key);
		NEED(f >= 0 && v->frame[f].role == ROLE_DESC &&
			v->part[f].parent == n && !(~d->child_key &
			~PAGE_MASK) && d->child == page_number(sim_frame(f)),
			"consistency: partition %u: remembers %#x as child "
			"%#x", n, d->child, d->child_key);
	}
	if (d->context)
		NEED(writable(n, d->context) && writable(n, d->context +
			sizeof(user_ctx_t) - 1), "kernel-data isolation: "
			"partition %u: remembers a context at %#x", n,
			d->context);
	return true;
}

static bool all_check(void)
{
	v->root = sim_frame_of(root);
	v->current = sim_frame_of(current);
	v->fpu = fpu_owner ? sim_frame_of(fpu_owner) : SIM_FRAMES;
	if (!partition_check(v->root, 0, 0))
		return false;
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if ((v->frame[i].role || v->frame[i].depth ||
		    sim_root_va[i]) && !frame_check(i))
			return false;
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (v->part[i].live && (!hardware_check(i) ||
		    !memory_check(i)))
			return false;
	NEED(v->part[v->current].live, "consistency: a dead one runs");
	NEED(!fpu_owner || v->part[v->fpu].live,
		"consistency: a dead one owns the x87 registers");
	return true;
}

const char *sim_check(struct view *view)
{
	v = view;
	memset(v, 0, sizeof(*v));
	return all_check() ? NULL : message;
}
