/* SPDX-License-Identifier: BSD-2-Clause */
/* Who and where am I: getpid(2), gettid(2), set_tid_address(2), getcpu(2). */
#include <pipux/sched.h>

long sys_getpid(void);
long sys_getppid(void);
long sys_gettid(void);
long sys_set_tid_address(uint32_t uaddr);
long sys_getcpu(uint32_t *ucpu, uint32_t *unode, void *unused);

long sys_getpid(void)
{
	return current->process->pid;
}

/* The first process is its own parent here, and has none there */
long sys_getppid(void)
{
	const struct process *p = current->process;

	return p->parent == p ? 0 : p->parent->pid;
}

long sys_gettid(void)
{
	return current->tid;
}

long sys_set_tid_address(uint32_t uaddr)
{
	current->clear_child_tid = uaddr;
	return current->tid;
}

long sys_getcpu(uint32_t *ucpu, uint32_t *unode, void *unused)
{
	if ((ucpu && put_user(0u, ucpu)) || (unode && put_user(0u, unode)))
		return -EFAULT;
	return 0;
}
