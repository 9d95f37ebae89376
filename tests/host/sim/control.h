/* SPDX-License-Identifier: BSD-2-Clause */
/* Control transfers of the current partition, core against specification;
 * NULL or what is wrong. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "sim.h"

const char *control_yield(word desc, word vint, word save, word *result);
const char *control_event(word vector);
const char *control_irq(word vector);
const char *control_ports(word first, word count);

#endif
