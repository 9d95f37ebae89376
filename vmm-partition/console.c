/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM1, shared by the guests, the VMM's messages and the monitor.  One guest
 * has it: its bytes pass untouched in both directions, but for the escape
 * key.  What the others print is kept, the last of it, until they have it.
 *
 * LIMIT: an escape key behind a ring full of input that the guest does not
 * read is not seen; the monitor on COM2 is.
 */
#include "virtio/bus.h"
#include "vmm.h"

#define COM1		0x3F8
#define LINE_MAX	160u

/* A guest's share */
struct console {
	struct ring input, kept;
	char line[LINE_MAX];		/* OUTPUT_LINES: up to here */
	uint32_t length;
};

struct vm *console_front;
bool console_due;

static struct uart com1 = { .base = COM1 };
static bool line_open;		/* the last byte was no end of line */

void console_init(void)
{
	serial_init(&com1);
}

/* Before memory_split(); the first guest has the console unless one asks */
void console_attach(struct vm *vm)
{
	vm->console = memory_take(sizeof(*vm->console));
	if (!console_front || (vm->config.output == OUTPUT_FRONT
			&& console_front->config.output != OUTPUT_FRONT))
		console_front = vm;
}

static void transmit(const void *bytes, uint32_t size)
{
	const uint8_t *p = bytes;

	if (!size)
		return;
	serial_write(&com1, p, size);
	line_open = p[size - 1] != '\n' && p[size - 1] != '\r';
	/* Input that came meanwhile raises no interrupt of its own any more */
	if (!ring_empty(&com1.input))
		console_due = sched_wanted = true;
}

void console_put(void *arg, char c)
{
	(void)arg;
	if (c == '\n')
		transmit("\r\n", 2);
	else
		transmit(&c, 1);
}

void console_flush(void)
{
	serial_flush(&com1);
}

/* A line of its own */
void console_message(const char *prefix, const char *format, va_list ap)
{
	if (line_open)
		console_put(NULL, '\n');
	while (*prefix)
		console_put(NULL, *prefix++);
	(void)pip_vformat(console_put, NULL, format, ap);
	console_put(NULL, '\n');
	monitor_redraw();
}

static void message(const char *prefix, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	console_message(prefix, format, ap);
	va_end(ap);
}

static void line_end(struct vm *vm)
{
	struct console *console = vm->console;

	if (console->length)
		message("", "[%s] %.*s", vm->config.name,
			(int)console->length, console->line);
	console->length = 0;
}

static void by_lines(struct vm *vm, const uint8_t *bytes, uint32_t size)
{
	struct console *console = vm->console;

	for (uint32_t i = 0; i < size; i++) {
		uint8_t c = bytes[i];

		if (c >= ' ' || c == '\t')
			console->line[console->length++] = (char)c;
		if (c == '\n' || console->length == LINE_MAX)
			line_end(vm);
	}
}

/* A guest's output */
void console_write(struct vm *vm, const void *bytes, uint32_t size)
{
	const uint8_t *p = bytes;

	if (vm == console_front && !monitor_open)
		transmit(p, size);
	else if (vm->config.output == OUTPUT_LINES)
		by_lines(vm, p, size);
	else if (vm->config.output != OUTPUT_NONE)
		for (uint32_t i = 0; i < size; i++)
			ring_force(&vm->console->kept, p[i]);
}

/* Shows what was kept for the guest that has the console */
static void show_kept(void)
{
	struct ring *kept = &console_front->console->kept;

	while (!ring_empty(kept)) {
		uint32_t start = kept->tail % RING_SIZE;
		uint32_t fill = kept->head - kept->tail;
		uint32_t n = RING_SIZE - start;

		n = n < fill ? n : fill;
		transmit(kept->data + start, n);
		kept->tail += n;
	}
}

/* Gives the guest the console, or leaves the monitor */
void console_switch(struct vm *vm)
{
	if (vm != console_front)
		message("vmm: ", "console of guest %u (%s)", vm->id,
			vm->config.name);
	console_front = vm;
	if (vm->console->length)
		line_end(vm);
	if (!monitor_open)
		show_kept();
}

/* The guest has ended: another one gets the console */
void console_lost(struct vm *vm)
{
	if (vm->console->length)
		line_end(vm);
	if (vm != console_front || monitor_open)
		return;
	for (uint32_t i = 0; i < nvms; i++)
		if (vms[i].state != VM_STOPPED) {
			console_switch(&vms[i]);
			return;
		}
}

/* One byte of input.  False: it must wait until the guest reads. */
static bool key_in(uint8_t key)
{
	struct ring *theirs = &console_front->console->input;

	if (monitor_open) {
		monitor_key(key);
	} else if (escape_on && key == escape_key) {
		monitor_enter();
	} else {
		if (ring_full(theirs))
			return false;
		ring_put(theirs, key);
		vm_raise(console_front, PENDING_CONSOLE);
	}
	return true;
}

/* Input to the monitor or to the guest that has the console */
void console_input(void)
{
	struct ring *input = &com1.input;

	console_due = false;
	for (;;) {
		serial_receive(&com1);
		if (ring_empty(input)
				|| !key_in(ring_first(input)))
			break;
		(void)ring_take(input);
	}
	virtio_console_input(console_front);
}

/* Escape typed twice */
void console_type(uint8_t key)
{
	if (ring_full(&console_front->console->input))
		return;
	ring_put(&console_front->console->input, key);
	vm_raise(console_front, PENDING_CONSOLE);
	virtio_console_input(console_front);
}

/* Up to `size` bytes of input; how many */
uint32_t console_read(struct vm *vm, void *bytes, uint32_t size)
{
	struct ring *input = &vm->console->input;
	uint8_t *p = bytes;
	uint32_t count = 0;

	while (count < size && !ring_empty(input))
		p[count++] = ring_take(input);
	/* The UART raises no new edge for bytes that had to wait in it */
	if (count && vm == console_front && !ring_empty(&com1.input))
		console_due = sched_wanted = true;
	return count;
}
