/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM's messages: on the console as far as log_level says, all of them in
 * a ring for the monitor.
 */
#include "vmm.h"

enum log_level log_level = LOG_INFO;

static struct ring kept;

static void keep(void *arg, char c)
{
	(void)arg;
	ring_force(&kept, (uint8_t)c);
}

static void message(bool shown, const char *prefix, const char *format,
		va_list ap)
{
	for (const char *s = prefix; *s; s++)
		keep(NULL, *s);
	(void)pip_vformat(keep, NULL, format, ap);
	keep(NULL, '\n');
	if (shown)
		console_message(prefix, format, ap);
}

/* One message; the end of its line is added */
void vmm_vlog(enum log_level level, const char *format, va_list ap)
{
	const char *prefix = level == LOG_ERROR ? "vmm: error: "
		: level == LOG_WARNING ? "vmm: warning: " : "vmm: ";

	message(level <= log_level, prefix, format, ap);
}

void vmm_log(enum log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vmm_vlog(level, format, ap);
	va_end(ap);
}

/* A further line of a report */
void vmm_log_more(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	message(true, "vmm:   ", format, ap);
	va_end(ap);
}

/* One clear line, then the machine ends */
_Noreturn void vmm_fail(enum vmm_status status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vmm_vlog(LOG_ERROR, format, ap);
	va_end(ap);
	power_off(status);
}

void log_show(pip_put_t *put, void *arg)
{
	for (uint32_t i = kept.tail; i != kept.head; i++)
		put(arg, (char)kept.data[i % RING_SIZE]);
}
