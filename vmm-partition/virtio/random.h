/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes for the entropy device. */
#ifndef VMM_RANDOM_H
#define VMM_RANDOM_H

#include <stdint.h>

void random_bytes(void *to, uint32_t size);

/* ChaCha20's block function (RFC 8439, 2.3), pure */
void chacha_block(const uint32_t state[16], uint8_t out[64]);

#endif
