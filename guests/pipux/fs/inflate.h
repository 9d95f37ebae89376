/* SPDX-License-Identifier: BSD-2-Clause */
/* Decompression of gzip members: pure, also built on the host. */
#ifndef PIPUX_INFLATE_H
#define PIPUX_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INFLATE_WINDOW	32768u
#define INFLATE_BUFFER	(2 * INFLATE_WINDOW)
#define INFLATE_ROOT	10		/* bits that one table look-up decodes */

struct huffman {
	uint32_t table[1 << INFLATE_ROOT];	/* 0: a longer code */
	uint16_t count[16];		/* codes of each length */
	uint16_t symbol[288];		/* by code */
	bool distances;			/* what its symbols mean */
};

/* The caller allocates it (about 80 KiB) and fills the first group */
struct inflate {
	/* Takes a piece of the output; false ends the decompression */
	bool (*output)(void *arg, const uint8_t *data, size_t n);
	void *arg;

	/* results */
	const char *error;		/* NULL after success */
	bool refused;			/* output returned false */

	/* private */
	const uint8_t *in, *end;
	uint32_t hold, bits, overrun;
	uint8_t *out, *flushed;
	uint32_t crc, total;
	uint32_t crc_table[4][256];
	struct huffman lit, dist;
	uint8_t buffer[INFLATE_BUFFER + 512];
};

static inline bool gzip_magic(const uint8_t *p, size_t n)
{
	return n >= 2 && p[0] == 0x1F && p[1] == 0x8B;
}

/*
 * Decompresses one gzip member (RFC 1952) at `in`: how many bytes of input it
 * took; 0 with s->error set on failure.
 */
size_t gunzip(struct inflate *s, const uint8_t *in, size_t n);

#endif
