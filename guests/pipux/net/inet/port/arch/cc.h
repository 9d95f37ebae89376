/* SPDX-License-Identifier: BSD-2-Clause */
/* lwIP's view of the compiler and of the kernel. */
#ifndef PIPUX_LWIP_CC_H
#define PIPUX_LWIP_CC_H

#include <pipux/kernel.h>

#define LWIP_NO_INTTYPES_H	1
#define LWIP_NO_UNISTD_H	1
#define LWIP_NO_CTYPE_H		1
#define LWIP_NO_LIMITS_H	1
#define INT_MAX			0x7FFFFFFF
#define SSIZE_MAX		INT_MAX

#define X8_F	"02x"
#define U16_F	"u"
#define S16_F	"d"
#define X16_F	"x"
#define U32_F	"u"
#define S32_F	"d"
#define X32_F	"x"
#define SZT_F	"u"

#define LWIP_PLATFORM_DIAG(x)	do { printk x; } while (0)
/* A state that lwIP's authors thought impossible: memory may be wrong */
#define LWIP_PLATFORM_ASSERT(x)	panic("lwIP: %s", x)
#define LWIP_RAND()		inet_random()
#define lwip_htons(x)		__builtin_bswap16(x)
#define lwip_htonl(x)		__builtin_bswap32(x)

void *inet_alloc(size_t size);
void *inet_calloc(size_t n, size_t size);
void inet_free(void *p);
uint32_t inet_random(void);
uint32_t inet_isn(uint32_t laddr, uint16_t lport, uint32_t raddr,
	uint16_t rport);
/* As the sum is defined (RFC 1071), over any alignment; ../checksum.c */
uint16_t inet_checksum(const void *data, int len);
#define LWIP_CHKSUM		inet_checksum

#endif
