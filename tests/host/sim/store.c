/* SPDX-License-Identifier: BSD-2-Clause */
/* See store.h.  A state waits as its words that are not zero. */
#include "store.h"
#include <stdio.h>
#include <stdlib.h>

struct set {
	struct key *at;		/* open addressing; { 0, 0 }: free */
	size_t size, used;
};

struct state {
	uint32_t from, by;
	struct call call;
	uint32_t *words;	/* count, then index and value of each */
};

#define ALL_WORDS	(SIM_BYTES / sizeof(word))

static struct set seen, orbits;
static struct state *states;
static uint32_t nstates, room, next;

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return p;
}

static bool set_put(struct set *s, struct key k)
{
	size_t i = k.a & (s->size - 1);

	while (s->at[i].a | s->at[i].b) {
		if (s->at[i].a == k.a && s->at[i].b == k.b)
			return false;
		i = (i + 1) & (s->size - 1);
	}
	s->at[i] = k;
	return true;
}

/* False if it is there already */
static bool set_add(struct set *s, struct key k)
{
	if (2 * s->used >= s->size) {
		struct set old = *s;

		s->size = old.size ? 2 * old.size : 1 << 16;
		s->at = must(calloc(s->size, sizeof(*s->at)));
		for (size_t i = 0; i < old.size; i++)
			if (old.at[i].a | old.at[i].b)
				set_put(s, old.at[i]);
		free(old.at);
	}
	if (!set_put(s, k))
		return false;
	s->used++;
	return true;
}

/* Only Pip's structures: the rest is data */
static uint32_t *pack(void)
{
	static uint32_t buffer[2 * ALL_WORDS + 1];
	uint32_t n = 0, *packed;

	for (uint32_t i = 0; i < ALL_WORDS; i++) {
		word w = ((word *)sim_memory)[i];
		unsigned f = i * sizeof(word) / PAGE_BYTES;

		if (!w || step_view.frame[f].role < ROLE_DESC)
			continue;
		buffer[++n] = i;
		buffer[++n] = w;
	}
	buffer[0] = n;
	packed = must(malloc((n + 1) * sizeof(*packed)));
	return memcpy(packed, buffer, (n + 1) * sizeof(*packed));
}

void store_add(struct key key, uint32_t from, unsigned by,
		const struct call *c)
{
	if (!set_add(&seen, key))
		return;
	if (nstates == room) {
		room = room ? 2 * room : 4096;
		states = must(realloc(states, room * sizeof(*states)));
	}
	states[nstates++] = (struct state){ from, by, *c, pack() };
}

bool store_next(uint32_t *number)
{
	uint32_t *words;

	if (next == nstates)
		return false;
	words = states[next].words;
	memset(sim_memory, 0, SIM_BYTES);
	for (uint32_t i = 1; i <= words[0]; i += 2)
		((word *)sim_memory)[words[i]] = words[i + 1];
	free(words);
	states[next].words = NULL;
	*number = next++;
	return true;
}

uint32_t store_states(void)
{
	return nstates;
}

void store_orbit(struct key key)
{
	set_add(&orbits, key);
}

uint32_t store_orbits(void)
{
	return orbits.used;
}

void store_trace(uint32_t number)
{
	if (!number)
		return;
	store_trace(states[number].from);
	sim_switch(states[number].by);
	printf("  ");
	sim_print_call(&states[number].call);
	printf("\n");
}
