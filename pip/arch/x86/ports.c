/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The port services and the ports that are closed to every partition because
 * through them memory could be reached behind Pip's back, interrupts lost or
 * the machine taken over.
 */
#include "x86.h"

#define KBC_COMMAND	0x64u

static const struct {
	uint16_t first, last;
} closed[] = {
	{ 0x0000, 0x001F },	/* DMA controller 1 */
	{ 0x0020, 0x0021 },	/* interrupt controller 1 */
	{ 0x0081, 0x008F },	/* DMA page registers */
	{ 0x0092, 0x0092 },	/* address line 20, fast reset */
	{ 0x00A0, 0x00A1 },	/* interrupt controller 2 */
	{ 0x00B2, 0x00B3 },	/* system management interrupt */
	{ 0x00C0, 0x00DF },	/* DMA controller 2 */
	{ 0x04D0, 0x04D1 },	/* interrupt trigger modes */
	{ 0x0510, 0x051B },	/* QEMU firmware configuration, which has DMA */
	{ 0x0CF8, 0x0CFF },	/* PCI configuration */
};

#define PCI_ADDRESS	0xCF8
#define PCI_DATA	0xCFC
#define PCI_COMMAND	4
#define PCI_FUNCTIONS	256u		/* of bus 0: 32 devices, 8 functions */
#define PCI_MASTER	4u

static uint32_t in32(uint32_t port)
{
	uint32_t value;

	__asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void out32(uint32_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
}

/*
 * Firmware may leave devices that master the bus at ports and addresses which
 * nobody knows here: taking the right from each of them closes them all, and
 * the configuration space is closed from now on.
 * LIMIT: looks at bus 0, function by function; bridges are turned off too, so
 * that nothing behind them can reach memory.
 */
static void pci_quiesce(void)
{
	for (uint32_t f = 0; f < PCI_FUNCTIONS; f++) {
		uint32_t command;

		out32(PCI_ADDRESS, 0x80000000 | f << 8 | PCI_COMMAND);
		command = in32(PCI_DATA);
		if (command != 0xFFFFFFFF && (command & PCI_MASTER))
			out32(PCI_DATA, command & 0xFFFF & ~PCI_MASTER);
	}
}

/* The map has what is closed, and the keyboard controller's command port,
 * whose writes are looked at.  The processor lets the root's own instructions
 * pass by it; entry.asm asks the checks below about what is in the map, and
 * about everything for wide accesses and for children. */
void ports_init(void)
{
	for (uint32_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		for (uint32_t p = closed[i].first; p <= closed[i].last; p++)
			tss.ports[p / 8] |= 1 << p % 8;
	tss.ports[KBC_COMMAND / 8] |= 1 << KBC_COMMAND % 8;
	pci_quiesce();
}

/* The keyboard controller may reset the machine for the root and do nothing
 * else by command: its output port drives address line 20. */
static bool command_allowed(word value)
{
	return current == root && (value & 0xFF) != 0xD1 &&
		(value & 0xF0) != 0xD0 && ((value & 0xF0) != 0xF0 ||
		(value & 0xFF) == 0xFE);
}

/* What entry.asm does next.  A refused access is a general-protection fault
 * of a child, to its parent; the root has none: it reads ones. */
enum { PORT_REFUSED, PORT_OPEN, PORT_IGNORED };

static bool port_open(word port, word bytes)
{
	uint32_t map;

	if (port > PORTS - bytes)
		return false;
	map = *(const uint16_t *)(tss.ports + port / 8);
	if (port <= KBC_COMMAND && port / 8 + 1 >= KBC_COMMAND / 8)
		map &= ~(1u << (KBC_COMMAND - port / 8 * 8));
	return !(map >> port % 8 & ((1u << bytes) - 1)) &&
		ports_allowed(port, bytes);
}

word port_read_check(word port, word bytes)
{
	if (port_open(port, bytes))
		return PORT_OPEN;
	return current == root ? PORT_IGNORED : PORT_REFUSED;
}

word port_write_check(word port, word bytes, word value)
{
	if (port_open(port, bytes) && (KBC_COMMAND - port >= bytes ||
	    (bytes == 1 && command_allowed(value))))
		return PORT_OPEN;
	return current == root ? PORT_IGNORED : PORT_REFUSED;
}

/* Service outaddrl would hand a physical address to a device that masters
 * the bus; there is none that a partition may use. */
word outaddrl(word port, word va)
{
	(void)port;
	(void)va;
	return 0;
}
