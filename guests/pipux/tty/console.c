/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: the VMM's character channel as /dev/console, /dev/ttyS0 and,
 * for processes that it controls, /dev/tty.
 */
#include <pipux/printk.h>
#include <pipux/sysrq.h>
#include <pipux/vmm.h>
#include "tty.h"

#define CONSOLE_DEV	MKDEV(4, 64)	/* ttyS0 */
#define CHUNK		256u

static struct tty *console;
static bool throttled;		/* input was left in the VMM */

static void driver_write(struct tty *tty, const void *buf, size_t n)
{
	vmm_console_write(buf, n);
}

/* Input that the line discipline has no room for waits in the VMM */
void console_interrupt(void)
{
	uint8_t chunk[CHUNK];
	size_t room, n;

	throttled = false;
	while (console) {
		room = ldisc_room(&console->ldisc);
		throttled = !room;
		if (throttled)
			break;
		n = vmm_console_read(chunk, MIN(room, CHUNK));
		if (!n)
			break;
		n = sysrq_filter(chunk, n);
		tty_receive(console, chunk, n);
	}
}

static void driver_unthrottle(struct tty *tty)
{
	if (throttled)
		console_interrupt();
}

static const struct tty_driver console_driver = {
	.write = driver_write,
	.unthrottle = driver_unthrottle,
	.name = "ttyS",
};

struct tty *console_tty(void)
{
	return console;
}

static uint16_t size_word(const char *name, uint16_t otherwise)
{
	const char *word = cmdline_get(name);
	unsigned long v = word ? strtoul(word, NULL, 10) : 0;

	return v > 0 && v < 1000 ? (uint16_t)v : otherwise;
}

/* Called once the VFS can register devices */
void console_init(void)
{
	console = tty_new(&console_driver, CONSOLE_DEV);
	if (!console)
		panic("no memory for the console");
	console->winsize.ws_row = size_word("console.rows", 24);
	console->winsize.ws_col = size_word("console.cols", 80);
	if (chrdev_register(MKDEV(5, 0), 1, &tty_fops, "tty") ||
			chrdev_register(MKDEV(5, 1), 1, &tty_fops,
				"console") ||
			tty_register(console, "ttyS0"))
		panic("cannot register the console");
}

/* For printk: newlines become what a terminal in any mode understands */
void console_write(const char *s, size_t n)
{
	size_t start = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\n')
			continue;
		vmm_console_write(s + start, i - start);
		vmm_console_write("\r\n", 2);
		start = i + 1;
	}
	if (start < n)
		vmm_console_write(s + start, n - start);
}
