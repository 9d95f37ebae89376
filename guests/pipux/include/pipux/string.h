/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's string functions, as ISO C defines them.  The macros let
 * the compiler expand copies of constant size, which -ffreestanding forbids
 * it to guess.
 */
#ifndef PIPUX_STRING_H
#define PIPUX_STRING_H

#include <stddef.h>

void *memcpy(void *restrict d, const void *restrict s, size_t n);
void *memmove(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *h, const char *n);
/* Copies at most size - 1 bytes, always terminates; length of src */
size_t strlcpy(char *d, const char *s, size_t size);
/* base 0, 8, 10 or 16; wraps instead of saturating */
unsigned long strtoul(const char *s, char **end, int base);

#define memcpy(d, s, n)		__builtin_memcpy(d, s, n)
#define memset(d, c, n)		__builtin_memset(d, c, n)
#define strlen(s)		__builtin_strlen(s)

#endif
