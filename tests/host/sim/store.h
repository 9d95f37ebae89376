/* SPDX-License-Identifier: BSD-2-Clause */
/* The states seen, by key; those not expanded yet, as memory, first in first
 * out; and for each the call that led to it. */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "canon.h"

/* The memory at hand, if its key is new */
void store_add(struct key key, uint32_t from, unsigned by,
	const struct call *c);
/* Loads the next state to expand; false: all are */
bool store_next(uint32_t *number);
uint32_t store_states(void);
/* How many keys of a second kind were seen */
void store_orbit(struct key key);
uint32_t store_orbits(void);
/* Prints the calls from the first state to this one */
void store_trace(uint32_t number);

#endif
