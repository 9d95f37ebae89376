/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers from text.  Host-tested. */
#include <pipux/string.h>

/* Value of a digit in bases up to 36, or 36 */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 36;
}

/*
 * ISO C strtoul without white space before the number, and wrapping on
 * overflow.  *end (if wanted) is where the number stopped: `s` if there is
 * none.
 */
unsigned long strtoul(const char *s, char **end, int base)
{
	const char *p = s, *stop = s;
	int neg = *p == '-';
	unsigned long v = 0;

	if (*p == '-' || *p == '+')
		p++;
	if ((base == 0 || base == 16) && p[0] == '0' &&
			(p[1] | 32) == 'x' && digit(p[2]) < 16) {
		p += 2;
		base = 16;
	}
	if (base == 0)
		base = *p == '0' ? 8 : 10;
	for (; digit(*p) < base; stop = ++p)
		v = v * (unsigned)base + (unsigned)digit(*p);
	if (end)
		*end = (char *)(size_t)stop;
	return neg ? -v : v;
}
