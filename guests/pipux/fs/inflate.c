/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inflate (RFC 1951) and the gzip format around it (RFC 1952).  Output goes
 * through a buffer of two windows that is handed on when it is full.  A code
 * of up to INFLATE_ROOT bits is one table look-up; longer ones are rare and
 * decoded bit by bit.
 */
#include "inflate.h"
#include <pipux/string.h>

/* Table entries: value << 16 | extra bits << 8 | kind | code length */
#define KIND_LITERAL	0x80u
#define KIND_LENGTH	0x40u		/* a length, or any distance */
#define KIND_END	0x20u
#define KIND_BAD	0x10u
#define CODE_BITS	0x0Fu
#define EXTRA(e)	((e) >> 8 & 0xFF)
#define VALUE(e)	((e) >> 16)

#define MATCH_MAX	258

static bool fail(struct inflate *s, const char *why)
{
	if (!s->error)
		s->error = why;
	return false;
}

/*
 * At least 24 bits into hold.  What lies above `bits` in hold are the right
 * following bits or zero, so that they may be OR'ed in once more.  Behind the
 * input follow zero bytes, counted.
 */
static inline void refill(struct inflate *s)
{
	uint32_t word;

	if (__builtin_expect(s->end - s->in >= 4, 1)) {
		memcpy(&word, s->in, 4);
		s->hold |= word << s->bits;
		s->in += (31 - s->bits) >> 3;
		s->bits |= 24;
		return;
	}
	while (s->bits <= 24) {
		if (s->in < s->end)
			s->hold |= (uint32_t)*s->in++ << s->bits;
		else
			s->overrun++;
		s->bits += 8;
	}
}

static inline uint32_t take(struct inflate *s, uint32_t n)
{
	uint32_t v = s->hold & ((1u << n) - 1);

	s->hold >>= n;
	s->bits -= n;
	return v;
}

/* The next n <= 16 bits, of a header */
static uint32_t get_bits(struct inflate *s, uint32_t n)
{
	refill(s);
	return take(s, n);
}

/* More was read than there is */
static bool exhausted(const struct inflate *s)
{
	return s->overrun * 8 > s->bits;
}

/* CRC-32 (RFC 1952, 8), four bytes at a time */
static void crc_init(struct inflate *s)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
		s->crc_table[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int t = 1; t < 4; t++) {
			uint32_t c = s->crc_table[t - 1][i];

			s->crc_table[t][i] = s->crc_table[0][c & 255] ^ c >> 8;
		}
}

static uint32_t crc_update(const struct inflate *s, uint32_t c,
		const uint8_t *p, size_t n)
{
	for (; n >= 4; n -= 4, p += 4) {
		uint32_t word;

		memcpy(&word, p, 4);
		c ^= word;
		c = s->crc_table[3][c & 255] ^ s->crc_table[2][c >> 8 & 255]
			^ s->crc_table[1][c >> 16 & 255]
			^ s->crc_table[0][c >> 24];
	}
	while (n--)
		c = s->crc_table[0][(c ^ *p++) & 255] ^ c >> 8;
	return c;
}

/* Hands the new output on and keeps one window for matches */
static bool flush(struct inflate *s)
{
	size_t n = s->out - s->flushed, keep;

	s->crc = crc_update(s, s->crc, s->flushed, n);
	s->total += n;
	if (n && !s->output(s->arg, s->flushed, n)) {
		s->refused = true;
		return fail(s, "refused");
	}
	keep = s->out - s->buffer;
	if (keep > INFLATE_WINDOW) {
		memmove(s->buffer, s->out - INFLATE_WINDOW, INFLATE_WINDOW);
		s->out = s->buffer + INFLATE_WINDOW;
	}
	s->flushed = s->out;
	return true;
}

