/* SPDX-License-Identifier: BSD-2-Clause */
/* The port services, and what is closed to everybody. */
#include <pip/port.h>
#include "conformance.h"

#define COM1_MCR	(COM1 + 4)
#define COM1_SCRATCH	(COM1 + 7)
#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define CMOS_DIAGNOSTIC	0x0E
#define VGA_CRTC	0x3D4	/* index and data in neighbouring ports */
#define CURSOR_LOW	0x0F

static void check_open(void)
{
	Pip_Outb(COM1_SCRATCH, 0x5A);
	is(Pip_Inb(COM1_SCRATCH), 0x5A, "outb and inb: a scratch register");
	Pip_Outb(COM1_SCRATCH, 0x1A5);
	is(Pip_Inb(COM1_SCRATCH), 0xA5, "outb writes 8 bits, inb reads 8");
	Pip_Outw(VGA_CRTC, 0x4200 | CURSOR_LOW);
	is(Pip_Inw(VGA_CRTC), 0x4200 | CURSOR_LOW, "outw and inw");
	check(Pip_Inl(COM1_MCR) >> 24 == 0xA5 || Pip_Inl(COM1_MCR) ==
		0xFFFFFFFF, "inl");
	Pip_Outl(0x80, 0x12345678);
	is(Pip_Outaddrl(0x80, PIP_ROOT_BASE), 0, "outaddrl: refused, 0");
}

/* The root's own instructions pass where the services do */
static void check_instructions(void)
{
	uint32_t mcr = Pip_Inb(COM1_MCR);
	uint32_t written[] = { 0x11000000 | mcr, 0x22000000 | mcr };
	uint32_t read[] = { 0, 0, 0x77777777 };
	bool wide;

	port_out8(COM1_SCRATCH, 0x3C);
	is(Pip_Inb(COM1_SCRATCH), 0x3C, "the root's `out` arrives");
	Pip_Outb(COM1_SCRATCH, 0xC3);
	is(port_in8(COM1_SCRATCH), 0xC3, "the root's `in`");
	Pip_Outl(COM1_MCR, 0x33000000 | mcr);
	wide = Pip_Inb(COM1_SCRATCH) == 0x33;	/* not on every machine */
	Pip_Outb(COM1_SCRATCH, 0x44);
	port_out32s(COM1_MCR, written, ARRAY_SIZE(written));
	is(Pip_Inb(COM1_SCRATCH), wide ? 0x22 : 0x44, "the root's `rep outs`");
	port_in32s(COM1_MCR, read, 2);
	check(read[0] == Pip_Inl(COM1_MCR) && read[1] == read[0] &&
		read[2] == 0x77777777, "the root's `rep ins`");
}

void check_ports(void)
{
	static const uint16_t closed[] = {
		0x00, 0x0F, 0x1F, 0x20, 0x21, 0xA0, 0xA1, 0x81, 0x8F, 0x92,
		0xB2, 0xC0, 0xDF, 0x4D0, 0x4D1, 0x510, 0xCF8, 0xCFC, 0xCFF,
	};

	check_open();
	check_instructions();
	for (uint32_t i = 0; i < ARRAY_SIZE(closed); i++) {
		Pip_Outb(closed[i], 0);
		is(Pip_Inb(closed[i]), 0xFFFFFFFF,
			"port 0x%x is closed to the root: ones", closed[i]);
	}
	is(Pip_Inw(0x1F), 0xFFFFFFFF, "a word that begins closed");
	is(Pip_Inw(0xCF7), 0xFFFFFFFF, "a word that ends closed");
	is(Pip_Inl(0xCF5), 0xFFFFFFFF, "a double word that ends closed");
	is(Pip_Inb(0x10000), 0xFFFFFFFF, "port 0x10000");
	is(Pip_Inb(0x103FD), 0xFFFFFFFF, "a port is not cut to 16 bits");
	is(Pip_Inw(0xFFFF), 0xFFFFFFFF, "a word beyond the last port");
	is(Pip_Inl(0xFFFD), 0xFFFFFFFF, "a double word beyond it");
}
