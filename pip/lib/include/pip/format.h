/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf's formatting without an output device: pure, so that it also runs on
 * the host.  Understood: %d i u x X o c s p %, the flags - 0 + space #, width
 * and precision as a number or *, and the lengths hh h l ll z t j.
 */
#ifndef PIP_FORMAT_H
#define PIP_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Receives the output, byte after byte */
typedef void pip_put_t(void *arg, char c);

/* The number of bytes given to `put` */
int pip_vformat(pip_put_t *put, void *arg, const char *format, va_list ap);

/* As C's snprintf: always terminated if size > 0, returns the full length */
int pip_vsnprintf(char *buffer, size_t size, const char *format, va_list ap);
int pip_snprintf(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