static uint32_t entry_of(bool distances, uint32_t sym, uint32_t len)
{
	static const uint16_t length_base[29] = {
		3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35,
		43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
	};
	static const uint8_t length_extra[29] = {
		0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
		4, 4, 4, 4, 5, 5, 5, 5, 0,
	};

	if (distances) {
		uint32_t extra = sym < 4 ? 0 : sym / 2 - 1;
		uint32_t base = sym < 4 ? sym + 1
			: ((2 + (sym & 1)) << extra) + 1;

		return sym > 29 ? KIND_BAD | len
			: base << 16 | extra << 8 | KIND_LENGTH | len;
	}
	if (sym < 256)
		return sym << 16 | KIND_LITERAL | len;
	if (sym == 256)
		return KIND_END | len;
	if (sym > 285)
		return KIND_BAD | len;
	return (uint32_t)length_base[sym - 257] << 16
		| (uint32_t)length_extra[sym - 257] << 8 | KIND_LENGTH | len;
}

static uint32_t reverse(uint32_t code, uint32_t len)
{
	uint32_t r = 0;

	while (len--) {
		r = r << 1 | (code & 1);
		code >>= 1;
	}
	return r;
}

/* Codes left over: 0 complete, > 0 incomplete, < 0 over-subscribed */
static int count_lengths(struct huffman *h, const uint8_t *length, uint32_t n)
{
	int left = 1;

	memset(h->count, 0, sizeof(h->count));
	for (uint32_t i = 0; i < n; i++)
		h->count[length[i]]++;
	for (int len = 1; len < 16; len++) {
		left = left * 2 - h->count[len];
		if (left < 0)
			return left;
	}
	return left;
}

/* Sets up a code from its lengths (RFC 1951, 3.2.2) */
static int huffman_build(struct huffman *h, bool distances,
		const uint8_t *length, uint32_t n)
{
	uint32_t next[16], offset[16], code = 0;
	int left = count_lengths(h, length, n);

	if (left < 0)
		return left;
	h->distances = distances;
	memset(h->table, 0, sizeof(h->table));
	offset[1] = 0;
	for (int len = 1; len < 16; len++) {
		next[len] = code;
		code = (code + h->count[len]) << 1;
		if (len < 15)
			offset[len + 1] = offset[len] + h->count[len];
	}
	for (uint32_t sym = 0; sym < n; sym++) {
		uint32_t len = length[sym], e, i;

		if (!len)
			continue;
		h->symbol[offset[len]++] = sym;
		code = next[len]++;
		if (len > INFLATE_ROOT)
			continue;
		e = entry_of(distances, sym, len);
		for (i = reverse(code, len); i < 1u << INFLATE_ROOT;
		     i += 1u << len)
			h->table[i] = e;
	}
	return left;
}

/* A code longer than the table, or none */
static uint32_t decode_long(const struct huffman *h, uint32_t hold)
{
	uint32_t code = 0, first = 0, index = 0;

	for (uint32_t len = 1; len < 16; len++, hold >>= 1) {
		uint32_t count = h->count[len];

		code |= hold & 1;
		if (code < first + count)
			return entry_of(h->distances,
				h->symbol[index + code - first], len);
		index += count;
		first = (first + count) << 1;
		code <<= 1;
	}
	return KIND_BAD;
}

static inline uint32_t decode(struct inflate *s, const struct huffman *h)
{
	uint32_t e = h->table[s->hold & ((1u << INFLATE_ROOT) - 1)];

	if (__builtin_expect(e == 0, 0))
		e = decode_long(h, s->hold);
	s->hold >>= e & CODE_BITS;
	s->bits -= e & CODE_BITS;
	return e;
}

/* Source and target may overlap: then the source repeats itself */
static inline uint8_t *copy_match(uint8_t *out, uint32_t dist, uint32_t len)
{
	const uint8_t *from = out - dist;
	uint8_t *end = out + len;

	if (dist >= 4) {
		do {			/* may run 3 bytes over the end */
			memcpy(out, from, 4);
			out += 4;
			from += 4;
		} while (out < end);
		return end;
	}
	do
		*out++ = *from++;
	while (out < end);
	return end;
}

