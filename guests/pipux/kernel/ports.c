/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iopl(2) and ioperm(2): nobody here has ports to give away, so asking for
 * them is EPERM, for root as well; giving up what one does not have is fine.
 */
#include <pipux/kernel.h>

#define PORTS	65536u

long sys_iopl(unsigned level)
{
	return level > 3 ? -EINVAL : level ? -EPERM : 0;
}

long sys_ioperm(uint32_t from, uint32_t n, int on)
{
	if (from + n <= from || from + n > PORTS)
		return -EINVAL;
	return on ? -EPERM : 0;
}
