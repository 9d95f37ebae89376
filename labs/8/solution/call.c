/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 8, solved. */
#include <pipux/mm.h>
#include <pipux/sched.h>

long sys_children(int *pids, size_t max)
{
	struct process *p;
	size_t n = 0;

	list_for_each(p, &current->process->children, sibling) {
		if (n < max && put_user(p->pid, pids + n))
			return -EFAULT;
		n++;
	}
	return n;
}
