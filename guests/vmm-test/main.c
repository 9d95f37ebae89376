/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest kernel whose behaviour is the word `do=` of its command line: each
 * is one kind of good or bad neighbour for the tests of the VMM.
 */
#include "test.h"

void print(const char *s)
{
	uint32_t length = 0;

	while (s[length])
		length++;
	(void)hypercall(VMM_HC_CONSOLE_WRITE, (uint32_t)s, length);
}

/* A line, with the command line's `tag=` before it */
void print_number(const char *before, uint32_t n)
{
	char line[64], digits[11], *d = digits + 10, *p = line;
	const char *tag = word_value("tag");

	if (tag) {
		while (*tag && *tag != ' ' && p < line + 16)
			*p++ = *tag++;
		*p++ = ' ';
	}
	*d = 0;
	do
		*--d = (char)('0' + n % 10);
	while (n /= 10);
	while (*before)
		*p++ = *before++;
	*p++ = ' ';
	while (*d)
		*p++ = *d++;
	*p++ = '\r';
	*p++ = '\n';
	*p = 0;
	print(line);
}

/* What follows `name=` on the command line, up to a space; or NULL */
const char *word_value(const char *name)
{
	const char *s = INFO->cmdline;

	for (;;) {
		const char *n = name;

		while (*n && *s == *n) {
			s++;
			n++;
		}
		if (!*n && *s == '=')
			return s + 1;
		while (*s && *s != ' ')
			s++;
		if (!*s++)
			return NULL;
	}
}

bool word_is(const char *value, const char *text)
{
	while (*text && *value == *text) {
		value++;
		text++;
	}
	return !*text && (!*value || *value == ' ');
}

uint32_t word_number(const char *name, uint32_t otherwise)
{
	const char *s = word_value(name);
	uint32_t n = 0;

	if (!s)
		return otherwise;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (uint32_t)(*s - '0');
	return n;
}

void arm_at(uint64_t tsc)
{
	(void)hypercall(VMM_HC_SET_TIMER, (uint32_t)tsc,
			(uint32_t)(tsc >> 32));
}

void sleep_until(uint64_t tsc)
{
	arm_at(tsc);
	do
		(void)hypercall(VMM_HC_WAIT, 0, 0);
	while (!(acknowledge() & TIMER));
}

uint64_t in_us(uint32_t us)
{
	return rdtsc() + (uint64_t)us * (INFO->tsc_khz / 1000);
}

_Noreturn void power_off(uint32_t status)
{
	(void)hypercall(VMM_HC_POWEROFF, status, 0);
	for (;;)
		;
}

static uint32_t do_hello(void)
{
	print(INFO->cmdline);
	print("\r\n");
	print_number("initrd", INFO->initrd_size);
	if (INFO->initrd_size)
		print((const char *)INFO->initrd_start);
	return word_number("status", 0);
}

static _Noreturn uint32_t do_loop(void)
{
	for (;;)
		;
}

/* Nothing at all, for good: a process would be waited for */
static _Noreturn uint32_t do_sleep(void)
{
	for (;;) {
		(void)hypercall(VMM_HC_WAIT, 0, 0);
		(void)acknowledge();
	}
}

/* Echoes console input in brackets until a `q` */
static uint32_t do_echo(void)
{
	char text[] = "<.>", c;

	print("echo\r\n");
	for (;;) {
		while (hypercall(VMM_HC_CONSOLE_READ, (uint32_t)&c, 1) == 1) {
			if (c == 'q')
				return 0;
			text[1] = c;
			print(text);
		}
		(void)hypercall(VMM_HC_WAIT, 0, 0);
		(void)acknowledge();
	}
}

/* Counts its starts over restarts */
static uint32_t next_start(void)
{
	if (MEMENTO->magic != MEMENTO_MAGIC) {
		MEMENTO->magic = MEMENTO_MAGIC;
		MEMENTO->starts = 0;
	}
	return MEMENTO->starts++;
}

static uint32_t do_reboot(void)
{
	uint32_t start = next_start();

	print_number("start", start);
	if (start < word_number("n", 3))
		(void)hypercall(VMM_HC_REBOOT, 0, 0);
	return word_number("status", 0);
}

/*
 * Breaks the contract by another way at each start, `n=` times or once by
 * each, or only by that of `kind=`
 */
static uint32_t do_crash(void)
{
	uint32_t start = next_start(), kinds = crash_kinds();

	if (start == word_number("n", kinds)) {
		print_number("crashed", start);
		return word_number("status", 0);
	}
	crash(word_number("kind", start % kinds));
}

/* Pets the watchdog n times, then forgets about it */
static uint32_t do_watchdog(void)
{
	uint32_t ms = word_number("ms", 50), n = word_number("n", 5);

	if (next_start())
		return word_number("status", 0);
	for (uint32_t i = 0; i < n; i++) {
		print_number("pet", hypercall(VMM_HC_WATCHDOG, ms, 0));
		sleep_until(in_us(ms * 500));
	}
	return do_sleep();
}

static const struct {
	const char *name;
	behaviour_t *run;
} behaviours[] = {
	{ "hello", do_hello }, { "loop", do_loop }, { "sleep", do_sleep },
	{ "echo", do_echo }, { "reboot", do_reboot }, { "crash", do_crash },
	{ "watchdog", do_watchdog }, { "count", load_count },
	{ "flood", load_flood }, { "storm", load_storm },
	{ "babble", load_babble }, { "late", load_late },
	{ "check", load_check }, { "exhaust", load_exhaust },
	{ "hypercall", bench_hypercall }, { "timer", bench_timer },
};

_Noreturn void test_main(void)
{
	const char *what = word_value("do");

	for (uint32_t i = 0; what && i < sizeof(behaviours)
			/ sizeof(*behaviours); i++)
		if (word_is(what, behaviours[i].name))
			power_off(behaviours[i].run());
	print("do= what?\r\n");
	power_off(99);
}

/* The VMM enters a kernel without a stack */
__asm__(
	".globl _start\n"
	"_start: movl $stack_end, %esp\n"
	"	xorl %ebp, %ebp\n"
	"	call test_main\n"
	"	.local stack\n"
	"	.comm stack, 16384, 16\n"
	"	.set stack_end, stack + 16384\n");