/* A length was decoded: its distance follows */
static bool match(struct inflate *s, uint32_t e)
{
	uint32_t len = VALUE(e) + take(s, EXTRA(e)), dist;

	refill(s);
	e = decode(s, &s->dist);
	if (!(e & KIND_LENGTH))
		return fail(s, "bad distance code");
	if (s->bits < EXTRA(e))
		refill(s);
	dist = VALUE(e) + take(s, EXTRA(e));
	if (dist > (uint32_t)(s->out - s->buffer))
		return fail(s, "distance too far back");
	s->out = copy_match(s->out, dist, len);
	return true;
}

static bool inflate_codes(struct inflate *s)
{
	const uint8_t *limit = s->buffer + INFLATE_BUFFER;

	for (;;) {
		uint32_t e;

		if (__builtin_expect(s->out >= limit, 0)) {
			if (exhausted(s))
				return fail(s, "truncated");
			if (!flush(s))
				return false;
		}
		refill(s);
		e = decode(s, &s->lit);
		while (e & KIND_LITERAL) {
			*s->out++ = VALUE(e);
			if (s->bits < 15 || s->out >= limit)
				break;
			e = decode(s, &s->lit);
		}
		if (e & KIND_LITERAL)
			continue;
		if (e & KIND_LENGTH) {
			refill(s);
			if (!match(s, e))
				return false;
			continue;
		}
		if (e & KIND_END)
			return true;
		return fail(s, "bad code");
	}
}

static void fixed_codes(struct inflate *s)
{
	uint8_t length[288];

	memset(length, 8, 144);
	memset(length + 144, 9, 112);
	memset(length + 256, 7, 24);
	memset(length + 280, 8, 8);
	huffman_build(&s->lit, false, length, 288);
	memset(length, 5, 30);
	huffman_build(&s->dist, true, length, 30);
}

/* The code lengths of a dynamic block, themselves coded (RFC 1951, 3.2.7) */
static bool read_lengths(struct inflate *s, uint8_t *length, uint32_t n)
{
	uint32_t i = 0;

	while (i < n) {
		uint32_t e, sym, repeat = 1;
		uint8_t value = 0;

		refill(s);
		e = decode(s, &s->lit);
		if (!(e & KIND_LITERAL))
			return fail(s, "bad code length");
		sym = VALUE(e);
		if (sym < 16) {
			value = sym;
		} else if (sym == 16) {
			if (i == 0)
				return fail(s, "no length to repeat");
			value = length[i - 1];
			repeat = 3 + take(s, 2);
		} else {
			repeat = sym == 17 ? 3 + take(s, 3) : 11 + take(s, 7);
		}
		if (repeat > n - i)
			return fail(s, "too many code lengths");
		memset(length + i, value, repeat);
		i += repeat;
	}
	return true;
}

/* Only a code that consists of a single one-bit code may be incomplete */
static bool code_usable(const struct huffman *h, int left, uint32_t n)
{
	return left == 0
		|| (left > 0 && n == (uint32_t)h->count[0] + h->count[1]);
}

static bool dynamic_codes(struct inflate *s)
{
	static const uint8_t order[19] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1,
		15,
	};
	uint8_t length[286 + 32] = { 0 };
	uint32_t nlit = get_bits(s, 5) + 257, ndist = get_bits(s, 5) + 1;
	uint32_t ncode = get_bits(s, 4) + 4;
	int left;

	if (nlit > 286 || ndist > 30)
		return fail(s, "too many codes");
	for (uint32_t i = 0; i < ncode; i++)
		length[order[i]] = get_bits(s, 3);
	if (huffman_build(&s->lit, false, length, 19))
		return fail(s, "bad code-length code");
	if (!read_lengths(s, length, nlit + ndist))
		return false;
	if (length[256] == 0)
		return fail(s, "no end-of-block code");
	left = huffman_build(&s->lit, false, length, nlit);
	if (!code_usable(&s->lit, left, nlit))
		return fail(s, "bad literal code");
	left = huffman_build(&s->dist, true, length + nlit, ndist);
	if (!code_usable(&s->dist, left, ndist))
		return fail(s, "bad distance code lengths");
	return true;
}

