/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the clock's interrupt line to the root's first instruction, while a
 * child computes and while it keeps Pip busy.  Output: lines "latency NAME
 * SAMPLE ...", before them "root-start TSC".  Only under `-icount shift=0,sleep=off`, where a TSC tick is
 * an instruction and a nanosecond, is the moment of the line known.
 */
#include <harness.h>

#define SAMPLES		1000u
#define SAVE		50		/* VIDT index */
#define PIT_COUNTER	0x40
#define PIT_COMMAND	0x43
#define PIT_ONE_SHOT	0x30
#define PIT_TICK_PS	838095u		/* of 1193182 Hz */
#define DELAY_MIN	40u		/* PIT ticks: 33 us */
#define DELAYS		61u		/* not a divisor of anybody's loop */
#define BUSY_PAGES	64u

static user_ctx_t saved;

static inline uint64_t now(void)
{
	uint64_t tsc;

	__asm__ volatile("rdtsc" : "=A"(tsc) : : "memory");
	return tsc;
}

/* When the line rises: a nanosecond is a tick of the TSC */
static uint64_t line_in(uint32_t ticks)
{
	Pip_Outb(PIT_COUNTER, ticks & 0xFF);
	Pip_Outb(PIT_COUNTER, ticks >> 8);
	return now() + ticks * PIT_TICK_PS / 1000;
}

static void measure(const char *name, act_fn *fn)
{
	struct child c;

	child_new(&c, BUSY_PAGES);
	VIDT[SAVE] = VIDT[PIP_VINT_IRQ] = &saved;
	printf("latency %s", name);
	for (uint32_t i = 0; i < SAMPLES; i++) {
		uint64_t due;

		child_start(&c, fn, 0);
		due = line_in(DELAY_MIN + i % DELAYS);
		Pip_Yield(c.desc, START, SAVE, 0, 0);
		printf(" %u", (uint32_t)(now() - due));
	}
	printf("\n");
	child_free(&c);
}

/* In the child: nothing but instructions */
static uint32_t compute(uint32_t argument)
{
	for (;;)
		__asm__ volatile("" : "+r"(argument));
	return argument;
}

/* In the child: the longest services that let nothing in */
static uint32_t create_and_delete(uint32_t argument)
{
	static uint32_t page[5];

	if (!page[4]) {
		child_is_parent(BUSY_PAGES);
		for (uint32_t i = 0; i < 5; i++)
			page[i] = page_new();
	}
	for (;;) {
		Pip_DeletePartition(page[0]);
		create(page);
	}
	return argument;
}

void main(pip_fpinfo_t *info)
{
	uint32_t start = (uint32_t)now();

	Pip_InitPaging(info->membegin, info->memend);
	landing_init();
	printf("root-start %u\n", start);
	for (uint32_t line = 1; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	Pip_Outb(PIT_COMMAND, PIT_ONE_SHOT);
	measure("root-idle", compute);
	measure("root-busy", create_and_delete);
	power_off(0);
}
