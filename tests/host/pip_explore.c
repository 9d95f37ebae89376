/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exhaustive exploration of pip/core at tiny sizes: from a root that owns
 * PAGES pages and no child, every state that any sequence of services by any
 * partitions can reach.  In each, every partition makes every call, and the
 * result, the effect and every invariant are checked.
 *
 * Arguments: every kind of address of the caller, the first and last of each
 * kind (an equal page is as good as another: canon.h).  In lists of pages at
 * most one is bad; -f tries every combination.  Words in the pages of
 * partitions (lists for prepare, VIDTs) are written as needed before a call.
 *
 * pip_explore [-f] [-p] [-q] [-s] [-v] [-n COUNT] [-l LIMIT]
 *   -s  start where the root has a child with a child, which may be all that
 *       its pages allow for: such states come first then
 *   -l  expand at most LIMIT states
 *   -p  no renaming: all states, all addresses; states up to renaming counted
 *   -n  fail if there are not COUNT states up to renaming; -q  print that only
 */
#include "canon.h"
#include "control.h"
#include "store.h"
#include <pip/abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_KINDS	(DIR_ENTRIES * TABLE_ENTRIES + DIR_ENTRIES)
#define FIRST_DIR	1

/* Addresses of a partition that differ by name only */
struct kind {
	word va[TABLE_ENTRIES];
	unsigned n;
	bool lendable;
};

struct kinds {
	struct kind kind[MAX_KINDS];
	unsigned n;
	word one[2 * MAX_KINDS];	/* first and last of each */
	unsigned nones;
};

static bool full, plain;
static uint8_t base[SIM_BYTES];
static struct view base_view, expected;
static struct kinds own, theirs;
static unsigned long calls, changed, depth_seen[SIM_DEPTH];
static uint32_t base_number;
static struct call doing;

static void report(const char *error)
{
	printf("VIOLATION %s\n", error);
	sim_print_call(&doing);
	printf("\nafter:\n");
	store_trace(base_number);
	fflush(stdout);
	_exit(1);
}

static void on_wild(word paddr)
{
	char text[80];

	snprintf(text, sizeof(text), "consistency: physical address %#x used",
		paddr);
	report(text);
}

static void kind_add(struct kinds *k, word va, bool lendable)
{
	k->kind[k->n].va[0] = va;
	k->kind[k->n].n = 1;
	k->kind[k->n++].lendable = lendable;
}

/* A page joins its kind */
static void kind_page(struct kinds *k, unsigned part, unsigned f)
{
	const struct frame *frame = &base_view.frame[f];
	unsigned depth = base_view.part[part].depth;
	bool lendable = frame->role == ROLE_USER &&
		frame->depth == depth + 1 && frame->at[depth].w;

	for (unsigned i = 0; i < k->n && !plain; i++) {
		int g = view_find(&base_view, part, k->kind[i].va[0]);

		if (g >= 0 && canon_same(&base_view, f, g)) {
			k->kind[i].va[k->kind[i].n++] = frame->at[depth].va;
			return;
		}
	}
	kind_add(k, frame->at[depth].va, lendable);
}

/* In a prepared region: its pages, and what is empty */
static void kinds_region(struct kinds *k, unsigned part, word dir)
{
	unsigned empty = 0;
	word last = 0;

	for (word i = 0; i < TABLE_ENTRIES; i++) {
		word va = sim_va(dir, i);
		int f = view_find(&base_view, part, va);

		if (f >= 0) {
			kind_page(k, part, f);
			continue;
		}
		last = va;
		if (!empty++ || plain || va == PIP_VIDT)
			kind_add(k, va, false);
	}
	if (empty > 1 && !plain && last != PIP_VIDT)
		kind_add(k, last, false);
}

static void kinds_fill(struct kinds *k, unsigned part)
{
	k->n = k->nones = 0;
	for (word dir = 0; dir < DIR_ENTRIES; dir++) {
		if (view_prepared(&base_view, part, dir))
			kinds_region(k, part, dir);
		else
			kind_add(k, sim_va(dir, dir ? 0 : 1), false);
	}
	for (unsigned i = 0; i < k->n; i++) {
		k->one[k->nones++] = k->kind[i].va[0];
		if (k->kind[i].n > 1)
			k->one[k->nones++] = k->kind[i].va[k->kind[i].n - 1];
	}
}

/* The machine is as it was before the call, in `part` */
static void again(void)
{
	memcpy(sim_memory, base, sizeof(base));
	step_view = base_view;
}

