/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline's output side: post-processing (OPOST), the cursor's
 * column, echo, and holding output while it is stopped.  Host-tested.
 */
#include "ldisc.h"

void out_flush(struct ldisc *ld)
{
	if (ld->stopped || !ld->out_len)
		return;
	ld->ops->output(ld, ld->out, ld->out_len);
	ld->out_len = 0;
}

/* Only echo can find the buffer full, while output is stopped: it is lost */
void out_raw(struct ldisc *ld, uint8_t c)
{
	if (ld->out_len == LDISC_OUT)
		out_flush(ld);
	if (ld->out_len < LDISC_OUT)
		ld->out[ld->out_len++] = c;
}

static void out_newline(struct ldisc *ld)
{
	if (OFLAG(ld, ONLRET))
		ld->column = 0;
	if (OFLAG(ld, ONLCR)) {
		ld->column = 0;
		out_raw(ld, '\r');
	}
	ld->canon_column = ld->column;
	out_raw(ld, '\n');
}

static void out_return(struct ldisc *ld)
{
	if (OFLAG(ld, ONOCR) && !ld->column)
		return;
	if (OFLAG(ld, OCRNL)) {
		if (OFLAG(ld, ONLRET))
			ld->canon_column = ld->column = 0;
		out_raw(ld, '\n');
		return;
	}
	ld->canon_column = ld->column = 0;
	out_raw(ld, '\r');
}

static void out_tab(struct ldisc *ld)
{
	uint32_t spaces = 8 - (ld->column & 7);

	ld->column += spaces;
	if (OFLAG(ld, TABDLY) != XTABS) {
		out_raw(ld, '\t');
		return;
	}
	while (spaces--)
		out_raw(ld, ' ');
}

void out_char(struct ldisc *ld, uint8_t c)
{
	if (!OFLAG(ld, OPOST)) {
		out_raw(ld, c);
		return;
	}
	switch (c) {
	case '\n':
		out_newline(ld);
		return;
	case '\r':
		out_return(ld);
		return;
	case '\t':
		out_tab(ld);
		return;
	case '\b':
		if (ld->column)
			ld->column--;
		break;
	default:
		if (OFLAG(ld, OLCUC) && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (!is_control(c) && !is_continuation(ld, c))
			ld->column++;
	}
	out_raw(ld, c);
}

size_t ldisc_write(struct ldisc *ld, const uint8_t *buf, size_t n)
{
	if (ld->stopped)
		return 0;
	for (size_t i = 0; i < n; i++)
		out_char(ld, buf[i]);
	out_flush(ld);
	return n;
}

void ldisc_stop(struct ldisc *ld)
{
	ld->stopped = true;
}

void ldisc_start(struct ldisc *ld)
{
	ld->stopped = false;
	out_flush(ld);
}

void echo_plain(struct ldisc *ld, uint8_t c)
{
	out_char(ld, c);
}

void echo_char(struct ldisc *ld, uint8_t c)
{
	if (!LFLAG(ld, ECHOCTL) || !is_control(c) || c == '\t') {
		out_char(ld, c);
		return;
	}
	out_char(ld, '^');
	out_char(ld, c ^ 0100);
}
