/* SPDX-License-Identifier: BSD-2-Clause */
/* The laboratory: two drivers, and the checks of main.c. */
#ifndef DRIVER_LAB_H
#define DRIVER_LAB_H

#include "lib.h"

/* entropy.c, worked out */
bool entropy_start(void);			/* false: no device */
bool entropy_read(void *to, uint32_t size);

/*
 * block.c, the exercise.  Sectors are of 512 bytes, `count` of them are read
 * or written; false: the device said so.
 */
bool block_start(void);
uint64_t block_capacity(void);			/* sectors */
bool block_read(uint64_t sector, void *to, uint32_t count);
bool block_write(uint64_t sector, const void *from, uint32_t count);
bool block_flush(void);

#endif