static void new_state(const char *error)
{
	changed++;
	if (error)
		report(error);
	store_add(plain ? plain_key(&step_view) : canon_key(&step_view),
		base_number, base_view.current, &doing);
	if (plain)
		store_orbit(canon_key(&step_view));
	again();
}

/* Sets word 0 of the caller's pages, and back */
static void link_pages(const word *va, unsigned n, bool undo)
{
	for (unsigned i = n; i--;) {
		int f = view_find(&base_view, base_view.current, va[i]);
		word *first;

		if (f < 0 || base_view.frame[f].role != ROLE_USER)
			continue;
		first = sim_frame(f);
		if (!undo)
			*first = va[i + 1];
		else if (*first == va[i + 1])
			*first = 0;
	}
}

static void try(const struct call *c, const word *list)
{
	word want, got;
	const char *error;

	doing = *c;
	calls++;
	if (list)
		link_pages(list, 3, false);
	want = spec_call(&expected, c);
	got = sim_run(c);
	error = step_result(c, got, want);
	if (error)
		report(error);
	if (list)
		link_pages(list, 3, true);
	if (memcmp(sim_memory, base, sizeof(base))) {
		new_state(step_after(&base_view, &expected));
		expected = base_view;
	} else if (want && c->service != S_MAPPED && c->service != S_PROBE &&
	    memcmp(&expected, &base_view, sizeof(expected))) {
		report("effect: nothing happened");
	}
}

static void try_list(enum service s, const word *list, unsigned n, word desc,
		word va)
{
	struct call c = { s, { desc, va, list[0] } };

	if (s == S_CREATE)
		for (unsigned i = 0; i < n; i++)
			c.a[i] = list[i];
	try(&c, s == S_PREPARE ? list : NULL);
}

static bool chosen(const word *list, unsigned n, word va)
{
	while (n--)
		if (list[n] == va)
			return true;
	return false;
}

/* Completes list[i..n-1] in every way, with `bad` bad choices at most */
static void each_list(enum service s, word *list, unsigned i, unsigned n,
		unsigned bad, word desc, word va)
{
	if (i == n) {
		list[n] = 0;
		try_list(s, list, n, desc, va);
		return;
	}
	for (unsigned k = 0; k < own.n; k++) {
		const struct kind *kind = &own.kind[k];
		unsigned m = 0;

		while (m < kind->n && chosen(list, i, kind->va[m]))
			m++;
		if (m == kind->n || (!kind->lendable && !bad))
			continue;
		list[i] = kind->va[m];
		each_list(s, list, i + 1, n, bad - !kind->lendable, desc, va);
	}
	for (unsigned j = 0; j < i && bad; j++) {
		list[i] = list[j];
		each_list(s, list, i + 1, n, bad - 1, desc, va);
	}
}

static void calls_of_one(void)
{
	static const enum service one[] = { S_DELETE, S_MAPPED, S_PROBE,
		S_STATE };

	for (unsigned s = 0; s < 4; s++)
		for (unsigned i = 0; i < own.nones; i++)
			try(&(struct call){ one[s], { own.one[i] } }, NULL);
}

static void adds(word desc)
{
	/* r, w, e; a bad one each */
	static const word rights[][3] = {
		{ 1, 1, 1 }, { 1, 0, 1 }, { 0, 1, 1 }, { 1, 1, 0 },
	};

	for (unsigned i = 0; i < own.nones; i++)
		for (unsigned j = 0; j < theirs.nones; j++)
			for (unsigned r = 0; r < 4; r++)
				try(&(struct call){ S_ADD, { own.one[i], desc,
					theirs.one[j], rights[r][0],
					rights[r][1], rights[r][2] } }, NULL);
}

static void rights(word desc)
{
#ifdef EXPLORE_RIGHTS
	static const word last[] = { 0, 1, 0x10000 };

	for (word what = 0; what < 4; what++)
		for (word first = 0; first < 2; first++)
			for (unsigned i = 0; i < 3; i++)
				try(&(struct call){ S_RESTRICT, { desc, what,
					first, last[i] } }, NULL);
#else
	(void)desc;
#endif
}

