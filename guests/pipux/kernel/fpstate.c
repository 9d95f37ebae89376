/* SPDX-License-Identifier: BSD-2-Clause */
/* x87 state between its two images; see fpstate.h */
#include "fpstate.h"

#define TAG_VALID	0u
#define TAG_ZERO	1u
#define TAG_SPECIAL	2u
#define TAG_EMPTY	3u
#define HIGH_ONES	0xFFFF0000u	/* as FSAVE leaves reserved halves */

/* What FSAVE would say of a register that is not empty */
static uint32_t tag_of(const uint8_t *reg)
{
	uint32_t exponent = (reg[8] | (uint32_t)reg[9] << 8) & 0x7FFF;
	uint32_t low, high;

	__builtin_memcpy(&low, reg, 4);
	__builtin_memcpy(&high, reg + 4, 4);
	if (exponent == 0x7FFF)
		return TAG_SPECIAL;
	if (!exponent)
		return low | high ? TAG_SPECIAL : TAG_ZERO;
	return high >> 31 ? TAG_VALID : TAG_SPECIAL;
}

/* FXSAVE's tags go by physical register, its registers by the stack's top */
static uint32_t tags_expand(const struct fxsave *from)
{
	uint32_t top = from->status >> 11 & 7, tags = 0;

	if (!from->tag)
		return 0xFFFF;
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t tag = TAG_EMPTY;

		if (from->tag >> i & 1)
			tag = tag_of(from->st[(i - top) & 7].byte);
		tags |= tag << (2 * i);
	}
	return tags;
}

void fsave_from_fxsave(struct fsave *to, const struct fxsave *from)
{
	to->control = from->control | HIGH_ONES;
	to->status = from->status | HIGH_ONES;
	to->tag = tags_expand(from) | HIGH_ONES;
	to->ip = from->ip;
	to->cs = (from->cs & 0xFFFF) | (uint32_t)from->opcode << 16;
	to->data = from->data;
	to->ds = from->ds | HIGH_ONES;
	for (int i = 0; i < 8; i++)
		__builtin_memcpy(&to->st[i], &from->st[i], 10);
	to->status_copy = from->status;
	to->magic = 0;			/* X86_FXSR_MAGIC: an FXSAVE follows */
}

void fxsave_from_fsave(struct fxsave *to, const struct fsave *from,
		uint32_t mxcsr_mask)
{
	uint32_t full = ~(from->tag & from->tag >> 1);

	to->control = (uint16_t)from->control;
	to->status = (uint16_t)from->status;
	to->tag = 0;
	to->opcode = (uint16_t)(from->cs >> 16);
	to->ip = from->ip;
	to->cs = from->cs & 0xFFFF;
	to->data = from->data;
	to->ds = from->ds & 0xFFFF;
	to->mxcsr &= mxcsr_mask & 0xFFFF;
	/* Most programs are not in the middle of x87 work: registers empty */
	if (!(full & 0x5555))
		return;
	for (int i = 0; i < 8; i++) {
		to->tag |= (uint8_t)((full >> (2 * i) & 1) << i);
		__builtin_memcpy(&to->st[i], &from->st[i], 10);
	}
}
