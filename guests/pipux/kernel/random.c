/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers: ChaCha20 under a key that every request replaces, so that
 * what was given out cannot be recomputed from what is in memory later
 * ("fast key erasure").  Each request also mixes in the TSC.
 *
 * The seed is RDRAND where the processor has it, the TSC and the time of day;
 * to it comes what the VMM's entropy device gives, at boot and later.
 */
#include <linux/random.h>
#include <pipux/arch.h>
#include <pipux/chacha20.h>
#include <pipux/random.h>
#include <pipux/vmm.h>

#define CPUID_RDRAND	(1u << 30)	/* leaf 1, ECX (SDM volume 2, CPUID) */
#define GETRANDOM_FLAGS	(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)
#define CHUNK		256u
#define REQUEST_MAX	33554431u	/* getrandom(2) */

static uint32_t key[8];
static uint32_t requests;

static bool has_rdrand(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c & CPUID_RDRAND;
}

static uint32_t rdrand(void)
{
	uint32_t v = 0;

	__asm__ volatile("rdrand %0" : "=r"(v) : : "cc");
	return v;
}

static void seed(void)
{
	bool hardware = has_rdrand();

	for (unsigned i = 0; i < ARRAY_SIZE(key); i++) {
		key[i] ^= rdtsc_low() + (i << 24);
		if (hardware)
			key[i] ^= rdrand();
	}
	key[0] ^= vmm_shared->wall_nsec;
	key[1] ^= (uint32_t)vmm_shared->wall_sec;
	key[2] ^= (uint32_t)vmm_shared->tsc_base;
}

void random_bytes(void *buf, size_t n)
{
	uint32_t nonce[3] = { requests, rdtsc_low(), 0 }, block[16];
	uint8_t *out = buf;
	uint32_t counter = 1;

	if (!requests++)
		seed();
	for (; n; counter++) {
		size_t part = MIN(n, sizeof(block));

		chacha20_block(block, key, counter, nonce);
		memcpy(out, block, part);
		out += part;
		n -= part;
	}
	chacha20_block(block, key, 0, nonce);
	memcpy(key, block, sizeof(key));
	memset(block, 0, sizeof(block));
	__asm__ volatile("" : : "r"(block) : "memory");
}

/* Each bit of the key depends on all that was added */
void random_add(const void *buf, size_t n)
{
	const uint8_t *p = buf;
	uint32_t nonce[3] = { 0, 0, 1 }, block[16];

	for (size_t i = 0; i < n; i++)
		key[i / 4 % ARRAY_SIZE(key)] ^= (uint32_t)p[i] << i % 4 * 8;
	chacha20_block(block, key, 0, nonce);
	memcpy(key, block, sizeof(key));
}

long sys_getrandom(uint8_t *ubuf, size_t n, uint32_t flags);

/* getrandom(2): never waits */
long sys_getrandom(uint8_t *ubuf, size_t n, uint32_t flags)
{
	uint8_t chunk[CHUNK];
	size_t done = 0;

	if (flags & ~GETRANDOM_FLAGS || (flags & (GRND_RANDOM | GRND_INSECURE))
			== (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	n = MIN(n, REQUEST_MAX);
	while (done < n) {
		size_t part = MIN(n - done, CHUNK);

		random_bytes(chunk, part);
		if (copy_to_user(ubuf + done, chunk, part))
			return done ? (long)done : -EFAULT;
		done += part;
		sched_point();
		if (done < n && signal_pending())
			break;
	}
	return (long)done;
}
