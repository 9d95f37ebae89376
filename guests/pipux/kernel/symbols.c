/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own function names, for backtraces: a table that the build
 * makes of a first link and adds to the second (build.mk, symbols.awk).
 */
#include <pipux/printk.h>

/* Ascending addresses, and the names one after the other */
extern const uint32_t symbol_count __attribute__((weak));
extern const uint32_t symbol_addresses[] __attribute__((weak));
extern const char symbol_names[] __attribute__((weak));

const char *symbol_find(uint32_t addr, uint32_t *offset)
{
	const char *name = symbol_names, *found = NULL;

	if (!&symbol_count)
		return NULL;
	for (uint32_t i = 0; i < symbol_count; i++) {
		if (symbol_addresses[i] > addr)
			break;
		*offset = addr - symbol_addresses[i];
		found = name;
		name += strlen(name) + 1;
	}
	return found;
}
