/* SPDX-License-Identifier: BSD-2-Clause */
/* The two 8259A interrupt controllers, vectors PIP_VINT_IRQ and up, and the
 * interval timer's boot-time rate. */
#include "x86.h"

#define MASTER		0x20
#define SLAVE		0xA0
#define ICW1_INIT	0x11
#define ICW4_8086	0x01
#define OCW2_EOI	0x20
#define OCW3_READ_ISR	0x0B
#define CASCADE		2

#define PIT_CHANNEL0	0x40
#define PIT_MODE	0x43
#define PIT_RATE_GEN	0x34
#define PIT_HZ		1193182u
#define TICK_HZ		100u

static uint32_t mask;			/* bit per line */

static void mask_write(void)
{
	out8(MASTER + 1, mask);
	out8(SLAVE + 1, mask >> 8);
}

void pic_init(void)
{
	out8(MASTER, ICW1_INIT);
	out8(SLAVE, ICW1_INIT);
	out8(MASTER + 1, PIP_VINT_IRQ);
	out8(SLAVE + 1, PIP_VINT_IRQ + 8);
	out8(MASTER + 1, 1 << CASCADE);
	out8(SLAVE + 1, CASCADE);
	out8(MASTER + 1, ICW4_8086);
	out8(SLAVE + 1, ICW4_8086);
	mask_write();
	out8(PIT_MODE, PIT_RATE_GEN);
	out8(PIT_CHANNEL0, PIT_HZ / TICK_HZ);
	out8(PIT_CHANNEL0, PIT_HZ / TICK_HZ >> 8);
}

/* Line 7 of a controller may be a glitch, which wants no end-of-interrupt
 * at that controller: 8259A data sheet, "spurious". */
static bool spurious(uint32_t port)
{
	out8(port, OCW3_READ_ISR);
	return !(in8(port) & 0x80);
}

/* Ends the interrupt at the controllers.  False: it was none. */
bool pic_accept(uint32_t vector)
{
	uint32_t line = vector - PIP_VINT_IRQ;

	if (line == 7 && spurious(MASTER))
		return false;
	if (line >= 8) {
		bool ghost = line == 15 && spurious(SLAVE);

		if (!ghost)
			out8(SLAVE, OCW2_EOI);
		out8(MASTER, OCW2_EOI);
		return !ghost;
	}
	out8(MASTER, OCW2_EOI);
	return true;
}

/* Service irq: the root masks or unmasks a line.  1, or 0 when refused. */
word irqControl(word line, word op)
{
	if (current != root || line >= IRQ_LINES || line == CASCADE ||
	    op > PIP_IRQ_MASK)
		return 0;
	mask = (mask & ~(1u << line)) | (op << line);
	mask_write();
	return 1;
}