/* Gives whole bytes in hold back to the input */
static void byte_align(struct inflate *s)
{
	take(s, s->bits & 7);
	s->in -= s->bits >> 3;
	s->in += s->overrun;
	s->hold = s->bits = s->overrun = 0;
}

static bool stored(struct inflate *s)
{
	uint32_t len;

	if (exhausted(s))
		return fail(s, "truncated");
	byte_align(s);
	if (s->end - s->in < 4)
		return fail(s, "truncated");
	len = s->in[0] | s->in[1] << 8;
	if ((len ^ 0xFFFF) != (uint32_t)(s->in[2] | s->in[3] << 8))
		return fail(s, "bad stored length");
	s->in += 4;
	if ((uint32_t)(s->end - s->in) < len)
		return fail(s, "truncated");
	while (len) {
		uint32_t n = s->buffer + INFLATE_BUFFER - s->out;

		if (n == 0) {
			if (!flush(s))
				return false;
			continue;
		}
		if (n > len)
			n = len;
		memcpy(s->out, s->in, n);
		s->out += n;
		s->in += n;
		len -= n;
	}
	return true;
}

static bool block(struct inflate *s, uint32_t type)
{
	switch (type) {
	case 0:
		return stored(s);
	case 1:
		fixed_codes(s);
		break;
	case 2:
		if (!dynamic_codes(s))
			return false;
		break;
	default:
		return fail(s, "bad block type");
	}
	return inflate_codes(s);
}

static bool inflate(struct inflate *s)
{
	uint32_t last;

	do {
		last = get_bits(s, 1);
		if (!block(s, get_bits(s, 2)))
			return false;
		if (exhausted(s))
			return fail(s, "truncated");
		/* matches of the next block may need all the room there is */
		if (s->out > s->buffer + INFLATE_BUFFER && !flush(s))
			return false;
	} while (!last);
	byte_align(s);
	return flush(s);
}

#define FHCRC		2
#define FEXTRA		4
#define FNAME		8
#define FCOMMENT	16

static bool skip(struct inflate *s, size_t n)
{
	if ((size_t)(s->end - s->in) < n)
		return fail(s, "truncated");
	s->in += n;
	return true;
}

static bool skip_string(struct inflate *s)
{
	const uint8_t *nul = memchr(s->in, 0, s->end - s->in);

	if (!nul)
		return fail(s, "truncated");
	s->in = nul + 1;
	return true;
}

static bool gzip_header(struct inflate *s)
{
	const uint8_t *h = s->in;

	if (!skip(s, 10))
		return false;
	if (!gzip_magic(h, 10) || h[2] != 8 || (h[3] & 0xE0))
		return fail(s, "not in gzip format");
	if (h[3] & FEXTRA) {
		const uint8_t *x = s->in;

		if (!skip(s, 2) || !skip(s, x[0] | x[1] << 8))
			return false;
	}
	if ((h[3] & FNAME) && !skip_string(s))
		return false;
	if ((h[3] & FCOMMENT) && !skip_string(s))
		return false;
	return !(h[3] & FHCRC) || skip(s, 2);
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool gzip_trailer(struct inflate *s)
{
	const uint8_t *t = s->in;

	if (!skip(s, 8))
		return false;
	if (le32(t) != (s->crc ^ 0xFFFFFFFF))
		return fail(s, "checksum does not match");
	if (le32(t + 4) != s->total)
		return fail(s, "length does not match");
	return true;
}

size_t gunzip(struct inflate *s, const uint8_t *in, size_t n)
{
	s->in = in;
	s->end = in + n;
	s->hold = s->bits = s->overrun = 0;
	s->out = s->flushed = s->buffer;
	s->crc = 0xFFFFFFFF;
	s->total = 0;
	s->error = NULL;
	s->refused = false;
	crc_init(s);
	if (!gzip_header(s) || !inflate(s) || !gzip_trailer(s))
		return 0;
	return s->in - in;
}
