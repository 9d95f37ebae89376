/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes: ChaCha20, whose key is replaced by half of each block it
 * makes, so that what was given out cannot be found again.  What the machine
 * does not determine goes into the key before each request.
 * LIMIT: without RDRAND that is the jitter of the time-stamp counter and of
 * the wall clock; under instruction counting, where time is deterministic,
 * the bytes are too.
 */
#include "random.h"
#include "../pit.h"
#include "../vmm.h"

#define CPUID_FEATURES	1
#define CPUID_RDRAND	(1u << 30)	/* ECX */
#define FIRST_SAMPLES	64
#define KEY		4		/* words 4-11 of the state */
#define KEY_WORDS	8

static uint32_t state[16] = {
	0x61707865, 0x3320646E, 0x79622D32, 0x6B206574,	/* RFC 8439, 2.3 */
};
static bool seeded, has_rdrand;

static uint32_t rdrand(void)
{
	uint32_t value = 0;

	/* One that fails adds nothing, and harms nothing */
	__asm__ volatile("rdrand %0" : "+r"(value) : : "cc");
	return value;
}

static void stir(uint32_t place, uint32_t value)
{
	state[KEY + place % KEY_WORDS] ^= value;
}

/* Replaces the key; the other half of the block is for the caller */
static void next_block(uint8_t block[64])
{
	chacha_block(state, block);
	memcpy(&state[KEY], block, 4 * KEY_WORDS);
	state[12]++;
}

static void seed(void)
{
	uint32_t a = CPUID_FEATURES, b, c, d;
	uint64_t wall = rtc_read();
	uint8_t block[64];

	__asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
	has_rdrand = c & CPUID_RDRAND;
	stir(0, (uint32_t)wall);
	for (uint32_t i = 0; i < FIRST_SAMPLES; i++) {
		/* How long a port takes is the machine's secret */
		port_out8(PIT_COMMAND, PIT_LATCH);
		stir(i, port_in8(PIT_CHANNEL0) << 8);
		stir(i + 1, port_in8(PIT_CHANNEL0) << 16);
		stir(i + 2, (uint32_t)rdtsc());
		if (i % KEY_WORDS == KEY_WORDS - 1)
			next_block(block);
	}
	seeded = true;
}

void random_bytes(void *to, uint32_t size)
{
	uint8_t block[64], *p = to;

	if (!seeded)
		seed();
	stir(0, (uint32_t)rdtsc());
	for (uint32_t i = 1; has_rdrand && i < KEY_WORDS; i++)
		stir(i, rdrand());
	while (size) {
		uint32_t n = size < 32 ? size : 32;

		next_block(block);
		memcpy(p, block + 32, n);
		p += n;
		size -= n;
	}
	next_block(block);
}
