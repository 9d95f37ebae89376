/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 2: yield, there and back.  docs/tour/labs/2-yield.md */
#include "lab.h"

/*
 * The parent: gives the processor to `child` at its context START and returns
 * when the child has yielded back to BACK.  0, or yield's reason to refuse.
 */
uint32_t ping(uint32_t child)
{
	(void)child;
	return 0;
}

/*
 * The child's main function: counts 1, 2, 3... in a local variable, each time
 * writes the number to the page BOX and yields to the parent.
 */
uint32_t pong(uint32_t unused)
{
	return unused;
}
