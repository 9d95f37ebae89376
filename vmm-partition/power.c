/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of the machine.  The status goes out twice: as text on QEMU's debug
 * console, whole, and through isa-debug-exit, whose seven bits become QEMU's
 * own exit status (2 * status + 1).
 */
#include "vmm.h"

#define DEBUG_CONSOLE	0xE9
#define DEBUG_EXIT	0xF4
#define ACPI_PM1A	0x604		/* QEMU's PIIX4 */
#define ACPI_SLP_EN_S5	0x2000
#define KBC_COMMAND	0x64
#define KBC_RESET	0xFE

static _Noreturn void stop(const char *why)
{
	vmm_log(LOG_INFO, "%s", why);
	for (uint32_t line = 0; line < 16; line++)
		(void)Pip_Irq(line, PIP_IRQ_MASK);
	for (;;)
		(void)Pip_Idle();
}

/* status: 0-255 */
void power_off(uint32_t status)
{
	char text[16];

	(void)pip_snprintf(text, sizeof(text), "status %u\n", status);
	console_flush();
	for (const char *s = text; *s; s++)
		port_out8(DEBUG_CONSOLE, (uint8_t)*s);
	port_out32(DEBUG_EXIT, status & 0x7F);
	port_out16(ACPI_PM1A, ACPI_SLP_EN_S5);
	stop("it is now safe to turn off the machine");
}

void power_reset(void)
{
	console_flush();
	Pip_Outb(KBC_COMMAND, KBC_RESET);	/* closed to instructions */
	stop("this machine does not reset itself");
}
