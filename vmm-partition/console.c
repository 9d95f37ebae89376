/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one console: the guest's bytes, which pass untouched, and the VMM's own
 * messages, each on lines of its own.
 */
#include "vmm.h"

enum log_level log_level = LOG_INFO;

static bool line_open;		/* the last byte was no end of line */

void console_write(const void *bytes, uint32_t size)
{
	const uint8_t *p = bytes;

	if (!size)
		return;
	serial_write(p, size);
	line_open = p[size - 1] != '\n' && p[size - 1] != '\r';
}

/* Up to `size` bytes of input; how many */
uint32_t console_read(void *bytes, uint32_t size)
{
	return serial_read(bytes, size);
}

static void put_line(void *arg, char c)
{
	(void)arg;
	if (c == '\n')
		console_write("\r\n", 2);
	else
		console_write(&c, 1);
}

static void put_text(const char *s)
{
	while (*s)
		put_line(NULL, *s++);
}

/* One message; the end of its line is added */
void console_vlog(const char *prefix, const char *format, va_list ap)
{
	if (line_open)
		put_text("\n");
	put_text(prefix);
	(void)pip_vformat(put_line, NULL, format, ap);
	put_text("\n");
}

void vmm_log(enum log_level level, const char *format, ...)
{
	static const char *const prefix[] = {
		[LOG_ERROR] = "vmm: error: ",
		[LOG_WARNING] = "vmm: warning: ",
		[LOG_INFO] = "vmm: ",
		[LOG_DEBUG] = "vmm: ",
	};
	va_list ap;

	if (level > log_level)
		return;
	va_start(ap, format);
	console_vlog(prefix[level], format, ap);
	va_end(ap);
}

/* One clear line, then the machine ends */
void vmm_fail(enum vmm_status status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	console_vlog("vmm: error: ", format, ap);
	va_end(ap);
	power_off(status);
}
