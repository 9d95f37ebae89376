/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers: kernel/random.c. */
#ifndef PIPUX_RANDOM_H
#define PIPUX_RANDOM_H

#include <pipux/kernel.h>

#define RANDOM_BITS	256	/* of entropy, always: random(4) */

/* For /dev/urandom, AT_RANDOM, getrandom; never waits */
void random_bytes(void *buf, size_t n);
/* Entropy from elsewhere: makes what follows no more predictable than it is */
void random_add(const void *buf, size_t n);

#endif
