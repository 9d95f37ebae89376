/* SPDX-License-Identifier: BSD-2-Clause */
/* Bitmaps of blocks and inodes, as they lie on the disk.  Pure. */
#ifndef PIPUX_EXT2_BITMAP_H
#define PIPUX_EXT2_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

static inline bool bitmap_test(const uint8_t *map, uint32_t i)
{
	return map[i / 8] >> i % 8 & 1;
}

static inline void bitmap_set(uint8_t *map, uint32_t i)
{
	map[i / 8] |= (uint8_t)(1u << i % 8);
}

static inline void bitmap_clear(uint8_t *map, uint32_t i)
{
	map[i / 8] &= (uint8_t)~(1u << i % 8);
}

/*
 * The first bit of [from, end) that is clear in both maps (`busy` may be
 * NULL); `end` if there is none.
 */
uint32_t bitmap_find_clear(const uint8_t *map, const uint8_t *busy,
	uint32_t from, uint32_t end);

#endif
