/* SPDX-License-Identifier: BSD-2-Clause */
/* Load: good and bad neighbours, each for `ms=` milliseconds. */
#include "test.h"

#define SAMPLES		200u

static uint64_t end_of_load(void)
{
	return in_us(word_number("ms", 500) * 1000);
}

/* About 20000 instructions */
static void work(void)
{
	uint32_t n = 10000;

	__asm__ volatile("1: decl %0\n\tjnz 1b" : "+r"(n));
}

static uint32_t done(const char *what, uint32_t n)
{
	print_number(what, n);
	print_number("stolen-ms", (uint32_t)(SHARED->steal_ticks >> 10)
		/ (INFO->tsc_khz >> 10));
	return word_number("status", 0);
}

/* Sleeps `sleep=` ms, computes, and tells how much it got done */
uint32_t load_count(void)
{
	uint32_t n = 0;
	uint64_t end;

	sleep_until(in_us(word_number("sleep", 0) * 1000));
	end = end_of_load();
	for (; rdtsc() < end; n++)
		work();
	return done("counted", n);
}

uint32_t load_flood(void)
{
	uint64_t end = end_of_load();
	uint32_t n = 0;

	for (; rdtsc() < end; n++)
		(void)hypercall(VMM_HC_VERSION, 0, 0);
	return done("flooded", n);
}

/* A timer interrupt as soon as possible after the last one */
uint32_t load_storm(void)
{
	uint64_t end = end_of_load();
	uint32_t n = 0;

	for (; rdtsc() < end; n++) {
		arm_at(in_us(1));
		(void)hypercall(VMM_HC_WAIT, 0, 0);
		(void)acknowledge();
	}
	return done("stormed", n);
}

/* Huge writes to the console, of `kib=` KiB; at least one */
uint32_t load_babble(void)
{
	uint64_t end = end_of_load();
	char *text = (char *)INFO->kernel_end;
	uint32_t n = 0, size = word_number("kib", 1024) * 1024;

	for (uint32_t i = 0; i < size; i++)
		text[i] = i % 64 ? 'b' : '\n';
	do {
		if (hypercall(VMM_HC_CONSOLE_WRITE, (uint32_t)text, size)
				!= size)
			return 98;
		n++;
	} while (rdtsc() < end);
	return done("babbled", n);
}

/* Sleeps 1 ms again and again; how late does it wake up at worst? */
uint32_t load_late(void)
{
	uint32_t worst = 0, sum = 0;

	for (uint32_t i = 0; i < SAMPLES; i++) {
		uint64_t when = in_us(1000);
		uint32_t late;

		sleep_until(when);
		late = (uint32_t)(rdtsc() - when) / (INFO->tsc_khz / 1000);
		worst = late > worst ? late : worst;
		sum += late;
	}
	print_number("late-us", sum / SAMPLES);
	return done("late-worst-us", worst);
}

/* Fills its memory with numbers and looks whether they stay */
uint32_t load_check(void)
{
	uint32_t *begin = (uint32_t *)INFO->kernel_end;
	uint32_t *limit = (uint32_t *)(INFO->mem_end - 4096);
	uint64_t end = end_of_load();
	uint32_t seed = (uint32_t)rdtsc() | 1, rounds = 0;

	for (; rdtsc() < end; rounds++, seed += 2) {
		uint32_t n = seed;

		for (uint32_t *p = begin; p < limit; p++)
			*p = n = n * 1664525 + 1013904223;
		n = seed;
		for (uint32_t *p = begin; p < limit; p++)
			if (*p != (n = n * 1664525 + 1013904223))
				return 97;
	}
	return done("checked", rounds);
}

/* Lends every page it has to Pip, for children that are good for nothing */
uint32_t load_exhaust(void)
{
	uint32_t page = INFO->kernel_end, n = 0;

	while (page + 5 * 4096 < INFO->mem_end) {
		if (!Pip_CreatePartition(page, page + 4096, page + 8192,
				page + 12288, page + 16384))
			return 96;
		page += 5 * 4096;
		n++;
	}
	print_number("exhausted", n);
	return load_count();
}

#define ROUNDS	1000u

/* In instructions, under -icount shift=0 */
uint32_t bench_hypercall(void)
{
	uint64_t begin = rdtsc();

	for (uint32_t i = 0; i < ROUNDS; i++)
		(void)hypercall(VMM_HC_VERSION, 0, 0);
	print_number("hypercall", (uint32_t)(rdtsc() - begin) / ROUNDS);
	begin = rdtsc();
	for (uint32_t i = 0; i < ROUNDS; i++)
		arm_at(begin + 1000000000);
	print_number("set-timer", (uint32_t)(rdtsc() - begin) / ROUNDS);
	return 0;
}

/* The gap that a timer interrupt tears into a loop of three instructions */
static uint32_t gap(void)
{
	uint32_t last, now, worst = 0;

	__asm__ volatile("rdtsc" : "=a"(last) : : "edx");
	while (!(SHARED->pending & TIMER)) {
		__asm__ volatile("rdtsc" : "=a"(now) : : "edx");
		worst = now - last > worst ? now - last : worst;
		last = now;
	}
	__asm__ volatile("rdtsc" : "=a"(now) : : "edx");
	return now - last > worst ? now - last : worst;
}

uint32_t bench_timer(void)
{
	uint32_t sum = 0, wait = 0;

	for (uint32_t i = 0; i < ROUNDS / 10; i++) {
		arm_at(in_us(100));
		sum += gap();
		(void)acknowledge();
	}
	print_number("timer", sum / (ROUNDS / 10));
	for (uint32_t i = 0; i < ROUNDS / 10; i++) {
		uint64_t when = in_us(100);

		arm_at(when);
		(void)hypercall(VMM_HC_WAIT, 0, 0);
		wait += (uint32_t)(rdtsc() - when);
		(void)acknowledge();
	}
	print_number("wake-up", wait / (ROUNDS / 10));
	return 0;
}
