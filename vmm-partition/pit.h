/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8254 interval timer, channel 0: shared by clock.c and timer.c. */
#ifndef VMM_PIT_H
#define VMM_PIT_H

#include <pip/port.h>

#define PIT_HZ		1193182u
#define PIT_CHANNEL0	0x40
#define PIT_COMMAND	0x43

#define PIT_ONE_SHOT	0x30	/* channel 0, low then high byte, mode 0 */
#define PIT_LATCH	0x00	/* channel 0 */

/* IRQ 0 in `ticks`, 1-65535; in mode 0 a new count replaces the running one */
static inline void pit_start(uint32_t ticks)
{
	port_out8(PIT_CHANNEL0, ticks & 0xFF);
	port_out8(PIT_CHANNEL0, ticks >> 8);
}

#endif
