/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

static __thread int own = 20;

__attribute__((constructor)) static void begin(void)
{
	base_event('u');
}

int user_sum(void)
{
	return ++own;
}
