/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to the kernel itself: kernel/sysrq.c. */
#ifndef PIPUX_SYSRQ_H
#define PIPUX_SYSRQ_H

#include <pipux/kernel.h>

#define SYSRQ_KEY	('^' & 0x1F)	/* before a letter, on the console */

void sysrq(uint8_t key);		/* may not return */
/* Obeys and takes out what is for the kernel: the number of bytes left */
size_t sysrq_filter(uint8_t *buf, size_t n);

#endif
