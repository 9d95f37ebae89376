/* SPDX-License-Identifier: BSD-2-Clause */
/* The line discipline's input side; see ldisc.h.  Host-tested. */
#include <asm/signal.h>
#include "ldisc.h"

#define CTRL(c)	((c) & 0x1F)

void ldisc_init(struct ldisc *ld, const struct ldisc_ops *ops)
{
	static const cc_t cc[NCCS] = {
		[VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7F,
		[VKILL] = CTRL('U'), [VEOF] = CTRL('D'), [VMIN] = 1,
		[VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
		[VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'),
		[VDISCARD] = CTRL('O'), [VWERASE] = CTRL('W'),
		[VLNEXT] = CTRL('V'),
	};

	__builtin_memset(ld, 0, sizeof(*ld));
	ld->ops = ops;
	ld->termios = (struct termios){
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B38400 | CS8 | CREAD | HUPCL | CLOCAL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL |
			ECHOKE | IEXTEN,
	};
	__builtin_memcpy(ld->termios.c_cc, cc, sizeof(cc));
}

static uint32_t used(const struct ldisc *ld)
{
	return ld->head - ld->tail;
}

static void mark(struct ldisc *ld, uint32_t pos, bool ends_line)
{
	uint32_t i = pos % LDISC_SIZE, bit = 1u << (i & 31);

	if (ends_line)
		ld->line_end[i >> 5] |= bit;
	else
		ld->line_end[i >> 5] &= ~bit;
}

static bool marked(const struct ldisc *ld, uint32_t pos)
{
	uint32_t i = pos % LDISC_SIZE;

	return ld->line_end[i >> 5] >> (i & 31) & 1;
}

/* A full buffer that holds no complete line: it must still end */
static bool line_too_long(const struct ldisc *ld)
{
	return LFLAG(ld, ICANON) && ld->canon_head == ld->tail;
}

size_t ldisc_room(const struct ldisc *ld)
{
	if (used(ld) < LDISC_SIZE - 1)
		return LDISC_SIZE - 1 - used(ld);
	return line_too_long(ld);
}

static void put(struct ldisc *ld, uint8_t c, bool ends_line)
{
	if (used(ld) == LDISC_SIZE) {
		if (!line_too_long(ld))
			return;
		ld->head--;
	}
	ld->buf[ld->head % LDISC_SIZE] = c;
	mark(ld, ld->head, ends_line);
	ld->head++;
	if (ends_line)
		ld->canon_head = ld->head;
}

/*
 * When canonical mode begins, what was typed so far is a line of its own;
 * when it ends, everything is there to be read.
 */
void ldisc_set_termios(struct ldisc *ld, const struct termios *t)
{
	bool was = LFLAG(ld, ICANON), is = t->c_lflag & ICANON;

	ld->termios = *t;
	if (is && !was) {
		for (uint32_t pos = ld->tail; pos != ld->head; pos++)
			mark(ld, pos, pos + 1 == ld->head);
		ld->canon_head = ld->head;
	}
	if (is != was)
		ld->literal = ld->erasing = false;
	if (!(t->c_iflag & IXON) && ld->stopped)
		ldisc_start(ld);
}

void ldisc_flush_input(struct ldisc *ld)
{
	ld->tail = ld->canon_head = ld->head;
	ld->literal = ld->erasing = false;
}

/* PARMRK doubles the byte that marks errors (termios(3)) */
static void put_plain(struct ldisc *ld, uint8_t c)
{
	if (c == 0xFF && IFLAG(ld, PARMRK))
		put(ld, c, false);
	put(ld, c, false);
}

static void echo_input(struct ldisc *ld, uint8_t c)
{
	if (!LFLAG(ld, ECHO))
		return;
	edit_finish_erasing(ld);
	if (c == '\n') {
		echo_plain(ld, c);
		return;
	}
	if (ld->canon_head == ld->head)
		ld->canon_column = ld->column;
	echo_char(ld, c);
}

static int signal_of(const struct ldisc *ld, uint8_t c)
{
	if (is_cc(ld, c, VINTR))
		return SIGINT;
	if (is_cc(ld, c, VQUIT))
		return SIGQUIT;
	return is_cc(ld, c, VSUSP) ? SIGTSTP : 0;
}

static void receive_signal(struct ldisc *ld, uint8_t c, int signo)
{
	if (!LFLAG(ld, NOFLSH)) {
		ldisc_flush_input(ld);
		if (ld->stopped)
			ld->out_len = 0;
	}
	if (IFLAG(ld, IXON))
		ldisc_start(ld);
	if (LFLAG(ld, ECHO))
		echo_char(ld, c);
	ld->ops->signal(ld, signo);
}

static void receive_literal_next(struct ldisc *ld)
{
	ld->literal = true;
	if (!LFLAG(ld, ECHO))
		return;
	edit_finish_erasing(ld);
	if (LFLAG(ld, ECHOCTL)) {
		echo_plain(ld, '^');
		echo_plain(ld, '\b');
	}
}

/* true: c was an editing or line-ending character */
static bool receive_canonical(struct ldisc *ld, uint8_t c)
{
	bool extended = LFLAG(ld, IEXTEN);

	if (is_cc(ld, c, VERASE) || is_cc(ld, c, VKILL) ||
			(extended && is_cc(ld, c, VWERASE))) {
		edit_erase(ld, c);
	} else if (extended && is_cc(ld, c, VLNEXT)) {
		receive_literal_next(ld);
	} else if (extended && LFLAG(ld, ECHO) && is_cc(ld, c, VREPRINT)) {
		edit_reprint(ld, c);
	} else if (c == '\n') {
		if (LFLAG(ld, ECHO | ECHONL)) {
			edit_finish_erasing(ld);
			echo_plain(ld, c);
		}
		put(ld, c, true);
	} else if (is_cc(ld, c, VEOF)) {
		put(ld, LDISC_EOF, true);
	} else if (is_cc(ld, c, VEOL) || (extended && is_cc(ld, c, VEOL2))) {
		echo_input(ld, c);
		put(ld, c, true);
	} else {
		return false;
	}
	return true;
}

/* Start and stop characters are never input themselves */
static bool receive_flow(struct ldisc *ld, uint8_t c)
{
	if (!IFLAG(ld, IXON))
		return false;
	if (is_cc(ld, c, VSTART)) {
		ldisc_start(ld);
		return true;
	}
	if (is_cc(ld, c, VSTOP)) {
		ldisc_stop(ld);
		return true;
	}
	if (ld->stopped && IFLAG(ld, IXANY))
		ldisc_start(ld);
	return false;
}

/* false: IGNCR drops it */
static bool map_newline(const struct ldisc *ld, uint8_t *c)
{
	if (*c == '\r') {
		if (IFLAG(ld, IGNCR))
			return false;
		if (IFLAG(ld, ICRNL))
			*c = '\n';
	} else if (*c == '\n' && IFLAG(ld, INLCR)) {
		*c = '\r';
	}
	return true;
}

static void receive_char(struct ldisc *ld, uint8_t c)
{
	int signo;

	if (IFLAG(ld, ISTRIP))
		c &= 0x7F;
	if (IFLAG(ld, IUCLC) && LFLAG(ld, IEXTEN) && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (ld->literal) {
		ld->literal = false;
		echo_input(ld, c);
		put_plain(ld, c);
		return;
	}
	if (receive_flow(ld, c))
		return;
	signo = LFLAG(ld, ISIG) ? signal_of(ld, c) : 0;
	if (signo) {
		receive_signal(ld, c, signo);
		return;
	}
	if (!map_newline(ld, &c))
		return;
	if (LFLAG(ld, ICANON) && receive_canonical(ld, c))
		return;
	echo_input(ld, c);
	put_plain(ld, c);
}

void ldisc_receive(struct ldisc *ld, const uint8_t *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		receive_char(ld, buf[i]);
	out_flush(ld);
}

size_t ldisc_available(const struct ldisc *ld)
{
	return (LFLAG(ld, ICANON) ? ld->canon_head : ld->head) - ld->tail;
}

static bool eof_next(const struct ldisc *ld)
{
	return ld->tail != ld->canon_head && marked(ld, ld->tail) &&
		ldisc_at(ld, ld->tail) == LDISC_EOF;
}

static size_t read_line(struct ldisc *ld, uint8_t *buf, size_t n,
		bool *line_done)
{
	size_t got = 0;

	while (ld->tail != ld->canon_head && !*line_done) {
		if (eof_next(ld)) {
			ld->tail++;
			*line_done = true;
			break;
		}
		if (got == n)
			break;
		*line_done = marked(ld, ld->tail);
		buf[got++] = ldisc_at(ld, ld->tail++);
	}
	return got;
}

size_t ldisc_read(struct ldisc *ld, uint8_t *buf, size_t n, bool *line_done)
{
	size_t got = 0;

	*line_done = false;
	if (LFLAG(ld, ICANON))
		return read_line(ld, buf, n, line_done);
	while (got < n && ld->tail != ld->head)
		buf[got++] = ldisc_at(ld, ld->tail++);
	ld->canon_head = ld->head;
	return got;
}
