/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline: keystrokes in, what readers get, what the screen
 * shows and which signals are sent.  Expectations from termios(3) and from
 * a Linux console given the same keys.
 */
/* SOURCES: guests/pipux/tty/ldisc.c guests/pipux/tty/ldisc_edit.c guests/pipux/tty/ldisc_output.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "guests/pipux/tty/ldisc.h"

#define SIGINT	2
#define SIGQUIT	3
#define SIGTSTP	20

static struct ldisc ld;
static char screen[8192];
static size_t shown;
static int last_signal;

static void output(struct ldisc *l, const void *buf, size_t n)
{
	assert_true(shown + n < sizeof(screen));
	memcpy(screen + shown, buf, n);
	shown += n;
	screen[shown] = 0;
}

static void take_signal(struct ldisc *l, int signo)
{
	last_signal = signo;
}

static const struct ldisc_ops ops = { output, take_signal };

static void begin(tcflag_t set, tcflag_t clear)
{
	struct termios t;

	ldisc_init(&ld, &ops);
	t = ld.termios;
	t.c_lflag = (t.c_lflag | set) & ~clear;
	ldisc_set_termios(&ld, &t);
	shown = 0;
	screen[0] = 0;
	last_signal = 0;
}

static void type(const char *keys, size_t n)
{
	ldisc_receive(&ld, (const uint8_t *)keys, n);
}

/* One read of at most n bytes */
static void reads(size_t n, const char *expected, size_t len, bool done)
{
	uint8_t buf[LDISC_SIZE + 1];
	bool line_done;
	size_t got = ldisc_read(&ld, buf, n, &line_done);

	assert_int_equal(got, len);
	assert_memory_equal(buf, expected, len);
	assert_int_equal(line_done, done);
}

#define TYPE(s)		type(s, sizeof(s) - 1)
#define READS(n, s, d)	reads(n, s, sizeof(s) - 1, d)