/* Calls about a child, or about what is none */
static void calls_of_child(word desc)
{
	static const enum service two[] = { S_COUNT, S_COLLECT, S_REMOVE };
	int child = view_child(&base_view, desc);
	word list[4] = { own.one[0] };

	kinds_fill(&theirs, child >= 0 ? (unsigned)child : base_view.current);
	for (unsigned s = 0; s < 3; s++)
		for (unsigned j = 0; j < theirs.nones; j++)
			try(&(struct call){ two[s], { desc, theirs.one[j] } },
				NULL);
	adds(desc);
	rights(desc);
	for (word dir = 0; dir < DIR_ENTRIES; dir++) {
		if (child >= 0 && user_region(dir) &&
		    !view_prepared(&base_view, child, dir))
			each_list(S_PREPARE, list, 0, 3, full ? 3 : 1, desc,
				sim_va(dir, 0));
		else
			for (unsigned i = 0; i < own.nones; i++) {
				list[0] = own.one[i];
				try_list(S_PREPARE, list, 3, desc,
					sim_va(dir, 0));
			}
	}
}

#ifdef EXPLORE_RIGHTS
/* What Pip keeps of a partition's virtual interrupt state */
static void states(void)
{
	for (word i = 0; i < 2; i++) {
		current->state = i;
		new_state(sim_check(&step_view));
	}
	for (word port = 0; port < 3; port++) {
		const char *error = control_ports(port, 1);

		calls++;
		if (!error)
			error = control_ports(port, 2);
		if (error)
			report(error);
	}
}
#endif

#ifdef EXPLORE_CONTROL
static void vidt_put(unsigned part, word index, word value)
{
	int f = view_find(&base_view, part, PIP_VIDT);

	if (f >= 0 && base_view.frame[f].role == ROLE_USER)
		((word *)sim_frame(f))[index] = value;
}

static void vidts_back(unsigned part)
{
	int f = view_find(&base_view, part, PIP_VIDT);

	if (f >= 0 && base_view.frame[f].role == ROLE_USER) {
		step_fill(f);
		*(word *)sim_frame(f) = 0;
	}
}

/* The target's context and the caller's save area anywhere */
static void transfers_to(word desc, unsigned to)
{
	word result;

	kinds_fill(&theirs, to);
	for (unsigned i = 0; i < theirs.nones; i++)
		for (unsigned j = 0; j <= own.nones; j++)
			for (unsigned how = 0; how < 3; how++) {
				const char *error;
				word save = j < own.nones ? own.one[j] : 0;

				calls++;
				vidt_put(base_view.current, 1, save);
				vidt_put(base_view.current, 2, save);
				vidt_put(to, 0, theirs.one[i]);
				error = how == 0 ? control_yield(desc, 0, 1,
					&result) : how == 1 ?
					control_event(0) : control_irq(0);
				if (error)
					report(error);
				vidts_back(base_view.current);
				vidts_back(to);
				if (memcmp(sim_memory, base, sizeof(base)))
					new_state(sim_check(&step_view));
			}
}

static void transfers(void)
{
	unsigned me = base_view.current;

	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (base_view.part[i].live && i != base_view.root &&
		    base_view.part[i].parent == me)
			transfers_to(base_view.part[i].desc, i);
	if (me != base_view.root)
		transfers_to(0, base_view.part[me].parent);
}
#endif

/* Everything that `part` can do */
static void expand_as(unsigned part)
{
	word list[6];

	sim_switch(part);
	base_view.current = part;
	again();
	expected = base_view;
	kinds_fill(&own, part);
	if (base_view.part[part].depth + 2u >= SIM_DEPTH) {
		fprintf(stderr, "deeper than SIM_DEPTH\n");
		exit(2);
	}
	each_list(S_CREATE, list, 0, 5, full ? 5 : 1, 0, 0);
	calls_of_one();
	for (unsigned i = 0; i < own.nones; i++)
		if (!i || own.one[i] != own.one[i - 1])
			calls_of_child(own.one[i]);
#ifdef EXPLORE_RIGHTS
	states();
#endif
#ifdef EXPLORE_CONTROL
	transfers();
#endif
}

static void expand(void)
{
	const char *error;
	unsigned deepest = 0;

	sim_switch(sim_frame_of(root));
	error = sim_check(&base_view);
	if (error)
		report(error);
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (base_view.frame[i].role == ROLE_USER) {
			step_fill(i);
			*(word *)sim_frame(i) = 0;
		}
	memcpy(base, sim_memory, sizeof(base));
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		if (!base_view.part[i].live)
			continue;
		if (base_view.part[i].depth > deepest)
			deepest = base_view.part[i].depth;
		expand_as(i);
	}
	depth_seen[deepest]++;
}

