/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes into operations: see drive.h. */
#include "drive.h"
#include "control.h"
#include <pip/abi.h>
#include <stdio.h>

#define LOW_REGION	0x00800000u
#define FAR_REGION	0x40000000u
#define PAGES		330u
#define LAST_PAGE(r)	((r) + PAGE_BYTES * (TABLE_ENTRIES - 1))

static const word regions[] = {
	0x00400000, 0x00800000, 0x40000000, 0xBFC00000, 0xFFC00000,
	0, 0xC0000000, 0xFF800000,
};

static const word vints[] = { 0, 8, 13, 14, 32, 33, 48, 49, 100, 1021, 1022 };

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static struct drive *d;

static unsigned below(unsigned n)
{
	unsigned x = d->byte();

	if (n > 256)
		x |= d->byte() << 8;
	return x % n;
}

static word any32(void)
{
	word x = d->byte();

	x |= d->byte() << 8;
	x |= d->byte() << 16;
	return x | d->byte() << 24;
}

void drive_world(void)
{
	sim_reset();
	for (word i = 0; i < PAGES; i++) {
		word base = i % 3 ? LOW_REGION : FAR_REGION;

		sim_root_page(base + i * PAGE_BYTES, PTE_P | PTE_U |
			(i % 8 == 7 ? 0 : PTE_W));
	}
	sim_root_page(LAST_PAGE(LOW_REGION), PTE_P | PTE_W | PTE_U);
	sim_root_page(PIP_VIDT - PAGE_BYTES, PTE_P | PTE_W | PTE_U);
	sim_root_page(PIP_VIDT, PTE_P | PTE_W | PTE_U);
	sim_device_page(PIP_ROOT_VGA);
	step_begin();
}

/* The frame after a random one for which `wanted` holds, or -1 */
static int pick(bool (*wanted)(const struct frame *f))
{
	unsigned start = below(SIM_FRAMES);

	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		unsigned n = (start + i) % SIM_FRAMES;

		if (wanted(&step_view.frame[n]))
			return n;
	}
	return -1;
}

static unsigned depth(void)
{
	return step_view.part[step_view.current].depth;
}

static bool held(const struct frame *f)
{
	return f->depth > depth() && f->at[depth()].part == step_view.current;
}

static bool own(const struct frame *f)
{
	return held(f) && f->role == ROLE_USER && f->depth == depth() + 1 &&
		f->at[depth()].w;
}

static bool child_desc(const struct frame *f)
{
	return held(f) && f->role == ROLE_DESC && f->depth == depth() + 1;
}

static bool any_desc(const struct frame *f)
{
	return f->role == ROLE_DESC;
}

static word va_of(int frame)
{
	return frame < 0 ? 0 : step_view.frame[frame].at[depth()].va;
}

/* An address of the current partition, mostly one that `wanted` accepts */
static word address(bool (*wanted)(const struct frame *f))
{
	unsigned kind = below(64);

	if (kind < 56)
		return va_of(pick(wanted));
	if (kind < 60)
		return va_of(pick(held)) | below(PAGE_BYTES);
	return kind < 62 ? regions[below(COUNT(regions))] : any32();
}

/* An address to map at, perhaps no good one */
static word place(void)
{
	word base = regions[below(below(8) ? 5 : COUNT(regions))];

	switch (below(4)) {
	case 0: return base + PAGE_BYTES * below(4);
	case 1: return LAST_PAGE(base) - PAGE_BYTES * below(3);
	default: return base + PAGE_BYTES * below(TABLE_ENTRIES);
	}
}

static const char *do_call(const struct call *c, word *result)
{
	word r;
	const char *error = step(c, &r);
	bool good = c->service == S_PREPARE ? r & 1 :
		c->service == S_STATE ? r != ~(word)0 : r != 0;

	d->steps++;
	if (good)
		d->ok[c->service]++;
	else
		d->refused[c->service]++;
	if (result)
		*result = r;
	if (error) {
		sim_print_call(c);
		printf(": %s\n", error);
	}
	return error;
}

/* Links up to three of the caller's pages through their first words; the
 * list may be short, run in circles or into nowhere */
static word list_make(void)
{
	word va[4] = { address(own), address(own), address(own), any32() };

	if (below(8) == 0)
		va[1 + below(2)] = va[0];
	if (below(8) == 0)
		va[1] = any32();
	for (unsigned i = 0; i < 3; i++) {
		int f = view_find(&step_view, step_view.current, va[i]);

		if (f >= 0 && step_view.frame[f].role == ROLE_USER)
			*(word *)sim_frame(f) = va[i + 1];
	}
	return va[0];
}

static const char *prepare_region(word desc, word va)
{
	struct call c = { S_PREPARE, { desc, va, list_make() } };
	int child = view_child(&step_view, desc);

	/* the view has a limit that Pip has not */
	if (child >= 0 && step_view.part[child].nregions == SIM_REGIONS)
		return NULL;
	return do_call(&c, NULL);
}

