/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States up to renaming.  Pages of one region in equal roles can be swapped,
 * with every word that names them, and every service commutes with that: two
 * such states are one.  sim_check() has shown that the view is all there is.
 */
#ifndef SIM_CANON_H
#define SIM_CANON_H

#include "sim.h"

struct key {
	uint64_t a, b;
};

/* Equal for states that differ by names only, else different (128 bits) */
struct key canon_key(const struct view *v);
/* The same for states that differ in any bit of Pip's structures */
struct key plain_key(const struct view *v);
/* What distinguishes a frame from others in the same places: 0 if nothing */
bool canon_same(const struct view *v, unsigned f, unsigned g);

#endif
