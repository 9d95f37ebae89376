/* SPDX-License-Identifier: BSD-2-Clause */
/* The ChaCha20 block function, RFC 8439 section 2.3.  Host-tested. */
#include <pipux/chacha20.h>

#define ROTATE(x, n)	((x) << (n) | (x) >> (32 - (n)))

static void quarter(uint32_t *s, int a, int b, int c, int d)
{
	s[a] += s[b];
	s[d] = ROTATE(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = ROTATE(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = ROTATE(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = ROTATE(s[b] ^ s[c], 7);
}

void chacha20_block(uint32_t out[16], const uint32_t key[8],
		uint32_t counter, const uint32_t nonce[3])
{
	const uint32_t start[16] = {
		0x61707865, 0x3320646E, 0x79622D32, 0x6B206574,
		key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7],
		counter, nonce[0], nonce[1], nonce[2],
	};

	for (int i = 0; i < 16; i++)
		out[i] = start[i];
	for (int round = 0; round < 10; round++) {
		quarter(out, 0, 4, 8, 12);
		quarter(out, 1, 5, 9, 13);
		quarter(out, 2, 6, 10, 14);
		quarter(out, 3, 7, 11, 15);
		quarter(out, 0, 5, 10, 15);
		quarter(out, 1, 6, 11, 12);
		quarter(out, 2, 7, 8, 13);
		quarter(out, 3, 4, 9, 14);
	}
	for (int i = 0; i < 16; i++)
		out[i] += start[i];
}
