/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest partition of "Get Started with Pip": one line on the serial
 * port by Pip's port services, called directly, without libpip.
 */
#include <stdint.h>

#define SERIAL_PORT	0x3F8
#define SERIAL_LSR	(SERIAL_PORT + 5)
#define LSR_THRE	0x20

/* First in the image: Pip enters a root at its first byte */
__attribute__((noreturn, section(".text.start"))) void _main(void);

static uint32_t serial_transmit_ready(void)
{
	register uint32_t result __asm__("eax");

	__asm__ volatile(
		"push %1;"
		"lcall $0x38, $0x0;"
		"add $0x4, %%esp"
		: "=r"(result)
		: "i"(SERIAL_LSR)
		: "ecx", "edx", "memory", "cc");
	return result & LSR_THRE;
}

static void serial_putc(char c)
{
	__asm__ volatile(
		"push %1;"
		"push %0;"
		"lcall $0x30, $0x0;"
		"add $0x8, %%esp"
		:
		: "i"(SERIAL_PORT), "r"((uint32_t)(unsigned char)c)
		: "eax", "ecx", "edx", "memory", "cc");
}

static void serial_puts(const char *str)
{
	for (const char *it = str; *it; ++it) {
		while (!serial_transmit_ready())
			;
		serial_putc(*it);
	}
}

void _main(void)
{
	serial_puts("Hello World !\n");
	for (;;)
		;
}
