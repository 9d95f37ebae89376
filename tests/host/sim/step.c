/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One service call with everything around it checked: the result and the
 * whole state against the specification, the invariants, the contents of the
 * partitions' pages, wiping, and the TLB of the caller.
 */
#include "sim.h"
#include <stdio.h>

struct view step_view;

static char message[320];

/* Whole pages if they are small, else words 1, 2, the middle and the last:
 * word 0 is the caller's, for lists */
#define WORDS	(PAGE_BYTES / sizeof(word))
#define MARKS	(WORDS <= 64 ? WORDS - 1 : 4)

static word *mark(unsigned frame, unsigned i)
{
	word *page = sim_frame(frame);
	const unsigned big[4] = { 1, 2, WORDS / 2, WORDS - 1 };

	return &page[WORDS <= 64 ? i + 1 : big[i]];
}

static word pattern(unsigned frame, unsigned i)
{
	return 0x5EC3E700u + frame * 64 + i;
}

/* Data of a partition, the same whenever it is written */
void step_fill(unsigned frame)
{
	for (unsigned i = 0; i < MARKS; i++)
		*mark(frame, i) = pattern(frame, i);
}

/* Pip writes no page of a partition, and gives its own back wiped */
static const char *contents_check(unsigned n, bool was_structure)
{
	const word *page = sim_frame(n);

	if (was_structure) {
		for (unsigned i = 0; i < WORDS; i++)
			if (page[i])
				return "wiping: a page came back with data";
		step_fill(n);
		return NULL;
	}
	for (unsigned i = 0; i < MARKS; i++)
		if (*mark(n, i) != pattern(n, i))
			return "wiping: a page of a partition was written";
	return NULL;
}

static bool was_dropped(word va)
{
	for (unsigned i = 0; i < sim_ndropped && i < SIM_DROPS; i++)
		if (sim_dropped[i] == va)
			return true;
	return false;
}

static bool accessible_frame(const struct frame *f)
{
	return f->role == ROLE_USER || f->role == ROLE_DEVICE;
}

/* What the caller has lost must have left its TLB */
static const char *tlb_check(const struct view *before)
{
	unsigned depth = before->part[before->current].depth;

	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		const struct frame *old = &before->frame[i];

		if (old->depth > depth && accessible_frame(old) &&
		    old->at[depth].part == before->current &&
		    !accessible_frame(&step_view.frame[i]) &&
		    !was_dropped(old->at[depth].va))
			return "tlb: a page taken stays in the caller's TLB";
	}
	return NULL;
}

static const char *contents_all(const struct view *before)
{
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		const char *error;

		if (step_view.frame[i].role != ROLE_USER)
			continue;
		error = contents_check(i, before->frame[i].role != ROLE_USER);
		if (error)
			return error;
	}
	return NULL;
}

/* A first check, and a pattern for all pages of partitions */
void step_begin(void)
{
	const char *error = sim_check(&step_view);

	if (error) {
		printf("%s\n", error);
		fflush(stdout);
		__builtin_trap();
	}
	for (unsigned i = 0; i < SIM_FRAMES; i++)
		if (step_view.frame[i].role == ROLE_USER)
			step_fill(i);
}

/* Who runs, as the machine's part of yield would change it */
const char *step_switch(unsigned frame)
{
	sim_switch(frame);
	return sim_check(&step_view);
}

/* Checks the state that a call made of `before` */
const char *step_after(const struct view *before, const struct view *expected)
{
	const char *error = sim_check(&step_view);

	if (!error && memcmp(expected, &step_view, sizeof(*expected)))
		error = "effect: the state is not what the service must make";
	if (!error)
		error = contents_all(before);
	if (!error)
		error = tlb_check(before);
	return error;
}

const char *step_result(const struct call *c, word got, word want)
{
	if (got == want)
		return NULL;
	snprintf(message, sizeof(message), "result: %s gave %#x, expected %#x",
		services[c->service].name, got, want);
	return message;
}

const char *step(const struct call *c, word *result)
{
	static struct view before, expected;
	word want, got;
	const char *error;

	before = step_view;
	expected = step_view;
	want = spec_call(&expected, c);
	got = sim_run(c);
	if (result)
		*result = got;
	error = step_result(c, got, want);
	return error ? error : step_after(&before, &expected);
}
