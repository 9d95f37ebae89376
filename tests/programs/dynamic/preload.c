/* SPDX-License-Identifier: BSD-2-Clause */
/* LD_PRELOAD: comes before the C library */
#include <sys/types.h>

pid_t getppid(void)
{
	return 12345;
}