static void line_editing(void **state)
{
	static const struct {
		const char *keys, *line, *screen;
	} t[] = {
		{ "abc\r", "abc\n", "abc\r\n" },
		{ "abc\n", "abc\n", "abc\r\n" },
		/* ERASE */
		{ "ab\177c\r", "ac\n", "ab\b \bc\r\n" },
		{ "\177\177x\r", "x\n", "x\r\n" },
		{ "\001\177x\r", "x\n", "^A\b \b\b \bx\r\n" },
		/* a tab goes back to where the text before it ended */
		{ "a\t\177b\r", "ab\n", "a\t\b\b\b\b\b\b\bb\r\n" },
		{ "\t\177b\r", "b\n", "\t\b\b\b\b\b\b\b\bb\r\n" },
		{ "a\tbc\t\177\r", "a\tbc\n", "a\tbc\t\b\b\b\b\b\b\r\n" },
		/* KILL */
		{ "ab\025c\r", "c\n", "ab\b \b\b \bc\r\n" },
		/* WERASE: blanks, then the word */
		{ "foo bar  \027x\r", "foo x\n", "foo bar  "
			"\b \b\b \b\b \b\b \b\b \bx\r\n" },
		{ "a.b\027\r", "a.\n", "a.b\b \b\r\n" },
		/* LNEXT takes the next key as it is */
		{ "a\026\003b\r", "a\003b\n", "a^\b^Cb\r\n" },
		{ "\026\177\r", "\177\n", "^\b^?\r\n" },
		/* REPRINT */
		{ "ab\022c\r", "abc\n", "ab^R\r\nabc\r\n" },
		/* XON is never input */
		{ "a\021b\r", "ab\n", "ab\r\n" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		begin(0, 0);
		type(t[i].keys, strlen(t[i].keys));
		reads(100, t[i].line, strlen(t[i].line), true);
		assert_string_equal(screen, t[i].screen);
	}
}

static void echo_flags(void **state)
{
	begin(0, ECHO);
	TYPE("ab\177\r");
	READS(9, "a\n", true);
	assert_string_equal(screen, "");

	begin(ECHONL, ECHO);
	TYPE("ab\r");
	assert_string_equal(screen, "\r\n");

	begin(0, ECHOE);
	TYPE("ab\177\r");
	assert_string_equal(screen, "ab^?\r\n");

	begin(0, ECHOKE);
	TYPE("ab\025");
	assert_string_equal(screen, "ab^U\r\n");

	begin(0, ECHOKE | ECHOK);
	TYPE("ab\025");
	assert_string_equal(screen, "ab^U");

	begin(ECHOPRT, 0);
	TYPE("abc\177\177x\r");
	assert_string_equal(screen, "abc\\cb/x\r\n");

	begin(0, ECHOCTL);
	TYPE("\001\r");
	assert_string_equal(screen, "\001\r\n");
}

static void utf8_erase(void **state)
{
	struct termios t;

	begin(0, 0);
	t = ld.termios;
	t.c_iflag |= IUTF8;
	ldisc_set_termios(&ld, &t);
	TYPE("a\xC3\xA4\177b\r");
	READS(9, "ab\n", true);
	assert_string_equal(screen, "a\xC3\xA4\b \bb\r\n");
}

static void end_of_file(void **state)
{
	begin(0, 0);
	TYPE("\004");
	assert_int_equal(ldisc_available(&ld), 1);
	READS(9, "", true);
	assert_int_equal(ldisc_available(&ld), 0);

	TYPE("abc\004");
	READS(9, "abc", true);
	assert_string_equal(screen, "abc");

	/* an EOF right behind what was asked for belongs to it */
	TYPE("abc\004");
	READS(3, "abc", true);
	assert_int_equal(ldisc_available(&ld), 0);
}

static void lines_one_at_a_time(void **state)
{
	begin(0, 0);
	TYPE("one\rtwo\rthr");
	READS(99, "one\n", true);
	READS(2, "tw", false);
	READS(99, "o\n", true);
	READS(99, "", false);
	assert_int_equal(ldisc_available(&ld), 0);
	TYPE("ee\r");
	READS(99, "three\n", true);
}

static void signals(void **state)
{
	begin(0, 0);
	TYPE("abc\003");
	assert_int_equal(last_signal, SIGINT);
	assert_string_equal(screen, "abc^C");
	TYPE("x\r");
	READS(9, "x\n", true);

	begin(0, 0);
	TYPE("\034");
	assert_int_equal(last_signal, SIGQUIT);
	TYPE("\032");
	assert_int_equal(last_signal, SIGTSTP);

	begin(NOFLSH, 0);
	TYPE("abc\003d\r");
	READS(9, "abcd\n", true);

	begin(0, ISIG);
	TYPE("\003\r");
	assert_int_equal(last_signal, 0);
	READS(9, "\003\n", true);
}

static void flow_control(void **state)
{
	begin(0, 0);
	TYPE("\023abc");
	assert_string_equal(screen, "");
	assert_int_equal(ldisc_write(&ld, (const uint8_t *)"out", 3), 0);
	TYPE("\021");
	assert_string_equal(screen, "abc");
	assert_int_equal(ldisc_write(&ld, (const uint8_t *)"out", 3), 3);
	assert_string_equal(screen, "abcout");
	/* a signal key starts output again */
	TYPE("\023");
	TYPE("\003");
	assert_false(ld.stopped);
}

static void input_mapping(void **state)
{
	struct termios t;

	begin(0, 0);
	t = ld.termios;
	t.c_iflag = INLCR;
	ldisc_set_termios(&ld, &t);
	t.c_lflag &= ~ICANON;
	ldisc_set_termios(&ld, &t);
	TYPE("a\n\rb");
	READS(9, "a\r\rb", false);

	t.c_iflag = IGNCR | ISTRIP | IUCLC;
	ldisc_set_termios(&ld, &t);
	TYPE("A\r\xE1");
	READS(9, "aa", false);

	t.c_iflag = PARMRK;
	ldisc_set_termios(&ld, &t);
	TYPE("\xFF");
	READS(9, "\xFF\xFF", false);
}

static void raw_mode(void **state)
{
	begin(0, ICANON | ECHO | ISIG | IEXTEN);
	TYPE("a\177\025\004\003\026");
	assert_int_equal(ldisc_available(&ld), 6);
	READS(2, "a\177", false);
	READS(99, "\025\004\003\026", false);
	assert_string_equal(screen, "");
}

static void mode_changes(void **state)
{
	struct termios canon, raw;

	begin(0, 0);
	canon = raw = ld.termios;
	raw.c_lflag &= ~ICANON;
	TYPE("ab");
	assert_int_equal(ldisc_available(&ld), 0);
	ldisc_set_termios(&ld, &raw);
	assert_int_equal(ldisc_available(&ld), 2);
	TYPE("c");
	ldisc_set_termios(&ld, &canon);
	READS(99, "abc", true);
	TYPE("de\177\r");
	READS(99, "d\n", true);
}

static void output_processing(void **state)
{
	static const struct {
		tcflag_t flags;
		const char *in, *out;
	} t[] = {
		{ 0, "a\nb\rc\td", "a\nb\rc\td" },
		{ OPOST | ONLCR, "a\nb", "a\r\nb" },
		{ OPOST, "a\nb", "a\nb" },
		{ OPOST | OCRNL, "a\rb", "a\nb" },
		{ OPOST | ONOCR, "\ra\r", "a\r" },
		{ OPOST | XTABS, "ab\tc\t", "ab      c       " },
		{ OPOST | ONLCR | XTABS, "abc\n\tx", "abc\r\n        x" },
		{ OPOST | XTABS, "abc\b\tx", "abc\b      x" },
		{ OPOST | OLCUC, "aBz1", "ABZ1" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		begin(0, 0);
		ld.termios.c_oflag = t[i].flags;
		ldisc_write(&ld, (const uint8_t *)t[i].in, strlen(t[i].in));
		assert_string_equal(screen, t[i].out);
	}
}

/* 4095 characters and the newline: what follows replaces the last one */
static void longest_line(void **state)
{
	begin(0, ECHO);
	for (int i = 0; i < 5000; i++)
		TYPE("x");
	assert_int_equal(ldisc_room(&ld), 1);
	TYPE("\r");
	assert_int_equal(ldisc_available(&ld), LDISC_SIZE);
	assert_int_equal(ldisc_room(&ld), 0);
	TYPE("lost\r");
	assert_int_equal(ldisc_available(&ld), LDISC_SIZE);
	for (int i = 0; i < 4095; i++)
		READS(1, "x", false);
	READS(1, "\n", true);
	assert_int_equal(ldisc_available(&ld), 0);
	TYPE("next\r");
	READS(9, "next\n", true);
}

static void room(void **state)
{
	begin(0, ICANON | ECHO);
	assert_int_equal(ldisc_room(&ld), LDISC_SIZE - 1);
	for (int i = 0; i < 5000; i++)
		TYPE("x");
	assert_int_equal(ldisc_available(&ld), LDISC_SIZE);
	assert_int_equal(ldisc_room(&ld), 0);
	ldisc_flush_input(&ld);
	assert_int_equal(ldisc_available(&ld), 0);
}

/* Any keys in any mode leave the rings consistent */
static void random_keys(void **state)
{
	uint32_t seed = 1;

	begin(0, 0);
	for (int i = 0; i < 400000; i++) {
		uint8_t c, buf[64];
		bool done;

		seed = seed * 1664525 + 1013904223;
		c = (uint8_t)(seed >> 24);
		shown = 0;
		ldisc_receive(&ld, &c, 1);
		if (c == 7)
			ldisc_read(&ld, buf, seed >> 8 & 63, &done);
		if (c == 8) {
			struct termios t = ld.termios;

			t.c_lflag ^= 1u << (seed >> 8 & 15);
			t.c_iflag ^= 1u << (seed >> 12 & 15);
			t.c_oflag ^= 1u << (seed >> 16 & 7);
			ldisc_set_termios(&ld, &t);
		}
		assert_true(ld.head - ld.tail <= LDISC_SIZE);
		if (ld.termios.c_lflag & ICANON)
			assert_true(ld.canon_head - ld.tail <=
				ld.head - ld.tail);
		assert_true(ld.out_len <= LDISC_OUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_editing),
		cmocka_unit_test(echo_flags),
		cmocka_unit_test(utf8_erase),
		cmocka_unit_test(end_of_file),
		cmocka_unit_test(lines_one_at_a_time),
		cmocka_unit_test(signals),
		cmocka_unit_test(flow_control),
		cmocka_unit_test(input_mapping),
		cmocka_unit_test(raw_mode),
		cmocka_unit_test(mode_changes),
		cmocka_unit_test(output_processing),
		cmocka_unit_test(longest_line),
		cmocka_unit_test(room),
		cmocka_unit_test(random_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
