/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's memory and string functions that partitions use, with its
 * own prototypes: on the host the same source links against libc.
 */
#ifndef PIP_STRING_H
#define PIP_STRING_H

#include <stddef.h>

void *memcpy(void *dest, const void *src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *dest, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

#endif
