/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 64-bit division, by the names that gcc calls on i386 (GCC internals,
 * "Routines for integer arithmetic").  Dividing by zero raises #DE like the
 * instruction.  Host-tested.
 */
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);
int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rem);

/* (hi:lo) / d for hi < d */
static uint32_t div_step(uint32_t hi, uint32_t lo, uint32_t d, uint32_t *rem)
{
	uint32_t q;

	__asm__("divl %4" : "=a"(q), "=d"(*rem)
		: "0"(lo), "1"(hi), "rm"(d) : "cc");
	return q;
}

/*
 * A divisor of more than 32 bits: estimate from the top words of both,
 * scaled so that the divisor's top bit is set, which is at most one too
 * large (Knuth, TAOCP 4.3.1, theorem B), and correct.
 */
static uint64_t div_wide(uint64_t n, uint64_t d, uint64_t *rem)
{
	int shift = __builtin_clz((uint32_t)(d >> 32));
	uint32_t top = (uint32_t)(d << shift >> 32);
	uint64_t half = n >> 1;
	uint32_t r, q;

	q = div_step((uint32_t)(half >> 32), (uint32_t)half, top, &r);
	q = (uint32_t)((uint64_t)q << shift >> 31);
	if (q)
		q--;
	*rem = n - q * d;
	if (*rem >= d) {
		*rem -= d;
		q++;
	}
	return q;
}

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rem)
{
	uint64_t dummy;
	uint32_t hi = (uint32_t)(n >> 32), d32 = (uint32_t)d, q1 = 0, q0, r;

	if (!rem)
		rem = &dummy;
	if (d >> 32)
		return div_wide(n, d, rem);
	if (hi >= d32)
		q1 = div_step(0, hi, d32, &hi);
	q0 = div_step(hi, (uint32_t)n, d32, &r);
	*rem = r;
	return (uint64_t)q1 << 32 | q0;
}

uint64_t __udivdi3(uint64_t n, uint64_t d)
{
	return __udivmoddi4(n, d, 0);
}

uint64_t __umoddi3(uint64_t n, uint64_t d)
{
	uint64_t rem;

	__udivmoddi4(n, d, &rem);
	return rem;
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rem)
{
	uint64_t r, q = __udivmoddi4(magnitude(n), magnitude(d), &r);

	*rem = (int64_t)(n < 0 ? -r : r);
	return (int64_t)((n < 0) != (d < 0) ? -q : q);
}

int64_t __divdi3(int64_t n, int64_t d)
{
	int64_t rem;

	return __divmoddi4(n, d, &rem);
}

int64_t __moddi3(int64_t n, int64_t d)
{
	int64_t rem;

	__divmoddi4(n, d, &rem);
	return rem;
}
