/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract is in bitmap.h. */
#include "bitmap.h"
#include <stddef.h>

uint32_t bitmap_find_clear(const uint8_t *map, const uint8_t *busy,
		uint32_t from, uint32_t end)
{
	while (from < end) {
		uint8_t used = map[from / 8] | (busy ? busy[from / 8] : 0);

		if (used == 0xFF) {
			from = (from | 7) + 1;
			continue;
		}
		if (!(used >> from % 8 & 1))
			return from;
		from++;
	}
	return end;
}
