/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20 (RFC 8439): lib/chacha20.c. */
#ifndef PIPUX_CHACHA20_H
#define PIPUX_CHACHA20_H

#include <stdint.h>

/* 64 bytes of key stream */
void chacha20_block(uint32_t out[16], const uint32_t key[8],
	uint32_t counter, const uint32_t nonce[3]);

#endif
