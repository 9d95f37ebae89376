/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two memory images of the x87 state and how one becomes the other
 * (Intel SDM volume 1, 8.1.10 and 10.5.1).  Host-tested.
 */
#ifndef PIPUX_FPSTATE_H
#define PIPUX_FPSTATE_H

#include <stdint.h>

#define MXCSR_VALID	0xFFBFu		/* of a processor without DAZ */

struct fsave {				/* with Linux's status and magic */
	uint32_t control, status, tag, ip, cs, data, ds;
	struct {
		uint8_t byte[10];
	} st[8];
	uint16_t status_copy, magic;
};

struct fxsave {
	uint16_t control, status;
	uint8_t tag, reserved;
	uint16_t opcode;
	uint32_t ip, cs, data, ds;
	uint32_t mxcsr, mxcsr_mask;
	struct {
		uint8_t byte[10];
		uint8_t pad[6];
	} st[8];
	uint8_t rest[512 - 160];
};

_Static_assert(sizeof(struct fsave) == 112, "fsave image");
_Static_assert(sizeof(struct fxsave) == 512, "fxsave image");

void fsave_from_fxsave(struct fsave *to, const struct fxsave *from);
/* Keeps the SSE part of `to`, without MXCSR bits that FXRSTOR refuses */
void fxsave_from_fsave(struct fxsave *to, const struct fsave *from,
	uint32_t mxcsr_mask);

#endif
