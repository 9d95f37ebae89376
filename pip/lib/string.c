/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and string functions: short rather than fast, but for copies. */
#include <stdint.h>

#include <pip/string.h>

void *memcpy(void *dest, const void *src, size_t n)
{
	void *d = dest;
	size_t words = n / 4, bytes = n % 4;

	__asm__ volatile("rep movsl" : "+D"(d), "+S"(src), "+c"(words)
			: : "memory");
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(bytes)
			: : "memory");
	return dest;
}

void *memmove(void *dest, const void *src, size_t n)
{
	unsigned char *d = dest;
	const unsigned char *s = src;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dest, src, n);
	while (n--)
		d[n] = s[n];
	return dest;
}

void *memset(void *dest, int byte, size_t n)
{
	void *d = dest;
	uint32_t word = (unsigned char)byte * 0x01010101u;
	size_t words = n / 4, bytes = n % 4;

	__asm__ volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(word)
			: "memory");
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(bytes) : "a"(word)
			: "memory");
	return dest;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return (size_t)(end - s);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1);
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}
