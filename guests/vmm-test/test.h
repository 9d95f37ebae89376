/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this guest share. */
#ifndef VMM_TEST_H
#define VMM_TEST_H

#include <stdbool.h>
#include <pip/call.h>
#include <vmm/guest.h>

#define INFO	((const struct vmm_start_info *)VMM_START_INFO)
#define SHARED	((volatile struct vmm_shared *)VMM_SHARED)
#define VIDT	((volatile uint32_t *)PIP_VIDT)
#define TIMER	(1u << VMM_IRQ_TIMER)
#define CONSOLE	(1u << VMM_IRQ_CONSOLE)

/* RAM that survives a restart: the last page, beyond image and stack */
struct memento {
	uint32_t magic, starts;
};
#define MEMENTO_MAGIC	0x4F4D454Du
#define MEMENTO		((volatile struct memento *)(INFO->mem_end - 4096))

static inline uint32_t hypercall(uint32_t number, uint32_t a, uint32_t b)
{
	uint32_t result;

	__asm__ volatile("int %1" : "=a"(result)
			: "i"(VMM_HYPERCALL), "a"(number), "b"(a), "c"(b)
			: "memory");
	return result;
}

static inline uint64_t rdtsc(void)
{
	uint64_t tsc;

	__asm__ volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

/* Takes what is pending, in one instruction: an interrupt may add to it */
static inline uint32_t acknowledge(void)
{
	uint32_t pending = 0;

	__asm__ volatile("xchgl %0, %1" : "+r"(pending), "+m"(SHARED->pending));
	return pending;
}

/* main.c */
void print(const char *s);
void print_number(const char *before, uint32_t n);
uint32_t word_number(const char *name, uint32_t otherwise);
const char *word_value(const char *name);
bool word_is(const char *value, const char *text);
void arm_at(uint64_t tsc);
void sleep_until(uint64_t tsc);
uint64_t in_us(uint32_t us);
_Noreturn void power_off(uint32_t status);
_Noreturn void test_main(void);

/* crash.c */
_Noreturn void crash(uint32_t kind);
uint32_t crash_kinds(void);

/* A behaviour: returns the status to power off with */
typedef uint32_t behaviour_t(void);
behaviour_t load_count, load_flood, load_storm, load_babble, load_late,
	load_check, load_exhaust, bench_hypercall, bench_timer;

#endif
