/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks: one line each, a count at the end, power off. */
#include "harness.h"

#define QEMU_DEBUGCON	0xE9
#define ACPI_PM1A	0x604		/* QEMU's i440fx */
#define ACPI_OFF	0x2000
#define BOCHS_SHUTDOWN	0x8900
#define LSR_EMPTY	0x40		/* to the last bit */

static uint32_t checks;
uint32_t checks_failed;

static void line(bool good, const char *format, va_list ap)
{
	checks++;
	checks_failed += !good;
	printf("%sok %u - ", good ? "" : "not ", checks);
	Pip_Vprintf(format, ap);
}

void check(bool good, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line(good, format, ap);
	va_end(ap);
	putchar('\n');
}

void is(uint32_t got, uint32_t want, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line(got == want, format, ap);
	va_end(ap);
	if (got != want)
		printf(" (got 0x%x, not 0x%x)", got, want);
	putchar('\n');
}

/* Under scripts/boot, ends with this status */
void power_off(uint32_t status)
{
	char text[16];

	pip_snprintf(text, sizeof(text), "status %u\n", status);
	for (const char *s = text; *s; s++)
		Pip_Outb(QEMU_DEBUGCON, (uint8_t)*s);
	while (!(Pip_Inb(COM1_LSR) & LSR_EMPTY))
		;
	Pip_Outw(ACPI_PM1A, ACPI_OFF);
	for (const char *s = "Shutdown"; *s; s++)
		Pip_Outb(BOCHS_SHUTDOWN, (uint8_t)*s);
	for (;;)
		;
}

void finish(void)
{
	printf("%u passed, %u failed\n", checks - checks_failed,
		checks_failed);
	power_off(checks_failed ? 1 : 0);
}
