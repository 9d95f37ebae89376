/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipc(2): the one call that i386 had for all of System V IPC.
 *
 * LIMIT: the structures of Linux 2.2, with 16-bit identities, are absent:
 * IPC_SET and IPC_STAT without IPC_64 are EINVAL.
 */
#include "object.h"

long sys_msgget(int key, int flags);
long sys_msgsnd(int id, const void *ubuf, size_t size, int flags);
long sys_msgrcv(int id, void *ubuf, size_t size, long type, int flags);
long sys_msgctl(int id, int cmd, void *ubuf);
long sys_semget(int key, int n, int flags);
long sys_semctl(int id, int index, int cmd, unsigned long arg);
long sys_shmget(int key, size_t size, int flags);
long sys_shmat(int id, uint32_t addr, int flags);
long sys_shmdt(uint32_t addr);
long sys_shmctl(int id, int cmd, void *ubuf);
long sys_semtimedop(int id, void *uops, unsigned n, const void *ut);

static long receive(uint32_t version, int id, void *ptr, size_t size,
		long type, int flags)
{
	struct {
		void *buf;
		long type;
	} old;

	if (version)
		return sys_msgrcv(id, ptr, size, type, flags);
	if (!ptr)
		return -EINVAL;
	if (copy_from_user(&old, ptr, sizeof(old)))
		return -EFAULT;
	return sys_msgrcv(id, old.buf, size, old.type, flags);
}

static long attach(uint32_t version, int id, uint32_t addr, int flags,
		uint32_t *uresult)
{
	long at;

	if (version == 1)
		return -EINVAL;
	at = sys_shmat(id, addr, flags);
	return IS_ERR(at) ? at : put_user((uint32_t)at, uresult);
}

/* Commands without a structure were the same before IPC_64 */
static bool command_ok(int cmd)
{
	return (cmd & IPC_64) || (cmd != IPC_SET && cmd != IPC_STAT);
}

static long semaphore_control(int id, int index, int cmd, const void *uarg)
{
	unsigned long arg;

	if (!uarg || !command_ok(cmd))
		return -EINVAL;
	if (get_user(arg, (const unsigned long *)uarg))
		return -EFAULT;
	return sys_semctl(id, index, IPC_COMMAND(cmd), arg);
}

long sys_ipc(uint32_t call, int first, uint32_t second, uint32_t third,
		void *ptr, long fifth)
{
	uint32_t version = call >> 16;

	switch (call & 0xFFFF) {
	case SEMOP:
		return sys_semtimedop(first, ptr, second, NULL);
	case SEMTIMEDOP:
		return sys_semtimedop(first, ptr, second, (void *)fifth);
	case SEMGET:
		return sys_semget(first, second, third);
	case SEMCTL:
		return semaphore_control(first, second, third, ptr);
	case MSGSND:
		return sys_msgsnd(first, ptr, second, third);
	case MSGRCV:
		return receive(version, first, ptr, second, fifth, third);
	case MSGGET:
		return sys_msgget(first, second);
	case MSGCTL:
		return !command_ok(second) ? -EINVAL
			: sys_msgctl(first, IPC_COMMAND(second), ptr);
	case SHMAT:
		return attach(version, first, (uint32_t)ptr, second,
			(uint32_t *)third);
	case SHMDT:
		return sys_shmdt((uint32_t)ptr);
	case SHMGET:
		return sys_shmget(first, second, third);
	case SHMCTL:
		return !command_ok(second) ? -EINVAL
			: sys_shmctl(first, IPC_COMMAND(second), ptr);
	}
	return -ENOSYS;
}
