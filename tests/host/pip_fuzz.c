/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coverage-guided fuzzing of pip/core, real sizes: libFuzzer's bytes become
 * operations as in the random test, each checked in the same way.
 */
#include "drive.h"
#include <stdlib.h>

#define OPERATIONS	400

static const uint8_t *next;
static size_t left;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned input_byte(void)
{
	if (!left)
		return 0;
	left--;
	return *next++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct drive d = { .byte = input_byte };
	const char *error = NULL;

	next = data;
	left = size;
	drive_world();
	for (unsigned i = 0; left && i < OPERATIONS && !error; i++)
		error = drive_once(&d);
	if (!error)
		error = drive_end(&d);
	if (error)
		abort();
	return 0;
}
