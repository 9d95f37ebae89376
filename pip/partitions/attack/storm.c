/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts as fast as they come, while a child works. */
#include "attack.h"

#define TIMER		0
#define RTC		8
#define PIT_COUNTER	0x40
#define PIT_COMMAND	0x43
#define PIT_MODE_2	0x34
#define PIT_100_HZ	11931
#define RTC_A		0x0A
#define RTC_B		0x0B
#define RTC_C		0x0C

static void pit_divide(uint32_t by)
{
	Pip_Outb(PIT_COMMAND, PIT_MODE_2);
	Pip_Outb(PIT_COUNTER, by);
	Pip_Outb(PIT_COUNTER, by >> 8);
}

static uint32_t rtc(uint32_t index)
{
	Pip_Outb(0x70, index);
	return Pip_Inb(0x71);
}

static void rtc_set(uint32_t index, uint32_t value)
{
	Pip_Outb(0x70, index);
	Pip_Outb(0x71, value);
}

/* Services in a loop, checked: an interrupt at any of them must not show */
static uint32_t works(uint32_t rounds)
{
	uint32_t bad = 0;

	for (uint32_t i = 0; i < rounds; i++) {
		bad += Pip_MappedInChild(HEAP) != 0;
		bad += Pip_Probe(BOX) != 3;
		bad += Pip_CountToMap(HEAP, 0x01000000) != 0;
		bad += Pip_Yield(0xC0000000, 0, 0, 0, 0) !=
			PIP_YIELD_NOT_CHILD;
		bad += Pip_SetIntState(i & 1) != 0;
	}
	return bad;
}

static uint32_t sets_timer(uint32_t by)
{
	pit_divide(by);
	return works(2000);
}

static uint32_t interrupts;

/* Runs it through all interrupts to its report */
static uint32_t through(struct child *c, act_fn *fn, uint32_t argument)
{
	uint32_t vector;

	child_start(c, fn, argument);
	interrupts = 0;
	do {
		vector = child_run(c);
		if (vector == 40)
			(void)rtc(RTC_C);
		interrupts++;
	} while (vector == 32 || vector == 40);
	return vector == REPORT ? c->box[0] : 0xBAD;
}

static uint32_t storm(uint32_t divisor)
{
	struct child c;
	uint32_t result;

	if (!child_new(&c, 1))
		return 0xBAD;
	pit_divide(divisor);
	Pip_Irq(TIMER, PIP_IRQ_UNMASK);
	result = through(&c, works, 5000);
	Pip_Irq(TIMER, PIP_IRQ_MASK);
	pit_divide(PIT_100_HZ);
	child_free(&c);
	return result;
}

/* Both controllers at once */
static uint32_t double_storm(uint32_t divisor)
{
	uint32_t a = rtc(RTC_A), b = rtc(RTC_B), result;

	rtc_set(RTC_A, (a & 0xF0) | 3);		/* 8192 Hz */
	rtc_set(RTC_B, b | 0x40);
	(void)rtc(RTC_C);
	Pip_Irq(RTC, PIP_IRQ_UNMASK);
	result = storm(divisor);
	Pip_Irq(RTC, PIP_IRQ_MASK);
	rtc_set(RTC_A, a);
	rtc_set(RTC_B, b);
	(void)rtc(RTC_C);
	return result;
}

static uint32_t child_sets_timer(uint32_t divisor)
{
	struct child c;
	uint32_t result;

	if (!child_new(&c, 1))
		return 0xBAD;
	Pip_Irq(TIMER, PIP_IRQ_UNMASK);
	result = through(&c, sets_timer, divisor);
	Pip_Irq(TIMER, PIP_IRQ_MASK);
	pit_divide(PIT_100_HZ);
	child_free(&c);
	return result;
}

/* Enough of them reached the root */
static uint32_t many_arrive(uint32_t divisor)
{
	return storm(divisor) ? 0xBAD : interrupts > 20;
}

/* In the root itself, its services interrupted */
static uint32_t root_interrupted(uint32_t times)
{
	static user_ctx_t saved;
	uint32_t count = 0, bad = 0;

	VIDT[48] = VIDT[49] = &saved;
	pit_divide(500);
	Pip_Irq(TIMER, PIP_IRQ_UNMASK);
	for (uint32_t i = 0; i < times; i++)
		count += spin_for_interrupt(100000000) == 32;
	Pip_Irq(TIMER, PIP_IRQ_MASK);
	pit_divide(PIT_100_HZ);
	VIDT[48] = &landing[48];
	VIDT[49] = &landing[49];
	return bad ? 0xBAD : count;
}

/* A line that raises nothing is acknowledged by nobody */
static uint32_t mask_sweep(uint32_t rounds)
{
	uint32_t good = 0;

	for (uint32_t i = 0; i < rounds; i++)
		for (uint32_t line = 0; line < 18; line++)
			good += Pip_Irq(line, PIP_IRQ_MASK) ==
				(line < 16 && line != 2);
	return good;
}

void attack_interrupts(void)
{
	static const uint16_t divisors[] = { 2000, 500, 150 };

	for (uint32_t i = 0; i < ARRAY_SIZE(divisors); i++) {
		perform(&(struct act){ .fn = storm, .argument = divisors[i],
			.who = ROOT, .vector = REPORT },
			"timer at %u Hz, services of a child",
			1193182 / divisors[i]);
		perform(&(struct act){ .fn = child_sets_timer,
			.argument = divisors[i], .who = ROOT,
			.vector = REPORT }, "the child sets it to %u Hz",
			1193182 / divisors[i]);
		perform(&(struct act){ .fn = double_storm,
			.argument = divisors[i], .who = ROOT,
			.vector = REPORT }, "and the clock at 8192 Hz");
	}
	perform(&(struct act){ .fn = many_arrive, .argument = 150,
		.who = ROOT, .vector = REPORT, .value = 1 },
		"interrupts arrive in a storm");
	perform(&(struct act){ .fn = root_interrupted, .argument = 50,
		.who = ROOT, .vector = REPORT, .value = 50 },
		"the root is interrupted 50 times");
	perform(&(struct act){ .fn = mask_sweep, .argument = 100,
		.who = ROOT, .vector = REPORT, .value = 1800 },
		"every line masked 100 times");
}