/* Region by region, the last page of the last one first: the VIDT */
static void world(void)
{
	word dir = FIRST_DIR, index = 0;

	sim_reset();
	for (unsigned i = 0; i < PAGES; i++) {
		word rights = PTE_P | PTE_U | (i + READ_ONLY < PAGES ? PTE_W : 0);

#ifdef EXPLORE_CONTROL
		if (i + 1 == PAGES) {
			sim_root_page(PIP_VIDT, rights);
			break;
		}
#endif
		sim_root_page(sim_va(dir, index), rights);
		if (++index == TABLE_ENTRIES) {
			index = 0;
			do
				dir++;
			while (!user_region(dir));
		}
	}
}

static void family_call(const struct call *c, const word *list)
{
	const char *error;

	if (list)
		link_pages(list, 3, false);
	doing = *c;
	error = step(c, NULL);
	base_view = step_view;
	if (error)
		report(error);
}

/* The current partition makes one from its pages first, first + 1, ... */
static void family_child(word first, bool region)
{
	struct call c = { S_CREATE, { 0 } };
	word list[4] = { 0 };

	for (word i = 0; i < 5; i++)
		c.a[i] = sim_va(FIRST_DIR, first + i);
	family_call(&c, NULL);
	for (word i = 0; i < 3; i++)
		list[i] = sim_va(FIRST_DIR, first + 5 + i);
	c = (struct call){ S_PREPARE, { c.a[0], sim_va(FIRST_DIR, 0),
		list[0] } };
	if (region)
		family_call(&c, list);
}

/* A child with all that is left, and its child with what is left then */
static void family(void)
{
	word desc = sim_va(FIRST_DIR, 0);
	word left = PAGES > 8 ? PAGES - 8 : 0;
	word given = left < TABLE_ENTRIES ? left : TABLE_ENTRIES;

	base_view = step_view;
	family_child(0, true);
	for (word i = 0; i < given; i++)
		family_call(&(struct call){ S_ADD, { sim_va(FIRST_DIR, i + 8),
			desc, sim_va(FIRST_DIR, i), 1, 1, 1 } }, NULL);
	step_switch(view_child(&base_view, desc));
	base_view = step_view;
	if (given >= 5)
		family_child(0, given >= 8);
	if (given > 8)
		family_call(&(struct call){ S_ADD, { sim_va(FIRST_DIR, 8),
			desc, sim_va(FIRST_DIR, 0), 1, 1, 1 } }, NULL);
	sim_switch(step_view.root);
}

static void summary(double seconds)
{
	unsigned deepest = SIM_DEPTH - 1;

	while (deepest && !depth_seen[deepest])
		deepest--;
	printf("%d pages, %u x %u entries%s%s: %u states", PAGES, DIR_ENTRIES,
		TABLE_ENTRIES, plain ? ", no renaming" : "",
		full ? ", all lists" : "", store_states());
	for (unsigned i = 0; i <= deepest; i++)
		printf("%s%lu", i ? "/" : " (by depth ", depth_seen[i]);
	printf("), %lu calls, %lu transitions", calls, changed);
	if (plain)
		printf(", %u states up to renaming", store_orbits());
	printf(", %.1f s\n", seconds);
}

int main(int argc, char **argv)
{
	clock_t start = clock();
	int option;
	bool verbose = false, quiet = false, start_big = false;
	uint32_t want = 0, orbits, limit = UINT32_MAX;

	while ((option = getopt(argc, argv, "fl:n:pqsv")) != -1) {
		full |= option == 'f';
		plain |= option == 'p';
		quiet |= option == 'q';
		start_big |= option == 's';
		verbose |= option == 'v';
		if (option == 'l')
			limit = strtoul(optarg, NULL, 10);
		if (option == 'n')
			want = strtoul(optarg, NULL, 10);
		if (option == '?')
			return 2;
	}
	sim_on_wild = on_wild;
	world();
	step_begin();
	if (start_big)
		family();
	store_add(plain ? plain_key(&step_view) : canon_key(&step_view), 0, 0,
		&doing);
	if (plain)
		store_orbit(canon_key(&step_view));
	while (limit-- && store_next(&base_number)) {
		expand();
		if (verbose && base_number % 1000 == 0)
			fprintf(stderr, "%u of %u\n", base_number,
				store_states());
	}
	if (store_next(&base_number))
		printf("stopped; ");
	orbits = plain ? store_orbits() : store_states();
	if (quiet)
		printf("%u\n", orbits);
	else
		summary((double)(clock() - start) / CLOCKS_PER_SEC);
	if (want && orbits != want) {
		printf("%u states up to renaming, not %u\n", orbits, want);
		return 1;
	}
	return 0;
}
