/* SPDX-License-Identifier: BSD-2-Clause */
#include <unistd.h>

#include "tree.h"

int deep_value(void);

/* Room of its own in each thread, larger than what a loader keeps ready */
static __thread char room[8192];
static __thread int calls = 100;

__attribute__((constructor)) static void begin(void)
{
	base_event('p');
}

/* The end of the program, or dlclose(3): seen by the test as text */
__attribute__((destructor)) static void end(void)
{
	static const char text[] = "plugin: end\n";

	if (write(1, text, sizeof(text) - 1) < 0)
		_exit(2);
}

int plugin_call(int i)
{
	room[i] = 1;
	return ++calls + deep_value() + room[8191 - i];
}
