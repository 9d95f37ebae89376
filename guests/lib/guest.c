/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib.h"

uint32_t hypercall(uint32_t number, uint32_t a, uint32_t b, uint32_t c,
		uint32_t d)
{
	uint32_t result;

	__asm__ volatile("int %1" : "=a"(result)
			: "i"(VMM_HYPERCALL), "a"(number), "b"(a), "c"(b),
			"d"(c), "S"(d) : "memory");
	return result;
}

_Noreturn void power_off(uint32_t status)
{
	for (;;)
		(void)hypercall(VMM_HC_POWEROFF, status, 0, 0, 0);
}

/* The console wants a carriage return before each end of line */
void print(const char *s)
{
	uint32_t n = 0;

	while (s[n] && s[n] != '\n')
		n++;
	(void)hypercall(VMM_HC_CONSOLE_WRITE, (uint32_t)s, n, 0, 0);
	if (!s[n])
		return;
	(void)hypercall(VMM_HC_CONSOLE_WRITE, (uint32_t)"\r\n", 2, 0, 0);
	print(s + n + 1);
}

void print_number(uint32_t n)
{
	char text[11], *s = text + 10;

	*s = 0;
	do
		*--s = (char)('0' + n % 10);
	while (n /= 10);
	print(s);
}

void print_hex(uint32_t n)
{
	char text[9];

	for (int i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[n >> (28 - 4 * i) & 15];
	text[8] = 0;
	print(text);
}

uint64_t rdtsc(void)
{
	uint64_t tsc;

	__asm__ volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

uint32_t option(const char *name, uint32_t otherwise)
{
	size_t length = strlen(name);
	const char *s = INFO->cmdline;

	while (*s) {
		if (!memcmp(s, name, length) && s[length] == '=') {
			uint32_t n = 0;

			for (s += length + 1; *s >= '0' && *s <= '9'; s++)
				n = n * 10 + (uint32_t)(*s - '0');
			return n;
		}
		while (*s && *s++ != ' ')
			;
	}
	return otherwise;
}

/* One instruction: the VMM may set bits at any time */
uint32_t take_pending(uint32_t bits)
{
	uint32_t had = SHARED->pending & bits;

	__asm__ volatile("andl %1, %0" : "+m"(SHARED->pending) : "r"(~had));
	return had;
}

bool wait_for(uint32_t bits, uint32_t ms)
{
	uint64_t end = rdtsc() + (uint64_t)ms * INFO->tsc_khz;

	(void)hypercall(VMM_HC_SET_TIMER, (uint32_t)end,
			(uint32_t)(end >> 32), 0, 0);
	for (;;) {
		if (take_pending(bits)) {
			(void)hypercall(VMM_HC_SET_TIMER, 0, 0, 0, 0);
			return true;
		}
		if (rdtsc() >= end)
			return false;
		/* What else is pending must not keep us awake */
		(void)take_pending(~bits);
		if (!(SHARED->pending & bits))
			(void)hypercall(VMM_HC_WAIT, 0, 0, 0, 0);
	}
}

/* The VMM enters a kernel without a stack */
__asm__(
	".globl _start\n"
	"_start: movl $stack_end, %esp\n"
	"	call guest_main\n"
	"	ud2\n"
	"	.local stack\n"
	"	.comm stack, 16384, 16\n"
	"	.set stack_end, stack + 16384\n");
