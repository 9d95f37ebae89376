/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * membarrier(2): with one processor a switch of tasks is barrier enough, so
 * only what was asked for before matters.
 */
#include <pipux/sched.h>
#include <linux/membarrier.h>

#define PRIVATE		(MEMBARRIER_CMD_PRIVATE_EXPEDITED \
	| MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE)
#define REGISTER	(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED \
	| MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED \
	| MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)
#define KNOWN		(PRIVATE | REGISTER | MEMBARRIER_CMD_GLOBAL \
	| MEMBARRIER_CMD_GLOBAL_EXPEDITED)

long sys_membarrier(int cmd, unsigned flags, int cpu)
{
	uint32_t *registered = &current->mm->membarrier;

	if (flags)
		return -EINVAL;
	if (cmd == MEMBARRIER_CMD_QUERY)
		return KNOWN;
	if (!(cmd & KNOWN) || (cmd & (cmd - 1)))
		return -EINVAL;
	if (cmd & REGISTER)
		*registered |= cmd;
	/* each command's registration is the next bit */
	else if ((cmd & PRIVATE) && !(*registered & (cmd << 1)))
		return -EPERM;
	return 0;
}
