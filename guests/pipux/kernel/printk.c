/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel log: a ring of text that dmesg reads by syslog(2), each line as
 * Linux prints it, "<level>[seconds.micros] message\n".  When it is full the
 * oldest bytes go.  Positions are counts of bytes ever written, so a reader
 * that fell behind is moved to the oldest line kept.
 */
#include <pipux/mm.h>
#include <pipux/printk.h>
#include <pipux/sched.h>
#include <pipux/setting.h>
#include <pipux/time.h>
#include <pipux/tty.h>

#define LINE_MAX	256

static char ring[LOG_SIZE];
static uint32_t log_end;		/* next byte written */
static uint32_t read_pos;		/* SYSLOG_ACTION_READ stands here */
static uint32_t clear_pos;		/* what "clear" hides ends here */
static int console_level = -1;		/* -1: command line not read yet */
static int console_saved = CONSOLE_DEFAULT;

int setting_dmesg_restrict;		/* only root reads the log */
static struct wait_queue readers = WAIT_QUEUE_INIT(readers);

enum {				/* syslog(2) */
	ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL,
	ACTION_READ_CLEAR, ACTION_CLEAR, ACTION_CONSOLE_OFF,
	ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL, ACTION_SIZE_UNREAD,
	ACTION_SIZE_BUFFER,
};

int console_loglevel(int level)
{
	int old = console_level;

	console_level = level;
	return old;
}

static int console_level_get(void)
{
	const char *word;

	if (console_level >= 0)
		return console_level;
	word = cmdline_get("loglevel");
	console_level = CONSOLE_DEFAULT;
	if (word && *word)
		console_level = (int)MIN(strtoul(word, NULL, 10), 15ul);
	else if (cmdline_get("debug"))
		console_level = CONSOLE_ALL;
	return console_level;
}

static void ring_put(const char *s, size_t n)
{
	for (; n; n--)
		ring[log_end++ & (LOG_SIZE - 1)] = *s++;
}

void printk(const char *fmt, ...)
{
	char line[LINE_MAX];
	uint64_t us = ns_div(ktime_get(), 1000);
	uint32_t micros = (uint32_t)(us % 1000000);
	int level = 4, n, len;
	va_list ap;

	if (fmt[0] == KERN_EMERG[0] && fmt[1] >= '0' && fmt[1] <= '7') {
		level = fmt[1] - '0';
		fmt += 2;
	}
	n = snprintf(line, sizeof(line), "<%d>[%5u.%06u] ", level,
		(uint32_t)(us / 1000000), micros);
	va_start(ap, fmt);
	len = vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	len = MIN(n + len, LINE_MAX - 1);
	if (line[len - 1] != '\n') {
		len = MIN(len, LINE_MAX - 2);
		line[len++] = '\n';
	}
	ring_put(line, (size_t)len);
	if (unlikely(!list_empty(&readers.waiters)))
		wake_up(&readers);
	if (level < console_level_get())
		console_write(line + 3, (size_t)len - 3);
}

/* Moves a reader that the writer has overtaken to a line that is whole */
static uint32_t reader_valid(uint32_t pos)
{
	if (log_end - pos <= LOG_SIZE)
		return pos;
	pos = log_end - LOG_SIZE;
	while (pos != log_end && ring[pos++ & (LOG_SIZE - 1)] != '\n')
		;
	return pos;
}

/* Bytes [from, from + n) of the log to user space: 0 or -EFAULT */
static long ring_to_user(char *ubuf, uint32_t from, uint32_t n)
{
	uint32_t at = from & (LOG_SIZE - 1);
	uint32_t first = MIN(n, LOG_SIZE - at);

	if (copy_to_user(ubuf, ring + at, first))
		return -EFAULT;
	return copy_to_user(ubuf + first, ring, n - first);
}

/* The last whole lines that fit */
static long log_read_all(char *ubuf, int size)
{
	uint32_t from = reader_valid(clear_pos);
	uint32_t n = log_end - from;

	if (n > (uint32_t)size) {
		from = log_end - (uint32_t)size;
		while (from != log_end &&
				ring[from++ & (LOG_SIZE - 1)] != '\n')
			;
		n = log_end - from;
	}
	return ring_to_user(ubuf, from, n) ? -EFAULT : (long)n;
}

/* Takes messages, and waits for one (klogctl(3)) */
static long log_read(char *ubuf, int size)
{
	long rc = wait_event(&readers, read_pos != log_end);
	uint32_t n;

	if (rc)
		return rc;
	read_pos = reader_valid(read_pos);
	n = MIN(log_end - read_pos, (uint32_t)size);
	if (ring_to_user(ubuf, read_pos, n))
		return -EFAULT;
	read_pos += n;
	return (long)n;
}

static long log_console_level(int level)
{
	if (level < 1 || level > CONSOLE_ALL)
		return -EINVAL;
	console_level = console_saved = level;
	return 0;
}

static long log_read_action(int action, char *ubuf, int size)
{
	long rc;

	if (!ubuf || size < 0)
		return -EINVAL;
	if (!size)
		return 0;
	if (action == ACTION_READ)
		return log_read(ubuf, size);
	rc = log_read_all(ubuf, size);
	if (action == ACTION_READ_CLEAR)
		clear_pos = log_end;
	return rc;
}

long sys_syslog(int action, char *ubuf, int size);

/* syslog(2) */
long sys_syslog(int action, char *ubuf, int size)
{
	bool open = action == ACTION_READ_ALL || action == ACTION_SIZE_BUFFER;

	if ((!open || setting_dmesg_restrict) && !capable(CAP_SYSLOG))
		return -EPERM;
	switch (action) {
	case ACTION_CLOSE:
	case ACTION_OPEN:
		return 0;
	case ACTION_READ:
	case ACTION_READ_ALL:
	case ACTION_READ_CLEAR:
		return log_read_action(action, ubuf, size);
	case ACTION_CLEAR:
		clear_pos = log_end;
		return 0;
	case ACTION_CONSOLE_OFF:
		console_saved = console_level_get();
		console_level = 1;
		return 0;
	case ACTION_CONSOLE_ON:
		console_level = console_saved;
		return 0;
	case ACTION_CONSOLE_LEVEL:
		return log_console_level(size);
	case ACTION_SIZE_UNREAD:
		return (long)(log_end - reader_valid(read_pos));
	case ACTION_SIZE_BUFFER:
		return LOG_SIZE;
	}
	return -EINVAL;
}
