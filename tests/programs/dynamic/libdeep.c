/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

__attribute__((constructor)) static void begin(void)
{
	base_event('d');
}

int deep_value(void)
{
	return 77;
}
