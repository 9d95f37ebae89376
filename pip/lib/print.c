/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on COM1, one polled byte at a time, sent as given: no carriage returns
 * are added.  Works in every partition that kept its ports.
 */
#include <pip/lib.h>

#define COM1_THR	0x3F8
#define COM1_LSR	0x3FD
#define LSR_THRE	0x20

void Pip_Debug_Putc(char c)
{
	while (!(Pip_Inb(COM1_LSR) & LSR_THRE))
		;
	Pip_Outb(COM1_THR, (unsigned char)c);
}

void Pip_Debug_Puts(const char *s)
{
	while (*s)
		Pip_Debug_Putc(*s++);
}

static void put_serial(void *arg, char c)
{
	(void)arg;
	Pip_Debug_Putc(c);
}

int Pip_Vprintf(const char *format, va_list ap)
{
	return pip_vformat(put_serial, NULL, format, ap);
}

int Pip_Printf(const char *format, ...)
{
	va_list ap;
	int count;

	va_start(ap, format);
	count = Pip_Vprintf(format, ap);
	va_end(ap);
	return count;
}

int printf(const char *format, ...)
{
	va_list ap;
	int count;

	va_start(ap, format);
	count = Pip_Vprintf(format, ap);
	va_end(ap);
	return count;
}

void Pip_Debug_PutDec(uint32_t n)
{
	(void)Pip_Printf("%u", n);
}

void Pip_Debug_PutHex(uint32_t n)
{
	(void)Pip_Printf("0x%x", n);
}

int puts(const char *s)
{
	Pip_Debug_Puts(s);
	Pip_Debug_Putc('\n');
	return 0;
}

int putchar(int c)
{
	Pip_Debug_Putc((char)c);
	return (unsigned char)c;
}
