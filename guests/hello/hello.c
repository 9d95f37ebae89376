/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest guest kernel: prints what the VMM tells it, takes a timer
 * interrupt while it waits, another while it computes, and powers off with
 * the status on its command line (`status=N`, default 0).
 */
#include <vmm/guest.h>

#define INFO	((const struct vmm_start_info *)VMM_START_INFO)
#define SHARED	((volatile struct vmm_shared *)VMM_SHARED)
#define TIMER	(1u << VMM_IRQ_TIMER)

_Noreturn void hello(void);

static uint32_t hypercall(uint32_t number, uint32_t a, uint32_t b)
{
	uint32_t result;

	__asm__ volatile("int %1" : "=a"(result)
			: "i"(VMM_HYPERCALL), "a"(number), "b"(a), "c"(b)
			: "memory");
	return result;
}

static void print(const char *s)
{
	uint32_t length = 0;

	while (s[length])
		length++;
	(void)hypercall(VMM_HC_CONSOLE_WRITE, (uint32_t)s, length);
}

static void print_number(uint32_t n)
{
	char text[11], *s = text + 10;

	*s = 0;
	do
		*--s = (char)('0' + n % 10);
	while (n /= 10);
	print(s);
}

static uint64_t rdtsc(void)
{
	uint64_t tsc;

	__asm__ volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

static void arm(uint32_t ms)
{
	uint64_t deadline = rdtsc() + (uint64_t)ms * INFO->tsc_khz;

	(void)hypercall(VMM_HC_SET_TIMER, (uint32_t)deadline,
			(uint32_t)(deadline >> 32));
}

/* Takes what is pending, in one instruction: an interrupt may add to it */
static uint32_t acknowledge(void)
{
	uint32_t pending = 0;

	__asm__ volatile("xchgl %0, %1" : "+r"(pending), "+m"(SHARED->pending));
	return pending;
}

static uint32_t status(void)
{
	static const char word[] = "status=";
	uint32_t matched = 0, n = 0;

	for (const char *s = INFO->cmdline; *s; s++)
		if (matched == sizeof(word) - 1 && *s >= '0' && *s <= '9')
			n = n * 10 + (uint32_t)(*s - '0');
		else if (matched < sizeof(word) - 1)
			matched = *s == word[matched] ? matched + 1 : 0;
	return n;
}

_Noreturn void hello(void)
{
	print("Hello from a guest with ");
	print_number((INFO->mem_end - INFO->mem_start) >> 20);
	print(" MiB and the command line '");
	print(INFO->cmdline);
	print("'\r\n");
	arm(100);
	do
		(void)hypercall(VMM_HC_WAIT, 0, 0);
	while (!(acknowledge() & TIMER));
	print("A timer interrupt ended the wait\r\n");
	arm(10);
	while (!(acknowledge() & TIMER))
		;
	print("A timer interrupt came while computing\r\n");
	(void)hypercall(VMM_HC_POWEROFF, status(), 0);
	for (;;)
		;
}

/* The VMM enters a kernel without a stack */
__asm__(
	".globl _start\n"
	"_start: movl $stack_end, %esp\n"
	"	call hello\n"
	"	.local stack\n"
	"	.comm stack, 4096, 16\n"
	"	.set stack_end, stack + 4096\n");
