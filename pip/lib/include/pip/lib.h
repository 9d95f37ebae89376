/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpip: what a partition needs beside Pip's services themselves, which are
 * inline functions in pip/call.h.  Described in pip/lib/README.md.
 */
#ifndef PIP_LIB_H
#define PIP_LIB_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pip/abi.h>
#include <pip/call.h>
#include <pip/format.h>
#include <pip/string.h>

/* The partition's own VIDT */
#define VIDT		((user_ctx_t **)PIP_VIDT)

/* Pages (paging.c): those of [begin, end), then those freed */
int Pip_InitPaging(uint32_t begin, uint32_t end);	/* 1, or 0: no page */
void *Pip_AllocPage(void);				/* NULL: none left */
void Pip_FreePage(void *page);
uint32_t Pip_FreePages(void);				/* how many are left */

/* Mapping in children (map.c) */
enum pip_map_status {
	PIP_MAP_OK,
	PIP_MAP_NO_MEMORY,	/* no pages for the child's tables */
	PIP_MAP_PREPARE,	/* Pip refused them */
	PIP_MAP_ADD,		/* Pip refused the page itself */
};

enum pip_map_status Pip_MapPageWrapper(uint32_t page, uint32_t desc,
		uint32_t va);
enum pip_map_status Pip_MapRange(uint32_t first, uint32_t desc, uint32_t va,
		uint32_t size);
int Pip_UnmapPage(uint32_t desc, uint32_t va);
int Pip_UnmapRange(uint32_t desc, uint32_t va, uint32_t size);

/* Contexts and the VIDT (context.c) */
user_ctx_t *Pip_AllocContext(void);
void Pip_RegisterInterrupt(user_ctx_t *context, uint32_t vint,
		void (*handler)(void), uint32_t stack, uint32_t pipflags);

/* The serial port COM1, polled (print.c) */
void Pip_Debug_Putc(char c);
void Pip_Debug_Puts(const char *s);
void Pip_Debug_PutDec(uint32_t n);
void Pip_Debug_PutHex(uint32_t n);
int Pip_Vprintf(const char *format, va_list ap);
int Pip_Printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int puts(const char *s);
int putchar(int c);

/* The partition's own first function, called by crt0.asm */
void main(pip_fpinfo_t *info);

#endif
