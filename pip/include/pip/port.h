/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port instructions of the root partition, which Pip lets pass for every port
 * that is open and needs no check of what is written (docs/pip-abi.md, Ports).
 * Anywhere else, and in any other partition, they are a general-protection
 * fault; in the root that stops the machine.
 */
#ifndef PIP_PORT_H
#define PIP_PORT_H

#include <stdint.h>

static inline uint32_t port_in8(uint32_t port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void port_out8(uint32_t port, uint32_t value)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}

static inline void port_out16(uint32_t port, uint32_t value)
{
	__asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port));
}

static inline void port_out32(uint32_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
}

/* `count` double words from one port */
static inline void port_in32s(uint32_t port, void *to, uint32_t count)
{
	__asm__ volatile("rep insl" : "+D"(to), "+c"(count) : "d"(port)
		: "memory");
}

static inline void port_out32s(uint32_t port, const void *from,
		uint32_t count)
{
	__asm__ volatile("rep outsl" : "+S"(from), "+c"(count) : "d"(port)
		: "memory");
}

#endif
