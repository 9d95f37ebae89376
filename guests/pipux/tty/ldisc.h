/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal line discipline as a machine of its own: keystrokes go in,
 * bytes for readers, echo and signals come out.  It knows no task, file or
 * clock, and runs on the host for its tests.  Behaviour after termios(3) and,
 * where that is silent, what Linux's N_TTY is seen to do.
 *
 * Input lies in a ring; head, canon_head and tail count bytes for ever.
 * tail <= canon_head <= head <= tail + LDISC_SIZE.  In canonical mode bytes
 * before canon_head are complete lines, those after it the line being typed;
 * line_end has a bit for each byte that ends a line.
 */
#ifndef PIPUX_TTY_LDISC_H
#define PIPUX_TTY_LDISC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <asm/termbits.h>

#define LDISC_SIZE	4096u		/* power of two */
#define LDISC_OUT	1024u
#define LDISC_EOF	0		/* stored, with line_end, for VEOF */

struct ldisc;

struct ldisc_ops {
	void (*output)(struct ldisc *ld, const void *buf, size_t n);
	void (*signal)(struct ldisc *ld, int signo);
};

struct ldisc {
	const struct ldisc_ops *ops;
	struct termios termios;
	uint32_t head, canon_head, tail;
	uint32_t column;		/* of the cursor */
	uint32_t canon_column;		/* where the line being typed began */
	bool literal;			/* LNEXT was typed */
	bool erasing;			/* inside an ECHOPRT \.../ */
	bool stopped;			/* output held: ^S or TCOOFF */
	uint32_t out_len;
	uint8_t out[LDISC_OUT];		/* processed, not yet given away */
	uint32_t line_end[LDISC_SIZE / 32];
	uint8_t buf[LDISC_SIZE];
};

/* ldisc.c */
void ldisc_init(struct ldisc *ld, const struct ldisc_ops *ops);
void ldisc_set_termios(struct ldisc *ld, const struct termios *t);
/* Input bytes that are welcome now; more than that may be dropped */
size_t ldisc_room(const struct ldisc *ld);
void ldisc_receive(struct ldisc *ld, const uint8_t *buf, size_t n);
/* Bytes that a read could take now (a lone EOF counts as one) */
size_t ldisc_available(const struct ldisc *ld);
/*
 * Up to n bytes, in canonical mode of one line.  *line_done: the line's end
 * was reached, so the read ends even if it is short or empty.
 */
size_t ldisc_read(struct ldisc *ld, uint8_t *buf, size_t n, bool *line_done);
void ldisc_flush_input(struct ldisc *ld);

/* ldisc_output.c */
/* Post-processes and gives away: n, or 0 while output is stopped */
size_t ldisc_write(struct ldisc *ld, const uint8_t *buf, size_t n);
void ldisc_stop(struct ldisc *ld);
void ldisc_start(struct ldisc *ld);

/* Between the files of the discipline */
void out_char(struct ldisc *ld, uint8_t c);	/* post-processed */
void out_raw(struct ldisc *ld, uint8_t c);
void out_flush(struct ldisc *ld);
void echo_char(struct ldisc *ld, uint8_t c);	/* ^X for controls */
void echo_plain(struct ldisc *ld, uint8_t c);
void edit_erase(struct ldisc *ld, uint8_t c);	/* ERASE, WERASE, KILL */
void edit_reprint(struct ldisc *ld, uint8_t c);
void edit_finish_erasing(struct ldisc *ld);

static inline bool is_control(uint8_t c)
{
	return c < ' ' || c == 0x7F;
}

/* A byte of a UTF-8 sequence but the first takes no column of its own */
static inline bool is_continuation(const struct ldisc *ld, uint8_t c)
{
	return ld->termios.c_iflag & IUTF8 && (c & 0xC0) == 0x80;
}

static inline uint8_t ldisc_at(const struct ldisc *ld, uint32_t pos)
{
	return ld->buf[pos % LDISC_SIZE];
}

#define LFLAG(ld, f)	((ld)->termios.c_lflag & (f))
#define IFLAG(ld, f)	((ld)->termios.c_iflag & (f))
#define OFLAG(ld, f)	((ld)->termios.c_oflag & (f))

/* c is the control character `which`, which a value of 0 disables */
static inline bool is_cc(const struct ldisc *ld, uint8_t c, int which)
{
	return c && c == ld->termios.c_cc[which];
}

#endif
