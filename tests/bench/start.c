/* SPDX-License-Identifier: BSD-2-Clause */
/* When a program starts: the row "NAME-start", NAME the first argument. */
#include "bench.h"

int main(int argc, char **argv)
{
	uint64_t start = now();
	char name[32];

	snprintf(name, sizeof(name), "%s-start", argc > 1 ? argv[1] : "init");
	report(name, start);
	return 0;
}
