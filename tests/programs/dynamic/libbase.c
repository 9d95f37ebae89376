/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

int base_events, base_order[8], base_data = 5;
__thread int base_tls = 11;

void base_event(int who)
{
	base_order[base_events++ % 8] = who;
}

__attribute__((constructor)) static void begin(void)
{
	base_event('b');
}

int base_data_seen(void)
{
	return base_data;
}

const char *who(void)
{
	return "library";
}

const char *base_name(void)
{
	return who();
}

int *base_tls_address(void)
{
	return &base_tls;
}