/* Gives a child many pages at once, else no tree would get deep */
static const char *nourish(void)
{
	word desc = va_of(pick(child_desc));
	word va = regions[below(5)] + PAGE_BYTES * below(TABLE_ENTRIES / 2);
	unsigned count = 16 + below(128);
	const char *error = desc ? prepare_region(desc, va) : NULL;
	int child = view_child(&step_view, desc);

	if (child < 0 || !view_prepared(&step_view, child, dir_index(va)))
		return error;
	while (!error && count--) {
		struct call c = { S_ADD, { va_of(pick(own)), desc, va, 1,
			below(8), 1 } };

		error = do_call(&c, NULL);
		va += PAGE_BYTES;
	}
	return error;
}

/* VIDT entries of the current partition, and sometimes a VIDT for a child */
static const char *vidt_write(void)
{
	int f = view_find(&step_view, step_view.current, PIP_VIDT);
	struct call c = { S_ADD, { address(own), address(child_desc),
		PIP_VIDT, 1, below(4), 1 } };
	const char *error;

	for (unsigned i = 0; f >= 0 && i < 8; i++) {
		word value = address(held) & PAGE_MASK;

		value |= below(4) ? below(60) * 64 : PAGE_BYTES - below(128);
		if (step_view.frame[f].role == ROLE_USER &&
		    step_view.frame[f].at[depth()].w)
			((word *)sim_frame(f))[vints[below(COUNT(vints))]] =
				below(8) ? value : 0;
	}
	if (below(2))
		return NULL;
	error = prepare_region(c.a[1], PIP_VIDT);
	return error ? error : do_call(&c, NULL);
}

static const char *control(void)
{
	word vint = below(8) ? vints[below(COUNT(vints))] : any32();
	word save = below(8) ? vints[below(COUNT(vints))] : any32();
	word first = below(0x10001 - 4), result;
	const char *error = control_yield(below(2) ? address(child_desc) : 0,
		vint, save, &result);

	d->steps++;
	d->yields += !result;
	if (!error)
		error = control_event(vint % 256);
	if (!error)
		error = control_irq(32 + vint % 16);
	if (!error)
		error = control_ports(first, 1 << below(3));
	if (error)
		printf("[%u]: %s\n", step_view.current, error);
	return error;
}

static const char *any_call(void)
{
	struct call c = { .service = below(S_MAX) };
	word *a = c.a;

	switch (c.service) {
	case S_CREATE:		/* the view has a limit that Pip has not */
		if (depth() == SIM_DEPTH - 2)
			return NULL;
		for (unsigned i = 0; i < 5; i++)
			a[i] = address(own);
		break;
	case S_DELETE:		/* rarely: there would be no tree */
		if (below(8))
			c.service = S_STATE;
		a[0] = address(child_desc);
		break;
	case S_PREPARE:
		return prepare_region(address(child_desc), place());
	case S_ADD:
		a[0] = address(below(8) ? own : held);
		a[1] = address(child_desc);
		a[2] = place();
		a[3] = below(32);
		a[4] = below(2);
		a[5] = below(32);
		break;
	case S_MAPPED: case S_PROBE:
		a[0] = address(held);
		break;
	case S_RESTRICT:
		a[0] = address(child_desc);
		a[1] = below(32) ? below(3) : any32();
		a[2] = below(32) ? below(0x10000) : any32();
		a[3] = below(32) ? a[2] + below(64) : any32();
		break;
	default:		/* a child and an address in it */
		a[0] = address(child_desc);
		a[1] = place();
	}
	return do_call(&c, NULL);
}

/* A page of one of the caller's children is taken away again */
static const char *take_page(void)
{
	int f = pick(held);
	struct call c = { below(8) ? S_REMOVE : S_COLLECT, { 0 } };

	if (f < 0 || step_view.frame[f].depth <= depth() + 1)
		return NULL;
	c.a[0] = step_view.part[step_view.frame[f].at[depth() + 1].part].desc;
	c.a[1] = step_view.frame[f].at[depth() + 1].va;
	return do_call(&c, NULL);
}

/* To any, or like yield to a child */
static const char *switch_partition(void)
{
	int child = pick(child_desc);
	const char *error = step_switch(child >= 0 && below(2) ? child :
		pick(any_desc));

	if (depth() > d->deepest)
		d->deepest = depth();
	current->state = below(3);
	fpu_owner = below(4) ? fpu_owner : current;
	return error ? error : sim_check(&step_view);
}

const char *drive_once(struct drive *drive)
{
	unsigned kind, live = 0;

	d = drive;
	d->done++;
	kind = below(32);
	if (kind < 4)
		return switch_partition();
	if (kind < 6)
		return nourish();
	if (kind < 10)
		return control();
	if (kind < 13)
		return vidt_write();
	if (kind < 17)
		return take_page();
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		live += step_view.part[i].live;
	if (live > d->partitions)
		d->partitions = live;
	return any_call();
}

const char *drive_end(struct drive *drive)
{
	const char *error = step_switch(step_view.root);
	int f;

	d = drive;
	while (!error && (f = pick(child_desc)) >= 0) {
		struct call c = { S_DELETE, { va_of(f) } };

		error = do_call(&c, NULL);
	}
	for (unsigned i = 0; i < SIM_FRAMES && !error; i++)
		if (sim_root_va[i] && (step_view.frame[i].depth != 1 ||
		    step_view.frame[i].role >= ROLE_DESC))
			error = "conservation: a page is not the root's again";
	return error;
}
