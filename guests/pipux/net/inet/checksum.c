/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071): the one's complement sum of 16-bit words
 * in the order they have in memory, not inverted.
 */
#include <pipux/kernel.h>
#include <arch/cc.h>

#define BLOCK	32

/* 32 bits at a time: the carry goes round once more at the end */
static uint32_t sum_blocks(const uint8_t *p, uint32_t blocks)
{
	uint32_t sum = 0, v;

	__asm__("clc\n"
		"1:\tadcl 0(%1), %0\n\tadcl 4(%1), %0\n\tadcl 8(%1), %0\n\t"
		"adcl 12(%1), %0\n\tadcl 16(%1), %0\n\tadcl 20(%1), %0\n\t"
		"adcl 24(%1), %0\n\tadcl 28(%1), %0\n\t"
		"leal 32(%1), %1\n\tdecl %2\n\tjnz 1b\n\t"
		"adcl $0, %0"
		: "+r"(sum), "=r"(v), "+r"(blocks) : "1"(p) : "cc", "memory");
	return sum;
}

uint16_t inet_checksum(const void *data, int len)
{
	const uint8_t *p = data;
	uint64_t sum = 0;
	uint16_t word;

	if (len >= BLOCK) {
		sum = sum_blocks(p, len / BLOCK);
		p += len & ~(BLOCK - 1);
		len &= BLOCK - 1;
	}
	for (; len >= 2; len -= 2, p += 2) {
		memcpy(&word, p, 2);
		sum += word;
	}
	if (len)
		sum += *p;
	sum = (sum & 0xFFFFFFFF) + (sum >> 32);
	sum = (sum & 0xFFFF) + (sum >> 16 & 0xFFFF) + (sum >> 32);
	sum = (sum & 0xFFFF) + (sum >> 16);
	return (sum & 0xFFFF) + (sum >> 16);
}
