/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 2, solved. */
#include "lab.h"

static user_ctx_t own;

uint32_t ping(uint32_t child)
{
	/* saved here by yield, loaded from here when the child comes back */
	VIDT[SAVE] = &own;
	VIDT[BACK] = &own;
	return Pip_Yield(child, START, SAVE, 0, 0);
}

uint32_t pong(uint32_t unused)
{
	(void)unused;
	for (uint32_t n = 1;; n++) {
		*(volatile uint32_t *)BOX = n;
		(void)Pip_Yield(0, BACK, START, 0, 0);
	}
}
