/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pip's own log on COM1.  Boot command line: `loglevel=0` (errors) to
 * `loglevel=3` (debug), 2 unless told; `onfatal=poweroff` ends the virtual
 * machine with status 254 when Pip stops, `halt` is the default.
 */
#include "x86.h"
#include <stdarg.h>

#define COM1		0x3F8
#define COM_DIVISOR	1	/* 115200 baud */
#define LCR_DLAB	0x80
#define LCR_8N1		0x03
#define FCR_ENABLE	0x07
#define LSR_THRE	0x20

#define QEMU_DEBUGCON	0xE9
#define QEMU_DEBUG_EXIT	0xF4
#define FATAL_STATUS	254

static int level = LOG_INFO;
static bool poweroff;

static void put(char c)
{
	if (c == '\n')
		put('\r');
	for (int tries = 100000; tries && !(in8(COM1 + 5) & LSR_THRE);)
		tries--;
	out8(COM1, (uint8_t)c);
}

static void put_text(const char *s)
{
	while (*s)
		put(*s++);
}

static void put_number(uint32_t n, uint32_t base, int width)
{
	char digits[11];
	int i = sizeof(digits);

	digits[--i] = 0;
	do {
		digits[--i] = "0123456789abcdef"[n % base];
		n /= base;
		width--;
	} while (n || width > 0);
	put_text(digits + i);
}

/* Knows %s, %u, %x and %08x */
static void put_format(const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		int width = 0;

		if (*fmt != '%') {
			put(*fmt);
			continue;
		}
		for (fmt++; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + *fmt - '0';
		if (*fmt == 's')
			put_text(va_arg(ap, const char *));
		else
			put_number(va_arg(ap, uint32_t),
				*fmt == 'u' ? 10 : 16, width);
	}
}

void log_at(int at, const char *fmt, ...)
{
	va_list ap;

	if (at > level)
		return;
	put_text("pip: ");
	va_start(ap, fmt);
	put_format(fmt, ap);
	va_end(ap);
	put('\n');
}

void fatal(const char *fmt, ...)
{
	va_list ap;

	put_text("pip: fatal: ");
	va_start(ap, fmt);
	put_format(fmt, ap);
	va_end(ap);
	put('\n');
	if (poweroff) {
		for (const char *s = "status 254\n"; *s; s++)
			out8(QEMU_DEBUGCON, (uint8_t)*s);
		__asm__ volatile("outl %0, %w1" : : "a"(FATAL_STATUS & 0x7F),
			"Nd"(QEMU_DEBUG_EXIT));
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}

static bool starts(const char *s, const char *with)
{
	while (*with)
		if (*s++ != *with++)
			return false;
	return true;
}

void log_init(const char *cmdline)
{
	out8(COM1 + 1, 0);
	out8(COM1 + 3, LCR_DLAB);
	out8(COM1, COM_DIVISOR);
	out8(COM1 + 1, 0);
	out8(COM1 + 3, LCR_8N1);
	out8(COM1 + 2, FCR_ENABLE);
	for (const char *s = cmdline; *s; s++) {
		if (s != cmdline && s[-1] != ' ')
			continue;
		if (starts(s, "loglevel=") && s[9] >= '0' && s[9] <= '3')
			level = s[9] - '0';
		else if (starts(s, "onfatal=poweroff"))
			poweroff = true;
		else if (s != cmdline && *s != ' ' &&
			 !starts(s, "onfatal=halt"))
			fatal("unknown word on the command line: %s", s);
	}
}
