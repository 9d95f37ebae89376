/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing the line being typed in canonical mode, and making the screen
 * follow: ERASE, WERASE, KILL, REPRINT.  Host-tested.
 */
#include "ldisc.h"

void edit_finish_erasing(struct ldisc *ld)
{
	if (ld->erasing)
		echo_plain(ld, '/');
	ld->erasing = false;
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z') || c == '_' || c >= 0xC0;
}

static void rub_out(struct ldisc *ld)
{
	echo_plain(ld, '\b');
	echo_plain(ld, ' ');
	echo_plain(ld, '\b');
}

/* Columns that c takes on the screen, but for a tab */
static uint32_t width(const struct ldisc *ld, uint8_t c)
{
	if (is_control(c))
		return LFLAG(ld, ECHOCTL) ? 2 : 0;
	return is_continuation(ld, c) ? 0 : 1;
}

/*
 * A tab is rubbed out by going back to the column that the text before it
 * ended at: counted from the previous tab, a multiple of 8, or from the
 * beginning of the line.
 */
static void rub_out_tab(struct ldisc *ld)
{
	uint32_t column = 0, pos = ld->head;

	for (; pos != ld->canon_head; pos--) {
		uint8_t c = ldisc_at(ld, pos - 1);

		if (c == '\t')
			break;
		column += width(ld, c);
	}
	if (pos == ld->canon_head)
		column += ld->canon_column;
	for (uint32_t back = 8 - (column & 7); back; back--)
		echo_plain(ld, '\b');
}

/* The characters [head, end) were erased: show it as the flags ask */
static void show_erased(struct ldisc *ld, uint32_t end, bool one)
{
	uint8_t c = ldisc_at(ld, ld->head);

	if (!LFLAG(ld, ECHO))
		return;
	if (LFLAG(ld, ECHOPRT)) {
		if (!ld->erasing)
			echo_plain(ld, '\\');
		ld->erasing = true;
		echo_char(ld, c);
		for (uint32_t pos = ld->head + 1; pos != end; pos++)
			echo_plain(ld, ldisc_at(ld, pos));
	} else if (one && !LFLAG(ld, ECHOE)) {
		echo_char(ld, ld->termios.c_cc[VERASE]);
	} else if (c == '\t') {
		rub_out_tab(ld);
	} else {
		for (uint32_t n = width(ld, c); n; n--)
			rub_out(ld);
	}
}

/* Start of the last character typed; head if only a broken one is there */
static uint32_t last_char(const struct ldisc *ld)
{
	uint32_t pos = ld->head;

	while (pos != ld->canon_head)
		if (!is_continuation(ld, ldisc_at(ld, --pos)))
			return pos;
	return ld->head;
}

static void erase_chars(struct ldisc *ld, bool one, bool word)
{
	bool in_word = false;

	while (ld->head != ld->canon_head) {
		uint32_t end = ld->head, start = last_char(ld);

		if (start == end)
			break;
		if (word) {
			if (is_word(ldisc_at(ld, start)))
				in_word = true;
			else if (in_word)
				break;
		}
		ld->head = start;
		show_erased(ld, end, one);
		if (one)
			break;
	}
	if (ld->head == ld->canon_head && LFLAG(ld, ECHO))
		edit_finish_erasing(ld);
}

static void kill_line(struct ldisc *ld, uint8_t c)
{
	const tcflag_t visible = ECHOK | ECHOKE | ECHOE;

	if (LFLAG(ld, ECHO) && LFLAG(ld, visible) == visible) {
		erase_chars(ld, false, false);
		return;
	}
	ld->head = ld->canon_head;
	if (!LFLAG(ld, ECHO))
		return;
	edit_finish_erasing(ld);
	echo_char(ld, c);
	if (LFLAG(ld, ECHOK))
		echo_plain(ld, '\n');
}

void edit_erase(struct ldisc *ld, uint8_t c)
{
	if (ld->head == ld->canon_head)
		return;
	if (is_cc(ld, c, VKILL))
		kill_line(ld, c);
	else
		erase_chars(ld, is_cc(ld, c, VERASE), !is_cc(ld, c, VERASE));
}

void edit_reprint(struct ldisc *ld, uint8_t c)
{
	edit_finish_erasing(ld);
	echo_char(ld, c);
	echo_plain(ld, '\n');
	for (uint32_t pos = ld->canon_head; pos != ld->head; pos++)
		echo_char(ld, ldisc_at(ld, pos));
}
