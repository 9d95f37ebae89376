/* SPDX-License-Identifier: BSD-2-Clause */
/* For lwIP, which finds an interface by the number in its name. */
#ifndef PIPUX_LWIP_STDLIB_H
#define PIPUX_LWIP_STDLIB_H

#include <pipux/string.h>

static inline int atoi(const char *s)
{
	return (int)strtoul(s, NULL, 10);
}

#endif
