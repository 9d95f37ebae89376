/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * String functions of ISO C 7.24.  Copies and fills use the string
 * instructions on words: one instruction each under an instruction-counting
 * emulator, and the fast path of every processor since the Pentium Pro.
 * Host-tested.
 */
#include <pipux/string.h>
#include <stdint.h>

#undef memcpy
#undef memset
#undef strlen

#pragma GCC optimize("no-tree-loop-distribute-patterns")

void *memcpy(void *restrict d, const void *restrict s, size_t n)
{
	void *to = d;
	size_t words = n >> 2;

	__asm__ volatile("rep movsl"
		: "+D"(to), "+S"(s), "+c"(words) : : "memory");
	n &= 3;
	__asm__ volatile("rep movsb"
		: "+D"(to), "+S"(s), "+c"(n) : : "memory");
	return d;
}

/* From the end, for a destination inside the source */
static void copy_down(char *d, const char *s, size_t n)
{
	size_t words = n >> 2, bytes = n & 3;

	d += n - 1;
	s += n - 1;
	__asm__ volatile("std\n\trep movsb\n\t"
		"sub $3, %[d]\n\tsub $3, %[s]\n\t"
		"mov %[w], %[c]\n\trep movsl\n\tcld"
		: [d] "+D"(d), [s] "+S"(s), [c] "+c"(bytes)
		: [w] "r"(words) : "memory", "cc");
}

void *memmove(void *d, const void *s, size_t n)
{
	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(d, s, n);
	copy_down(d, s, n);
	return d;
}

void *memset(void *d, int c, size_t n)
{
	void *to = d;
	size_t words = n >> 2;
	uint32_t fill = (uint8_t)c * 0x01010101u;

	__asm__ volatile("rep stosl"
		: "+D"(to), "+c"(words) : "a"(fill) : "memory");
	n &= 3;
	__asm__ volatile("rep stosb"
		: "+D"(to), "+c"(n) : "a"(fill) : "memory");
	return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;
	uint32_t v, w;

	for (; n >= 4; n -= 4, x += 4, y += 4) {
		__builtin_memcpy(&v, x, 4);
		__builtin_memcpy(&w, y, 4);
		if (v != w)
			break;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const uint8_t *p = s;

	for (; n; n--, p++)
		if (*p == (uint8_t)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *end = s;
	size_t left = (size_t)-1;

	__asm__("repne scasb"
		: "+D"(end), "+c"(left) : "a"(0)
		: "cc", "memory");
	return (size_t)(end - s) - 1;
}

size_t strnlen(const char *s, size_t n)
{
	const char *end = memchr(s, 0, n);

	return end ? (size_t)(end - s) : n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (uint8_t)*a - (uint8_t)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)(uintptr_t)last;
}

char *strstr(const char *h, const char *n)
{
	size_t len = strlen(n);

	for (; *h; h++)
		if (!strncmp(h, n, len))
			return (char *)(uintptr_t)h;
	return len ? NULL : (char *)(uintptr_t)h;
}

size_t strlcpy(char *d, const char *s, size_t size)
{
	size_t len = strlen(s);
	size_t n = len < size ? len : size - 1;

	if (size) {
		memcpy(d, s, n);
		d[n] = 0;
	}
	return len;
}
